"""FORGET ME: everything about a person goes. A keyed hash of each address stays, marked as stopped, so that nobody
enrols it again by mistake; the log of consent keeps what happened and when, without the words.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, false, func, or_, select, update

from bot.domain.consent import Consent, ConsentEvent
from bot.domain.delivery import FollowUpState
from bot.store.engine import Work
from bot.store.models import (
    addresses,
    answers,
    consent_events,
    cycles,
    enrolments,
    followups,
    handoffs,
    messages,
    patients,
)
from bot.store.models.base import new_id
from bot.store.queries.people import Person

_NOTHING = ""
# The text that says so.
_FORGOTTEN = "forgotten"


def forget(work: Work, person: Person, message_id: str, now: datetime) -> None:
    """Erase this person at all addresses. Of the text that asked for it, `message_id`, only the empty row stays: a copy
    of the same webhook must still find its answer. A text that is in the air stays until `forget_landed`.
    """
    flying = followups.c.state == FollowUpState.SENDING
    _erase(work, person, message_id, flying)
    mine = addresses_of(work, person)
    work.execute(update(consent_events).where(consent_events.c.address_id.in_(mine)).values(words=None))
    for address_id in mine:
        _mark(work, address_id, now)
    work.execute(update(patients).where(patients.c.id == person.patient_id).values(name=None))


def forget_landed(work: Work, person: Person, message_id: str) -> None:
    """Erase also what was in the air when this person asked to be forgotten."""
    _erase(work, person, message_id, false())


def asked_in(work: Work, sid: str) -> str | None:
    """Our id of the text with this provider's id, if its answer was that everything is deleted."""
    said = select(messages.c.id).where(messages.c.answers_sid == sid, messages.c.intent == _FORGOTTEN)
    return work.execute(select(messages.c.id).where(messages.c.sid == sid, said.exists())).scalar_one_or_none()


def addresses_of(work: Work, person: Person) -> list[str]:
    """The ids of all addresses of this person."""
    return list(work.execute(_addresses_of(person)).scalars())


def _addresses_of(person: Person) -> Select[str]:
    return select(addresses.c.id).where(addresses.c.patient_id == person.patient_id)


def _erase(work: Work, person: Person, message_id: str, spared: ColumnElement[bool]) -> None:
    mine = _addresses_of(person)
    still_ours = select(followups.c.message_id).where(followups.c.address_id.in_(mine), spared)
    asked = select(messages.c.sid).where(messages.c.id == message_id).scalar_subquery()
    kept = or_(messages.c.id == message_id, messages.c.answers_sid == asked, messages.c.id.in_(still_ours))
    work.execute(delete(handoffs).where(handoffs.c.address_id.in_(mine)))
    work.execute(delete(answers).where(answers.c.address_id.in_(mine)))
    enrolled = select(enrolments.c.id).where(enrolments.c.address_id.in_(mine))
    # First the messages: which of them are spared, the follow-ups tell.
    work.execute(delete(messages).where(messages.c.address_id.in_(mine), func.coalesce(~kept, True)))
    work.execute(delete(followups).where(followups.c.address_id.in_(mine), ~spared))
    work.execute(update(followups).where(followups.c.address_id.in_(mine)).values(enrolment_id=None))
    work.execute(delete(cycles).where(cycles.c.enrolment_id.in_(enrolled)))
    work.execute(delete(enrolments).where(enrolments.c.address_id.in_(mine)))
    work.execute(
        update(messages).where(messages.c.id == message_id).values(body=_NOTHING, because=None, topic=None, state=None)
    )


def _mark(work: Work, address_id: str, now: datetime) -> None:
    values = {
        "address": _NOTHING,
        "language": None,
        "language_chosen": False,
        "timezone": None,
        "consent": Consent.STOPPED,
        "consent_at": now,
        "paused_until": None,
        "discreet": False,
    }
    work.execute(update(addresses).where(addresses.c.id == address_id).values(values))
    event = {
        "id": new_id(now),
        "address_id": address_id,
        "event": ConsentEvent.FORGET,
        "consent": Consent.STOPPED,
        "source": "patient",
        "words": None,
        "at": now,
    }
    work.execute(consent_events.insert(), event)
