"""What the clock causes, every few seconds in every worker: wake what is due, settle what is in doubt.

The sweep needs no Redis. What a job should have sent ten seconds ago is sent here and now.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery import FollowUpState, GatewayError, MessageStatus
from bot.services.drain import THREADS, drain
from bot.services.line import Line
from bot.store.queries import followups, handoffs, messages, people
from bot.store.queries.followups import FollowUp
from bot.store.queries.messages import Taken

log = logging.getLogger(__name__)

# A poke can be lost in Redis; a text this late is not left to another poke.
OVERDUE = timedelta(seconds=10)
# How far ahead a round looks for the next text, so that the next round can begin with it.
AHEAD = timedelta(minutes=1)
_LISTINGS_PER_SWEEP = 5


@dataclass(frozen=True, slots=True)
class Swept:
    """What one round did: a worker was woken or not, texts sent here, rows taken out of doubt; and what is next."""

    woken: bool
    sent: int
    settled: int
    next_at: datetime | None


def sweep(line: Line, clock: Callable[[], datetime], *, threads: int = THREADS) -> Swept:
    """One round. `clock` gives the time in UTC."""
    now = clock()
    with line.store.read() as work:
        seen = followups.glance(work, now, now - line.timing.settle, now + AHEAD)
    settled, next_at = 0, seen.next_at
    if seen.has_expired or seen.has_doubtful:
        settled = _settle_all(line, now)
        with line.store.read() as work:
            next_at = followups.next_due(work, now + AHEAD)
    if next_at is None or next_at > now:
        return Swept(woken=False, sent=0, settled=settled, next_at=next_at)
    if line.clock.wake() and now - next_at < OVERDUE:
        return Swept(woken=True, sent=0, settled=settled, next_at=None)
    return Swept(woken=False, sent=drain(line, clock, threads=threads).sent, settled=settled, next_at=None)


def _settle_all(line: Line, now: datetime) -> int:
    """What is left of workers that died becomes doubt, and what has been in doubt for long enough is looked into."""
    with line.store.begin() as work:
        doubtful = followups.unknown(work, now - line.timing.settle, _LISTINGS_PER_SWEEP)
        followups.expire_leases(work, now)
    return sum(_settle(line, followup, now) for followup in doubtful)


def _settle(line: Line, followup: FollowUp, now: datetime) -> bool:
    """Ask the provider whether it has the text. Found: sent. Absent in two looks: due again. Never blindly re-sent."""
    try:
        found = _evidence(line, followup)
    except Exception as error:  # noqa: BLE001 -- one that cannot be read must not keep the others in doubt
        log.error("follow-up stays in doubt", extra={"followup": followup.id, "error": type(error).__name__})
        found = None
    with line.store.begin() as work:
        known = messages.sids(work, [sid for sid, _ in found or ()])
        mine = [(sid, status) for sid, status in found or () if sid not in known]
        if not mine:
            state, reason = _unproven(followup, now, line.timing.give_up, absent=found is not None)
            resolved = followups.resolve(work, followup, state, now, reason=reason)
            if resolved and state is FollowUpState.FAILED and followup.message_id is not None:
                handoffs.add(work, followup.address_id, followup.message_id, UNSETTLED, now)
            return resolved and state is not FollowUpState.UNKNOWN
        if not followups.resolve(work, followup, FollowUpState.SENT, now):
            return False
        sid, status = mine[-1]
        messages.hand_over(work, [Taken(followup.message_id or "", sid, status)], now)
        return True


def _unproven(
    followup: FollowUp, now: datetime, give_up: timedelta, *, absent: bool
) -> tuple[FollowUpState, str | None]:
    if now - (followup.first_claimed_at or now) > give_up:
        return FollowUpState.FAILED, followups.NEVER_SETTLED
    if not absent:
        # Nobody could say: looked into, so that others have their turn, and no nearer to being sent again.
        return FollowUpState.UNKNOWN, followup.reason
    if followup.reason == _SEEN_ABSENT:
        return FollowUpState.DUE, None
    return FollowUpState.UNKNOWN, _SEEN_ABSENT


# Why the team is told of a text in doubt that nothing settled.
UNSETTLED = "unsettled"
_SEEN_ABSENT = "not in the provider's list yet"


def _evidence(line: Line, followup: FollowUp) -> list[tuple[str, MessageStatus]] | None:
    """(sid, status) of what the provider accepted for this person and text since the claim; None: it cannot say."""
    with line.store.begin() as work:
        _, address = people.by_id(work, followup.address_id)
        if not address.value:
            # Asked to be forgotten while this was in the air. Nobody's list may be asked for in that name.
            followups.drop(work, followup.id)
            return None
        entry = messages.one(work, followup.message_id or "")
    if entry is None or followup.first_claimed_at is None:
        return None
    try:
        receipts = line.gateway_for(address).find(address, entry.body, followup.first_claimed_at)
    except GatewayError:
        return None
    known = set(MessageStatus)
    return [(r.sid, MessageStatus(r.status) if r.status in known else MessageStatus.SENT) for r in receipts]
