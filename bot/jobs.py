"""What a job in Redis may start: one door, one row id. The worker binds the runtime before it takes jobs."""

from datetime import UTC, datetime

from bot.runtime import Runtime
from bot.services import delivery

_bound: list[Runtime] = []


def bind(runtime: Runtime) -> None:
    """Give this process's jobs their runtime."""
    _bound[:] = [runtime]


def deliver(followup_id: str) -> None:
    """Send one follow-up if it is due, allowed and not another worker's."""
    delivery.deliver(_bound[0].line, followup_id, datetime.now(UTC))
