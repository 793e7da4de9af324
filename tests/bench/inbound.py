"""Inbound: signed texts to the real web process, and the same server with bare Flask and a fixed answer."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from tests import payloads, servers
from tests.bench import databases, processes
from tests.bench.figures import Figure, at_least, at_most, shown

TITLE = "Inbound"
SAYS = """gunicorn with one worker of four threads, as in the Procfile, and 16 connections that are kept. Each text is
signed, from one of 500 known people, and a new one; half of them are questions in free words, which the ranker reads.
Both rows are committed and encrypted before the answer. The other side is bare Flask on the same gunicorn settings,
which answers every post with a fixed TwiML. Rounds of both alternate; ratios are the median of the pairs."""
_TOKEN, _PATH, _PUBLIC = "token", "/webhooks/twilio/inbound", "https://line.example.org"
_CONNECTIONS, _PEOPLE = 16, 500
_ROUNDS, _ROUND_SECONDS, _MOST_A_ROUND = 5, 2.0, 4_000
_BODIES = (
    "can chemo make my cancer come back stronger",
    "how do the drugs know which cells to kill",
    "my hair is falling out is that normal",
    "what should I ask my doctor next week",
    "is there something better than chemotherapy for me",
    "who gets a tumour that doesnt react to the drugs any more",
    "chemo",
    "MORE",
    "MENU",
    "side effects",
    "how",
    "immunotherapy",
)
_numbers = count(1)


@dataclass(slots=True)
class Round:
    """How many were answered, in how many seconds, and each one's wait."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds


class _Client(asyncio.Protocol):
    """One kept connection: the next request leaves when an answer is whole."""

    def __init__(self, requests: Iterator[bytes], end: float, waits: list[float], ended: asyncio.Future) -> None:
        self._requests, self._end, self._waits, self._ended = requests, end, waits, ended
        self._read = b""

    def connection_made(self, transport):
        self._transport = transport
        self._next()

    def data_received(self, data):
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._ended.set_exception(AssertionError(head.decode()))
            return
        self._read = b""
        self._waits.append(time.perf_counter() - self._begun)
        self._next()

    def connection_lost(self, _error):
        if not self._ended.done():
            self._ended.set_exception(AssertionError("the server closed a connection"))

    def _next(self):
        self._begun = time.perf_counter()
        request = next(self._requests, None) if self._begun < self._end else None
        if request is not None:
            self._transport.write(request)
            return
        if not self._ended.done():
            self._ended.set_result(None)
        self._transport.close()


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def _load(port: int, requests: list[bytes]) -> Round:
    loop, done, shared = asyncio.get_running_loop(), Round(), iter(requests)
    begun = time.perf_counter()
    ended = [loop.create_future() for _ in range(_CONNECTIONS)]
    for future in ended:
        client = _Client(shared, begun + _ROUND_SECONDS, done.waits, future)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    await asyncio.gather(*ended)
    done.seconds = time.perf_counter() - begun
    return done


def requests(most: int) -> list[bytes]:
    """New signed texts as they go over the wire."""
    validator, found = RequestValidator(_TOKEN), []
    for number in (next(_numbers) for _ in range(most)):
        sid = f"SM{number:032x}"
        sender = databases.address(number % _PEOPLE).value
        body = _BODIES[number % len(_BODIES)]
        form = payloads.twilio("sms", MessageSid=sid, SmsMessageSid=sid, SmsSid=sid, From=sender, Body=body)
        content = urlencode(form).encode()
        head = (
            f"POST {_PATH} HTTP/1.1\r\nHost: line.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {validator.compute_signature(_PUBLIC + _PATH, form)}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        found.append(head.encode() + content)
    return found


@contextmanager
def web(application: str, workers: int = 1, **environ: str) -> Iterator[tuple[int, int]]:
    """The port and pid of a gunicorn as in the Procfile."""
    port = servers.free_port()
    environ |= {"PORT": str(port), "WEB_CONCURRENCY": str(workers)}
    command = ("-m", "gunicorn", "-c", str(Path("bot") / "web" / "gunicorn_conf.py"), application)
    with processes.running(*command, **environ) as program:
        yield port, program.pid


def _answer(port: int, texts: list[bytes]) -> Round:
    """Answered by a server that may be starting still."""
    end = time.monotonic() + 60
    while True:
        try:
            return asyncio.run(_load(port, texts))
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def measure(say: Callable[[str], None]) -> list[Figure]:
    """All figures of this part."""
    found: list[Figure] = []
    for kind in ("SQLite", "PostgreSQL"):
        say(f"{kind}: {_ROUNDS} rounds")
        with databases.server(kind) as base:
            built = databases.fresh(base)
            databases.settle(built.line.store, _PEOPLE)
            built.line.store.engine.dispose()
            environ = databases.environ(built.settings.database_url) | {
                "TWILIO_ACCOUNT_SID": "AC1",
                "TWILIO_AUTH_TOKEN": _TOKEN,
                "PUBLIC_URL": _PUBLIC,
            }
            found += _paired(kind, environ)
            if kind == "PostgreSQL":
                say("start and memory")
                found += _start(environ)
    return found


def _paired(kind: str, environ: dict[str, str]) -> list[Figure]:
    with web("bot.app:main()", **environ) as (ours, pid), web("tests.bench.bare:app") as (bare, bare_pid):
        # The first texts open connections and fill caches.
        for port in (ours, bare):
            _answer(port, requests(200))
        pairs, cpu = [], [processes.cpu(pid), processes.cpu(bare_pid)]
        for _ in range(_ROUNDS):
            texts = requests(_MOST_A_ROUND)
            pairs.append((_answer(ours, texts), _answer(bare, texts)))
        cpu = [processes.cpu(pid) - cpu[0], processes.cpu(bare_pid) - cpu[1]]
    ratio = statistics.median(mine.rate / other.rate for mine, other in pairs)
    wait = statistics.median(_p99(mine) / _p99(other) for mine, other in pairs)
    answered = [sum(len(pair[side].waits) for pair in pairs) for side in (0, 1)]
    return [
        at_least(f"{kind}: rate / bare Flask", ratio, 0.40),
        at_most(f"{kind}: p99 / bare Flask's p99", wait, 3),
        shown(f"{kind}: CPU a text", cpu[0] / answered[0] * 1e6, " us"),
        shown(f"{kind}: CPU a text, bare Flask", cpu[1] / answered[1] * 1e6, " us"),
    ]


def _p99(done: Round) -> float:
    return statistics.quantiles(done.waits, n=100)[98]


def _start(environ: dict[str, str]) -> list[Figure]:
    with web("bot.app:main()", **environ) as (port, pid):
        _answer(port, requests(1))
        started = processes.cpu(pid)
    with web("bot.app:main()", workers=2, **environ) as (port, pid):
        _answer(port, requests(1_000))
        memory = processes.pss(pid)
    return [
        at_most("start of the web to its first answer, CPU", started, 1.5, " s"),
        at_most("memory of the web, 2 workers x 4 threads (PSS)", memory, 150, " MB"),
    ]
