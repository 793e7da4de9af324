"""Win what is due: pick -> may_send -> take -> render -> commit. What is held or refused is written in the same step.

A row that cannot be read or rendered is put off by itself; it never stops the others.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy.exc import IntegrityError

from bot.domain.delivery import SHORTEST_VALID, MessageStatus
from bot.domain.messages import Channel, Direction, Outbound
from bot.domain.policy import Hold, Push, Refuse, Send, may_send
from bot.gateways import Gateway
from bot.services.line import Line
from bot.services.saying import Saying, sayings
from bot.store.engine import AWAY, Work
from bot.store.queries import claims, enrolments, followups, messages, slots
from bot.store.queries.claims import Candidate
from bot.store.queries.enrolments import EnrolmentState
from bot.store.queries.followups import FollowUp
from bot.store.queries.messages import Entry
from bot.store.queries.people import Person

log = logging.getLogger(__name__)

# A row that cannot be rendered waits this long: somebody may mend a text meanwhile.
_POISONED = timedelta(minutes=5)
UNREADABLE = "it cannot be read or rendered: see the log"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that is ours to send until `lease_until`."""

    followup: FollowUp
    token: str
    lease_until: datetime
    person: Person
    outbound: Outbound
    gateway: Gateway
    # Its slot in the sender's rate.
    not_before: datetime


def claim(line: Line, now: datetime, most: int) -> list[Claimed]:
    """Up to `most` texts that are due and allowed at `now`."""
    try:
        with line.store.begin() as work:
            return _claimed(line, work, claims.pick(work, now, most), now)
    except IntegrityError:
        # Another worker has just taken another text of one of these people: one by one, who is free is won.
        return _one_by_one(line, now, most)
    except Exception as error:
        log.error("batch could not be claimed", extra={"error": type(error).__name__})
        return _one_by_one(line, now, most)


def claim_one(line: Line, followup_id: str, now: datetime) -> list[Claimed]:
    """That text, if it is due, allowed and free."""
    try:
        with line.store.begin() as work:
            return _claimed(line, work, claims.pick_one(work, followup_id, now), now)
    except IntegrityError:
        return []


def _one_by_one(line: Line, now: datetime, most: int) -> list[Claimed]:
    found: list[Claimed] = []
    try:
        with line.store.read() as work:
            ids = claims.due_ids(work, now, most)
        for followup_id in ids:
            found += _unless_poisoned(line, followup_id, now)
    except AWAY as error:
        # The record's fault and not the row's: what is won is sent, the next round comes back for the rest.
        log.error("claiming broken off", extra={"error": type(error).__name__})
    return found


def _unless_poisoned(line: Line, followup_id: str, now: datetime) -> list[Claimed]:
    try:
        return claim_one(line, followup_id, now)
    except AWAY:
        raise
    except Exception as error:
        log.error("follow-up put off", extra={"followup": followup_id, "error": type(error).__name__})
        with line.store.begin() as work:
            followups.hold(work, followup_id, now + _POISONED, UNREADABLE)
        return []


def _claimed(line: Line, work: Work, candidates: Sequence[Candidate], now: datetime) -> list[Claimed]:
    token = token_hex(16)
    texts = sayings(line, work, candidates)
    allowed = [found for found in candidates if _is_allowed(line, work, found, texts[found.followup.id], now)]
    lease_until = now + line.timing.lease
    won = claims.take(work, [found.followup.id for found in allowed], token, now, lease_until)
    ready = [(found, texts[found.followup.id]) for found in allowed if found.followup.id in won]
    # Judged as of the last moment at which it may leave: WhatsApp's window can close meanwhile.
    leaves_by = lease_until + SHORTEST_VALID
    entries = [_entry(line, found, text, now, leaves_by) for found, text in ready]
    messages.put(work, entries)
    enrolments.set_labelled(work, [text.enrolment_id for _, text in ready if text.say.labelled and text.enrolment_id])
    starts = _slots(line, work, [found.address.channel for found, _ in ready], now)
    return [
        Claimed(
            followup=found.followup,
            token=token,
            lease_until=lease_until,
            person=found.person,
            outbound=_outbound(line, found, text, entry, leaves_by),
            gateway=line.gateway_for(found.address),
            not_before=start,
        )
        for (found, text), entry, start in zip(ready, entries, starts, strict=True)
    ]


def _slots(line: Line, work: Work, channels: Sequence[Channel], now: datetime) -> list[datetime]:
    """When each of these texts may leave at the earliest."""
    if not line.rate:
        return [now] * len(channels)
    free = {
        channel: iter(slots.reserve(work, channel, channels.count(channel), now, line.rate))
        for channel in sorted(set(channels))
    }
    return [next(free[channel]) for channel in channels]


def _is_allowed(line: Line, work: Work, found: Candidate, text: Saying, now: datetime) -> bool:
    """Tell whether it may leave now; a hold or a refusal is written at once."""
    followup, person = found.followup, found.person
    push = Push(
        source=followup.source,
        consent=person.consent,
        due_at=followup.due_at,
        zone=line.zone_of(person),
        quiet=line.quiet,
        must=followup.must,
        paused_until=person.paused_until,
        window_until=text.window_until,
        has_template=text.has_template,
        ended=text.enrolled is EnrolmentState.ENDED,
        on_hold=text.enrolled is EnrolmentState.PAUSED,
        lasts=line.timing.lease + SHORTEST_VALID,
    )
    match may_send(push, now):
        case Hold(until, reason):
            followups.hold(work, followup.id, until, reason)
        case Refuse(reason):
            followups.refuse(work, followup.id, reason)
        case Send():
            return True
    return False


def _entry(line: Line, found: Candidate, text: Saying, now: datetime, leaves_by: datetime) -> Entry:
    """Rendered now, in the language of now, however long ago it was promised."""
    say, state = text.leaving(leaves_by)
    rendered = line.speaker.render(say, line.reader(found.person))
    return Entry(
        id=found.followup.message_id or found.followup.id,
        address_id=found.person.id,
        direction=Direction.OUT,
        at=now,
        body=rendered.body,
        status=MessageStatus.SENDING,
        language=rendered.language,
        intent=say.text,
        topic=say.topic,
        state=state,
    )


def _outbound(line: Line, found: Candidate, text: Saying, entry: Entry, leaves_by: datetime) -> Outbound:
    closing = line.quiet.next_closing(leaves_by, line.zone_of(found.person))
    valid_for = None if closing is None else closing - leaves_by + SHORTEST_VALID
    template = None
    if text.is_outside(leaves_by):
        say, _ = text.leaving(leaves_by)
        template = line.templates.of(text.template_name, say, line.reader(found.person), line.speaker)
    return Outbound(entry.id, found.address, entry.body, valid_for, template)
