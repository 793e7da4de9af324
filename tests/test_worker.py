"""The real worker process against real servers: pokes, outages, and an end that loses nothing."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from redis import Redis

import worker
from bot.domain.delivery import PRODUCTION, FollowUpState
from bot.domain.messages import Address, Channel
from bot.domain.policy import Source
from bot.queue import AlarmClock
from bot.services.sweep import Swept
from bot.store.queries import followups, people
from bot.store.queries.followups import Plan
from tests.fakes.gate import Gate
from tests.fakes.twilio_server import FakeTwilio, Manner

ROOT = Path(__file__).parents[1]
KEYS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "TWILIO_SMS_FROM": "+15550100100"}
# The worker knows nothing of databases and takes seconds to start: one test on both is enough.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_numbers = count(15550100200)


class Process:
    """A worker with its log."""

    def __init__(self, log: Path, environ: dict[str, str]) -> None:
        self.log = log
        with log.open("wb") as file:
            self.popen = subprocess.Popen(
                [sys.executable, "worker.py"], cwd=ROOT, env=environ, stdout=file, stderr=subprocess.STDOUT
            )

    def told(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def end(self, *signals: int) -> float:
        """Send the signals; gives the seconds until the process has ended with 0."""
        begun = time.monotonic()
        for number in signals:
            self.popen.send_signal(number)
            time.sleep(0.2)
        assert self.popen.wait(20) == 0, self.told()
        return time.monotonic() - begun


@contextmanager
def running(built, tmp_path, redis_url, **more):
    secrets = {
        "DATA_KEYS": built.settings.data_keys.get_secret_value(),
        "DATABASE_URL": built.settings.database_url,
        "SECRET_KEY": "test",
    }
    process = Process(
        tmp_path / "worker.log",
        os.environ | KEYS | secrets | {"QUIET_HOURS": "off", "REDIS_URL": redis_url} | more,
    )
    try:
        until(lambda: "worker started" in process.told() or process.popen.poll() is not None, 30)
        yield process
    finally:
        process.popen.kill()
        process.popen.wait()


def until(happened, seconds):
    """Wait until it is so; gives the seconds it took."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - begun


def plan(built, due=None):
    """A reminder that somebody asked for, due now unless said otherwise."""
    now = datetime.now(UTC)
    with built.line.store.begin() as work:
        person = people.add(work, Address(Channel.SMS, f"+{next(_numbers)}"), now)
        return followups.plan(work, Plan(person.id, None, due or now, Source.PATIENT), now)


def state(built, followup_id):
    with built.line.store.begin() as work:
        return followups.by_id(work, followup_id).state


def is_sent(built, followup_id):
    return lambda: state(built, followup_id) is FollowUpState.SENT


def listens(valkey_url):
    with Redis.from_url(valkey_url) as client:
        return client.scard("rq:workers") > 0


@pytest.fixture
def gate(valkey_url):
    with Gate(urlsplit(valkey_url).path) as opened:
        yield opened


@pytest.fixture
def twilio():
    with FakeTwilio() as provider:
        yield provider


def test_a_poke_is_answered_before_the_next_sweep(build, valkey_url, twilio, tmp_path):
    built = build()
    with running(built, tmp_path, valkey_url, TWILIO_API_URL=twilio.url) as process:
        until(lambda: listens(valkey_url), 10)
        for _ in range(3):
            followup_id = plan(built)
            AlarmClock(valkey_url).wake()
            assert until(is_sent(built, followup_id), 10) < PRODUCTION.sweep.total_seconds() - 1
        assert process.end(signal.SIGTERM) < 5
    assert len(twilio.ledger.all()) == 3
    assert "5550100" not in process.told()
    assert "Traceback" not in process.told()


@on_sqlite
def test_redis_may_be_away_come_and_go(build, valkey_url, gate, twilio, tmp_path):
    built = build()
    planned = [plan(built)]
    redis_url = f"redis://127.0.0.1:{gate.port}/0"
    gate.shut()
    with running(built, tmp_path, redis_url, TWILIO_API_URL=twilio.url) as process:
        until(is_sent(built, planned[0]), 15)
        gate.open()
        until(lambda: listens(valkey_url), 10)
        planned.append(plan(built))
        AlarmClock(valkey_url).wake()
        until(is_sent(built, planned[1]), 10)
        gate.shut()
        planned.append(plan(built))
        until(is_sent(built, planned[2]), 15)
        assert process.end(signal.SIGTERM) < 5
    # Each outage is one line, however often Redis was asked meanwhile.
    own = [line for line in process.told().splitlines() if '"logger": "worker"' in line]
    assert 1 <= sum("Redis is away" in line for line in own) <= 2
    assert sum("Redis is back" in line for line in own) == 1
    assert len(twilio.ledger.all()) == 3


