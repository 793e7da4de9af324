"""What patients answered to programmes, in words, for the care team. Nothing is graded."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import regex

from bot.domain.schedule import on_clock
from bot.services import enrolling, rows
from bot.services.line import Line
from bot.services.rows import BadRow
from bot.store.queries import answers, people
from bot.store.queries.answers import Kept
from bot.texts import programmes

_DAYS_BACK = regex.compile("([0-9]{1,4})d")
_A_DAY = regex.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers, as the team writes it: since "7d" or a day, of whom, to which programme. None: all."""

    since: str | None = None
    person: str | None = None
    programme: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: when by the person's own clock, who, to what, what was said, and whether it called a nurse.

    `programme` and `step` are None when the text that asked is no longer in the record.
    """

    at: datetime
    person: str
    programme: str | None
    step: str | None
    question: str
    choice: str | None
    answer: str
    called_nurse: bool


def listed(line: Line, wanted: Wanted, now: datetime) -> list[Told]:
    """Answers, newest first. Raises BadRow or CannotEnrol that names what cannot be asked for, and the mend."""
    since = None if wanted.since is None else _since(line, wanted.since, now)
    if wanted.programme is not None:
        enrolling.programme_of(line, wanted.programme)
    with line.store.read() as work:
        if wanted.person is not None and not people.has_id(work, wanted.person):
            raise BadRow("person: nobody has this id; without it, `answers list` shows the id of everyone who answered")
        found = answers.listed(work, since, address_id=wanted.person, programme=wanted.programme)
    return [_told(line, kept) for kept in found]


def _since(line: Line, text: str, now: datetime) -> datetime:
    """A day begins at midnight by the clinic's clock."""
    if back := _DAYS_BACK.fullmatch(text):
        return now - timedelta(days=int(back[1]))
    day = rows.day_of(text, "since") if _A_DAY.fullmatch(text) else None
    if day is None:
        raise BadRow("since: no day; write it as 2026-12-01, or 7d for the last 7 days")
    since = on_clock(datetime.combine(day, time.min), line.zone)
    if since > now:
        raise BadRow("since: lies in the future; write a day that has begun, or 7d for the last 7 days")
    return since


def _told(line: Line, kept: Kept) -> Told:
    return Told(
        at=kept.at.astimezone(line.zone_of(kept.person)),
        person=kept.person.id,
        programme=kept.programme,
        step=kept.step,
        question=kept.question,
        choice=kept.choice,
        answer=_in_words(line, kept),
        called_nurse=kept.called_nurse,
    )


def _in_words(line: Line, kept: Kept) -> str:
    if kept.choice is None:
        return kept.words or ""
    text = programmes.option(line.speaker.library, kept.question, kept.choice)
    return text or f"{kept.choice} (the question no longer has this number)"
