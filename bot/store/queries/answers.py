"""What people answered to check-ins, questions and "what do you want to ask?"."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from bot.store.engine import Work
from bot.store.models import answers
from bot.store.models.base import new_id


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


def listed(work: Work, since: datetime) -> list[Given]:
    """All answers since then, oldest first."""
    found = select(*(answers.c[name] for name in Given.__slots__)).where(answers.c.at >= since).order_by(answers.c.at)
    return [Given(**row._mapping) for row in work.execute(found)]
