"""Follow-ups against a real HTTP server that speaks Twilio's messages API: once, or in doubt and then settled."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.consent import Consent, ConsentEvent
from bot.domain.delivery import GIVE_UP_UNKNOWN, LEASE, LONGEST_SENDING, SETTLE, FollowUpState, MessageStatus
from bot.domain.messages import Address, Channel
from bot.domain.policy import Source
from bot.services import status
from bot.services.claims import claim, claim_one
from bot.services.delivery import deliver, record, send
from bot.services.status import Report
from bot.services.sweep import sweep
from bot.store.queries import followups, messages, people
from bot.store.queries.followups import Plan
from bot.store.queries.people import ConsentRecord

ANA = Address(Channel.SMS, "+15550100123")
KEYS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "TWILIO_SMS_FROM": "+15550100100"}
SECOND = timedelta(seconds=1)


@pytest.fixture
def line(build, twilio):
    return build(**KEYS, TWILIO_API_URL=twilio.url, PUBLIC_URL="http://127.0.0.1:9").line


@pytest.fixture
def plan(line, now):
    """Plans a reminder, due now; the same person each time."""

    def _plan(topic="how", source=Source.PATIENT, at=now):
        with line.store.begin() as work:
            person = people.by_address(work, ANA) or people.add(work, ANA, now)
            return followups.plan(work, Plan(person.id, topic, at, source), now)

    return _plan


def at(moment):
    """A clock that stands still."""
    return lambda: moment


def row(line, followup_id):
    with line.store.begin() as work:
        return followups.by_id(work, followup_id)


def test_a_reminder_leaves_once_with_our_id_in_its_callback(line, twilio, plan, now):
    followup = plan()
    assert [deliver(line, followup, now) for _ in range(3)] == [FollowUpState.SENT, None, None]
    (entry,) = twilio.ledger.all()
    assert "you asked me to text you about: How chemo works" in entry.body
    assert entry.callback.endswith(f"/webhooks/twilio/status/{row(line, followup).message_id}")


def test_before_its_time_nothing_leaves(line, twilio, plan, now):
    assert deliver(line, plan(at=now + SECOND), now) is None
    assert twilio.ledger.all() == []


def test_quiet_hours_move_it_to_the_morning(line, twilio, plan, now):
    night = now + timedelta(hours=12)
    followup = plan(at=night)
    assert deliver(line, followup, night) is None
    assert row(line, followup).next_at == now + timedelta(hours=23)
    assert deliver(line, followup, now + timedelta(hours=23)) is FollowUpState.SENT


def test_without_consent_the_teams_text_is_refused_with_the_reason(line, twilio, plan, now):
    followup = plan(source=Source.TEAM)
    assert deliver(line, followup, now) is None
    held = row(line, followup)
    assert (held.state, held.reason) == (FollowUpState.REFUSED, "no consent on record")


def test_a_lesson_of_the_team_names_the_clinic(line, twilio, plan, now):
    followup = plan(source=Source.TEAM)
    with line.store.begin() as work:
        person = people.by_address(work, ANA)
        people.set_consent(work, person, ConsentRecord(ConsentEvent.START, Consent.ACTIVE, "patient", "START", now))
    assert deliver(line, followup, now) is FollowUpState.SENT
    assert twilio.ledger.all()[0].body.startswith("ChemoLine Demo: Chemo is strong medicine")


@pytest.mark.parametrize(
    ("fault", "state", "left"),
    [
        ("429", FollowUpState.DUE, 0),
        ("500-before", FollowUpState.UNKNOWN, 0),
        ("500-after", FollowUpState.UNKNOWN, 1),
        ("reset-before", FollowUpState.UNKNOWN, 0),
        ("reset-after", FollowUpState.UNKNOWN, 1),
        ("cut-after", FollowUpState.UNKNOWN, 1),
        ("page-after", FollowUpState.UNKNOWN, 1),
        ("list-after", FollowUpState.UNKNOWN, 1),
        ("nameless-after", FollowUpState.UNKNOWN, 1),
        ("nonsense-after", FollowUpState.UNKNOWN, 1),
        ("deep-after", FollowUpState.UNKNOWN, 1),
    ],
)
def test_a_fault_leads_to_due_or_doubt_and_then_to_one_text(line, twilio, plan, now, fault, state, left):
    twilio.script(fault)
    followup = plan()
    assert deliver(line, followup, now) is state
    assert len(twilio.ledger.all()) == left
    # The server's clock is the real one, far from this test's: the listing must not hide its entry.
    for entry in twilio.ledger.all():
        object.__setattr__(entry, "at", now.timestamp())
    for round_number in range(1, 6):
        sweep(line, at(now + round_number * (SETTLE + SECOND)))
    assert len(twilio.ledger.all()) == 1
    assert row(line, followup).state is FollowUpState.SENT


def test_a_worker_that_died_in_between_leaves_doubt_not_a_double(line, twilio, plan, now):
    followup = plan()
    assert claim_one(line, followup, now)
    assert deliver(line, followup, now + SECOND) is None
    sweep(line, at(now + LEASE))
    assert row(line, followup).state is FollowUpState.UNKNOWN
    sweep(line, at(now + LEASE + SECOND))
    assert twilio.ledger.all() == []


def test_a_callback_settles_a_text_in_doubt(line, twilio, plan, now):
    twilio.script("reset-after")
    followup = plan()
    deliver(line, followup, now)
    message_id = row(line, followup).message_id
    assert status.merge(line, Report(message_id, MessageStatus.DELIVERED, "SMx"), now)
    assert row(line, followup).state is FollowUpState.SENT
    assert not status.merge(line, Report(message_id, MessageStatus.SENT, "SMx"), now)
    with line.store.begin() as work:
        assert messages.one(work, message_id).status is MessageStatus.DELIVERED
    sweep(line, at(now + GIVE_UP_UNKNOWN))
    assert len(twilio.ledger.all()) == 1


class Hasty:
    """The real gateway, of a provider whose callback is here before its answer is."""

    def __init__(self, line, gateway, now):
        self.line, self.gateway, self.now = line, gateway, now

    def window(self, channel):
        return self.gateway.window(channel)

    def send(self, outbound):
        receipt = self.gateway.send(outbound)
        status.merge(self.line, Report(outbound.id, MessageStatus.DELIVERED, receipt.sid), self.now)
        return receipt


def test_a_callback_faster_than_the_answer_is_no_lost_lease(line, twilio, plan, now, caplog):
    followup = plan()
    hasty = replace(line, gateway_for=lambda address: Hasty(line, line.gateway_for(address), now))
    with caplog.at_level(logging.INFO):
        assert deliver(hasty, followup, now) is FollowUpState.SENT
    assert "lease lost" not in caplog.text
    (entry,) = twilio.ledger.all()
    message_id = row(line, followup).message_id
    with line.store.begin() as work:
        message = messages.one(work, message_id)
    assert (message.status, message.sid) == (MessageStatus.DELIVERED, entry.sid)


def test_the_carriers_opt_out_becomes_ours(line, twilio, plan, now):
    twilio.ledger.opted_out.add(ANA.value)
    first, later = plan(), plan("worse", at=now + timedelta(days=1))
    assert deliver(line, first, now) is FollowUpState.FAILED
    with line.store.begin() as work:
        assert people.by_address(work, ANA).consent is Consent.STOPPED
    assert row(line, later).state is FollowUpState.CANCELED


def test_one_text_in_flight_for_each_person(line, plan, now):
    first, second = plan("how"), plan("worse")
    assert claim_one(line, first, now)
    assert claim_one(line, second, now) == []
    assert claim(line, now, 10) == []


def test_a_stop_between_planning_and_claim_wins(line, plan, now):
    followup = plan()
    with line.store.begin() as work:
        person = people.by_address(work, ANA)
        people.set_consent(work, person, ConsentRecord(ConsentEvent.STOP, Consent.STOPPED, "patient", "STOP", now))
    assert claim_one(line, followup, now) == []
    assert row(line, followup).state is FollowUpState.REFUSED


def test_a_stop_between_claim_and_sending_wins(line, twilio, plan, now):
    (claimed,) = claim_one(line, plan(), now)
    with line.store.begin() as work:
        person = people.by_address(work, ANA)
        people.set_consent(work, person, ConsentRecord(ConsentEvent.STOP, Consent.STOPPED, "patient", "STOP", now))
    assert record(line, [send(line, claimed, at(now))], now) == [FollowUpState.CANCELED]
    assert twilio.ledger.all() == []
    held = row(line, claimed.followup.id)
    assert (held.state, held.reason) == (FollowUpState.CANCELED, "the person has sent STOP")


def test_a_worker_with_little_of_its_lease_left_does_not_begin(line, twilio, plan, now):
    (claimed,) = claim_one(line, plan(), now)
    late = now + LEASE - LONGEST_SENDING + SECOND
    assert record(line, [send(line, claimed, at(late))], late) == [FollowUpState.DUE]
    assert twilio.ledger.all() == []


def test_a_worker_whose_lease_was_lost_does_not_send_and_says_so(line, twilio, plan, now):
    """Nobody needs to look for a text that was never begun."""
    followup = plan()
    (claimed,) = claim_one(line, followup, now)
    sweep(line, at(now + LEASE))
    assert row(line, followup).state is FollowUpState.UNKNOWN
    assert record(line, [send(line, claimed, at(now))], now) == [FollowUpState.DUE]
    assert twilio.ledger.all() == []
    assert row(line, followup).state is FollowUpState.DUE


def test_a_worker_whose_text_was_claimed_anew_writes_nothing(line, twilio, plan, now):
    followup = plan()
    (claimed,) = claim_one(line, followup, now)
    for round_number in range(1, 4):
        sweep(line, at(now + LEASE + round_number * (SETTLE + SECOND)))
    assert row(line, followup).state is FollowUpState.SENT
    assert record(line, [send(line, claimed, at(now))], now) == [None]
    assert len(twilio.ledger.all()) == 1
    assert row(line, followup).state is FollowUpState.SENT


def test_a_receipt_that_comes_after_its_lease_still_proves_the_text(line, twilio, plan, now):
    followup = plan()
    (claimed,) = claim_one(line, followup, now)
    sent = send(line, claimed, at(now))
    sweep(line, at(now + LEASE))
    assert row(line, followup).state is FollowUpState.UNKNOWN
    assert record(line, [sent], now + LEASE) == [FollowUpState.SENT]
    assert row(line, followup).state is FollowUpState.SENT
    with line.store.begin() as work:
        assert messages.one(work, followup).sid == twilio.ledger.all()[0].sid


def test_a_poisoned_row_does_not_stop_the_sweep(line, twilio, plan, now):
    plan("no-such-topic")
    good = plan("how", at=now + SECOND)
    sweep(line, at(now + timedelta(minutes=1)))
    sweep(line, at(now + timedelta(minutes=1)))
    assert row(line, good).state is FollowUpState.SENT


def test_without_the_second_look_nothing_leaves_and_it_is_due_again(line, twilio, plan, now):
    followup = plan()
    (claimed,) = claim_one(line, followup, now)
    with line.store.begin() as work:
        work.execute(text("ALTER TABLE addresses RENAME TO away"))
    sent = send(line, claimed, at(now))
    with line.store.begin() as work:
        work.execute(text("ALTER TABLE away RENAME TO addresses"))
    assert record(line, [sent], now) == [FollowUpState.DUE]
    assert twilio.ledger.all() == []
    assert deliver(line, followup, now) is FollowUpState.SENT


def test_ids_of_texts_written_back_together_stay_with_their_texts(line, twilio, now):
    with line.store.begin() as work:
        for number in range(5):
            person = people.add(work, Address(Channel.SMS, f"+1555010020{number}"), now)
            followups.plan(work, Plan(person.id, "how", now, Source.PATIENT), now)
    claimed = claim(line, now, 5)
    early = claimed[0].outbound.id
    sent = [send(line, each, at(now)) for each in claimed]
    # A callback that was faster than we.
    status.merge(line, Report(early, MessageStatus.DELIVERED, sent[0].receipt.sid), now)
    record(line, sent[1:], now)
    assert record(line, sent, now) == [FollowUpState.SENT] * 5
    with line.store.begin() as work:
        kept = {each.outbound.to.value: messages.one(work, each.outbound.id) for each in claimed}
    assert {to: kept[to].sid for to in kept} == {entry.to: entry.sid for entry in twilio.ledger.all()}
    assert kept[claimed[0].outbound.to.value].status is MessageStatus.DELIVERED
