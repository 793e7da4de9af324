"""What the clock causes, every few seconds in every worker: wake what is due, settle what is in doubt.

The sweep needs no Redis. A row that a job should have sent half a minute ago is sent here and now.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery import GIVE_UP_UNKNOWN, SETTLE, FollowUpState, GatewayError, MessageStatus
from bot.services.delivery import deliver
from bot.services.line import Line
from bot.store.queries import followups, messages, people
from bot.store.queries.followups import FollowUp

log = logging.getLogger(__name__)

BATCH = 200
# A poke can be lost in Redis; a row this late is not left to another poke.
OVERDUE = timedelta(seconds=30)
_LISTINGS_PER_SWEEP = 5


@dataclass(frozen=True, slots=True)
class Swept:
    """What one round did: rows handed to a job, sent here, and taken out of doubt."""

    woken: int
    sent: int
    settled: int


def sweep(line: Line, now: datetime) -> Swept:
    """One round at `now`."""
    with line.store.begin() as work:
        followups.expire_leases(work, now)
        due = followups.due(work, now, BATCH)
        overdue = set(followups.due(work, now - OVERDUE, BATCH))
        doubtful = followups.unknown(work, now - SETTLE, _LISTINGS_PER_SWEEP)
    woken = sent = 0
    began = time.monotonic()
    for followup_id in due:
        if followup_id not in overdue and line.clock.wake(followup_id):
            woken += 1
            continue
        # A round of slow sendings takes its time: each claim needs a lease that begins when it does.
        if _deliver(line, followup_id, now + timedelta(seconds=time.monotonic() - began)):
            sent += 1
    return Swept(woken, sent, sum(_settle(line, followup, now) for followup in doubtful))


def _deliver(line: Line, followup_id: str, now: datetime) -> bool:
    """One poisoned row must not stop the others."""
    try:
        return deliver(line, followup_id, now) is FollowUpState.SENT
    except Exception as error:
        log.error("follow-up could not be sent", extra={"followup": followup_id, "error": type(error).__name__})
        with line.store.begin() as work:
            followups.hold(work, followup_id, now + timedelta(minutes=5))
        return False


def _settle(line: Line, followup: FollowUp, now: datetime) -> bool:
    """Ask the provider whether it has the text. Found: sent. Absent in two looks: due again. Never blindly re-sent."""
    found = _evidence(line, followup)
    if found is None:
        return False
    with line.store.begin() as work:
        known = messages.sids(work, [sid for sid, _ in found])
        mine = [(sid, status) for sid, status in found if sid not in known]
        if mine:
            sid, status = mine[-1]
            messages.hand_over(work, followup.message_id or "", sid, status, now)
            return followups.resolve(work, followup.id, FollowUpState.SENT, now)
        state, reason = _absent(followup, now)
        return followups.resolve(work, followup.id, state, now, reason=reason)


def _absent(followup: FollowUp, now: datetime) -> tuple[FollowUpState, str | None]:
    if now - (followup.first_claimed_at or now) > GIVE_UP_UNKNOWN:
        return FollowUpState.FAILED, "never settled: a person should look"
    if followup.reason == _SEEN_ABSENT:
        return FollowUpState.DUE, None
    return FollowUpState.UNKNOWN, _SEEN_ABSENT


_SEEN_ABSENT = "not in the provider's list yet"


def _evidence(line: Line, followup: FollowUp) -> list[tuple[str, MessageStatus]] | None:
    """(sid, status) of what the provider accepted for this person and text since the claim; None: it cannot say."""
    with line.store.begin() as work:
        _, address = people.by_id(work, followup.address_id)
        entry = messages.one(work, followup.message_id or "")
    if entry is None or followup.first_claimed_at is None:
        return None
    try:
        receipts = line.gateway_for(address).find(address, entry.body, followup.first_claimed_at)
    except GatewayError:
        return None
    known = set(MessageStatus)
    return [(r.sid, MessageStatus(r.status) if r.status in known else MessageStatus.SENT) for r in receipts]
