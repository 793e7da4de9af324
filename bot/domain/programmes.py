"""Programmes: what is sent on which day of a treatment. A file's steps and a person's days go in, moments come out.

Pure: reading the TOML is texts/programmes; the clock and the record are services/enrolling.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import regex

from bot.domain.clocktimes import MORNING
from bot.domain.policy import MAX_PER_DAY, MAX_PER_WEEK
from bot.domain.schedule import QuietHours, on_clock


class Anchor(StrEnum):
    """What a programme counts its days from."""

    TREATMENT = "treatment"
    VISIT = "visit"
    ENROLMENT = "enrolment"


class Skip(StrEnum):
    """Why a step is not planned, in words that the care team sees."""

    PAST = "its day had passed when it was planned"
    FULL = "no day with room for it: the most a day or a week was reached"


@dataclass(frozen=True, slots=True)
class Step:
    """One text of a programme: on `day` of `cycle` (None: of every cycle), at a time of the patient's wall clock.

    `text` is "topic:how" or a programme text. `menu` says what each number of its list leads to. `after` puts it so
    much later than the step before it, on the same day. `weekdays` are those it may fall on (0 is Monday).
    """

    day: int
    at: time
    text: str
    cycle: int | None = None
    must: bool = False
    menu: Mapping[str, str] = field(default_factory=dict)
    capture: bool = False
    weekdays: frozenset[int] = frozenset(range(7))
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Cycles:
    """How often a treatment comes again: every so many days or months, so many times in all."""

    count: int = 1
    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme as its file says it."""

    id: str
    title: str
    anchor: Anchor
    steps: tuple[Step, ...]
    cycles: Cycles = Cycles()


@dataclass(frozen=True, slots=True)
class Day:
    """The day that a cycle counts from, on the patient's calendar; `at` is the time of a visit."""

    number: int
    on: date
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One text and when it is due (UTC); `name` tells it from all others of the same enrolment."""

    name: str
    step: Step
    cycle: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """One text that is not planned, and why."""

    name: str
    step: Step
    cycle: int
    reason: Skip


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a plan has to fit: the person's clock, the quiet hours, the moments of texts that left or are planned
    already, and the names of its own that are `settled`: sent, in the air or taken back for good.
    """

    zone: ZoneInfo
    quiet: QuietHours
    taken: Sequence[datetime] = ()
    settled: frozenset[str] = frozenset()


class WrongStep(ValueError):
    """A step's place cannot be read; the message names the field and the mend."""


_PLACE = regex.compile(r"(?:C(?P<cycle>\d{1,2}|\*))?D(?P<day>[+-]?\d{1,3})(?: (?P<hour>\d\d):(?P<minute>\d\d))?")
_EVERY = regex.compile(r"every (?P<size>\d{1,3}) (?P<unit>day|week|month)s? x (?P<count>\d{1,2})")
# So many days a text may be moved to find a day with room.
_MOVED_AT_MOST = 3


def place(text: str) -> tuple[int | None, int, time]:
    """Read "C1D-3 10:00", "C*D+1", "D+2 16:00" as cycle (None: every), day and time. Raises WrongStep."""
    found = _PLACE.fullmatch(text.strip())
    if found is None:
        raise WrongStep(f"at: '{text}' is no place; write C1D-3 10:00, C*D+1 or D+2 16:00")
    cycle = found["cycle"]
    try:
        at = time(int(found["hour"]), int(found["minute"])) if found["hour"] else MORNING
    except ValueError:
        raise WrongStep(f"at: '{text}' has no such time of day; write it as 10:00") from None
    if cycle == "0":
        raise WrongStep(f"at: '{text}': cycles are counted from 1")
    return (None if cycle in {"*", None} else int(cycle)), int(found["day"]), at


def cycles(text: str) -> Cycles:
    """Read "every 21 days x 6", "every 1 month x 3". Raises WrongStep."""
    found = _EVERY.fullmatch(text.strip())
    size, count = (int(found["size"]), int(found["count"])) if found else (0, 0)
    if found is None or not size or not count:
        raise WrongStep(f"cycles: '{text}' is no rhythm; write every 21 days x 6")
    days = {"day": size, "week": 7 * size, "month": 0}[found["unit"]]
    return Cycles(count, days, size if found["unit"] == "month" else 0)


def days_of(programme: Programme, first: date, at: time | None = None) -> list[Day]:
    """The day of each cycle, when nothing is delayed. A month's last days stand in for days it lacks."""
    rhythm = programme.cycles
    return [
        Day(number + 1, _months_on(first, rhythm.months * number) + timedelta(days=rhythm.days * number), at)
        for number in range(rhythm.count)
    ]


