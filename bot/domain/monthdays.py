"""Days of the calendar in a date phrase: "2026-12-24", "24/12", "dec 24", "24 de diciembre", "12月24日"."""

from collections.abc import Iterator
from datetime import date

from bot.domain.datewords import MINUS, SLASH, DateWords, Token

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
# Between a day and the name of its month: "24 ng Disyembre", "the 24th day of december".
_FILLERS = 2

# With its year, or the month and day of any year.
Found = date | tuple[int, int]


def at(tokens: list[Token], place: int, words: DateWords) -> Iterator[tuple[int, Found | None]]:
    """What the tokens from a place can be: how many they are, and the date, if there is such a day."""
    here = tokens[place : place + 5]
    texts = [token.text for token in here]
    numbers = [token.number for token in here]
    if len(here) == 5 and texts[1] == texts[3] and texts[1] in {MINUS, SLASH}:
        yield 5, _full(numbers[0], numbers[2], numbers[4])
    if len(here) > 2 and texts[1] == SLASH and (len(here) < 4 or texts[3] != SLASH):
        yield 3, _either(numbers[0], numbers[2])
    if texts[0].count(".") == 1 and here[0].written:
        day, _, month = texts[0].partition(".")
        # "24.12." is written day first everywhere; "9.30" is an hour.
        yield 1, _yearly(int(month), int(day)) if int(day) > len(MONTHS) else None
    yield from _in_words(here, numbers, words)


def _in_words(here: list[Token], numbers: list[int | None], words: DateWords) -> Iterator[tuple[int, Found | None]]:
    if len(here) > 2 and here[1].named("of-month") and numbers[0] and numbers[2]:
        if words.unspaced:
            closed = len(here) > 3 and here[3].named("day")
            yield 3 + closed, _yearly(numbers[0], numbers[2])
        else:
            yield 3, _yearly(numbers[2], numbers[0])
    if len(here) > 1:
        # "24 of december", but no "dec ... 24": short names of months are common words elsewhere.
        day_first = _digits(here[0]) if here[1].unknown <= _FILLERS else None
        month_first = None if here[1].unknown else _digits(here[1])
        for day, named in ((day_first, here[1]), (month_first, here[0])):
            month = next((number for number, name in enumerate(MONTHS, start=1) if named.named(name)), None)
            year = numbers[2] if len(here) > 2 and not here[2].unknown else None
            if month and day and year and year > 2000:
                yield 3, _full(year, month, day)
            elif month and day:
                yield 2, _yearly(month, day)


def _digits(token: Token) -> int | None:
    return token.number if token.text[:1].isdecimal() else None


def _full(first: int | None, second: int | None, third: int | None) -> Found | None:
    """A date with its year: 2026-12-24 or 24/12/2026."""
    if not (first and second and third):
        return None
    if first > 31:
        return _on(first, second, third)
    pair = _either(first, second)
    return _on(third, *pair) if pair is not None else None


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _either(first: int | None, second: int | None) -> tuple[int, int] | None:
    """24/12 and 12/24 are the same day; which day 5/6 is depends on who writes it."""
    if not first or not second or (first <= len(MONTHS) and second <= len(MONTHS) and first != second):
        return None
    return _yearly(min(first, second), max(first, second))


def _yearly(month: int, day: int) -> tuple[int, int] | None:
    # A leap year, so that 29 February is a day.
    return (month, day) if _on(2028, month, day) is not None else None
