"""One storm from the first promise to the verdict."""

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select

from bot.runtime import Runtime
from bot.services.line import Line
from bot.store.models import followups
from tests.fakes.twilio_ledger import Entry
from tests.fakes.twilio_server import FakeTwilio, Manner
from tests.servers import Postgres, Valkey, free_port
from tests.storm import plan, verdict, web
from tests.storm.programmes import Programmes
from tests.storm.scale import Scale
from tests.storm.verdict import Verdict
from tests.storm.weather import Weather
from tests.storm.web import Texted, Texts
from tests.storm.workers import Workers

TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and what is wrong with it."""

    verdict: Verdict
    counts: Mapping[str, int]
    states: Mapping[str, int]
    stops: list[Texted]
    seconds: float

    def __str__(self) -> str:
        return f"{self.verdict}\n{self.counts}\n{self.states}"


class Plot(Protocol):
    """What a storm is about: who is promised what, who meddles, and what is right in the end."""

    environ: Mapping[str, str]
    stopping: Sequence[str]
    starting: Sequence[str]
    counts: Mapping[str, int]

    def plan(self, line: Line, begin: datetime) -> AbstractContextManager[object]:
        """Promise everything; gives what goes on meanwhile."""

    def is_open(self, line: Line) -> bool:
        """Whether anything is due, in the air or in doubt."""

    def states(self, line: Line) -> dict[str, int]:
        """How many texts stand where."""

    def verdict(self, line: Line, ledger: Sequence[Entry], stops: Sequence[Texted]) -> Verdict:
        """Compare."""


def run(built: Runtime, scale: Scale, folder: Path, postgres: Postgres | None = None) -> Outcome:
    """Plan, send in bad weather, wait until nothing is open, compare."""
    began, port = time.monotonic(), free_port()
    base, line = f"http://127.0.0.1:{port}", built.line
    hang = scale.timing.read.total_seconds() + 0.5
    manner = Manner(TOKEN, scale.latency, scale.listing_lag, hang, scale.reports, base, seed=scale.seed)
    plot = Programmes(scale) if scale.programmes else Reminders(scale)
    with ExitStack() as stack:
        twilio = stack.enter_context(FakeTwilio(manner))
        valkey = Valkey()
        stack.callback(valkey.kill)
        environ = environ_of(built, valkey.url, twilio.url, base) | plot.environ
        environ["WORKER_PROCESSES"] = str(scale.processes)
        workers = stack.enter_context(Workers(folder / "worker.log", environ, scale.timing))
        stack.enter_context(web.serving(environ, port, folder / "web.log"))
        workers.wait()
        meanwhile = plot.plan(line, datetime.now(UTC))
        twilio.ledger.script(rates=scale.faults)
        stops = Texts(base, TOKEN, plot.stopping, scale.seconds)
        starts = Texts(base, TOKEN, plot.starting, scale.seconds, "START")
        with meanwhile:
            seen = _pass(scale, workers, valkey, postgres)
        answered = stops.all()
        starts.all()
        _settle(plot, line, scale.patience)
        late = twilio.reporter.release()
        twilio.reporter.wait_until_quiet()
        counts = seen | {f"provider: {fault}": count for fault, count in sorted(twilio.ledger.dealt.items()) if fault}
        counts |= {f"callbacks: {fate}": count for fate, count in sorted(twilio.reporter.fates.items())}
        codes = twilio.reporter.answers
        counts |= {"callbacks recorded": codes.count(204), "callbacks refused in an outage": codes.count(503)}
        counts |= {"callbacks after hours": late}
        ledger = twilio.ledger.all()
        counts |= _of_stops(answered, ledger)
        found = plot.verdict(line, ledger, answered)
        return Outcome(found, counts | dict(plot.counts), plot.states(line), answered, time.monotonic() - began)


def _of_stops(stops: list[Texted], ledger: list[Entry]) -> dict[str, int]:
    asked = {stopped.number: stopped for stopped in stops}
    landed = [entry for entry in ledger if (one := asked.get(entry.to)) and one.posted_at < entry.at <= one.answered_at]
    return {
        "STOPs answered": len(stops),
        "STOPs that had to be posted again": sum(stopped.attempts > 1 for stopped in stops),
        "texts that landed while a STOP was being answered": len(landed),
    }


def _pass(scale: Scale, workers: Workers, valkey: Valkey, postgres: Postgres | None) -> dict[str, int]:
    if scale.calm:
        for _ in range(scale.workers):
            workers.start()
        return {}
    with Weather(workers, scale, valkey, postgres) as weather:
        # The storm lasts as long as texts come due.
        time.sleep(scale.seconds)
    return dict(weather.seen)


def environ_of(built: Runtime, redis_url: str, api_url: str, base: str) -> dict[str, str]:
    """The environment of the processes: English, at any hour, through the fake provider."""
    return os.environ | {
        "DATABASE_URL": built.settings.database_url,
        "DATA_KEYS": built.settings.data_keys.get_secret_value(),
        "SECRET_KEY": "test",
        "REDIS_URL": redis_url,
        "LANGUAGES": "en",
        "QUIET_HOURS": "off",
        "PUBLIC_URL": base,
        "TWILIO_API_URL": api_url,
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_SMS_FROM": "+15550100100",
    }


def _settle(plot: Plot, line: Line, patience: float) -> None:
    """Wait until nothing is due, in the air or in doubt; what is left then is the verdict's matter."""
    end = time.monotonic() + patience
    while time.monotonic() < end and plot.is_open(line):
        time.sleep(0.2)


class Reminders:
    """The plot without programmes: people have asked for reminders."""

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self.environ: Mapping[str, str] = {}
        self.counts: Mapping[str, int] = {}
        self.starting: Sequence[str] = ()
        numbers = plan.numbers(scale.people)
        self.stopping = numbers[: int(scale.people * scale.stops)]

    def plan(self, line: Line, begin: datetime) -> AbstractContextManager[object]:
        """Nobody meddles."""
        self._planned = plan.make(line, self._scale.texts, self._scale.people, begin, self._scale.seconds)
        return nullcontext()

    def is_open(self, line: Line) -> bool:
        """Whether anything is due, in the air or in doubt."""
        return bool(verdict.OPEN & self.states(line).keys())

    def states(self, line: Line) -> dict[str, int]:
        """How many texts stand where, the poisoned left out."""
        counted = select(followups.c.state, func.count()).where(followups.c.id.not_in(self._planned.poisoned))
        with line.store.read() as work:
            return dict(Counter({row[0]: row[1] for row in work.execute(counted.group_by(followups.c.state))}))

    def verdict(self, line: Line, ledger: Sequence[Entry], stops: Sequence[Texted]) -> Verdict:
        """Compare row by row."""
        return verdict.of(line, self._planned, ledger, stops)
