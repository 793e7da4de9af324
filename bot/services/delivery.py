"""Send what was claimed: look once more -> provider -> record. No transaction waits for the world.

A crash between the provider's yes and our record leaves `unknown`; services/sweep settles it by evidence.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.domain import consent
from bot.domain.consent import Consent, ConsentEvent
from bot.domain.delivery import FollowUpState, GatewayError, MessageStatus, Next, after
from bot.domain.messages import Receipt
from bot.domain.policy import Reason
from bot.services import claims as winning
from bot.services import reach
from bot.services.claims import Claimed
from bot.services.line import Line
from bot.store.engine import Work
from bot.store.queries import claims, followups, messages, people
from bot.store.queries.messages import Taken
from bot.store.queries.people import ConsentRecord, Person

log = logging.getLogger(__name__)

# A webhook must be answered within 15 seconds.
_LOOK_SECONDS, _MOST_LOOKS = 0.05, 240


@dataclass(frozen=True, slots=True)
class Sent:
    """One claimed text and how its sending ended; `receipt` only where the provider took it."""

    claimed: Claimed
    outcome: Next
    receipt: Receipt | None = None


def deliver(line: Line, followup_id: str, now: datetime) -> FollowUpState | None:
    """Send a follow-up that is due at `now`; gives its new state, or None when it was not ours to send.

    Safe to call any number of times, from any number of workers.
    """
    ended = [send(line, claimed, lambda: now) for claimed in winning.claim_one(line, followup_id, now)]
    return next(iter(record(line, ended, now)), None)


def send(line: Line, claimed: Claimed, clock: Callable[[], datetime]) -> Sent:
    """Hand one text to the provider, unless it is too late for that or the person has sent STOP meanwhile."""
    try:
        with line.store.read() as work:
            held = claims.still_ours(work, claimed.followup.id, claimed.token)
    except SQLAlchemyError as error:
        # Nothing was posted, so there is no doubt; and the texts beside this one keep their outcome.
        log.error("could not look once more", extra={"error": type(error).__name__})
        return Sent(claimed, Next(FollowUpState.DUE, clock(), ""))
    # Asked after the look, which may have waited long: a text begun late could outlive its lease.
    now = clock()
    if held is Consent.STOPPED:
        return Sent(claimed, Next(FollowUpState.CANCELED, now, Reason.STOPPED))
    # Not ours any more: this is written nowhere, or, if it were ours after all, nothing is lost by it.
    if held is None or claimed.lease_until - now < line.timing.sending:
        return Sent(claimed, Next(FollowUpState.DUE, now, ""))
    try:
        receipt = claimed.gateway.send(claimed.outbound)
    except GatewayError as error:
        # From now and not from the beginning: the provider may have taken it in the last moment.
        return Sent(claimed, after(error, claimed.followup.attempt + 1, clock()))
    except Exception as error:  # noqa: BLE001 -- no gateway should; but the receipts beside this one must not go with it
        log.error("sending broke", extra={"followup": claimed.followup.id, "error": type(error).__name__})
        return Sent(claimed, Next(FollowUpState.UNKNOWN, clock(), type(error).__name__))
    return Sent(claimed, Next(FollowUpState.SENT, now, ""), receipt)


def await_landing(line: Line, address_ids: Sequence[str], now: datetime) -> None:
    """Return when the texts in flight to these addresses have landed, or when they can no longer be waited for."""
    for _ in range(_MOST_LOOKS):
        with line.store.read() as work:
            lands_by = claims.lands_by(work, address_ids)
        if lands_by is None or lands_by <= now:
            return
        line.pause(_LOOK_SECONDS)
    log.warning("a text was still in flight when its person was answered", extra={"addresses": [*address_ids]})


def record(line: Line, ended: Sequence[Sent], now: datetime) -> list[FollowUpState | None]:
    """Write how sendings ended; gives the state each now has, or None where the lease was lost."""
    if not ended:
        return []
    with line.store.begin() as work:
        states = _states(work, ended)
        _record_messages(work, [sent for sent, state in zip(ended, states, strict=True) if state is not None], now)
    told = {sent.claimed.followup.id: _told(sent, state) for sent, state in zip(ended, states, strict=True)}
    log.info("follow-ups handed over", extra={"followups": told})
    return states


def _told(sent: Sent, state: FollowUpState | None) -> str:
    return f"{state or 'lost'} {sent.outcome.code}".rstrip()


def _settlement(sent: Sent) -> tuple[str, str, Next]:
    return sent.claimed.followup.id, sent.claimed.token, sent.outcome


def _states(work: Work, ended: Sequence[Sent]) -> list[FollowUpState | None]:
    if claims.settle(work, [_settlement(sent) for sent in ended]):
        return [sent.outcome.state for sent in ended]
    # One of them was not ours any more; the others are written all the same.
    held = followups.states(work, [sent.claimed.followup.id for sent in ended])
    return [_state_of_one(work, sent, held.get(sent.claimed.followup.id)) for sent in ended]


def _state_of_one(work: Work, sent: Sent, held: FollowUpState | None) -> FollowUpState | None:
    followup = sent.claimed.followup
    # Written just now or by a commit whose answer was lost, told by a faster callback, or in doubt although we know.
    if held is sent.outcome.state or claims.settle_late(work, followup.id, followup.attempt + 1, sent.outcome):
        return sent.outcome.state
    if held is not None and sent.receipt is not None:
        # Too late for the lease, and a proof all the same, like any callback.
        followups.confirm(work, sent.claimed.outbound.id, FollowUpState.SENT)
        if not messages.name(work, sent.claimed.outbound.id, sent.receipt.sid):
            log.error("a text left twice", extra={"message_id": sent.claimed.outbound.id})
        return FollowUpState.SENT
    log.warning("lease lost before the outcome was written", extra={"followup": followup.id})
    return None


def _record_messages(work: Work, ended: Sequence[Sent], now: datetime) -> None:
    messages.hand_over(work, [_taken(sent, sent.receipt) for sent in ended if sent.receipt is not None], now)
    for sent in ended:
        if sent.receipt is None and sent.outcome.state in _MESSAGE_ENDS:
            status = _MESSAGE_ENDS[sent.outcome.state]
            risen = messages.advance(work, sent.claimed.outbound.id, status, now, error_code=_code(sent))
            # Written again after a commit whose answer was lost, it counts once.
            if risen and status is MessageStatus.FAILED and not sent.outcome.opted_out:
                reach.failed(work, sent.claimed.person.id, sent.claimed.outbound.id, now)
        if sent.outcome.opted_out:
            stopped_at_carrier(work, sent.claimed.person, now)


def _taken(sent: Sent, receipt: Receipt) -> Taken:
    status = MessageStatus(receipt.status) if receipt.status in _STATUSES else MessageStatus.SENT
    return Taken(sent.claimed.outbound.id, receipt.sid, status)


def _code(sent: Sent) -> str | None:
    """The provider's code; our own reason stands on the follow-up."""
    return None if sent.outcome.state is FollowUpState.CANCELED else sent.outcome.code


_STATUSES = frozenset(MessageStatus)
_MESSAGE_ENDS = {
    FollowUpState.FAILED: MessageStatus.FAILED,
    FollowUpState.UNKNOWN: MessageStatus.UNKNOWN,
    FollowUpState.CANCELED: MessageStatus.CANCELED,
}


def stopped_at_carrier(work: Work, person: Person, now: datetime) -> None:
    """The carrier refuses our texts because the person opted out there: our record says the same from now on."""
    held = consent.after(person.consent, ConsentEvent.STOP)
    if held is not person.consent:
        people.set_consent(work, person, ConsentRecord(ConsentEvent.STOP, held, "carrier", None, now))
        followups.cancel(work, person.id, Reason.STOPPED)
