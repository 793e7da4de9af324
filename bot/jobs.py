"""What a job in Redis may start: one door, one row id. The worker binds the runtime before it takes jobs."""

import logging
from datetime import UTC, datetime

from bot.runtime import Runtime
from bot.services import delivery

log = logging.getLogger(__name__)

_bound: list[Runtime] = []


def bind(runtime: Runtime) -> None:
    """Give this process's jobs their runtime."""
    _bound[:] = [runtime]


def deliver(followup_id: str) -> None:
    """Send one follow-up if it is due, allowed and not another worker's.

    Never raises: RQ would log the traceback and keep it in Redis, and an SQL error quotes its row. The sweep
    comes back to a row that could not be sent.
    """
    try:
        delivery.deliver(_bound[0].line, followup_id, datetime.now(UTC))
    except Exception as error:  # noqa: BLE001
        name = type(error).__name__
        log.error("job failed", extra={"followup": followup_id, "error": name})
