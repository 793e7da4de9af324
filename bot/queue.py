"""The alarm clock. Redis carries pokes, never the only copy of anything: a lost or doubled poke does no harm.

A job holds nothing at all. Whoever can write to Redis can still run nothing but the functions in ALLOWED.
"""

import logging
import time
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import (
    DequeueTimeout,
    DeserializationError,
    NoSuchJobError,
    StopRequested,
)
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import WorkerStatus

log = logging.getLogger(__name__)

QUEUE = "chemoline"
DRAIN = "bot.jobs.drain"
ALLOWED = frozenset({DRAIN})
# What RQ can do for a job besides running it. We ask for none of it.
_EXTRAS = (
    b"success_callback_name",
    b"failure_callback_name",
    b"stopped_callback_name",
    b"webhooks",
    b"retries_left",
    b"repeats_left",
    b"dependency_ids",
    b"dependency_id",
)
_ID_SHOWN = 64

_CONNECT_SECONDS, _ANSWER_SECONDS = 0.5, 1.0
# After a failure nobody is made to wait for Redis again for this long: a sweep of many rows must not crawl.
_PAUSE_SECONDS = 5.0
# A poke that waits longer than this is stale: the sweep pokes again, or sends by itself.
_JOB_TTL = 60
# Longer than a drain and its last sending. A failed poke blocks nothing; it is kept for the doctor to show.
_JOB_TIMEOUT = 60
_FAILURE_TTL = 24 * 60 * 60
# How long a worker that waits for jobs is deaf to its stop flag.
_POLL_SECONDS = 1
_WORKER_TTL, _MAINTENANCE_SECONDS = 30, 10


class AllowedJob(Job):
    """A job that exists only if it is one of ours: a known function and nothing besides.

    JSON alone is no protection: a job may name any function by its path, and callbacks and webhooks too.
    """

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> Job:
        """As RQ's; an id that RQ would stumble over is no job either: NoSuchJobError."""
        try:
            return super().fetch(id, connection, serializer)
        except ValueError as error:
            raise NoSuchJobError from error

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        """Read the job from Redis. A forged one is removed and never looked at again: NoSuchJobError."""
        try:
            super().restore(raw_data)
            ours = self._is_ours(raw_data)
        except (ValueError, TypeError, AttributeError, DeserializationError):
            ours = False
        if not ours:
            self.connection.delete(self.key)
            log.warning("forged job refused", extra={"job": self.id[:_ID_SHOWN]})
            raise NoSuchJobError

    def _is_ours(self, raw_data: Mapping[bytes, bytes]) -> bool:
        known = self.func_name in ALLOWED and not self.instance and self.kwargs == {}
        return known and [*self.args] == [] and not any(map(raw_data.get, _EXTRAS))


class AlarmClock:
    """Wakes the workers. Without Redis, or while it is away, every call says so and nothing breaks."""

    def __init__(self, redis_url: str | None, pause: float = _PAUSE_SECONDS) -> None:
        self._pause = pause
        self._not_before = 0.0
        self._redis: Redis | None = None
        if redis_url:
            limits = {"socket_connect_timeout": _CONNECT_SECONDS, "socket_timeout": _ANSWER_SECONDS}
            self._redis = Redis.from_url(redis_url, **limits)
            self._queue = Queue(QUEUE, self._redis, serializer=JSONSerializer, job_class=AllowedJob)

    def wake(self) -> bool:
        """Ask a worker to send what is due. False: no worker was asked, the sweep has to see to it. Safe to repeat."""
        if self._redis is None or time.monotonic() < self._not_before:
            return False
        try:
            self._enqueue()
        except (RedisError, OSError) as error:
            self._not_before = time.monotonic() + self._pause
            log.warning("Redis is away", extra={"error": type(error).__name__})
            return False
        return True

    def failed(self) -> list[str]:
        """The pokes of the last day that failed: id and when. Raises RedisError when Redis is away."""
        if self._redis is None:
            return []
        ids = self._queue.failed_job_registry.get_job_ids()
        jobs = Job.fetch_many(ids, self._redis, JSONSerializer)
        return [f"{job.id[:_ID_SHOWN]} at {job.ended_at:%Y-%m-%d %H:%M}" for job in jobs if job and job.ended_at]

    def alive(self) -> bool:
        """Whether Redis answers now."""
        try:
            return self._redis is not None and bool(self._redis.ping())
        except (RedisError, OSError):
            return False

    def _enqueue(self) -> None:
        if self._queue.count:
            # One waiting poke is enough for any number of rows.
            return
        job_id = f"drain-{token_hex(8)}"
        self._queue.enqueue_call(
            DRAIN,
            job_id=job_id,
            # RQ's own description is the call with its arguments, kept and logged in clear.
            description=job_id,
            timeout=_JOB_TIMEOUT,
            ttl=_JOB_TTL,
            result_ttl=0,
            failure_ttl=_FAILURE_TTL,
        )


class Poked(SimpleWorker):
    """Runs pokes in this process, until told to stop or until Redis goes away; `work` then returns.

    RQ's own worker waits up to a minute for a lost Redis, deaf to signals; it can be halted by anyone who
    reaches Redis; and a second signal kills the job in hand. Here worker.py has the signals and the waiting.
    """

    connection_timeout = 5
    should_stop: Callable[[], bool] = staticmethod(lambda: False)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next poke; raises StopRequested when there will be none."""
        try:
            self.set_state(WorkerStatus.IDLE)
            while not self.should_stop():
                if (poke := self._next()) is not None:
                    return poke
        except (RedisError, OSError) as error:
            _lost(error)
        raise StopRequested

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run one poke. Losing Redis meanwhile ends the work, not the row: that is in the database."""
        try:
            super().execute_job(job, queue)
        except (RedisError, OSError) as error:
            _lost(error)
            raise StopRequested from error

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Say it in one line: our job raises nothing, so this is Redis, and RQ would log a traceback."""
        _lost(exc_info[1])

    def _next(self) -> tuple[Job, Queue] | None:
        self.heartbeat()
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()  # type: ignore[no-untyped-call]
        try:
            return self.queue_class.dequeue_any(
                self.queues,
                _POLL_SECONDS,
                connection=self.connection,
                job_class=self.job_class,
                serializer=self.serializer,
                death_penalty_class=self.death_penalty_class,
            )
        except DequeueTimeout:
            return None

    def subscribe(self) -> None:
        """No commands: nobody needs them, and a thread and a connection are saved."""

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001 - RQ names it
        """No suspension, for the same reason."""

    def _install_signal_handlers(self) -> None:
        """Signals belong to worker.py, which has a sweep to stop as well."""


def build_worker(redis_url: str, name: str, should_stop: Callable[[], bool]) -> Poked:
    """A worker of the one queue, asking `should_stop` every second. Raises RedisError when Redis is away.

    The name must be new: after an outage RQ takes a worker of the same name for one that still lives.
    """
    connection = Redis.from_url(redis_url, socket_connect_timeout=_CONNECT_SECONDS)
    worker = Poked(
        [QUEUE],
        name=name,
        connection=connection,
        serializer=JSONSerializer,
        job_class=AllowedJob,
        worker_ttl=_WORKER_TTL,
        maintenance_interval=_MAINTENANCE_SECONDS,
        log_job_description=False,
    )
    worker.should_stop = should_stop
    return worker


def _lost(error: BaseException) -> None:
    log.warning("Redis went away", extra={"error": type(error).__name__})
