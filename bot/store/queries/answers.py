"""What people answered to check-ins, questions and "what do you want to ask?"."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, exists, insert, select

from bot.domain.messages import Intent
from bot.store.engine import Work
from bot.store.models import addresses, answers, enrolments, followups, handoffs, messages
from bot.store.models.base import new_id
from bot.store.queries.people import PERSON_COLUMNS, Person, person_of


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: to which question, the number or the words, and when."""

    address_id: str
    question: str
    choice: str | None
    words: str | None
    at: datetime


def keep(work: Work, given: Given) -> None:
    """Write an answer down."""
    row = {name: getattr(given, name) for name in Given.__slots__}
    work.execute(insert(answers), {"id": new_id(given.at), **row})


def latest_words(work: Work, address_id: str, question: str, since: datetime) -> str | None:
    """What this person last said to a question, after `since`."""
    found = (
        select(answers.c.words)
        .where(answers.c.address_id == address_id, answers.c.question == question, answers.c.at >= since)
        .order_by(answers.c.at.desc())
        .limit(1)
    )
    words: str | None = work.execute(found).scalar_one_or_none()
    return words


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer as the team sees it: who gave it, the step that asked, and whether it called a nurse."""

    person: Person
    question: str
    choice: str | None
    words: str | None
    at: datetime
    programme: str | None
    step: str | None
    called_nurse: bool


# An answer does not say which text asked: it is the last one with this question that had left by then.
_ASKED = (
    select(followups.c.id)
    .join(messages, messages.c.id == followups.c.message_id)
    .where(
        followups.c.address_id == answers.c.address_id,
        followups.c.text == answers.c.question,
        messages.c.at <= answers.c.at,
    )
    .order_by(messages.c.at.desc())
    .limit(1)
    .correlate(answers)
    .scalar_subquery()
)
# What an answer calls for is written down with it, at the same moment: an edit of the file later changes nothing.
_CALLED_NURSE = exists().where(
    handoffs.c.address_id == answers.c.address_id,
    handoffs.c.created_at == answers.c.at,
    handoffs.c.reason == Intent.NURSE.value,
)
_KEPT = (
    select(
        *PERSON_COLUMNS,
        answers.c.question,
        answers.c.choice,
        answers.c.words,
        answers.c.at,
        enrolments.c.programme,
        followups.c.step,
        _CALLED_NURSE.label("called_nurse"),
    )
    .select_from(answers)
    .join(addresses, addresses.c.id == answers.c.address_id)
    .outerjoin(followups, followups.c.id == _ASKED)
    .outerjoin(enrolments, enrolments.c.id == followups.c.enrolment_id)
    .order_by(answers.c.at.desc(), answers.c.id.desc())
)


def listed(
    work: Work, since: datetime | None = None, *, address_id: str | None = None, programme: str | None = None
) -> list[Kept]:
    """Answers, newest first; only since then, of this person, to this programme, where given."""
    found = _KEPT
    if since is not None:
        found = found.where(answers.c.at >= since)
    if address_id is not None:
        found = found.where(answers.c.address_id == address_id)
    if programme is not None:
        found = found.where(enrolments.c.programme == programme)
    return [_kept(row._mapping) for row in work.execute(found)]


def _kept(row: RowMapping) -> Kept:
    values = {name: row[name] for name in Kept.__slots__ if name not in {"person", "called_nurse"}}
    return Kept(person=person_of(row), called_nurse=bool(row["called_nurse"]), **values)
