"""Empty the queue of what is due: claim in batches, send from threads, write back together.

Sending waits on the network and on nothing of ours: while one batch is in the air the next is claimed, so that the
rate follows the provider. Any number of workers may drain at once.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from bot.domain.delivery import FollowUpState
from bot.services.claims import Claimed, claim
from bot.services.delivery import Sent, record, send
from bot.services.line import Line
from bot.store.engine import AWAY

log = logging.getLogger(__name__)

THREADS = 32
# One drain ends by itself after this long: a worker that is to stop, or a job that is watched, must not wait for ever.
LONGEST = timedelta(seconds=30)
# Sendings that end this close together are written back in one transaction: its cost is the commit, not the row.
# Half as many as there are threads do not wait for more.
_TOGETHER_SECONDS = 0.1
# With nothing due, look again after this long while texts are in the air: one may have freed the next of its person.
_LOOK_AGAIN = timedelta(milliseconds=250)
# How often a database that is away is asked whether it is back, while outcomes wait to be written.
_ASK_AGAIN_SECONDS = 0.25


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
    if line.rate:
        # No more in the air than leaves within a second or two: a slot far ahead would outlive its lease.
        threads = min(threads, ceil(line.rate))
    end, look_at = clock() + LONGEST, clock()
    sent, in_air, more = 0, 0, True
    landing = _Landing()
    with ThreadPoolExecutor(threads, thread_name_prefix="send") as pool:
        while in_air or more:
            now = clock()
            if is_over() or now >= end:
                if not in_air:
                    return Drained(sent, more)
            elif in_air <= threads + threads // 2 and (more or now >= look_at):
                # Each thread finds its next text waiting when it is done with one, and a claim is worth its commit.
                batch = claim(line, now, 2 * threads + threads // 2 - in_air)
                more, look_at = bool(batch), now + _LOOK_AGAIN
                for claimed in batch:
                    pool.submit(_in_its_slot, line, claimed, clock).add_done_callback(landing.add)
                in_air += len(batch)
            done = landing.wait(in_air, threads // 2)
            in_air -= len(done)
            states = _write_back(line, [future.result() for future in done], clock)
            sent += states.count(FollowUpState.SENT)
            more = more or bool(done and not in_air)
    return Drained(sent, more=False)


def _in_its_slot(line: Line, claimed: Claimed, clock: Callable[[], datetime]) -> Sent:
    early = (claimed.not_before - clock()).total_seconds()
    if early > 0:
        line.pause(early)
    return send(line, claimed, clock)


def _write_back(line: Line, ended: Sequence[Sent], clock: Callable[[], datetime]) -> list[FollowUpState | None]:
    """Write how sendings ended. While the database is away they wait here, for nobody else knows the provider's answer;
    not for ever: when their leases and a settle time are over, the evidence is looked for.
    """
    until = max((each.claimed.lease_until for each in ended), default=clock()) + line.timing.settle
    waited = False
    while True:
        try:
            return record(line, ended, clock())
        except AWAY as error:
            if clock() >= until:
                raise
            if not waited:
                log.warning("outcomes wait", extra={"count": len(ended), "error": type(error).__name__})
            waited = True
            line.pause(_ASK_AGAIN_SECONDS)
        except SQLAlchemyError as error:
            log.error("outcomes are written one by one", extra={"error": type(error).__name__})
            return [_write_one(line, each, clock) for each in ended]


def _write_one(line: Line, sent: Sent, clock: Callable[[], datetime]) -> FollowUpState | None:
    try:
        return record(line, [sent], clock())[0]
    except SQLAlchemyError as error:
        log.error("outcome lost", extra={"followup": sent.claimed.followup.id, "error": type(error).__name__})
        return None


class _Landing:
    """Where sendings end. Whoever waits is woken once for many: a wake-up each would cost as much as a sending."""

    def __init__(self) -> None:
        self._done: deque[Future[Sent]] = deque()
        self._enough = 1
        self._reached = Event()

    def add(self, future: Future[Sent]) -> None:
        """One has ended."""
        self._done.append(future)
        if len(self._done) >= self._enough:
            self._reached.set()

    def wait(self, in_air: int, many: int) -> list[Future[Sent]]:
        """Those that have ended, once the first has and the next have had their moment; none after a while."""
        if in_air:
            self._until(1, _LOOK_AGAIN.total_seconds())
            if self._done:
                self._until(min(in_air, max(many, 1)), _TOGETHER_SECONDS)
        return [self._done.popleft() for _ in range(len(self._done))]

    def _until(self, enough: int, seconds: float) -> None:
        self._reached.clear()
        self._enough = enough
        if len(self._done) < enough:
            self._reached.wait(seconds)
