"""Texts of programmes on their way out: an end or a pause reaches those in the air, and what is sent counts once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.consent import Consent, ConsentEvent
from bot.domain.delivery import LEASE, FollowUpState
from bot.domain.messages import Address, Channel, Inbound
from bot.domain.policy import Reason
from bot.services import enrolling, inbound
from bot.services.claims import claim
from bot.services.delivery import record, send
from bot.services.enrolling import Start
from bot.store.queries import enrolments, followups, people
from bot.store.queries.people import ConsentRecord

KEYS = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_SMS_FROM": "+15550100100",
    "TWILIO_WHATSAPP_FROM": "+15550100101",
}
ANA = Address(Channel.SMS, "+15550100123")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def line(build, twilio):
    return build(**KEYS, TWILIO_API_URL=twilio.url).line


def enrolled(line, now, programme="first-cycle", on=date(2026, 11, 16), address=ANA):
    """In New York and in agreement; the card of the first treatment's next day is due on the 17th at ten."""
    with line.store.begin() as work:
        person = people.by_address(work, address) or people.add(work, address, now)
        people.set_consent(work, person, ConsentRecord(ConsentEvent.IMPORTED, Consent.ACTIVE, "import", "yes", now))
        person, _ = people.by_id(work, person.id)
        return enrolling.enrol(line, work, person, Start(programme, on), now).id


def sent_at(line, now):
    return record(line, [send(line, each, lambda: now) for each in claim(line, now, 5)], now)


def rows(line, *states):
    with line.store.begin() as work:
        return followups.listed(work, states or [*FollowUpState])


@pytest.mark.parametrize(("deed", "state", "reason"), [
    (enrolling.end, FollowUpState.REFUSED, Reason.ENDED), (enrolling.pause, FollowUpState.DUE, Reason.ON_HOLD),
])  # fmt: skip
def test_what_bounces_after_its_programme_was_ended_or_paused_stays(line, twilio, now, deed, state, reason):
    """Nobody could take it back with the others: it was in the air."""
    enrolment = enrolled(line, now - HOUR)
    twilio.script("429")
    (claimed,) = claim(line, now, 5)
    deed(line, enrolment)
    assert record(line, [send(line, claimed, lambda: now)], now) == [FollowUpState.DUE]
    assert sent_at(line, now + 2 * SECOND) == []
    assert twilio.ledger.all() == []
    (held,) = [row for row in rows(line) if row.id == claimed.followup.id]
    assert (held.state, held.reason) == (state, reason)


def test_a_text_is_not_begun_that_could_run_into_the_quiet_hours(line, twilio, now):
    enrolled(line, now - HOUR)
    closing = datetime(2026, 11, 18, 1, tzinfo=UTC)
    assert claim(line, closing - LEASE - 60 * SECOND, 5) == []
    opening = datetime(2026, 11, 18, 14, tzinfo=UTC)
    assert {row.next_at for row in rows(line, FollowUpState.DUE) if row.due_at <= closing} == {opening}
    assert sent_at(line, opening) == [FollowUpState.SENT]


def test_a_whatsapp_text_is_not_begun_when_its_window_could_close(line, twilio, now):
    """And the team sees why it waits."""
    address = Address(Channel.WHATSAPP, "+15550100124")
    inbound.handle(line, Inbound("SM1", address, "hello", now - 24 * HOUR + LEASE))
    enrolled(line, now - HOUR, address=address)
    assert claim(line, now, 5) == []
    assert [row.reason for row in rows(line, FollowUpState.DUE) if row.due_at <= now] == [Reason.NO_TEMPLATE]


def test_cards_that_were_sent_leave_room_for_what_a_delay_moves(line, twilio, now):
    """Cards of past treatments once stood on the day of the delay, and crowded out a week of texts."""
    enrolment = enrolled(line, now - HOUR)
    for day in range(62):
        sent_at(line, now + timedelta(days=day))
    third = date(2026, 11, 16) + timedelta(days=63)
    later = now + timedelta(days=62)
    enrolling.delay(line, enrolment, 4, third + timedelta(days=1), later)
    with line.store.begin() as work:
        (days,) = [each.days for each in enrolments.by_ids(work, [enrolment]).values()]
    treatment = next(day.on for day in days if day.number == 4)
    planned = {row.step: row.due_at.date() for row in rows(line, FollowUpState.DUE) if row.step.startswith("C4")}
    assert planned == {
        "C4D+1-fever-card": treatment + timedelta(days=1),
        "C4D+3-check-in": treatment + timedelta(days=3),
        "C4D+7-fever-again": treatment + timedelta(days=7),
        "C4D+17-ask-team": treatment + timedelta(days=17),
    }
