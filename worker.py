"""The worker process: RQ runs what Redis wakes, and a sweep every few seconds sees to everything else.

Redis may be away at the start, in the middle or for ever: the sweep sends by itself.
RQ's own scheduler is not used.
"""

import logging
import multiprocessing
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from multiprocessing.context import SpawnProcess as Child
from secrets import token_hex

from redis.exceptions import RedisError

from bot import jobs, logs, runtime
from bot.domain.delivery import PRODUCTION, Timing
from bot.queue import build_worker
from bot.services.sweep import Swept, sweep
from bot.settings import Settings, WrongSettings
from bot.store.keys import KeyFault
from bot.texts.content import ContentError

log = logging.getLogger("worker")

SHORTEST_SECONDS = 0.05
RETRY_SECONDS = 2.0
# Platforms kill after 30 seconds. A round that is cut off leaves a row that the next sweep settles.
_LAST_ROUND_SECONDS = 15.0
# A thread whose answer has come waits this long for one that computes; Python's own 5 ms would cost a twentieth of
# the rate, since every text has half a dozen such moments.
_SWITCH_SECONDS = 0.0005


class Stop:
    """A flag that a signal raises. A pipe and no Event: a lock is not safe to take in a signal handler."""

    def __init__(self) -> None:
        self.raised = False
        self._reader, self._writer = os.pipe()

    def __call__(self, *_signal: object) -> None:
        """Raise the flag; for good, however many signals come."""
        if not self.raised:
            self.raised = True
            os.write(self._writer, b".")

    def wait(self, seconds: float) -> None:
        """Return after that time, or at once when the flag goes up. Nobody reads the pipe empty: all wake."""
        # Not select.select: it cannot watch a descriptor above 1023.
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        poll.poll(seconds * 1000)


def run(redis_url: str, sweep_once: Callable[[], Swept], stop: Stop, sweep_seconds: float) -> None:
    """Work until `stop`; the job and the round in hand are finished first.

    The next round comes after `sweep_seconds`, or with the next text that is due, whatever is sooner.
    """
    sweeper = threading.Thread(target=_sweep_forever, args=(sweep_once, stop, sweep_seconds), name="sweep", daemon=True)
    sweeper.start()
    away = False
    while not stop.raised:
        if redis_url:
            away = _work_while_redis_answers(redis_url, stop, away=away)
        stop.wait(RETRY_SECONDS)
    sweeper.join(_LAST_ROUND_SECONDS)
    if sweeper.is_alive():
        log.warning("stopped in the middle of a sweep")


def _sweep_forever(sweep_once: Callable[[], Swept], stop: Stop, sweep_seconds: float) -> None:
    while not stop.raised:
        pause = sweep_seconds
        try:
            next_at = sweep_once().next_at
            if next_at is not None:
                pause = min(pause, max(SHORTEST_SECONDS, (next_at - _now()).total_seconds()))
        except Exception as error:
            # The clock of the whole line: whatever went wrong in one round, the next one comes.
            log.error("sweep failed", extra={"error": type(error).__name__})
        stop.wait(pause)


def _now() -> datetime:
    return datetime.now(UTC)


def _work_while_redis_answers(redis_url: str, stop: Stop, *, away: bool) -> bool:
    """Work; gives whether Redis is away. An outage is said once, not every two seconds until it ends."""
    try:
        worker = build_worker(redis_url, f"worker-{os.getpid()}-{token_hex(4)}", lambda: stop.raised)
        if away:
            log.info("Redis is back")
        worker.work(logging_level="WARNING")
    except (RedisError, OSError) as error:
        if not away:
            log.warning("Redis is away", extra={"error": type(error).__name__})
        return True
    return False


def main(timing: Timing = PRODUCTION) -> None:
    """Start; exits with one clear line when the settings, content or keys cannot be trusted."""
    logs.configure()
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        settings = Settings.from_env()
        if settings.worker_processes > 1:
            # Built once here for its faults only: they are said once and not by every process.
            runtime.check_keys(runtime.build(settings))
    except (WrongSettings, ContentError, KeyFault) as fault:
        sys.exit(str(fault))
    if settings.worker_processes > 1:
        supervise(settings, stop, timing)
    else:
        work(settings, stop, timing)


def work(settings: Settings, stop: Stop | None = None, timing: Timing = PRODUCTION) -> None:
    """One process: its jobs and its sweep, until `stop` (of its own when it is a child)."""
    if stop is None:
        logs.configure()
        stop = Stop()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        _end_with_supervisor(stop)
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        built = runtime.build(settings, timing)
        runtime.check_keys(built)
    except (ContentError, KeyFault) as fault:
        sys.exit(str(fault))
    jobs.bind(built, lambda: stop.raised)
    log.info("worker started")
    sweep_once = partial(sweep, built.line, _now, threads=settings.send_threads)
    run(settings.redis_url, sweep_once, stop, timing.sweep.total_seconds())
    log.info("worker stopped")


def _end_with_supervisor(stop: Stop) -> None:
    """A child whose supervisor was killed stops too: nobody would tell it to go, and a new set comes beside it."""
    parent = multiprocessing.parent_process()

    def _follow() -> None:
        if parent is not None:
            parent.join()
            stop()

    threading.Thread(target=_follow, name="supervisor", daemon=True).start()


def supervise(settings: Settings, stop: Stop, timing: Timing = PRODUCTION) -> None:
    """As many processes as WORKER_PROCESSES says; one that dies is replaced, and all end together."""
    spawn = multiprocessing.get_context("spawn")
    children: list[Child] = []
    while not stop.raised:
        for dead in [child for child in children if not child.is_alive()]:
            log.error("worker process died", extra={"code": dead.exitcode})
            children.remove(dead)
        while len(children) < settings.worker_processes:
            child = spawn.Process(target=work, args=(settings, None, timing))
            child.start()
            children.append(child)
        stop.wait(RETRY_SECONDS)
    for child in children:
        child.terminate()
    for child in children:
        child.join()


if __name__ == "__main__":
    main()
