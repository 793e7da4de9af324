"""One storm from the first promise to the verdict."""

import os
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.domain.delivery import FollowUpState, Timing
from bot.runtime import Runtime
from bot.store.models import followups
from tests.fakes.twilio_ledger import Entry
from tests.fakes.twilio_server import FakeTwilio, Manner
from tests.servers import Postgres, Valkey, free_port
from tests.storm import plan, verdict, web
from tests.storm.plan import Planned
from tests.storm.verdict import Verdict
from tests.storm.weather import Weather
from tests.storm.web import Stopped, Stops
from tests.storm.workers import Workers

TOKEN = "token"
# Shares of all sendings.
FAULTS = {
    "429": 0.02,
    "500-before": 0.02,
    "500-after": 0.02,
    "reset-before": 0.01,
    "reset-after": 0.02,
    "hang-before": 0.005,
    "hang-after": 0.01,
}
# Short, in the order that production has: listing lag < settle, connect + read < sending < lease.
BRISK = Timing(
    connect=timedelta(seconds=0.7),
    read=timedelta(seconds=1.5),
    sending=timedelta(seconds=2.5),
    lease=timedelta(seconds=3.2),
    settle=timedelta(seconds=1.5),
    sweep=timedelta(seconds=0.4),
)
BRISK_LAG = 0.8


@dataclass(frozen=True, slots=True)
class Scale:
    """How big a storm is. Seconds; `stops` is a share of all people."""

    texts: int
    people: int
    seconds: float
    workers: int = 3
    stops: float = 0.2
    timing: Timing = BRISK
    latency: float = 0.05
    listing_lag: float = BRISK_LAG
    reports: str = "stormy"
    faults: Mapping[str, float] = field(default_factory=lambda: FAULTS)
    calm: bool = False
    patience: float = 120


# What must fail: doubts are taken for settled long before the provider lists what it took, and no callback says so.
CONTROL = Scale(
    texts=20,
    people=20,
    seconds=1,
    workers=1,
    stops=0,
    timing=replace(BRISK, settle=timedelta(seconds=0.2), sweep=timedelta(seconds=0.2)),
    listing_lag=60,
    reports="none",
    faults={"reset-after": 0.5},
    calm=True,
    patience=15,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and what is wrong with it."""

    verdict: Verdict
    counts: Mapping[str, int]
    states: Mapping[str, int]
    stops: list[Stopped]
    seconds: float

    def __str__(self) -> str:
        return f"{self.verdict}\n{self.counts}\n{self.states}"


def run(built: Runtime, scale: Scale, folder: Path, postgres: Postgres | None = None) -> Outcome:
    """Plan, send in bad weather, wait until nothing is open, compare."""
    began, port = time.monotonic(), free_port()
    base = f"http://127.0.0.1:{port}"
    hang = scale.timing.read.total_seconds() + 0.5
    manner = Manner(TOKEN, scale.latency, scale.listing_lag, hang, scale.reports, base)
    with ExitStack() as stack:
        twilio = stack.enter_context(FakeTwilio(manner))
        valkey = Valkey()
        stack.callback(valkey.kill)
        environ = environ_of(built, valkey.url, twilio.url, base)
        workers = stack.enter_context(Workers(folder / "worker.log", environ, scale.timing))
        stack.enter_context(web.serving(environ, port, folder / "web.log"))
        workers.wait()
        begin = datetime.now(UTC)
        planned = plan.make(built.line, scale.texts, scale.people, begin, scale.seconds)
        twilio.ledger.script(rates=scale.faults)
        stops = Stops(base, TOKEN, planned.people[: int(scale.people * scale.stops)], scale.seconds)
        seen = _pass(scale, workers, valkey, postgres)
        answered = stops.all()
        _settle(built, planned, scale.patience)
        late = twilio.reporter.release()
        twilio.reporter.wait_until_quiet()
        counts = seen | {f"provider: {fault}": count for fault, count in sorted(twilio.ledger.dealt.items()) if fault}
        counts |= {f"callbacks: {fate}": count for fate, count in sorted(twilio.reporter.fates.items())}
        codes = twilio.reporter.answers
        counts |= {"callbacks recorded": codes.count(204), "callbacks refused in an outage": codes.count(503)}
        counts |= {"callbacks after hours": late}
        ledger = twilio.ledger.all()
        counts |= _of_stops(answered, ledger)
        found = verdict.of(built.line, planned, ledger, answered)
        return Outcome(found, counts, _states(built, planned), answered, time.monotonic() - began)


def _of_stops(stops: list[Stopped], ledger: list[Entry]) -> dict[str, int]:
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
    with Weather(workers, scale.workers, valkey, postgres, scale.seconds) as weather:
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


def _settle(built: Runtime, planned: Planned, patience: float) -> None:
    """Wait until nothing is due, in the air or in doubt; what is left then is the verdict's matter."""
    end = time.monotonic() + patience
    open_states = (FollowUpState.DUE, FollowUpState.SENDING, FollowUpState.UNKNOWN)
    while time.monotonic() < end and any(_states(built, planned).get(state) for state in open_states):
        time.sleep(0.2)


def _states(built: Runtime, planned: Planned) -> dict[str, int]:
    counted = select(followups.c.state, func.count()).where(followups.c.id.not_in(planned.poisoned))
    with built.line.store.read() as work:
        return dict(Counter({row[0]: row[1] for row in work.execute(counted.group_by(followups.c.state))}))
