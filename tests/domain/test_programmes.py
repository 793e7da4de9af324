"""Schedule arithmetic: every plan keeps the clock, the quiet hours and the caps, whatever the zone and the day."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.domain.policy import MAX_PER_DAY, MAX_PER_WEEK
from bot.domain.programmes import (
    Anchor,
    Calendar,
    Cycles,
    Day,
    Planned,
    Programme,
    Skip,
    Skipped,
    Step,
    WrongStep,
    cycles,
    days_of,
    delayed,
    lay_out,
    place,
)
from bot.domain.schedule import LAW, NEVER_QUIET, QuietHours, on_clock

NEW_YORK = ZoneInfo("America/New_York")
QUIET = QuietHours(time(20), time(9))
# With and without daylight saving, half-hour offsets, a jump at midnight, and a day that was skipped whole.
ZONES = [
    "America/New_York", "America/Los_Angeles", "America/Phoenix", "America/St_Johns", "America/Havana", "Asia/Tehran",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "Africa/Cairo", "Europe/London", "Europe/Warsaw",
    "Pacific/Apia", "Pacific/Chatham", "Australia/Lord_Howe", "America/Santiago", "Asia/Tokyo", "UTC",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("C1D-3 10:00", (1, -3, time(10))),
        ("C*D+1", (None, 1, time(10))),
        ("D+2 16:00", (None, 2, time(16))),
        ("C12D0 09:30", (12, 0, time(9, 30))),
    ],
)
def test_a_place_is_read(text, read):
    assert place(text) == read


@pytest.mark.parametrize("text", ["", "T-3d 10:00", "C0D1", "D+1 24:00", "D+1 9:00", "C1D-3 10:00 x", "C*D"])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(WrongStep, match="at: "):
        place(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("every 21 days x 6", Cycles(6, 21)),
        ("every 1 day x 1", Cycles(1, 1)),
        ("every 2 weeks x 4", Cycles(4, 14)),
        ("every 1 month x 3", Cycles(3, 0, 1)),
    ],
)
def test_a_rhythm_is_read(text, read):
    assert cycles(text) == read


@pytest.mark.parametrize("text", ["21 days", "every 0 days x 6", "every 21 days x 0", "every other day"])
def test_what_is_no_rhythm_is_refused(text):
    with pytest.raises(WrongStep, match="cycles: "):
        cycles(text)


ONCE = Cycles()


def programme(*steps, rhythm=ONCE):
    return Programme("p", "P", Anchor.TREATMENT, steps, rhythm)


def step(day, at=time(10), text="topic:how", **more):
    return Step(day, at, text, **more)


def dates(rhythm, first):
    return [day.on for day in days_of(programme(step(0), rhythm=rhythm), first)]


def test_months_end_on_their_own_last_day():
    assert dates(Cycles(4, 0, 1), date(2027, 11, 30)) == [
        date(2027, 11, 30), date(2027, 12, 30), date(2028, 1, 30), date(2028, 2, 29),
    ]  # fmt: skip
    assert dates(Cycles(2, 0, 1), date(2027, 1, 31))[1] == date(2027, 2, 28)


def test_cycles_walk_over_a_leap_day():
    assert dates(Cycles(2, 21), date(2028, 2, 20)) == [date(2028, 2, 20), date(2028, 3, 12)]


def test_a_delayed_cycle_is_one_date_and_the_later_ones_follow():
    days = days_of(programme(step(0), rhythm=Cycles(3, 21)), date(2026, 12, 1))
    moved = delayed(days, 2, date(2026, 12, 29))
    assert [day.on for day in moved] == [date(2026, 12, 1), date(2026, 12, 29), date(2027, 1, 19)]
    with pytest.raises(ValueError, match="there is no 4; use 1 to 3"):
        delayed(days, 4, date(2027, 1, 1))


def planned(steps, *, on=date(2026, 12, 1), zone=NEW_YORK, quiet=QUIET, now=None, taken=(), rhythm=ONCE):
    made = programme(*steps, rhythm=rhythm)
    now = now or datetime(2026, 11, 20, 15, tzinfo=UTC)
    return lay_out(made, days_of(made, on), Calendar(zone, quiet, taken), now)


def walls(entries, zone=NEW_YORK):
    return [f"{e.due_at.astimezone(zone):%m-%d %H:%M}" for e in entries if isinstance(e, Planned)]


def test_steps_of_one_cycle_come_once_and_of_every_cycle_each_time():
    steps = [step(-3, cycle=1), step(1, text="fever-card", must=True)]
    assert walls(planned(steps, rhythm=Cycles(2, 21))) == ["11-28 10:00", "12-02 10:00", "12-23 10:00"]


def test_what_has_passed_is_skipped_unless_it_must_be_sent():
    now = datetime(2026, 12, 3, 17, tzinfo=UTC)
    entries = planned([step(-3), step(1, text="fever-card", must=True), step(5)], now=now)
    assert walls(entries) == ["12-03 12:00", "12-06 10:00"]
    (skipped,) = [entry for entry in entries if isinstance(entry, Skipped)]
    assert skipped.reason is Skip.PAST


def test_of_cards_that_have_passed_only_the_last_comes():
    """Six equal texts at once would tell nobody anything."""
    now = datetime(2027, 2, 3, 17, tzinfo=UTC)
    steps = [step(1, text="fever-card", must=True), step(7, text="fever-again", must=True)]
    entries = planned(steps, now=now, rhythm=Cycles(5, 21))
    sent = [(entry.name, wall) for entry, wall in zip(entries, walls(entries), strict=False)]
    assert sent == [
        ("C3D+7-fever-again", "02-03 12:00"), ("C4D+1-fever-card", "02-03 12:00"),
        ("C4D+7-fever-again", "02-09 10:00"), ("C5D+1-fever-card", "02-24 10:00"), ("C5D+7-fever-again", "03-02 10:00"),
    ]  # fmt: skip


def test_a_quiet_hour_moves_a_step_to_the_morning():
    assert walls(planned([step(0, time(22)), step(3, time(0)), step(5, time(3))])) == [
        "12-02 09:00", "12-04 09:00", "12-06 09:00",
    ]  # fmt: skip


def test_the_law_holds_whatever_a_clinic_sets():
    lax = QuietHours(time(23), time(5))
    assert walls(planned([step(0, time(21, 30)), step(2, time(6))], quiet=lax)) == ["12-02 08:00", "12-03 08:00"]
    assert walls(planned([step(0, time(3))], quiet=NEVER_QUIET)) == ["12-01 03:00"]


def test_a_time_that_the_clock_skips_is_the_first_after_it_and_one_that_comes_twice_its_first():
    at_night = [step(0, time(2, 30))]
    spring = planned(at_night, on=date(2027, 3, 14), quiet=NEVER_QUIET)
    assert spring[0].due_at == datetime(2027, 3, 14, 7, tzinfo=UTC)
    autumn = planned([step(0, time(1, 30))], on=date(2027, 11, 7), quiet=NEVER_QUIET)
    assert autumn[0].due_at == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def test_weekdays_move_towards_the_side_of_the_anchor():
    weekdays = frozenset(range(5))
    # 2026-12-05 is a Saturday: what comes before a treatment stays before it.
    assert walls(planned([step(-1, weekdays=weekdays)], on=date(2026, 12, 6))) == ["12-04 10:00"]
    assert walls(planned([step(1, weekdays=weekdays)], on=date(2026, 12, 4))) == ["12-07 10:00"]


def test_a_full_day_moves_what_may_move_and_never_a_safety_card():
    taken = [datetime(2026, 12, 1, 15 + hour, tzinfo=UTC) for hour in range(MAX_PER_DAY)]
    entries = planned([step(0), step(0, time(11), text="fever-card", must=True)], taken=taken)
    assert walls(entries) == ["12-01 11:00", "12-02 10:00"]


def test_a_full_week_leaves_out_what_must_not_be_sent():
    taken = [datetime(2026, 11, 28 + day // 2, 15, tzinfo=UTC) for day in range(4)]
    taken += [datetime(2026, 12, 1 + day, 15, tzinfo=UTC) for day in range(6)]
    entries = planned([step(3), step(3, text="fever-card", must=True)], taken=taken)
    assert [type(entry) for entry in entries] == [Planned, Skipped]
    assert entries[0].step.must and entries[1].reason is Skip.FULL


STEPS = some.lists(
    some.builds(
        Step,
        day=some.integers(-10, 30),
        at=some.times().map(lambda at: at.replace(second=0, microsecond=0)),
        text=some.sampled_from(["topic:how", "topic:worse", "fever-card", "q1"]),
        must=some.booleans(),
        weekdays=some.sets(some.integers(0, 6), min_size=1).map(frozenset),
        after=some.sampled_from([timedelta(0), timedelta(hours=1)]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda each: (each.day, each.text),
)


@settings(max_examples=300, deadline=None)
@given(
    steps=STEPS,
    first=some.dates(date(2026, 1, 1), date(2028, 12, 31)),
    zone=some.sampled_from(ZONES).map(ZoneInfo),
    rhythm=some.builds(Cycles, some.integers(1, 4), some.integers(7, 28)),
    quiet=some.builds(
        QuietHours, some.sampled_from([time(20), time(22), time(12)]), some.sampled_from([time(9), time(14)])
    ),
    ahead=some.integers(-20, 40),
)
def test_every_plan_keeps_the_rules(steps, first, zone, rhythm, quiet, ahead):
    now = on_clock(datetime.combine(first, time(12)), zone) + timedelta(days=ahead)
    made = programme(*steps, rhythm=rhythm)
    days = days_of(made, first)
    entries = lay_out(made, days, Calendar(zone, quiet), now)
    sent = [entry for entry in entries if isinstance(entry, Planned)]
    # Each step of each cycle once, planned or skipped with its reason; safety cards always planned, but of those with
    # the same words that have passed only the last.
    assert len({entry.name for entry in entries}) == len(entries) == len(steps) * rhythm.count
    cards = Counter((entry.step.text, isinstance(entry, Planned)) for entry in entries if entry.step.must)
    assert all(cards[text, True] for text, _ in cards)
    for entry in sent:
        wall = entry.due_at.astimezone(zone).time()
        assert entry.due_at >= now
        assert not quiet.holds(wall), (wall, quiet)
        assert LAW[1] <= wall < LAW[0]
    capped = [entry.due_at.astimezone(zone).date() for entry in sent if not entry.step.must]
    everything = [entry.due_at.astimezone(zone).date() for entry in sent]
    # Safety cards are placed first, so that whatever else finds room keeps the caps for good.
    assert all(everything.count(day) <= MAX_PER_DAY for day in capped)
    for start in {day - timedelta(days=back) for day in capped for back in range(7)}:
        week = [day for day in everything if start <= day < start + timedelta(days=7)]
        if any(start <= day < start + timedelta(days=7) for day in capped):
            assert len(week) <= MAX_PER_WEEK
    # The same days give the same plan.
    assert lay_out(made, days, Calendar(zone, quiet), now) == entries


@settings(max_examples=200, deadline=None)
@given(
    wall=some.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),
    zone=some.sampled_from(ZONES).map(ZoneInfo),
    quiet=some.builds(QuietHours, some.times(), some.times()),
)
def test_an_opening_is_open_and_nothing_before_it_is(wall, zone, quiet):
    moment = on_clock(wall.replace(second=0, microsecond=0), zone)
    opening = quiet.next_opening(moment, zone)
    assert opening >= moment
    if all(quiet.holds(time(hour, minute)) for hour in range(24) for minute in (0, 15, 30, 45)):
        return
    assert not quiet.holds(opening.astimezone(zone).time())
    for minutes in range(0, int((opening - moment).total_seconds() // 60), 15):
        assert quiet.holds((moment + timedelta(minutes=minutes)).astimezone(zone).time())


def test_the_day_that_a_zone_skipped_is_no_day_of_a_text():
    # Samoa had no 30 December 2011.
    apia = ZoneInfo("Pacific/Apia")
    entries = lay_out(
        programme(step(0)),
        [Day(1, date(2011, 12, 30))],
        Calendar(apia, QUIET),
        datetime(2011, 12, 1, tzinfo=UTC),
    )
    assert entries[0].due_at.astimezone(apia).date() == date(2011, 12, 31)
