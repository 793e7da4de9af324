"""Who cannot be reached three times in a row is a task for the team, and no text is spent on them meanwhile."""

from datetime import timedelta

import pytest

from bot.domain.delivery import FollowUpState, MessageStatus
from bot.domain.messages import Address, Channel, Inbound
from bot.domain.policy import Source
from bot.services import inbound, status
from bot.services.delivery import deliver
from bot.services.status import Report
from bot.store.queries import followups, handoffs, people
from bot.store.queries.followups import Plan
from tests.fakes.twilio_server import FakeTwilio

ANA = Address(Channel.SMS, "+15550100123")
KEYS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "TWILIO_SMS_FROM": "+15550100100"}


@pytest.fixture
def line(build):
    with FakeTwilio() as provider:
        yield build(**KEYS, TWILIO_API_URL=provider.url).line


def plan(line, now, at):
    with line.store.begin() as work:
        person = people.by_address(work, ANA) or people.add(work, ANA, now)
        return followups.plan(work, Plan(person.id, None, at, Source.PATIENT), now)


def ends(line, now, number, outcome, *, permanent=True):
    """One more text leaves, and the provider says what became of it."""
    at = now + timedelta(minutes=number)
    followup_id = plan(line, now, at)
    assert deliver(line, followup_id, at) is FollowUpState.SENT
    with line.store.begin() as work:
        message_id = followups.by_id(work, followup_id).message_id
    report = Report(message_id, outcome, f"SM{message_id}", "30005", permanent=permanent)
    assert status.merge(line, report, at)
    # A doubled callback counts once.
    assert not status.merge(line, report, at)


def waiting(line):
    with line.store.begin() as work:
        return handoffs.count_by_reason(work)


def state(line, followup_id):
    with line.store.begin() as work:
        found = followups.by_id(work, followup_id)
        return found.state, found.reason


def test_three_failures_in_a_row_end_the_trying_and_tell_the_team(line, now):
    later = plan(line, now, now + timedelta(days=1))
    for number in range(2):
        ends(line, now, number, MessageStatus.UNDELIVERED)
    assert waiting(line) == {}
    ends(line, now, 2, MessageStatus.UNDELIVERED)
    assert waiting(line) == {"unreachable": 1}
    assert state(line, later) == (FollowUpState.CANCELED, "three texts in a row could not be delivered")


@pytest.mark.parametrize("outcome", [MessageStatus.DELIVERED, MessageStatus.READ])
def test_one_that_arrives_begins_the_count_anew(line, now, outcome):
    for number in range(2):
        ends(line, now, number, MessageStatus.UNDELIVERED)
    ends(line, now, 3, outcome)
    for number in range(4, 6):
        ends(line, now, number, MessageStatus.UNDELIVERED)
    assert waiting(line) == {}


def test_so_does_a_text_from_the_person(line, now):
    for number in range(2):
        ends(line, now, number, MessageStatus.UNDELIVERED)
    inbound.handle(line, Inbound("SM1", ANA, "hello", now + timedelta(minutes=3)))
    for number in range(4, 6):
        ends(line, now, number, MessageStatus.UNDELIVERED)
    assert waiting(line) == {}


def test_a_phone_that_was_off_is_no_permanent_failure(line, now):
    for number in range(5):
        ends(line, now, number, MessageStatus.UNDELIVERED, permanent=False)
    assert waiting(line) == {}
