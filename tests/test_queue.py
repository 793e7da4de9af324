"""The alarm clock against a real server: pokes, outages, and jobs that somebody else put there."""

import json
import logging
import os
import pickle
import zlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from redis import Redis
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from bot.queue import AlarmClock, build_worker
from tests.fakes.gate import Gate

QUEUE_KEY, JOB_KEYS = "rq:queue:chemoline", "rq:job:drain-*"


@pytest.fixture
def redis(valkey_url):
    with Redis.from_url(valkey_url) as client:
        yield client


@pytest.fixture
def gate(valkey_url):
    with Gate(urlsplit(valkey_url).path) as opened:
        yield opened


def work(valkey_url):
    """Run what is waiting, then stop."""
    worker = build_worker(valkey_url, f"test-{os.urandom(4).hex()}", lambda: len(worker.queues[0]) == 0)
    worker.work(logging_level="WARNING")
    worker.connection.close()


def test_a_poke_holds_nothing_and_is_soon_forgotten(valkey_url, redis):
    assert AlarmClock(valkey_url).wake()
    (key,) = redis.keys(JOB_KEYS)
    job = redis.hgetall(key)
    assert json.loads(zlib.decompress(job[b"data"])) == ["bot.jobs.drain", None, [], {}]
    assert job[b"description"] == key.removeprefix(b"rq:job:")
    assert (job[b"result_ttl"], job[b"failure_ttl"], job[b"timeout"]) == (b"0", b"86400", b"60")
    assert 50 < redis.ttl(key) <= 60


def test_waking_twice_leaves_one_poke(valkey_url, redis):
    clock = AlarmClock(valkey_url)
    assert clock.wake()
    assert clock.wake()
    assert redis.llen(QUEUE_KEY) == 1


def test_without_redis_nobody_is_woken():
    clock = AlarmClock(None)
    assert (clock.wake(), clock.alive()) == (False, False)


def test_an_outage_is_said_once_and_then_waited_out(gate, caplog):
    clock = AlarmClock(f"redis://127.0.0.1:{gate.port}/0", pause=60)
    assert (clock.wake(), clock.alive()) == (True, True)
    gate.shut()
    assert [clock.wake() for _ in range(50)] == [False] * 50
    assert not clock.alive()
    (record,) = caplog.records
    assert (record.getMessage(), record.levelno) == ("Redis is away", logging.WARNING)


def test_after_the_pause_the_clock_wakes_again(gate):
    clock = AlarmClock(f"redis://127.0.0.1:{gate.port}/0", pause=0)
    gate.shut()
    assert not clock.wake()
    gate.open()
    assert (clock.wake(), clock.alive()) == (True, True)


def test_a_server_that_never_answers_is_given_up_soon(valkey_url, redis):
    redis.execute_command("CLIENT", "PAUSE", "1300")
    assert not AlarmClock(valkey_url).wake()


def forge(redis, name, data, **fields):
    """What someone who can write to Redis would put there."""
    redis.hset(f"rq:job:{name}", mapping={"data": data, "status": "queued", "origin": "chemoline", **fields})
    redis.rpush(QUEUE_KEY, name)


def ours(*args, function="bot.jobs.drain", instance=None, **kwargs):
    return json.dumps([function, instance, args, kwargs]).encode()


