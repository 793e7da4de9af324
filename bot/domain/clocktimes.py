"""The time of day in a date phrase: "at 9", "9:30 pm", "下午3点半", "um halb neun", "3 часа дня"."""

from collections.abc import Collection, Iterator, Mapping
from datetime import time

from bot.domain.datewords import COLON, END, Token

MORNING, AFTERNOON, EVENING, NOON = time(10), time(14), time(18), time(12)
PARTS_OF_DAY: Mapping[str, time] = {
    "morning": MORNING,
    "afternoon": AFTERNOON,
    "evening": EVENING,
    "noon": NOON,
    "tonight": time(19),
}
_RELATIVE_DAYS = ("today", "tonight", "tomorrow", "day-after-tomorrow")
# An hour alone from 1 to 7 is meant in the afternoon: nobody asks for a text at 4 in the night. With its minutes it
# is read from a clock, where 7:30 is as likely the morning.
_LATEST_AFTERNOON, _LATEST_AFTERNOON_WITH_MINUTES = 7, 6
_LATEST_NOON = 4
_HALF, _QUARTER = 30, 15


def take(tokens: list[Token], used: set[int], parts: Collection[str], *, anchored: bool) -> Iterator[time | None]:
    """Every time in a text, None for one that no clock shows; takes its words up."""
    for place in range(len(tokens)):
        if place in used or not (size := _size(tokens, used, place, anchored=anchored or bool(parts))):
            continue
        used.update(range(place, place + size))
        told = _time(tokens[place : place + size], parts, tokens[place].text)
        # "Halb neun" is half an hour before nine.
        half_to = told is not None and place and tokens[place - 1].named("half-to")
        yield time((told.hour - 1) % 24, _HALF) if told is not None and half_to else told


def _size(tokens: list[Token], used: set[int], place: int, *, anchored: bool) -> int:
    """How many tokens from here tell a time; 0 when none do."""
    here = tokens[place]
    if here.number is None and not ("." in here.text and here.written):
        return 0
    if place and place - 1 not in used and not here.unknown and tokens[place - 1].number is not None:
        return 0
    size = 1
    if _text(tokens, place + 1) == COLON and _number(tokens, place + 2) is not None:
        size = 3
    sure = size > 1
    if _close(tokens, place + size, "oclock"):
        size, sure = size + 1, True
        size += _minutes(tokens, place + size)
    if _close(tokens, place + size, "half", "quarter"):
        size, sure = size + 1, sure or anchored
    if _close(tokens, place + size, "am", "pm"):
        size, sure = size + 1, True
    return size if sure or _is_asked(tokens, place, size, anchored=anchored) else 0


def _minutes(tokens: list[Token], place: int) -> int:
    """How many tokens tell the minutes after an hour: digits, or a number that says so."""
    if not _close(tokens, place) or tokens[place].number is None:
        return 0
    if _close(tokens, place + 1, "minute"):
        return 2
    return int(tokens[place].written)


def _is_asked(tokens: list[Token], place: int, size: int, *, anchored: bool) -> bool:
    """What stands beside a bare number makes it an hour: "at 9", "9 in the morning", "tomorrow 9"."""
    here, last = tokens[place], place + size
    ends = _text(tokens, last) == END and _close(tokens, last)
    if here.unknown == 0 and place and tokens[place - 1].named("at", "half-to"):
        # "At 5" alone ends the text; in the middle of one it may be five of anything.
        return anchored or ends
    if _close(tokens, last, *PARTS_OF_DAY):
        return True
    if not here.written or here.unknown or not place:
        return False
    before = tokens[place - 1]
    return before.named(*PARTS_OF_DAY) or (before.named(*_RELATIVE_DAYS) and ends)


def _time(taken: list[Token], parts: Collection[str], said: str) -> time | None:
    hours, _, minutes = said.partition(".")
    hour = taken[0].number if taken[0].number is not None else int(hours)
    numbers = [token.number for token in taken[1:] if token.number is not None]
    minute = numbers[0] if numbers else int(minutes or 0)
    minute += sum(_HALF * token.named("half") + _QUARTER * token.named("quarter") for token in taken[1:])
    half = next((name for token in taken for name in ("am", "pm") if token.named(name)), None)
    shifted = _shift(hour, half, parts, with_minutes=bool(numbers or minutes), literal=said.startswith("0"))
    return time(shifted, minute) if shifted is not None and shifted < 24 and minute < 60 else None


def _shift(hour: int, half: str | None, parts: Collection[str], *, with_minutes: bool, literal: bool) -> int | None:
    """The hour of a 24-hour clock, from the half or the part of the day; None when they do not agree."""
    if half is not None:
        return None if hour > 12 else hour % 12 + 12 * (half == "pm")
    if {"evening", "tonight"} & set(parts):
        return None if hour in {0, 12, 24} else hour + 12 * (hour < 12)
    if "afternoon" in parts:
        return hour + 12 * (hour < 12)
    if "noon" in parts:
        return hour + 12 * (hour <= _LATEST_NOON)
    if "morning" in parts:
        return hour if hour <= 12 else None
    latest = _LATEST_AFTERNOON_WITH_MINUTES if with_minutes else _LATEST_AFTERNOON
    return hour + 12 if 1 <= hour <= latest and not literal else hour


def _text(tokens: list[Token], place: int) -> str:
    return tokens[place].text if place < len(tokens) else ""


def _number(tokens: list[Token], place: int) -> int | None:
    return tokens[place].number if place < len(tokens) else None


def _close(tokens: list[Token], place: int, *names: str) -> bool:
    """The next token stands right there and, if names are given, can have one of these meanings."""
    return place < len(tokens) and not tokens[place].unknown and (not names or tokens[place].named(*names))
