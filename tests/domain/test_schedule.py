"""The patient's wall clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import When
from bot.domain.schedule import NEVER_QUIET, QuietHours, due_at, on_clock

NEW_YORK = ZoneInfo("America/New_York")
QUIET = QuietHours(time(20), time(9))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ((2026, 11, 24, 19, 59), (2026, 11, 24, 19, 59)),
        ((2026, 11, 24, 20, 0), (2026, 11, 25, 9, 0)),
        ((2026, 11, 25, 0, 30), (2026, 11, 25, 9, 0)),
        ((2026, 11, 25, 8, 59), (2026, 11, 25, 9, 0)),
        ((2026, 11, 25, 9, 0), (2026, 11, 25, 9, 0)),
        # The night of the autumn change has 25 hours, that of the spring one 23.
        ((2026, 10, 31, 23, 0), (2026, 11, 1, 9, 0)),
        ((2026, 3, 7, 23, 0), (2026, 3, 8, 9, 0)),
    ],
)
def test_quiet_hours_hold_a_text_until_morning(at, opens):
    assert QUIET.next_opening(local(*at), NEW_YORK) == local(*opens)


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        # 2:30 does not exist that night: the first moment after the jump.
        (datetime(2026, 3, 8, 2, 30), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        # 1:30 comes twice: the first one.
        (datetime(2026, 11, 1, 1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_clock_changes_neither_lose_nor_double_a_text(wall, utc):
    assert on_clock(wall, NEW_YORK) == utc


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(days=1), (2026, 11, 25, 10, 0)),
        (When(days=3), (2026, 11, 27, 10, 0)),
        (When(days=1, at=time(23)), (2026, 11, 26, 9, 0)),
        (When(minutes=30), (2026, 11, 24, 15, 30)),
        (When(minutes=600), (2026, 11, 25, 9, 0)),
        (When(weekday=4), (2026, 11, 27, 10, 0)),
        (When(weekday=1), (2026, 12, 1, 10, 0)),
        (When(weekday=1, at=time(18)), (2026, 11, 24, 18, 0)),
        (When(on=date(2026, 12, 24)), (2026, 12, 24, 10, 0)),
        (When(weekday=4, next_week=True), (2026, 12, 4, 10, 0)),
        (When(weekday=0, next_week=True, at=time(18)), (2026, 11, 30, 18, 0)),
        (When(yearly=(12, 24)), (2026, 12, 24, 10, 0)),
        (When(yearly=(1, 5), at=time(14)), (2027, 1, 5, 14, 0)),
        # A time alone is the next time that clocks show it.
        (When(at=time(17)), (2026, 11, 24, 17, 0)),
        (When(at=time(11)), (2026, 11, 25, 11, 0)),
    ],
)
def test_a_day_means_that_morning_here(when, expected):
    assert due_at(when, local(2026, 11, 24, 15, 0), NEW_YORK, QUIET) == local(*expected)


@pytest.mark.parametrize(
    "when",
    [
        When(days=0), When(on=date(2020, 1, 1)), When(days=0, at=time(9)),
        # Farther than a year, and a day that neither this year nor the next one has.
        When(on=date(2036, 1, 1)), When(yearly=(2, 29)),
    ],
)  # fmt: skip
def test_a_moment_that_has_passed_or_is_far_off_is_refused(when):
    assert due_at(when, local(2026, 11, 24, 15, 0), NEW_YORK, QUIET) is None


@given(
    zone=st.sampled_from(sorted(available_timezones())).map(ZoneInfo),
    moment=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),
)
def test_no_zone_and_no_night_lets_a_text_out(zone, moment):
    opening = QUIET.next_opening(moment, zone)
    assert not QUIET.holds(opening.astimezone(zone).time())
    assert moment <= opening <= moment + timedelta(hours=27)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)))
def test_quiet_hours_off_never_hold(moment):
    assert NEVER_QUIET.next_opening(moment, NEW_YORK) == moment


ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
TIMES = st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0))
WHENS = st.one_of(
    st.builds(When, minutes=st.integers(0, 600_000)),
    st.builds(When, days=st.integers(0, 400), at=TIMES),
    st.builds(When, weekday=st.integers(0, 6), at=TIMES, next_week=st.booleans()),
    st.builds(When, on=st.dates(date(2024, 1, 1), date(2029, 1, 1)), at=TIMES),
    st.builds(When, yearly=st.dates(date(2028, 1, 1), date(2028, 12, 31)).map(lambda at: (at.month, at.day)), at=TIMES),
    st.builds(When, at=st.times()),
)


@given(when=WHENS, now=MOMENTS, zone=ZONES)
def test_whatever_is_asked_for_is_in_the_future_and_by_day(when, now, zone):
    due = due_at(when, now, zone, QUIET)
    if due is not None:
        assert now < due <= now + timedelta(days=600)
        assert not QUIET.holds(due.astimezone(zone).time())


@given(when=WHENS, now=MOMENTS, zone=ZONES)
def test_the_day_is_the_one_that_was_named(when, now, zone):
    due = due_at(when, now, zone, NEVER_QUIET)
    if due is None or when.minutes is not None:
        return
    today, day = now.astimezone(zone).date(), due.astimezone(zone).date()
    # A clock change can skip a night's end, and with it a day in the zones that crossed the date line.
    assert when.days is None or day >= today + timedelta(days=when.days)
    assert when.on is None or day >= when.on
    if when.weekday is not None and day.weekday() == when.weekday:
        assert day - today <= timedelta(days=14 if when.next_week else 7)