@on_sqlite
def test_without_redis_the_sweep_sends_everything(build, twilio, tmp_path):
    built = build()
    planned = [plan(built) for _ in range(5)]
    with running(built, tmp_path, "", TWILIO_API_URL=twilio.url) as process:
        for followup_id in planned:
            until(is_sent(built, followup_id), 15)
        assert process.end(signal.SIGINT) < 5
    assert len(twilio.ledger.all()) == 5


@on_sqlite
def test_a_text_leaves_within_a_second_of_its_time(build, twilio, tmp_path):
    built = build()
    with running(built, tmp_path, "", TWILIO_API_URL=twilio.url) as process:
        # Not on the beat of the sweep: the round before looks ahead and comes back in time.
        due = datetime.now(UTC) + timedelta(seconds=7.3)
        until(is_sent(built, plan(built, due)), 15)
        assert process.end(signal.SIGTERM) < 5
    (entry,) = twilio.ledger.all()
    assert 0 <= entry.at - due.timestamp() < 1


@on_sqlite
@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGTERM, signal.SIGINT]])
def test_the_text_in_hand_is_finished_before_the_end(build, valkey_url, tmp_path, signals):
    built = build()
    with (
        FakeTwilio(Manner(latency=2)) as slow,
        running(built, tmp_path, valkey_url, TWILIO_API_URL=slow.url) as process,
    ):
        until(lambda: listens(valkey_url), 10)
        followup_id = plan(built)
        AlarmClock(valkey_url).wake()
        until(lambda: state(built, followup_id) is FollowUpState.SENDING, 10)
        assert process.end(*signals) < 12
        assert len(slow.ledger.all()) == 1
    assert state(built, followup_id) is FollowUpState.SENT


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def workers_of(pid):
    """The processes that work, without multiprocessing's own tracker of resources."""
    return [child for child in children_of(pid) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@on_sqlite
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts processes in /proc, which only Linux has")
def test_several_processes_work_are_replaced_and_end_together(build, valkey_url, twilio, tmp_path):
    built = build()
    with running(built, tmp_path, valkey_url, TWILIO_API_URL=twilio.url, WORKER_PROCESSES="2") as process:
        until(lambda: process.told().count("worker started") == 2, 30)
        first = workers_of(process.popen.pid)
        os.kill(first[0], signal.SIGKILL)
        until(lambda: process.told().count("worker started") == 3, 30)
        until(is_sent(built, plan(built)), 15)
        pids = workers_of(process.popen.pid)
        assert len(pids) == 2 and first[0] not in pids
        assert process.end(signal.SIGTERM) < 12
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert "worker process died" in process.told()
    assert len(twilio.ledger.all()) == 1


@on_sqlite
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts processes in /proc, which only Linux has")
def test_the_processes_of_a_supervisor_that_was_killed_end_too(build, tmp_path):
    """A platform starts a new set beside them, and nobody would ever tell these to go."""
    with running(build(), tmp_path, "", WORKER_PROCESSES="2") as process:
        until(lambda: process.told().count("worker started") == 2, 30)
        pids = workers_of(process.popen.pid)
        process.popen.kill()
        until(lambda: process.told().count("worker stopped") == 2, 15)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 15)


@on_sqlite
def test_a_wrong_setting_is_one_line_and_exit_code_1(build, tmp_path):
    with running(build(), tmp_path, "", DEFAULT_TIMEZONE="Mars/Olympus") as process:
        assert process.popen.wait(20) == 1
        assert process.told() == "DEFAULT_TIMEZONE is an IANA time zone such as America/New_York\n"


class Hasty(worker.Stop):
    """Waits for nothing."""

    def wait(self, seconds):
        super().wait(0)


def test_a_failing_round_does_not_stop_the_next(caplog):
    stop, rounds = Hasty(), []

    def sweep_once():
        rounds.append(1)
        if len(rounds) == 1:
            raise ValueError("+15550100123 said something private")
        stop()
        return Swept(woken=False, sent=0, settled=0, next_at=None)

    worker.run("", sweep_once, stop, 30)
    assert len(rounds) == 2
    assert [record.error for record in caplog.records] == ["ValueError"]
    assert "private" not in caplog.text


def test_everybody_who_waits_for_the_stop_wakes_at_once():
    stop = worker.Stop()
    waiting = [Thread(target=stop.wait, args=(30,)) for _ in range(3)]
    for thread in waiting:
        thread.start()
    stop(signal.SIGTERM, None)
    stop(signal.SIGINT, None)
    for thread in waiting:
        thread.join(5)
    assert stop.raised
    assert not any(thread.is_alive() for thread in waiting)
