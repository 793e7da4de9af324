"""A worker that stands still past its lease, as a laptop does when it is shut: what it held is another's by then."""

import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.delivery import FollowUpState
from bot.store.queries import followups
from tests.fakes.twilio_server import FakeTwilio, Manner
from tests.storm import plan, storm
from tests.storm.scale import BRISK
from tests.storm.workers import Workers

TIMING = replace(BRISK, settle=timedelta(seconds=0.7), sweep=timedelta(seconds=0.2))
LATENCY = 0.8


def until(happened, seconds=20):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_a_worker_frozen_before_its_last_look_sends_nothing_when_it_wakes(record, tmp_path):
    built = record[0]

    def states():
        with built.line.store.read() as work:
            return [followups.by_id(work, each).state for each in planned.texts]

    with FakeTwilio(Manner(latency=LATENCY)) as twilio:
        environ = storm.environ_of(built, "", twilio.url, "http://127.0.0.1:9") | {"SEND_THREADS": "1"}
        with Workers(tmp_path / "worker.log", environ, TIMING) as workers:
            workers.wait()
            planned = plan.make(built.line, 2, 2, datetime.now(UTC), 0)
            frozen = workers.start()
            # One thread: the first is at the provider, the second waits in the worker for its last look.
            until(lambda: twilio.ledger.dealt.total() == 1)
            assert states() == [FollowUpState.SENDING] * 2
            workers.signal(frozen, signal.SIGSTOP)
            workers.start()
            until(lambda: states() == [FollowUpState.SENT] * 2)
            assert len(twilio.ledger.all()) == 2
            workers.signal(frozen, signal.SIGCONT)
            # It works again, and has looked at what it held.
            until(lambda: "lease lost" in workers.log.read_text(encoding="utf-8"))
            time.sleep(2 * LATENCY)
        assert len(twilio.ledger.all()) == 2
    assert states() == [FollowUpState.SENT] * 2
