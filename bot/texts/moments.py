"""Dates and times as a patient reads them, in plain characters."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time

from bot.domain.language import BY_TAG
from bot.texts.tidy import tidy

# CLDR gives Haitian Creole French names, and Korean hours in Latin letters.
_HAITIAN_DAYS = ("lendi", "madi", "mèkredi", "jedi", "vandredi", "samdi", "dimanch")
_HAITIAN_MONTHS = (
    "janvye", "fevriye", "mas", "avril", "me", "jen", "jiyè", "out", "septanm", "oktòb", "novanm", "desanm",
)  # fmt: skip
_KOREAN_HALVES = {"AM": "오전", "PM": "오후"}


def day(moment: datetime, zone: ZoneInfo, tag: str) -> str:
    """Weekday, day and month: "Tue, Nov 24"."""
    local = moment.astimezone(zone)
    if tag == "ht":
        return f"{_HAITIAN_DAYS[local.weekday()]} {local.day} {_HAITIAN_MONTHS[local.month - 1]}"
    return tidy(format_skeleton("MMMEd", local, locale=_locale(tag)))


def clock(moment: datetime, zone: ZoneInfo, tag: str) -> str:
    """The time of day: "10:00 AM" or "10:00", as the language writes it."""
    said = tidy(format_time(moment.astimezone(zone), "short", locale=_locale(tag)))
    if tag == "ko":
        half, _, hour = said.partition(" ")
        return f"{_KOREAN_HALVES.get(half, half)} {hour}"
    return said


def _locale(tag: str) -> Locale:
    return Locale.parse((BY_TAG[tag].cldr or tag).replace("-", "_"))
