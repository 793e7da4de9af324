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
    ],
)
def test_a_day_means_that_morning_here(when, expected):
    assert due_at(when, local(2026, 11, 24, 15, 0), NEW_YORK, QUIET) == local(*expected)


@pytest.mark.parametrize("when", [When(days=0), When(on=date(2020, 1, 1)), When(days=0, at=time(9))])
def test_a_moment_that_has_passed_is_refused(when):
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
