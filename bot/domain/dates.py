"""Plain date phrases: "tomorrow", "in 3 days", "friday at 9", "2026-12-24". No clock here: see domain/schedule.

The words of each language are data (see domain/datewords). What is said twice, or in a way we do not know, is unclear:
a wrong day is worse than the question which day is meant.

Why not a library: of 831 texts in our 17 languages, 662 of which name a day, dateparser 1.5 read 187 right, 45 wrong
and 430 not at all, and a day into 34 of the 169 that name none; its search 285, 139, 238 and 96. It has no Haitian
Creole, which it was given as French. Most of the texts are in tests/domain/dates.first.tsv.
"""

from dataclasses import dataclass, field, replace
from datetime import date, time
from itertools import pairwise
from math import inf

from bot.domain import clocktimes, monthdays
from bot.domain.clocktimes import PARTS_OF_DAY
from bot.domain.datewords import MINUS, DateWords, Token
from bot.domain.monthdays import MONTHS

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEXT = "next-"
_DAYS = {"today": 0, "tonight": 0, "tomorrow": 1, "day-after-tomorrow": 2, "next-week": 7}
_UNITS_IN_MINUTES = {"minute": 1, "hour": 60}
_UNITS_IN_DAYS = {"day": 1, "week": 7, "month": 30}
_UNITS = (*_UNITS_IN_DAYS, *_UNITS_IN_MINUTES)
_NAMES = {
    *_DAYS, *_UNITS, *PARTS_OF_DAY, *WEEKDAYS, *MONTHS,
    "one", "in", "later", "at", "oclock", "half", "half-to", "quarter", "am", "pm", "of-month",
    "neutral",  # stepped over: "not now", "this week"
    "lasting",  # makes the span after it no plan: "for 3 days"
    "unclear",  # makes any date no plan: "ago", "every", "or"
    "day-long",  # a day of a length, never of a plan: the 日間 of "3日間"
    "no-length",  # takes back the length it stands beside: "2 weeks ago", "every two days", "a week or two"
}  # fmt: skip
_LONGEST_DAYS = 366
# A time alone, and "3 days" or "in the evening" without more, are a plan only when they are (nearly) all that is said.
_BESIDE_A_TIME, _BESIDE_LESS = 4, 0
# As many letters as these make a word, where no spaces part words.
_LETTERS = 2


@dataclass(frozen=True, slots=True)
class When:
    """A moment as the patient said it, before it meets a clock: minutes, or a day (`days`, `weekday`, `on` or
    `yearly`, a month and day), or a time alone. `next_week` says that a weekday is that of the week after this one.
    """

    minutes: int | None = None
    days: int | None = None
    weekday: int | None = None
    on: date | None = None
    yearly: tuple[int, int] | None = None
    at: time | None = None
    next_week: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """A date is spoken of, but which one is not sure; `beside` is how many words stand there that we do not know."""

    beside: int


@dataclass
class _Reading:
    """One text in one language, and which of its words are used up."""

    tokens: list[Token]
    used: set[int] = field(default_factory=set)
    days: set[When] = field(default_factory=set)
    spans: list[tuple[str, int, bool]] = field(default_factory=list)

    def use(self, *places: int) -> None:
        self.used.update(places)

    def free(self, place: int) -> Token | None:
        """The token at a place, if there is one and nothing has taken it."""
        return self.tokens[place] if 0 <= place < len(self.tokens) and place not in self.used else None

    def follows_number(self, place: int) -> bool:
        """True when a number stands right before a place."""
        near = place > 0 and not self.tokens[place].unknown
        return near and self.tokens[place - 1].number is not None and not self.tokens[place - 1].sense.names

    def beside(self, place: int, border: int) -> frozenset[str]:
        """What the free token at a place can mean, if nothing stands between at `border`, the later of the two."""
        token = self.free(place)
        near = token is not None and border < len(self.tokens) and not self.tokens[border].unknown
        return token.sense.names if token is not None and near else frozenset()


