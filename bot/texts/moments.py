"""Dates and times as a patient reads them, in plain characters."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time

from bot.texts.tidy import tidy


def day(moment: datetime, zone: ZoneInfo, tag: str) -> str:
    """Weekday, day and month: "Tue, Nov 24"."""
    return tidy(format_skeleton("MMMEd", moment.astimezone(zone), locale=_locale(tag)))


def clock(moment: datetime, zone: ZoneInfo, tag: str) -> str:
    """The time of day: "10:00 AM" or "10:00", as the language writes it."""
    return tidy(format_time(moment.astimezone(zone), "short", locale=_locale(tag)))


def _locale(tag: str) -> Locale:
    return Locale.parse(tag.replace("-", "_"))
