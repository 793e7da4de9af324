"""Send one follow-up: claim -> may_send -> render -> commit -> provider -> record. No transaction waits for the world.

A crash between the provider's yes and our record leaves `unknown`; services/sweep settles it by evidence.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from bot.domain import consent
from bot.domain.answers import Say, State
from bot.domain.consent import ConsentEvent
from bot.domain.delivery import FollowUpState, GatewayError, MessageStatus, Next, after
from bot.domain.messages import Direction, Outbound, Receipt
from bot.domain.policy import Hold, Push, Reason, Refuse, Source, may_send
from bot.gateways import Gateway
from bot.services.line import Line
from bot.store.engine import Work
from bot.store.queries import followups, messages, people
from bot.store.queries.followups import FollowUp
from bot.store.queries.messages import Entry
from bot.store.queries.people import ConsentRecord, Person

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Claimed:
    followup: FollowUp
    token: str
    person: Person
    outbound: Outbound
    gateway: Gateway


def deliver(line: Line, followup_id: str, now: datetime) -> FollowUpState | None:
    """Send a follow-up that is due at `now`; gives its new state, or None when it was not ours to send.

    Safe to call any number of times, from any number of workers.
    """
    with line.store.begin() as work:
        claimed = _claim(line, work, followup_id, now)
    if claimed is None:
        return None
    outcome, receipt = _send(claimed, now)
    with line.store.begin() as work:
        if not _record(work, claimed, outcome, receipt, now):
            return _told_already(work, followup_id, receipt)
    log.info("follow-up handed over", extra={"followup": followup_id, "state": outcome.state, "code": outcome.code})
    return outcome.state


def _told_already(work: Work, followup_id: str, receipt: Receipt | None) -> FollowUpState | None:
    """Why our outcome had no place: the provider's callback was here first, or the lease was lost."""
    held = followups.by_id(work, followup_id)
    if receipt is not None and held is not None and held.state is FollowUpState.SENT:
        log.info("follow-up confirmed by its callback", extra={"followup": followup_id})
        return held.state
    log.warning("lease lost before the outcome was written", extra={"followup": followup_id})
    return None


def _claim(line: Line, work: Work, followup_id: str, now: datetime) -> _Claimed | None:
    followup = followups.by_id(work, followup_id)
    if followup is None or followup.state is not FollowUpState.DUE or followup.next_at > now:
        return None
    person, address = people.by_id(work, followup.address_id)
    push = Push(followup.source, person.consent, followup.due_at, line.zone_of(person), line.quiet)
    match may_send(push, now):
        case Hold(until):
            followups.hold(work, followup_id, until)
            return None
        case Refuse(reason):
            followups.refuse(work, followup_id, reason)
            return None
    won = followups.claim(work, followup_id, now)
    if won is None:
        return None
    followup, token = won
    entry = _entry(line, followup, person, now)
    messages.put(work, entry)
    outbound = Outbound(entry.id, address, entry.body)
    return _Claimed(followup, token, person, outbound, line.gateway_for(address))


def _entry(line: Line, followup: FollowUp, person: Person, now: datetime) -> Entry:
    """Rendered now, in the language of now, however long ago it was promised."""
    say, state = what_to_say(followup)
    rendered = line.speaker.render(say, line.reader(person))
    return Entry(
        id=followup.message_id or "",
        address_id=person.id,
        direction=Direction.OUT,
        at=now,
        body=rendered.body,
        status=MessageStatus.SENDING,
        language=rendered.language,
        intent=say.text,
        topic=say.topic,
        state=state,
    )


def what_to_say(followup: FollowUp) -> tuple[Say, State]:
    """The text of a follow-up, and the state it leaves: MORE goes on from there."""
    topic = followup.topic
    if topic is None:
        return Say("reminder-any"), State()
    if followup.source is Source.PATIENT:
        return Say("reminder", topic=topic), State(topic, 0)
    return Say("lesson", topic=topic, part=1), State(topic, 1)


def _send(claimed: _Claimed, now: datetime) -> tuple[Next, Receipt | None]:
    try:
        receipt = claimed.gateway.send(claimed.outbound)
    except GatewayError as error:
        return after(error, claimed.followup.attempt, now), None
    return Next(FollowUpState.SENT, now, ""), receipt


def _record(work: Work, claimed: _Claimed, outcome: Next, receipt: Receipt | None, now: datetime) -> bool:
    if not followups.settle(work, claimed.followup.id, claimed.token, outcome):
        return False
    if receipt is not None:
        status = MessageStatus.SENT if receipt.status not in set(MessageStatus) else MessageStatus(receipt.status)
        messages.hand_over(work, claimed.outbound.id, receipt.sid, status, now)
    elif outcome.state is not FollowUpState.DUE:
        messages.advance(work, claimed.outbound.id, _MESSAGE_ENDS[outcome.state], now, error_code=outcome.code)
    if outcome.opted_out:
        stopped_at_carrier(work, claimed.person, now)
    return True


_MESSAGE_ENDS = {FollowUpState.FAILED: MessageStatus.FAILED, FollowUpState.UNKNOWN: MessageStatus.UNKNOWN}


def stopped_at_carrier(work: Work, person: Person, now: datetime) -> None:
    """The carrier refuses our texts because the person opted out there: our record says the same from now on."""
    held = consent.after(person.consent, ConsentEvent.STOP)
    if held is not person.consent:
        people.set_consent(work, person, ConsentRecord(ConsentEvent.STOP, held, "carrier", None, now))
        followups.cancel(work, person.id, Reason.STOPPED)
