"""The sender's rate holds for all workers together, and an idle sender saves nothing up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.messages import Address, Channel
from bot.domain.policy import Source
from bot.services.drain import drain
from bot.store.queries import followups, people, slots
from bot.store.queries.followups import Plan
from tests.fakes.twilio_server import FakeTwilio

KEYS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "TWILIO_SMS_FROM": "+15550100100"}
SECOND = timedelta(seconds=1)


def reserve(line, number, now, channel=Channel.SMS):
    with line.store.begin() as work:
        return slots.reserve(work, channel, number, now, 10)


def test_slots_follow_each_other_whoever_asks(build, now):
    one, other = build().line, build().line
    assert reserve(one, 2, now) == [now, now + SECOND / 10]
    assert reserve(other, 1, now) == [now + 2 * SECOND / 10]
    # Each channel has its own sender.
    assert reserve(one, 1, now, Channel.WHATSAPP) == [now]
    # An hour of silence is no credit.
    assert reserve(other, 1, now + 3600 * SECOND) == [now + 3600 * SECOND]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_second_has_more_texts_than_the_rate(build, workers):
    with FakeTwilio() as twilio:
        lines = [
            build(**KEYS, TWILIO_API_URL=twilio.url, QUIET_HOURS="off", SEND_RATE="20").line for _ in range(workers)
        ]
        now = datetime.now(UTC)
        with lines[0].store.begin() as work:
            for number in range(40):
                person = people.add(work, Address(Channel.SMS, f"+1555010{number:04}"), now)
                followups.plan(work, Plan(person.id, None, now, Source.PATIENT), now)
        with ThreadPoolExecutor(workers) as pool:
            sent = list(pool.map(lambda line: drain(line, lambda: datetime.now(UTC)).sent, lines))
        assert sum(sent) == 40
        left = sorted(entry.at for entry in twilio.ledger.all())
    # Forty texts at twenty a second; a thread that wakes late may stand close to the next.
    assert 1.8 <= left[-1] - left[0] < 4
    assert all(sum(start <= at < start + 1 for at in left) <= 24 for start in left)