def _months_on(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    for day in range(first.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, first.day)


def delayed(days: Sequence[Day], number: int, on: date) -> list[Day]:
    """The days after a cycle was moved: it and all later ones, by as much. Raises ValueError for no such cycle."""
    moved = next((day for day in days if day.number == number), None)
    if moved is None:
        raise ValueError(f"cycle: there is no {number}; use 1 to {len(days)}")
    by = on - moved.on
    return [Day(day.number, day.on + by, day.at) if day.number >= number else day for day in days]


def lay_out(programme: Programme, days: Sequence[Day], calendar: Calendar, now: datetime) -> list[Planned | Skipped]:
    """When each text is due. What is settled is not planned again. Steps already past are skipped, unless they are
    `must`: those come as soon as they may, and of several with the same words the last.

    Safety cards are placed first and count towards the caps; nothing else can take their room.
    """
    wanted = [each for each in _wanted(programme, days) if each[0] not in calendar.settled]
    room = _Room(calendar)
    cards = sorted((each for each in wanted if each[1].must), key=_wall_of)
    past = {step.text: name for name, step, _, wall in cards if room.opening(wall) < now}
    found: dict[str, Planned | Skipped] = {}
    # In this order nothing that may be left out is placed before what must not; times decide among equals.
    for name, step, cycle, wall in sorted(wanted, key=lambda each: (not each[1].must, each[3])):
        if room.opening(wall) < now and not (step.must and past[step.text] == name):
            found[name] = Skipped(name, step, cycle, Skip.PAST)
        else:
            found[name] = _placed(name, step, cycle, wall, room, now)
    return sorted(found.values(), key=_when)


def _wall_of(wanted: tuple[str, Step, int, datetime]) -> datetime:
    return wanted[3]


def _when(entry: Planned | Skipped) -> tuple[bool, float, str]:
    at = entry.due_at.timestamp() if isinstance(entry, Planned) else 0.0
    return isinstance(entry, Skipped), at, entry.name


def _wanted(programme: Programme, days: Sequence[Day]) -> Iterator[tuple[str, Step, int, datetime]]:
    for day in days:
        for step in programme.steps:
            if step.cycle in {None, day.number}:
                name = f"C{day.number}D{step.day:+d}-{step.text.removeprefix('topic:')}"
                yield name, step, day.number, _wall(step, day)


def _wall(step: Step, day: Day) -> datetime:
    """The wall-clock time a step is meant for; towards the anchor's side of the week when a weekday does not suit."""
    on = day.on + timedelta(days=step.day)
    back = timedelta(days=-1 if step.day < 0 else 1)
    for _ in range(7):
        if on.weekday() in step.weekdays:
            break
        on += back
    return datetime.combine(on, step.at) + step.after


class _Room:
    """How many texts each local day has already; a day and any seven days in a row have a most."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._used: dict[date, int] = {}
        for moment in calendar.taken:
            self.take(moment)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.calendar.zone).date()

    def take(self, moment: datetime) -> None:
        day = self.day_of(moment)
        self._used[day] = self._used.get(day, 0) + 1

    def has_room(self, day: date) -> bool:
        if self._used.get(day, 0) >= MAX_PER_DAY:
            return False
        near = {offset: self._used.get(day + timedelta(days=offset), 0) for offset in range(-6, 7)}
        return all(sum(near[start + step] for step in range(7)) < MAX_PER_WEEK for start in range(-6, 1))

    def opening(self, wall: datetime) -> datetime:
        """The first allowed UTC moment at or after a wall-clock time."""
        zone = self.calendar.zone
        return self.calendar.quiet.next_opening(on_clock(wall, zone), zone)


def _placed(name: str, step: Step, cycle: int, wall: datetime, room: _Room, now: datetime) -> Planned | Skipped:
    due_at = room.opening(wall)
    if step.must:
        if due_at < now:
            due_at = room.calendar.quiet.next_opening(now, room.calendar.zone)
        room.take(due_at)
        return Planned(name, step, cycle, due_at)
    for moved in range(_MOVED_AT_MOST + 1):
        later = due_at if not moved else room.opening(wall + timedelta(days=moved))
        if room.has_room(room.day_of(later)):
            room.take(later)
            return Planned(name, step, cycle, later)
    return Skipped(name, step, cycle, Skip.FULL)
