"""The database falls away while texts are at the provider: what it answered is kept until it can be written down."""

import time
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.domain.delivery import FollowUpState
from bot.store.queries import followups
from tests.fakes.twilio_server import FakeTwilio, Manner
from tests.storm import plan, record, storm
from tests.storm.scale import BRISK
from tests.storm.workers import Workers

TEXTS, LATENCY = 60, 1.0


def test_receipts_in_the_air_outlive_a_restart_of_the_database(tmp_path):
    with record.opened("postgresql", tmp_path) as (built, postgres), FakeTwilio(Manner(latency=LATENCY)) as twilio:
        environ = storm.environ_of(built, "", twilio.url, "http://127.0.0.1:9")
        with Workers(tmp_path / "worker.log", environ, BRISK) as workers:
            workers.wait()
            planned = plan.make(built.line, TEXTS, TEXTS, datetime.now(UTC), 0)
            workers.start()
            end = time.monotonic() + 30
            while twilio.ledger.dealt.total() < TEXTS // 3:
                assert time.monotonic() < end
                time.sleep(0.02)
            # Away for longer than the provider takes to answer.
            postgres.restart_at_once(away=1.2 * LATENCY)
            seen: set[FollowUpState] = set()
            while (states := _states(built, planned)) != {FollowUpState.SENT: TEXTS}:
                assert time.monotonic() < end, states
                seen |= {*states}
                time.sleep(0.05)
        assert "outcomes wait" in workers.log.read_text(encoding="utf-8")
    assert FollowUpState.UNKNOWN not in seen
    assert len(twilio.ledger.all()) == TEXTS


def _states(built, planned):
    try:
        with built.line.store.read() as work:
            return Counter(followups.by_id(work, each).state for each in planned.texts)
    except SQLAlchemyError:
        return Counter()