def is_name(name: str) -> bool:
    """True for a name that the [dates] table of a lexicon can have: "tomorrow", "2-week", "12"."""
    number, _, unit = name.partition("-")
    return name in _NAMES or name.removeprefix(_NEXT) in WEEKDAYS or (number.isdecimal() and unit in {"", *_UNITS})


def parse(spelled: str, words: DateWords, *, most: float = inf) -> When | Unclear | None:
    """Read the date of a text as `datewords.spell` gives it; None when it names none.

    `most` is how many words that we do not know may stand beside it.
    """
    tokens, unknown = words.read(spelled)
    if not any(token.sense.names or token.written for token in tokens):
        return None
    said = _Reading(tokens)
    _take_dates(said, words)
    _take_spans(said)
    # The "дня" of "3 дня" is no afternoon, but "明早" is both tomorrow and a morning.
    free = [token for place, token in enumerate(tokens) if place not in said.used]
    parts = {name for token in free for name in token.sense.names & PARTS_OF_DAY.keys()}
    _take_days(said)
    clocks = list(clocktimes.take(tokens, said.used, parts, anchored=bool(said.days or said.spans)))
    if not (said.days or said.spans or clocks or parts or _speaks_of_time(tokens)):
        return Unclear(0) if not unknown and _is_unclear(said) else None
    found = None if _is_unclear(said) else _join(said, clocks, parts)
    beside = unknown // _LETTERS if words.unspaced else unknown
    if found is None:
        return Unclear(beside)
    if not said.days and not any(marked for _, _, marked in said.spans):
        most = min(most, _BESIDE_A_TIME if clocks else _BESIDE_LESS)
    return found if beside <= most else None


def length(spelled: str, words: DateWords) -> int | None:
    """How many days a text says that something shall last: "for two weeks", "3日間"; None when that is not sure.

    The words beside it do not matter: "don't" makes a date unclear, but not how long to be left alone.
    """
    tokens, _ = words.read(spelled)
    said = _Reading(tokens)
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for place in range(len(tokens)):
        if (days := _lasts(said, place)) is not None:
            marked, number = days
            found[marked].add(number)
    days_said = found[True] or found[False]
    return next(iter(days_said)) if len(days_said) == 1 else None


def _lasts(said: _Reading, place: int) -> tuple[bool, int] | None:
    """The days of a length that begins here, and whether a word beside it says that it is one."""
    span = _span(said, place) or _day_long(said, place)
    if span is None or span[0] not in _UNITS_IN_DAYS:
        return None
    unit, number, size = span
    before, after = said.beside(place - 1, place), said.beside(place + size, place + size)
    marked = "lasting" in before | after or said.tokens[place + size - 1].named("day-long")
    # "Twice a day" is no length: beside an article, only "for" makes one.
    by_article = size > 1 and said.tokens[place].number is None
    ranged = place > 0 and not said.tokens[place].unknown and said.tokens[place - 1].text == MINUS
    if ranged or "no-length" in before | after or (by_article and not marked):
        return None
    return marked, number * _UNITS_IN_DAYS[unit]


def _day_long(said: _Reading, place: int) -> tuple[str, int, int] | None:
    token, following = said.free(place), said.free(place + 1)
    if token is None or token.number is None or following is None or following.unknown:
        return None
    return ("day", token.number, 2) if following.named("day-long") else None


def _speaks_of_time(tokens: list[Token]) -> bool:
    """A number with a unit or a month, or one that the word after it takes back: "3日間"."""
    if not any(token.number is not None for token in tokens):
        return False
    taken_back = any(
        before.number is not None and token.named("unclear") and not token.unknown for before, token in pairwise(tokens)
    )
    return taken_back or any(token.named(*_UNITS, *MONTHS) for token in tokens)


def _is_unclear(said: _Reading) -> bool:
    """Words that make a date no plan ("ago", "every", "or"), and numbers that nothing explains."""
    free = [token for place, token in enumerate(said.tokens) if place not in said.used]
    return any(token.named("unclear") or token.written or token.text == MINUS for token in free)