@pytest.mark.parametrize(
    ("make_data", "fields"),
    [
        (lambda crime: ours(f"touch {crime}", function="os.system"), {}),
        (lambda crime: zlib.compress(ours(f"touch {crime}", function="os.system")), {}),
        (lambda crime: pickle.dumps(("os.system", None, (f"touch {crime}",), {})), {}),
        (lambda crime: ours(str(crime), function="os.mkdir"), {}),
        (lambda crime: ours(function="format", instance="x"), {}),
        (lambda crime: ours(function=["bot.jobs.drain"]), {}),
        (lambda crime: ours({"id": "1"}), {}),
        (lambda crime: ours("1", "2"), {}),
        (lambda crime: ours("0123456789abcdef"), {}),
        (lambda crime: ours(followup_id="0123456789abcdef"), {}),
        (lambda crime: json.dumps(["bot.jobs.drain", None, None, None]).encode(), {}),
        (lambda crime: b'"bot.jobs.drain"', {}),
        (lambda crime: b"\xff", {}),
        (lambda crime: ours(), {"success_callback_name": "os.system"}),
        (lambda crime: ours(), {"failure_callback_name": "os.system"}),
        (lambda crime: ours(), {"stopped_callback_name": "os.system"}),
        (lambda crime: ours(), {"retries_left": "3"}),
        (lambda crime: ours(), {"webhooks": '[{"url": "http://127.0.0.1:9/", "statuses": ["finished"]}]'}),
        (lambda crime: ours(), {"retries_left": "many"}),
        (lambda crime: ours(), {"status": "no such status"}),
        (lambda crime: ours(), {"dependency_ids": "{"}),
    ],
)
def test_a_forged_job_is_refused_and_removed(valkey_url, redis, tmp_path, caplog, make_data, fields):
    crime = tmp_path / "crime"
    assert AlarmClock(valkey_url).wake()
    forge(redis, "forged", make_data(crime), **fields)
    work(valkey_url)
    assert not crime.exists()
    assert redis.exists("rq:job:forged") == 0
    refused = [record for record in caplog.records if record.getMessage() == "forged job refused"]
    assert [record.job for record in refused] == ["forged"]
    assert str(tmp_path) not in caplog.text
    # The honest job beside it had its turn: no runtime is bound here, which the job only logs.
    assert redis.keys(JOB_KEYS) == []


def test_a_forgery_does_run_without_the_allow_list(valkey_url, redis, tmp_path):
    crime = tmp_path / "crime"
    forge(redis, "forged", ours(f"touch {crime}", function="os.system"))
    Job.fetch("forged", redis, JSONSerializer).perform()
    assert crime.exists()


def test_an_abandoned_forgery_is_not_called_back(valkey_url, redis, tmp_path):
    crime = tmp_path / "crime"
    forge(redis, "forged", ours(f"touch {crime}", function="os.system"), failure_callback_name="os.system")
    redis.zadd("rq:wip:chemoline", {"forged:1": 1})
    redis.delete(QUEUE_KEY)
    work(valkey_url)
    assert not crime.exists()
    assert redis.zcard("rq:wip:chemoline") == 0


def test_a_long_or_strange_job_id_stops_nobody(valkey_url, redis, caplog):
    forge(redis, "x" * 100_000, ours("true", function="os.system"))
    forge(redis, "+1 555 010 0123", ours("true", function="os.system"))
    redis.rpush(QUEUE_KEY, "no-such-job")
    assert AlarmClock(valkey_url).wake()
    work(valkey_url)
    assert redis.keys(JOB_KEYS) == []
    assert "5550100123" not in caplog.text.replace(" ", "")
    assert all(len(record.getMessage()) < 500 for record in caplog.records)


def test_nothing_of_a_finished_job_stays(valkey_url, redis):
    clock = AlarmClock(valkey_url)
    clock.wake()
    work(valkey_url)
    assert redis.keys("rq:job*") + redis.keys("rq:results*") == []
    assert clock.wake(), "it can be woken again at once"
    assert redis.llen(QUEUE_KEY) == 1


def test_a_failed_poke_is_shown_and_stops_nobody(valkey_url, redis):
    clock = AlarmClock(valkey_url)
    clock.wake()
    (key,) = redis.keys(JOB_KEYS)
    job = Job.fetch(key.decode().removeprefix("rq:job:"), redis, JSONSerializer)
    job.ended_at = datetime(2026, 11, 17, 15, tzinfo=UTC)
    job.save()
    FailedJobRegistry("chemoline", redis).add(job, ttl=60)
    assert clock.failed() == [f"{job.id} at 2026-11-17 15:00"]
    redis.delete(QUEUE_KEY)
    assert clock.wake() and redis.llen(QUEUE_KEY) == 1


def test_the_worker_listens_to_nobody_who_can_publish(valkey_url, redis):
    worker = build_worker(valkey_url, "test-quiet", lambda: True)
    worker.bootstrap()
    assert redis.pubsub_numsub("rq:pubsub:test-quiet") == [(b"rq:pubsub:test-quiet", 0)]
    worker.teardown()
    worker.connection.close()
