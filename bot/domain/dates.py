"""Plain date phrases: "tomorrow", "in 3 days", "friday at 9", "2026-12-24". No clock here: see domain/schedule.

The words of each language are data (`[dates]` of its lexicon; weekday names come from CLDR).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from itertools import pairwise

import regex

from bot.domain.phrases import PhraseBook

MORNING, AFTERNOON, EVENING, NOON = time(10), time(14), time(18), time(12)
_PARTS_OF_DAY = {
    "morning": MORNING,
    "afternoon": AFTERNOON,
    "evening": EVENING,
    "noon": NOON,
    "tonight": time(19),
}
_DAYS = {"today": 0, "tonight": 0, "tomorrow": 1, "day-after-tomorrow": 2, "next-week": 7}
_UNITS_IN_MINUTES = {"minute": 1, "hour": 60}
_UNITS_IN_DAYS = {"day": 1, "week": 7, "month": 30}
_LONGEST_DAYS = 366

_ISO_DATE = regex.compile(r"\b(20\d\d) (\d{1,2}) (\d{1,2})\b")
_CLOCK = regex.compile(r"\b(\d{1,2})(?:[:.h ](\d\d))? ?(am|pm|a m|p m|h|uhr)\b|\b(\d{1,2})[:.](\d\d)\b")
_NUMBER = regex.compile(r"\d{1,3}")


@dataclass(frozen=True, slots=True)
class When:
    """A moment as the patient said it, before it meets a clock: one of minutes, days, weekday or date."""

    minutes: int | None = None
    days: int | None = None
    weekday: int | None = None
    on: date | None = None
    at: time | None = None


@dataclass(frozen=True, slots=True)
class DateWords:
    """The date words of one language, folded: `words` finds names of days, units and parts of the day."""

    words: PhraseBook
    weekdays: PhraseBook
    numbers: Mapping[str, int] = field(default_factory=dict)


def parse(folded: str, original: str, words: DateWords) -> When | None:
    """Read the first date phrase of a text, or None. `original` keeps the colon of "9:30", which folding drops."""
    said = _said(folded, words)
    clock = _clock(original, folded, said, words)
    if found := _ISO_DATE.search(folded):
        return _on(found, clock)
    if (ahead := _ahead(folded, words)) is not None:
        unit, number = ahead
        if unit in _UNITS_IN_MINUTES:
            return When(minutes=number * _UNITS_IN_MINUTES[unit])
        days = number * _UNITS_IN_DAYS[unit]
        return When(days=days, at=clock) if days <= _LONGEST_DAYS else None
    if named := [_DAYS[word] for word in said if word in _DAYS]:
        return When(days=max(named), at=clock)
    if weekdays := words.weekdays.find(folded):
        return When(weekday=int(weekdays[0].phrase.value), at=clock)
    return None


def _said(folded: str, words: DateWords) -> set[str]:
    """The names of days in a text; "de la mañana" is a morning, so the "mañana" inside it is no tomorrow."""
    hits = words.words.find(folded)
    inside = {h for h in hits if any(o.start <= h.start and h.end <= o.end and o.size > h.size for o in hits)}
    return {hit.phrase.value for hit in hits if hit not in inside}


def _on(found: "regex.Match[str]", clock: time | None) -> When | None:
    year, month, day = (int(part) for part in found.groups())
    try:
        return When(on=date(year, month, day), at=clock)
    except ValueError:
        return None


def _ahead(folded: str, words: DateWords) -> tuple[str, int] | None:
    """Read "3 days", "two weeks", "a week" as a unit and a number."""
    tokens = folded.split()
    for index, token in enumerate(tokens):
        named = [hit.phrase.value for hit in words.words.find(token)]
        units = [name for name in named if name in {*_UNITS_IN_DAYS, *_UNITS_IN_MINUTES}]
        if not units:
            continue
        before = tokens[index - 1] if index else ""
        if _NUMBER.fullmatch(before):
            return units[0], int(before)
        if any(hit.phrase.value == "one" for hit in words.words.find(before)):
            return units[0], 1
        if before in words.numbers:
            return units[0], words.numbers[before]
    return None


def _clock(original: str, folded: str, said: set[str], words: DateWords) -> time | None:
    for text in (original.casefold(), folded):
        if found := _CLOCK.search(text):
            return _time(found)
    if (hour := _bare_hour(folded, words)) is not None:
        return hour
    return next((at for word, at in _PARTS_OF_DAY.items() if word in said), None)


def _time(found: "regex.Match[str]") -> time | None:
    hour = int(found[1] or found[4])
    minute = int(found[2] or found[5] or 0)
    if (found[3] or "").startswith("p") and hour < 12:
        hour += 12
    if (found[3] or "").startswith("a") and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _bare_hour(folded: str, words: DateWords) -> time | None:
    """Read "at 9": an hour from 1 to 7 is meant in the afternoon, for nobody asks for a text at 4 in the night."""
    tokens = folded.split()
    for before, token in pairwise(tokens):
        follows_at = any(hit.phrase.value == "at" for hit in words.words.find(before))
        if follows_at and _NUMBER.fullmatch(token) and int(token) < 24:
            hour = int(token)
            return time(hour + 12 if 1 <= hour <= 7 else hour)
    return None
