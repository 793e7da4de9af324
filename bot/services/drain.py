"""Empty the queue of what is due: claim in batches, send from threads, write back together.

Sending waits on the network and on nothing of ours: while one batch is in the air the next is claimed, so that the
rate follows the provider. Any number of workers may drain at once.
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery import FollowUpState
from bot.services.claims import claim
from bot.services.delivery import Sent, record, send
from bot.services.line import Line

THREADS = 32
# One drain ends by itself after this long: a worker that is to stop, or a job that is watched, must not wait for ever.
LONGEST = timedelta(seconds=30)
# Sendings that end this close together are written back in one transaction.
_TOGETHER_SECONDS = 0.02
# With nothing due, look again after this long while texts are in the air: one may have freed the next of its person.
_LOOK_AGAIN = timedelta(milliseconds=250)


@dataclass(frozen=True, slots=True)
class Drained:
    """How many texts left, and whether more was due when the time was over."""

    sent: int
    more: bool


def drain(
    line: Line,
    clock: Callable[[], datetime],
    *,
    threads: int = THREADS,
    is_over: Callable[[], bool] = lambda: False,
) -> Drained:
    """Send everything that is due, from `threads` threads; `is_over` ends it early, what is in the air first.

    `clock` gives the time in UTC; a sending asks it again, for a claim ages while it waits for a thread.
    Does nothing when this process is draining already.
    """
    if not line.draining.acquire(blocking=False):
        return Drained(0, more=False)
    try:
        return _drain(line, clock, threads, is_over)
    finally:
        line.draining.release()


def _drain(line: Line, clock: Callable[[], datetime], threads: int, is_over: Callable[[], bool]) -> Drained:
    end, look_at = clock() + LONGEST, clock()
    sent, more = 0, True
    air: set[Future[Sent]] = set()
    with ThreadPoolExecutor(threads, thread_name_prefix="send") as pool:
        while air or more:
            now = clock()
            if is_over() or now >= end:
                if not air:
                    return Drained(sent, more)
            elif len(air) <= threads + threads // 2 and (more or now >= look_at):
                # Twice the threads: each finds its next text waiting when it is done with one.
                batch = claim(line, now, 2 * threads - len(air))
                more, look_at = bool(batch), now + _LOOK_AGAIN
                air |= {pool.submit(send, line, claimed, clock) for claimed in batch}
            done, air = _landed(air)
            states = record(line, [future.result() for future in done], clock())
            sent += states.count(FollowUpState.SENT)
            more = more or bool(done and not air)
    return Drained(sent, more=False)


def _landed(air: set[Future[Sent]]) -> tuple[set[Future[Sent]], set[Future[Sent]]]:
    """Those that have ended, once the first has; and those still in the air."""
    if not air:
        return set(), air
    wait(air, timeout=_LOOK_AGAIN.total_seconds(), return_when=FIRST_COMPLETED)
    done, rest = wait(air, timeout=_TOGETHER_SECONDS)
    return set(done), set(rest)
