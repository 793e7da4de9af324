"""What settles a text in doubt, and what must not: evidence counts once, for one text, and one bad row stops nobody."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import LargeBinary, literal, text, update
from sqlalchemy.exc import OperationalError

from bot.domain.delivery import GIVE_UP_UNKNOWN, LEASE, LONGEST_SENDING, SETTLE, FollowUpState, MessageStatus, Next
from bot.domain.messages import Address, Channel, Inbound
from bot.domain.policy import Source
from bot.services import inbound, status
from bot.services.claims import claim, claim_one
from bot.services.delivery import Sent, deliver, record, send
from bot.services.status import Report
from bot.services.sweep import sweep
from bot.store.models import addresses
from bot.store.queries import claims, followups, forgetting, messages, people
from bot.store.queries.followups import Plan
from bot.store.queries.messages import Taken

KEYS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "TWILIO_SMS_FROM": "+15550100100"}
SECOND, ROUND = timedelta(seconds=1), SETTLE + timedelta(seconds=1)
ANA, BO = (Address(Channel.SMS, f"+1555010012{digit}") for digit in (3, 4))


@pytest.fixture
def line(build, twilio):
    return build(**KEYS, TWILIO_API_URL=twilio.url, PUBLIC_URL="http://127.0.0.1:9").line


@pytest.fixture
def plan(line, now):
    """Plans a reminder, due now unless said otherwise."""

    def _plan(address=ANA, topic=None, at=now):
        with line.store.begin() as work:
            person = people.by_address(work, address) or people.add(work, address, now)
            return followups.plan(work, Plan(person.id, topic, at, Source.PATIENT), now)

    return _plan


def at(moment):
    return lambda: moment


def row(line, followup_id):
    with line.store.begin() as work:
        return followups.by_id(work, followup_id)


def state(line, followup_id):
    return row(line, followup_id).state


def make_unreadable(line, address):
    """As after a lost key: the row is there, the number in it cannot be had."""
    with line.store.begin() as work:
        person = people.by_address(work, address)
        sealed_otherwise = literal(b"no such key", LargeBinary)
        work.execute(update(addresses).where(addresses.c.id == person.id).values(address=sealed_otherwise))


class Asked:
    """The real gateway, with something done after it was asked for its list and before the list arrives."""

    def __init__(self, gateway, meanwhile):
        self.gateway, self.meanwhile = gateway, meanwhile

    def send(self, outbound):
        return self.gateway.send(outbound)

    def find(self, to, body, since):
        found = self.gateway.find(to, body, since)
        self.meanwhile()
        return found


def test_a_list_asked_for_before_an_attempt_says_nothing_about_it(line, twilio, plan, now):
    twilio.script("reset-before", "reset-after")
    followup = plan()
    deliver(line, followup, now)
    sweep(line, at(now + ROUND))
    second = now + 2 * ROUND

    def meanwhile():
        # Another worker was asked the same, was answered sooner and has tried again: taken, but no answer came.
        sweep(line, at(second))
        assert state(line, followup) is FollowUpState.UNKNOWN

    slow = replace(line, gateway_for=lambda address: Asked(line.gateway_for(address), meanwhile))
    sweep(slow, at(second))
    assert len(twilio.ledger.all()) == 1
    assert state(line, followup) is FollowUpState.UNKNOWN


def test_a_callback_that_says_little_still_tells_whose_the_text_was(line, twilio, plan, now):
    """Of two equal texts the first was proved by `queued` alone; it must not prove the second one as well."""
    twilio.script("reset-after", "reset-before")
    first, second = plan(), plan(at=now + SECOND)
    deliver(line, first, now)
    (entry,) = twilio.ledger.all()
    object.__setattr__(entry, "at", now.timestamp())
    status.merge(line, Report(row(line, first).message_id, MessageStatus.QUEUED, entry.sid), now)
    assert state(line, first) is FollowUpState.SENT
    deliver(line, second, now + SECOND)
    sweep(line, at(now + ROUND + SECOND))
    assert state(line, second) is FollowUpState.UNKNOWN
    sweep(line, at(now + 2 * ROUND + SECOND))
    assert (state(line, second), len(twilio.ledger.all())) == (FollowUpState.SENT, 2)


@pytest.mark.parametrize("ended", ["due", "canceled", "failed"])
def test_proof_that_comes_after_we_gave_a_text_up_is_still_proof(line, twilio, plan, now, ended):
    twilio.script("reset-after")
    followup = plan()
    deliver(line, followup, now)
    found = row(line, followup)
    with line.store.begin() as work:
        if ended == "failed":
            followups.resolve(work, found, FollowUpState.FAILED, now, reason=followups.NEVER_SETTLED)
        else:
            followups.resolve(work, found, FollowUpState.DUE, now)
        if ended == "canceled":
            followups.cancel(work, found.address_id, "the person has sent STOP")
    assert state(line, followup) == ended
    status.merge(line, Report(found.message_id, MessageStatus.DELIVERED, "SM1"), now)
    assert state(line, followup) is FollowUpState.SENT
    assert deliver(line, followup, now) is None
    assert len(twilio.ledger.all()) == 1


def test_a_failed_text_stays_failed_whatever_comes_late(line, twilio, plan, now):
    twilio.script("reset-after")
    followup = plan()
    deliver(line, followup, now)
    for word in (MessageStatus.UNDELIVERED, MessageStatus.SENT, MessageStatus.QUEUED):
        status.merge(line, Report(row(line, followup).message_id, word, "SM1"), now)
    assert state(line, followup) is FollowUpState.FAILED


def test_two_texts_of_the_provider_for_one_of_ours_are_said_aloud(line, plan, now, caplog):
    followup = plan()
    deliver(line, followup, now)
    for sid in ("SM1", "SM2"):
        status.merge(line, Report(row(line, followup).message_id, MessageStatus.DELIVERED, sid), now)
    assert [record.message_id for record in caplog.records if "left twice" in record.getMessage()] == [
        row(line, followup).message_id
    ]


def test_a_row_in_doubt_that_cannot_be_read_keeps_nobody_waiting(line, twilio, plan, now):
    twilio.script(*["reset-before"] * 2)
    bad, good, later = plan(ANA), plan(BO), plan(Address(Channel.SMS, "+15550100125"), at=now + SECOND)
    deliver(line, bad, now)
    deliver(line, good, now)
    make_unreadable(line, ANA)
    for number in range(1, 4):
        sweep(line, at(now + number * ROUND))
    assert [state(line, each) for each in (bad, good, later)] == [
        FollowUpState.UNKNOWN,
        FollowUpState.SENT,
        FollowUpState.SENT,
    ]
    sweep(line, at(now + GIVE_UP_UNKNOWN + SECOND))
    assert (state(line, bad), row(line, bad).reason) == (FollowUpState.FAILED, followups.NEVER_SETTLED)


def test_rows_the_provider_says_nothing_about_leave_the_others_their_turn(line, twilio, plan, now):
    crowd = [Address(Channel.SMS, f"+155501003{number:02}") for number in range(6)]
    twilio.script(*["reset-before"] * len(crowd))
    planned = [plan(address) for address in crowd]
    for followup in planned:
        deliver(line, followup, now)
    for address in crowd[:5]:
        make_unreadable(line, address)
    for number in range(1, 7):
        sweep(line, at(now + number * ROUND))
    assert state(line, planned[5]) is FollowUpState.SENT


def test_a_row_that_cannot_be_read_is_put_off_though_many_wait_for_a_doubt(line, twilio, plan, now):
    """The oldest rows are of people whose last text is in the air: they must not hide the rest."""
    waiting = [Address(Channel.SMS, f"+155501003{number:02}") for number in range(4)]
    for address in waiting:
        assert claim_one(line, plan(address), now)
        plan(address, "how")
    bad, good = plan(ANA, at=now + SECOND), plan(BO, at=now + 2 * SECOND)
    make_unreadable(line, ANA)
    soon = now + timedelta(seconds=3)
    claimed = claim(line, soon, 4) + claim(line, soon, 4)
    assert [each.followup.id for each in claimed] == [good]
    assert row(line, bad).next_at > soon


def test_an_outage_of_the_record_is_no_fault_of_the_row(line, plan, now):
    """The batch fails, then the record goes away under the first row: it keeps its time."""
    first, second = plan(ANA), plan(BO)
    told = iter([ValueError("a bad row"), OperationalError("SELECT", {}, Exception("server closed the connection"))])

    def gateway_for(address):
        raise next(told)

    assert claim(replace(line, gateway_for=gateway_for), now, 5) == []
    assert {row(line, each).next_at for each in (first, second)} == {now}
    assert len(claim(line, now, 5)) == 2


def test_a_worker_that_froze_during_its_last_look_does_not_begin(line, twilio, plan, now):
    (claimed,) = claim_one(line, plan(), now)
    # The look itself took long: the clock is asked after it.
    moments = iter([now + LEASE - LONGEST_SENDING + SECOND])
    assert record(line, [send(line, claimed, lambda: next(moments))], now) == [FollowUpState.DUE]
    assert twilio.ledger.all() == []


def test_a_worker_that_froze_past_its_lease_does_not_begin(line, twilio, plan, now):
    (claimed,) = claim_one(line, plan(), now)
    sweep(line, at(now + LEASE))
    assert record(line, [send(line, claimed, at(now + LEASE + ROUND))], now) == [FollowUpState.DUE]
    assert twilio.ledger.all() == []


def stop(sid, now):
    return Inbound(sid=sid, sender=ANA, body="STOP", received_at=now)


@pytest.mark.parametrize("copies", [1, 2])
def test_the_answer_to_a_stop_waits_for_a_text_in_the_air(line, twilio, plan, now, copies):
    """Also its second copy, which finds the answer in the record."""
    (claimed,) = claim_one(line, plan(), now)
    looked, land = Event(), Event()

    def pause(seconds):
        looked.set()
        land.wait(0.01)

    waiting = replace(line, pause=pause)
    with ThreadPoolExecutor() as pool:
        answers = [pool.submit(inbound.handle, waiting, stop("SM1", now))]
        assert looked.wait(10)
        if copies == 2:
            looked.clear()
            answers.append(pool.submit(inbound.handle, waiting, stop("SM1", now)))
            assert looked.wait(10)
        assert not any(answer.done() for answer in answers)
        record(line, [send(line, claimed, at(now))], now)
        land.set()
        said = {tuple((reply.id, reply.body) for reply in answer.result(10)) for answer in answers}
    assert len(said) == 1
    assert twilio.ledger.all() == []


def test_the_answer_to_a_stop_does_not_wait_for_ever(line, plan, now, caplog):
    assert claim_one(line, plan(), now)
    waits = []
    assert len(inbound.handle(replace(line, pause=waits.append), stop("SM1", now))) == 1
    assert 10 < sum(waits) < 15, "Twilio gives up after 15 seconds"
    assert "still in flight" in caplog.text
    assert "5550100" not in caplog.text


def test_the_answer_to_a_stop_does_not_wait_for_a_lease_that_is_over(line, plan, now):
    assert claim_one(line, plan(), now)
    waits = []
    inbound.handle(replace(line, pause=waits.append), stop("SM1", now + LEASE))
    assert waits == []


def says(line, sid, body, now):
    return inbound.handle(line, Inbound(sid=sid, sender=ANA, body=body, received_at=now))[0].body


def test_the_answer_to_forget_me_waits_for_a_text_in_the_air_and_then_erases_it_too(line, plan, now):
    (claimed,) = claim_one(line, plan(), now)
    landed = []

    def pause(seconds):
        # The provider has taken it: this is what the worker then writes.
        receipt = claimed.gateway.send(claimed.outbound)
        landed.append(record(line, [Sent(claimed, Next(FollowUpState.SENT, now), receipt)], now))

    says(line, "SM1", "FORGET ME", now)
    assert "we deleted what we had" in says(replace(line, pause=pause), "SM2", "1", now)
    assert landed == [[FollowUpState.SENT]]
    with line.store.begin() as work:
        person = people.by_address(work, ANA)
        assert followups.listed(work, [*FollowUpState]) == []
        assert all(entry.body == "" or "we deleted" in entry.body for entry in messages.of_person(work, person))


def test_forget_me_waits_for_the_texts_in_the_air_to_all_addresses_of_a_person(line, plan, now):
    """And its second copy does again what the first did not live to do."""
    (claimed,) = claim_one(line, plan(), now)
    with line.store.begin() as work:
        # The same patient writes by WhatsApp.
        second = people.add(work, replace(ANA, channel=Channel.WHATSAPP), now)
        mine = people.by_address(work, ANA).patient_id
        work.execute(update(addresses).where(addresses.c.id == second.id).values(patient_id=mine))
    landed = []

    def pause(seconds):
        if not landed:
            receipt = claimed.gateway.send(claimed.outbound)
            landed.append(record(line, [Sent(claimed, Next(FollowUpState.SENT, now), receipt)], now))

    def writes(line, sid, body):
        return inbound.handle(line, Inbound(sid, replace(ANA, channel=Channel.WHATSAPP), body, now))[0].body

    def die(seconds):
        raise SystemExit

    writes(line, "SM1", "FORGET ME")
    with pytest.raises(SystemExit):
        writes(replace(line, pause=die), "SM2", "1")
    assert "we deleted what we had" in writes(replace(line, pause=pause), "SM2", "1")
    assert landed == [[FollowUpState.SENT]]
    with line.store.begin() as work:
        assert followups.listed(work, [*FollowUpState]) == []
        assert messages.of_person(work, people.by_address(work, ANA)) == []


def test_what_is_left_in_the_air_of_somebody_forgotten_is_erased_and_no_strangers_list_read(line, twilio, plan, now):
    assert claim_one(line, plan(), now)
    says(line, "SM1", "FORGET ME", now)
    with line.store.begin() as work:
        person = people.by_address(work, ANA)
        # As when the web process dies before the text has landed.
        forgetting.forget(work, person, "", now)
        assert len(followups.listed(work, [*FollowUpState])) == 1
    for round_number in range(1, 3):
        sweep(line, at(now + round_number * ROUND))
    with line.store.begin() as work:
        assert followups.listed(work, [*FollowUpState]) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_callback_in_the_middle_of_writing_back_waits_its_turn(line, plan, now):
    """Both write the follow-up and its text; in another order each would hold what the other waits for."""
    (claimed,) = claim_one(line, plan(), now)
    report = Report(claimed.outbound.id, MessageStatus.DELIVERED, "SM1")
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor(1) as pool:
        with line.store.begin() as work:
            assert claims.settle(work, [(claimed.followup.id, claimed.token, Next(FollowUpState.SENT, now, ""))])
            merged = pool.submit(status.merge, line, report, now)
            with line.store.read() as other:
                while not other.execute(waits).scalar_one():
                    assert not merged.done()
            messages.hand_over(work, [Taken(claimed.outbound.id, "SM1", MessageStatus.QUEUED)], now)
        assert merged.result()
    with line.store.begin() as work:
        assert messages.one(work, claimed.outbound.id).status is MessageStatus.DELIVERED


def test_one_lost_lease_does_not_take_the_others_with_it(line, twilio, plan, now):
    lost, told, late = (plan(Address(Channel.SMS, f"+1555010013{number}")) for number in range(3))
    ended = [send(line, each, at(now)) for each in claim(line, now, 3)]
    by_id = {each.claimed.followup.id: each for each in ended}
    # Given up for dead, and a callback that was faster than we.
    with line.store.begin() as work:
        followups.expire_leases(work, now + LEASE)
    sid = by_id[told].receipt.sid
    status.merge(line, Report(by_id[told].claimed.outbound.id, MessageStatus.SENT, sid), now)
    fourth = plan(Address(Channel.SMS, "+15550100139"))
    ended += [send(line, each, at(now)) for each in claim_one(line, fourth, now)]
    states = dict(zip([each.claimed.followup.id for each in ended], record(line, ended, now), strict=True))
    # A receipt is a proof, whoever holds the lease.
    assert states == dict.fromkeys((lost, told, late, fourth), FollowUpState.SENT)
    assert row(line, lost).state is FollowUpState.SENT
    with line.store.begin() as work:
        assert messages.one(work, by_id[told].claimed.outbound.id).status is MessageStatus.SENT
