"""FORGET ME: everything about a person goes. A keyed hash of each address stays, marked as stopped, so that nobody
enrols it again by mistake; the log of consent keeps what happened and when, without the words.
"""

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update

from bot.domain.consent import Consent, ConsentEvent
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


def forget(work: Work, person: Person, message_id: str, now: datetime) -> None:
    """Erase this person at all addresses. Of the text that asked for it, `message_id`, only the empty row stays: a copy
    of the same webhook must still find its answer.
    """
    mine = select(addresses.c.id).where(addresses.c.patient_id == person.patient_id)
    asked = select(messages.c.sid).where(messages.c.id == message_id).scalar_subquery()
    kept = or_(messages.c.id == message_id, messages.c.answers_sid == asked)
    work.execute(delete(handoffs).where(handoffs.c.address_id.in_(mine)))
    work.execute(delete(answers).where(answers.c.address_id.in_(mine)))
    work.execute(delete(followups).where(followups.c.address_id.in_(mine)))
    enrolled = select(enrolments.c.id).where(enrolments.c.address_id.in_(mine))
    work.execute(delete(cycles).where(cycles.c.enrolment_id.in_(enrolled)))
    work.execute(delete(enrolments).where(enrolments.c.address_id.in_(mine)))
    work.execute(delete(messages).where(messages.c.address_id.in_(mine), func.coalesce(~kept, True)))
    work.execute(
        update(messages).where(messages.c.id == message_id).values(body=_NOTHING, because=None, topic=None, state=None)
    )
    work.execute(update(consent_events).where(consent_events.c.address_id.in_(mine)).values(words=None))
    for address_id in work.execute(mine).scalars().all():
        _mark(work, address_id, now)
    work.execute(update(patients).where(patients.c.id == person.patient_id).values(name=None))


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