def _join(said: _Reading, clocks: list[time | None], parts: set[str]) -> When | None:
    if len(clocks) > 1 or None in clocks or len(parts - {"tonight"}) > 1:
        return None
    at = clocks[0] if clocks else next((PARTS_OF_DAY[part] for part in sorted(parts)), None)
    if said.spans:
        return _ahead(said, at)
    if not said.days:
        return When(at=at) if at else None
    if len(said.days) == 2 and When(days=_DAYS["next-week"]) in said.days:
        (weekday,) = said.days - {When(days=_DAYS["next-week"])}
        return replace(weekday, next_week=True, at=at) if weekday.weekday is not None else None
    return replace(next(iter(said.days)), at=at) if len(said.days) == 1 else None


def _ahead(said: _Reading, at: time | None) -> When | None:
    """How far ahead: one number of days, or of minutes; both, or a day besides, is unclear."""
    if said.days:
        return None
    if all(unit in _UNITS_IN_MINUTES for unit, _, _ in said.spans):
        minutes = sum(number * _UNITS_IN_MINUTES[unit] for unit, number, _ in said.spans)
        return When(minutes=minutes) if at is None and 0 < minutes <= _LONGEST_DAYS * 24 * 60 else None
    if len(said.spans) > 1:
        return None
    unit, number, _ = said.spans[0]
    days = number * _UNITS_IN_DAYS[unit]
    return When(days=days, at=at) if 0 < days <= _LONGEST_DAYS else None


def _take_spans(said: _Reading) -> None:
    for place in range(len(said.tokens)):
        if (span := _span(said, place)) is not None:
            _take_span(said, place, *span)


def _take_span(said: _Reading, place: int, unit: str, number: int, size: int) -> None:
    """ "3 days", "two weeks", with or without the "in" that makes them a plan; what we do not take is unclear."""
    before, after = said.beside(place - 1, place), said.beside(place + size, place + size)
    last = said.tokens[place + size - 1]
    # Where "weeks later" is also how "next week" is said, the number tells: "چهار هفته دیگه".
    later = "later" in after or last.named("next-week")
    ahead = "in" in before or last.named("in") or later
    # "For 3 days" is no plan, "5 days after surgery" counts from another day, 20時30分 holds no span of minutes.
    if "lasting" in before or ("in" in after and not ahead) or (unit == "minute" and "oclock" in before):
        return
    # "9 giờ" is nine o'clock and nine hours: only "in" tells.
    if last.named("oclock") and not ahead:
        return
    said.spans.append((unit, number, ahead))
    said.use(*range(place, place + size + ("later" in after)))


def _span(said: _Reading, place: int) -> tuple[str, int, int] | None:
    """The unit, the number and the size in tokens of a span that begins here."""
    if (token := said.free(place)) is None:
        return None
    for name in token.sense.names:
        number, _, unit = name.partition("-")
        if number.isdecimal() and unit in _UNITS:
            return unit, int(number), 1
    following = said.free(place + 1)
    # "一两天" is one or two.
    if following is None or following.unknown or said.follows_number(place):
        return None
    unit = next((unit for unit in _UNITS if following.named(unit)), "week" * following.named("next-week"))
    if unit and token.number is not None:
        return unit, token.number, 2
    return (unit, 1, 2) if unit and token.named("one") else None


def _take_days(said: _Reading) -> None:
    for place, token in enumerate(said.tokens):
        if place in said.used:
            continue
        for name in token.sense.names:
            weekday = name.removeprefix(_NEXT)
            if name in _DAYS:
                said.days.add(When(days=_DAYS[name]))
            elif weekday in WEEKDAYS:
                said.days.add(When(weekday=WEEKDAYS.index(weekday), next_week=weekday != name))
            else:
                continue
            said.use(place)


def _take_dates(said: _Reading, words: DateWords) -> None:
    """Dates of the calendar, first of all: their numbers are no hours."""
    for place in range(len(said.tokens)):
        if place in said.used:
            continue
        for size, found in monthdays.at(said.tokens, place, words):
            if found is not None:
                said.days.add(When(on=found) if isinstance(found, date) else When(yearly=found))
                said.use(*range(place, place + size))
                break
