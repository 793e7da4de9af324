"""Outbound: real worker processes against a provider on loopback, and peers with the same provider and database."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from celery import Celery
from redis import Redis
from rq import Queue

from bot.cli import valkey
from bot.queue import AlarmClock
from bot.runtime import Runtime
from tests import servers
from tests.bench import databases, processes, rq_peer
from tests.bench.figures import Figure, at_least, at_most, shown

TITLE = "Outbound"
SAYS = """A provider on loopback answers each text after 150 ms; the limit is threads / 150 ms. Rates and CPU are taken
in the middle of a run, when all threads are busy; of two runs the better counts (RQ's own worker has
one run). Real `worker.py` processes with Valkey. The peers share provider, database,
texts and statements; Celery's task is GOV.UK Notify's: read, render, send with twilio-python, update."""
LATENCY = 0.150
DEFAULT = 32
_SECONDS = 6.0
# Longer than a second worker takes to come in with its sweep.
_FULL_SECONDS = 6.0
# How long after all threads are busy the measuring begins: connections are open then and statements prepared.
_WARM_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """Texts a second, CPU seconds a text and memory (MB) of all processes that sent."""

    rate: float
    cpu: float
    memory: float


class Provider:
    """The provider process, asked how much it has accepted."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._connection = HTTPConnection("127.0.0.1", port, timeout=5)

    def count(self) -> dict[str, int]:
        """`accepted` and `busy`."""
        self._connection.request("GET", "/count")
        return json.loads(self._connection.getresponse().read())

    def is_up(self) -> bool:
        """Whether it listens."""
        try:
            return bool(self.count())
        except OSError:
            self._connection.close()
            return False


@contextmanager
def provider(latency: float = LATENCY) -> Iterator[Provider]:
    """A provider that runs inside the block."""
    port = servers.free_port()
    with processes.running("-m", "tests.bench.provider", str(port), str(latency)):
        opened = Provider(port)
        processes.until(opened.is_up)
        yield opened


@dataclass(frozen=True, slots=True)
class Place:
    """Where runs take place: a database with people, the provider and a Valkey."""

    built: Runtime
    people: list[str]
    provider: Provider
    redis_url: str

    def environ(self, **more: str) -> dict[str, str]:
        """What a sending process is told."""
        return {
            **databases.environ(self.built.settings.database_url),
            "TWILIO_ACCOUNT_SID": "AC1",
            "TWILIO_AUTH_TOKEN": "token",
            "TWILIO_SMS_FROM": "+15550100100",
            "TWILIO_API_URL": self.provider.url,
            "PUBLIC_URL": "http://127.0.0.1:9",
            "REDIS_URL": self.redis_url,
            "PEER_BROKER": self.redis_url,
            **more,
        }

    def promise(self, most: float) -> list[str]:
        """That many texts are due; Valkey is empty. Overdue already: also a sweep sends them itself."""
        with Redis.from_url(self.redis_url) as redis:
            redis.flushall()
        due = datetime.now(UTC) - timedelta(minutes=1)
        return databases.promise(self.built.line.store, self.people[: int(most)], due)


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """Everything that runs need."""
    with (
        databases.server(kind) as base,
        provider() as opened,
        tempfile.TemporaryDirectory() as folder,
        valkey.running(Path(folder)) as redis_url,
    ):
        built = databases.fresh(base)
        try:
            yield Place(built, databases.settle(built.line.store), opened, redis_url or "")
        finally:
            built.line.store.engine.dispose()


def ours(where: Place, threads: int, workers: int = 1) -> Run:
    """Our workers, started as production starts them."""
    limit = threads * workers / LATENCY
    where.promise(0)
    environ = where.environ(SEND_THREADS=str(threads), WORKER_PROCESSES=str(workers))
    with processes.running("worker.py", **environ) as program:
        with Redis.from_url(where.redis_url) as redis:
            processes.until(lambda: redis.scard("rq:workers") == workers)
        # The second worker comes in with its next sweep.
        wanted = where.promise(limit * (_SECONDS + 2 * _WARM_SECONDS + 1 + 5 * (workers > 1)) + 4 * threads)
        AlarmClock(where.redis_url).wake()
        return _measured(where.provider, program.pid, threads * workers, len(wanted))


def celery(where: Place, pool: str, size: int) -> Run:
    """A Celery worker with all tasks already in its broker."""
    broker = f"redis+socket://{urlsplit(where.redis_url).path}?virtual_host=0"
    wanted = where.promise(size / LATENCY * (_SECONDS + 5))
    with Celery("peer", broker=broker) as app:
        for followup_id in wanted:
            app.send_task("deliver", [followup_id], ignore_result=True)
    options = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")
    command = ("-m", "celery", "-A", "tests.bench.celery_peer", "worker", "--pool", pool, "-c", str(size), *options)
    with processes.running(*command, **where.environ(PEER_BROKER=broker)) as program:
        return _measured(where.provider, program.pid, size, len(wanted))


