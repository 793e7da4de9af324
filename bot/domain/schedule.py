"""When a text may leave: the patient's wall clock, quiet hours and daylight saving. Pure; `now` is an argument.

Sources: 47 CFR 64.1200(c)(1) allows 8:00-21:00 local time; 9:00-20:00 also suits the stricter states.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.clocktimes import MORNING
from bot.domain.dates import When

# The numbered answers to "When should I text you?".
CHOICES = {"1": When(days=1), "2": When(days=3), "3": When(days=7)}
SOONEST = timedelta(minutes=1)
# A year and a day: further off is a slip of the finger.
FARTHEST = timedelta(days=366)


# No calls or texts of our own accord in this span of the patient's day, whatever a clinic sets.
LAW = (time(21), time(8))


@dataclass(frozen=True, slots=True)
class QuietHours:
    """No push from `start` to `end`, local wall clock, nor when the law says so; a span may cross midnight.

    Equal ends are no span; `lawful` is False only where nobody real is texted.
    """

    start: time
    end: time
    lawful: bool = True

    def holds(self, at: time) -> bool:
        """Tell whether a wall-clock time is quiet; the start is quiet, the end is not."""
        return any(_within(at, *span) for span in self._spans())

    def next_opening(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first UTC moment, not before `moment`, that is not quiet in `zone`."""
        # The end of one span can lie in the other, and a DST jump can land in one: two rounds a span are enough.
        for _ in range(4):
            local = moment.astimezone(zone)
            ends = [end for start, end in self._spans() if _within(local.time(), start, end)]
            if not ends:
                return moment
            moment = max(moment, *(_next(end, local, zone) for end in ends))
        return moment

    def next_closing(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """When the next quiet span begins; None when there is none."""
        local = moment.astimezone(zone)
        return min((_next(start, local, zone) for start, _ in self._spans()), default=None)

    def _spans(self) -> list[tuple[time, time]]:
        own = [(self.start, self.end)] if self.start != self.end else []
        return [*own, LAW] if self.lawful else own


NEVER_QUIET = QuietHours(time(0), time(0), lawful=False)


def _within(at: time, start: time, end: time) -> bool:
    return start <= at < end if start <= end else at >= start or at < end


def _next(clock: time, local: datetime, zone: ZoneInfo) -> datetime:
    """The next UTC moment at which the wall clock shows `clock`."""
    day = local.date() + timedelta(days=1 if local.time() >= clock else 0)
    return on_clock(datetime.combine(day, clock), zone)


def on_clock(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC moment of a naive wall-clock time: a time that a DST jump skips becomes the first one after it,
    a time that comes twice is its first coming.
    """
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    # In a gap Python reads the clock of before the jump and lands beyond it: walk back to the jump itself.
    while _wall(moment - timedelta(minutes=1), zone) > wall:
        moment -= timedelta(minutes=1)
    return moment


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def due_at(when: When, now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime | None:
    """The UTC moment a patient means, moved out of quiet hours; None when it is not in the future.

    A day without a time means that morning, 10:00.
    """
    if when.minutes is not None:
        return quiet.next_opening(now + max(timedelta(minutes=when.minutes), SOONEST), zone)
    local = now.astimezone(zone)
    day = _day(when, local)
    if day is None or not timedelta(0) <= day - local.date() <= FARTHEST:
        return None
    moment = on_clock(datetime.combine(day, when.at or MORNING), zone)
    return quiet.next_opening(moment, zone) if moment > now else None


def _day(when: When, local: datetime) -> date | None:
    today = local.date()
    still_today = when.at is not None and when.at > local.time()
    if when.on is not None:
        return when.on
    if when.yearly is not None:
        return _next_yearly(*when.yearly, today)
    if when.weekday is not None:
        return today + timedelta(days=_days_to_weekday(when, local, still_today=still_today))
    if when.days is not None:
        return today + timedelta(days=when.days)
    # A time alone is the next time that clocks show it.
    return today if still_today else today + timedelta(days=1)


def _days_to_weekday(when: When, local: datetime, *, still_today: bool) -> int:
    if when.next_week and when.weekday is not None:
        return 7 - local.weekday() + when.weekday
    # "friday" on a friday is the next one, unless its hour is still to come today.
    ahead = ((when.weekday or 0) - local.weekday()) % 7
    return ahead if ahead or still_today else 7


def _next_yearly(month: int, day: int, today: date) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None
