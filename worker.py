"""The worker process: RQ runs what Redis wakes, and a sweep every few seconds sees to everything else.

Redis may be away at the start, in the middle or for ever: the sweep sends by itself. RQ's own scheduler is not used.
"""

import logging
import signal
import sys
import threading
from datetime import UTC, datetime
from types import FrameType

from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.worker import StopRequested

from bot import jobs, logs, runtime
from bot.queue import build_worker
from bot.runtime import Runtime
from bot.services.sweep import sweep
from bot.settings import Settings, WrongSettings
from bot.store.keys import KeyFault
from bot.texts.content import ContentError

log = logging.getLogger("worker")

SWEEP_SECONDS = 5.0
_RETRY_SECONDS = 2.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Worker:
    """One process: a sweeping thread, and RQ in the main thread while Redis answers."""

    def __init__(self, built: Runtime) -> None:
        self._runtime = built
        self._stopping = threading.Event()
        self._rq: SimpleWorker | None = None

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the job and the round in hand are finished first."""
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        sweeper = threading.Thread(target=self._sweep_forever, name="sweep")
        sweeper.start()
        while not self._stopping.is_set():
            try:
                self._work_while_redis_answers()
                self._stopping.wait(_RETRY_SECONDS)
            except StopRequested:
                break
        sweeper.join()
        log.info("worker stopped")

    def _work_while_redis_answers(self) -> None:
        if not self._runtime.line.clock.alive():
            return
        self._rq = build_worker(self._runtime.settings.redis_url)
        try:
            self._rq.work(logging_level="WARNING")
        except (RedisError, OSError) as error:
            log.warning("Redis went away", extra={"error": type(error).__name__})
        finally:
            self._rq = None

    def _sweep_forever(self) -> None:
        while not self._stopping.is_set():
            try:
                sweep(self._runtime.line, datetime.now(UTC))
            except Exception as error:
                # The clock of the whole line: whatever went wrong in one round, the next one comes.
                log.error("sweep failed", extra={"error": type(error).__name__})
            self._stopping.wait(SWEEP_SECONDS)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()
        if self._rq is None:
            return
        try:
            # Raises StopRequested when RQ is idle; a running job is finished first.
            self._rq.request_stop(number, frame)
        finally:
            # RQ would make the next signal a cold stop: Ctrl-C often comes with a SIGTERM close behind.
            for each in _SIGNALS:
                signal.signal(each, self._ignore)

    def _ignore(self, _number: int, _frame: FrameType | None) -> None:
        log.info("already stopping")


def main() -> int:
    """Start; one clear line and exit code 1 when the settings, content or keys are wrong."""
    logs.configure()
    try:
        built = runtime.build(Settings.from_env())
        runtime.check_keys(built)
    except (WrongSettings, ContentError, KeyFault) as fault:
        print(fault, file=sys.stderr)
        return 1
    jobs.bind(built)
    log.info("worker started")
    Worker(built).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
