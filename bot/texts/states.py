"""How far a text can be trusted: computed from hashes and dates at every start, never typed into a file."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from bot.texts.content import ContentError, Document

# A review is asked for again after this many days: two years.
REVIEW_LASTS = 730


class State(StrEnum):
    """What is known of one document; English has no source, so it is never stale or polished."""

    STALE = "stale"
    DRAFT = "draft"
    UNREVIEWED = "unreviewed"
    EDITED = "edited"
    POLISHED = "polished"
    DUE = "due"
    REVIEWED = "reviewed"


MEANINGS = {
    State.STALE: "the English now says something else; not sent in strict mode",
    State.DRAFT: "machine draft that no person has read",
    State.UNREVIEWED: "in the language it was written in; no clinician has accepted it",
    State.EDITED: "changed since a person read it",
    State.POLISHED: "reviewed; the English was reworded since, its sense is the same",
    State.DUE: "reviewed more than two years ago",
    State.REVIEWED: "a person has read exactly this",
}
# What CONTENT_REVIEW=strict sends.
TRUSTED = frozenset({State.REVIEWED, State.POLISHED, State.DUE})

# The first that holds is the state.
_RULES: tuple[tuple[State, Callable[[Document, Document, date], bool]], ...] = (
    (State.STALE, lambda text, english, today: is_stale(text, english)),
    (State.DRAFT, lambda text, english, today: not text.review and text.origin == "machine"),
    (State.UNREVIEWED, lambda text, english, today: not text.review),
    (State.EDITED, lambda text, english, today: text.review.get("text") != text.source_hash),
    (State.POLISHED, lambda text, english, today: is_polished(text, english)),
    (State.DUE, lambda text, english, today: (today - reviewed_on(text)).days > REVIEW_LASTS),
)


def state(text: Document, english: Document, today: date) -> State:
    """The state of a text beside the English it was made from. Raises ContentError for a review without a date."""
    return next((found for found, holds in _RULES if holds(text, english, today)), State.REVIEWED)


def is_trusted(text: Document, english: Document) -> bool:
    """True when CONTENT_REVIEW=strict may send it; how long ago it was reviewed does not matter."""
    return state(text, english, date.min) in TRUSTED


def is_stale(text: Document, english: Document) -> bool:
    """True when the English has another sense since (its `meaning` was raised)."""
    return text.tag != english.tag and int(text.translates.get("meaning", 0)) < english.meaning


def is_polished(text: Document, english: Document) -> bool:
    """True when the English was reworded since in the same sense."""
    return text.tag != english.tag and text.translates.get("source") != english.source_hash


def reviewed_on(text: Document) -> date:
    """The day of the review."""
    day = text.review.get("date")
    if not isinstance(day, date):
        raise ContentError(f"{text.tag}/{text.name}: [review] needs date = 2026-11-28, a day without quotes")
    return day