def rq(where: Place) -> Run:
    """RQ's own worker, a job a text."""
    wanted = where.promise(150)
    with Redis.from_url(where.redis_url) as redis:
        queue = Queue(rq_peer.QUEUE, redis)
        for followup_id in wanted:
            queue.enqueue(rq_peer.send, followup_id, result_ttl=0)
        with processes.running("-m", "tests.bench.rq_peer", **where.environ()) as program:
            return _measured(where.provider, program.pid, 1, len(wanted))


def _measured(provider: Provider, pid: int, most: int, total: int) -> Run:
    start = provider.count()["accepted"]
    processes.until(lambda: provider.count()["accepted"] > start)
    # A peer that never gets that far is measured as it is.
    with suppress(processes.NotReady):
        processes.until(lambda: provider.count()["busy"] >= 0.8 * most, _FULL_SECONDS)
    time.sleep(_WARM_SECONDS)
    accepted, cpu, begun = provider.count()["accepted"], processes.cpu(pid), time.monotonic()
    time.sleep(_SECONDS)
    texts, cpu = provider.count()["accepted"] - accepted, processes.cpu(pid) - cpu
    seconds = time.monotonic() - begun
    if provider.count()["accepted"] - start >= total:
        raise processes.NotReady("the texts ended before the measuring did")
    return Run(texts / seconds, cpu / max(texts, 1), processes.pss(pid))


def measure(say: Callable[[str], None]) -> list[Figure]:
    """All figures of this part."""
    found: list[Figure] = []
    for kind in ("PostgreSQL", "SQLite"):
        with place(kind) as where:
            for threads, workers in ((32, 1), (64, 1), (32, 2), (64, 2)):
                say(f"{kind}: {workers} x {threads} threads")
                run = _better(lambda threads=threads, workers=workers: ours(where, threads, workers))
                found += _ours(f"{kind}, {_workers(workers)} x {threads} threads", run, threads * workers, workers)
                if kind == "PostgreSQL" and workers == 1:
                    found += _peers(where, run, threads, say)
    return found


def _workers(number: int) -> str:
    return "one worker" if number == 1 else f"{number} workers"


def _ours(name: str, run: Run, threads: int, workers: int) -> list[Figure]:
    figures = [at_least(f"{name}: rate / limit", run.rate * LATENCY / threads, 0.97 if workers == 1 else 0.95)]
    figures.append(at_most(f"{name}: CPU a text", run.cpu * 1e6, 800, " us"))
    if workers == 1:
        figures.append(at_most(f"{name}: memory of the worker (PSS)", run.memory, 100, " MB"))
    return figures


def _peers(where: Place, ours: Run, threads: int, say: Callable[[str], None]) -> list[Figure]:
    say(f"Celery threads -c {threads}")
    threaded = _better(lambda: celery(where, "threads", threads))
    figures = [
        at_least(f"{threads} threads / Celery threads -c {threads}", ours.rate / threaded.rate, 1.3),
        shown(f"Celery threads -c {threads}: rate / its limit", threaded.rate * LATENCY / threads),
        shown(f"Celery threads -c {threads}: CPU a text", threaded.cpu * 1e6, " us"),
    ]
    if threads > DEFAULT:
        return figures
    say("Celery prefork -c 4")
    prefork = _better(lambda: celery(where, "prefork", 4))
    say("RQ, a job a text")
    stock = rq(where)
    return [
        *figures,
        at_least(f"{threads} threads / Celery prefork -c 4", ours.rate / prefork.rate, 9),
        shown("Celery prefork -c 4: rate / its limit", prefork.rate * LATENCY / 4),
        shown("Celery prefork -c 4: CPU a text", prefork.cpu * 1e6, " us"),
        shown("Celery prefork -c 4: memory (PSS)", prefork.memory, " MB"),
        at_least(f"{threads} threads / RQ's own worker, a job a text", ours.rate / stock.rate, 20),
        shown("RQ's own worker: CPU a text", stock.cpu * 1e6, " us"),
    ]


def _better(once: Callable[[], Run]) -> Run:
    """Of two runs: a neighbour's burst only ever slows one down. A peer that sent nothing in both has a third."""
    best = max((once() for _ in range(2)), key=lambda run: run.rate)
    best = best if best.rate else once()
    if not best.rate:
        raise processes.NotReady("nothing was sent while it was measured, three times")
    return best
