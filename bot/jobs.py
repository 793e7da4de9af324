"""What a job in Redis may start: one door, no argument. The worker binds the runtime before it takes jobs."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.runtime import Runtime
from bot.services import drain as draining

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Bound:
    runtime: Runtime
    is_over: Callable[[], bool]


_bound: list[_Bound] = []


def bind(runtime: Runtime, is_over: Callable[[], bool]) -> None:
    """Give this process's jobs their runtime, and a way to know that the process is to stop."""
    _bound[:] = [_Bound(runtime, is_over)]


def drain() -> None:
    """Send everything that is due.

    Never raises: RQ would log the traceback and keep it in Redis, and an SQL error quotes its row. The sweep
    comes back to what could not be sent.
    """
    try:
        (bound,) = _bound
        line, threads = bound.runtime.line, bound.runtime.settings.send_threads
        done = draining.drain(line, lambda: datetime.now(UTC), threads=threads, is_over=bound.is_over)
        if done.more and not bound.is_over():
            line.clock.wake()
    except Exception as error:  # noqa: BLE001
        log.error("job failed", extra={"error": type(error).__name__})
