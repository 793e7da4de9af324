"""Cells of a CSV file from a care team. A file is taken whole or not at all; each fault names its line and the mend."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from io import StringIO
from typing import TypeVar
from zoneinfo import available_timezones

import phonenumbers
import regex

from bot.domain import language
from bot.domain.messages import Address, Channel, as_dialled
from bot.services.line import Line

T = TypeVar("T")

# A WhatsApp user id, which is no number; digits alone are a number that lacks its plus.
_USER_ID = regex.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._-]{1,128}")
# Beyond it lie slips of the hand, and moments that no database holds.
_YEARS = range(2000, 2100)
_CLOCK = regex.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]")


class BadFile(Exception):
    """Rows that cannot be used; `faults` has one line each, with its number and the mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class BadRow(Exception):
    """One cell is wrong: the message names the column and the mend, never the value of an address."""


def read(
    text: str, columns: tuple[str, ...], use: Callable[[dict[str, str]], T], optional: tuple[str, ...] = ()
) -> list[tuple[int, T]]:
    """All rows as (line number, value), or BadFile with every fault of the file at once.

    `optional` columns may be missing; their cells are empty then.
    """
    # newline=None: some spreadsheets still end their lines with a carriage return alone.
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=None))
    try:
        return _rows(reader, columns, use, optional)
    except csv.Error as error:
        raise BadFile([f"line {reader.line_num + 1}: is no CSV ({error})"]) from None


def _rows(
    reader: "csv.DictReader[str]",
    columns: tuple[str, ...],
    use: Callable[[dict[str, str]], T],
    optional: tuple[str, ...],
) -> list[tuple[int, T]]:
    if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
        raise BadFile([f"line 1: the header lacks {', '.join(missing)}; it must be {','.join(columns)}"])
    rows, faults = [], []
    for row in reader:
        try:
            rows.append((reader.line_num, use(_cells(row, (*columns, *optional)))))
        except BadRow as fault:
            faults.append(f"line {reader.line_num}: {fault}")
    if faults:
        raise BadFile(faults)
    return rows


def _cells(row: dict[str, str], columns: tuple[str, ...]) -> dict[str, str]:
    # Cells beyond the header, under the key None: a comma in a consent's words would cut the proof in two.
    if None in row:
        raise BadRow('has more cells than the header; put a text that holds a comma in "quotes"')
    return {name: (row.get(name) or "").strip() for name in columns}


def address_of(row: dict[str, str]) -> Address:
    if row["channel"] not in set(Channel):
        raise BadRow(f"channel: use {' or '.join(Channel)}")
    channel, value = Channel(row["channel"]), row["address"].removeprefix("whatsapp:").strip()
    if channel is Channel.WHATSAPP and _USER_ID.fullmatch(value):
        return Address(channel, value)
    # Before it is judged: with the 1 it is too long for a number of its country.
    number = _e164(as_dialled(value.replace(" ", "")) if channel is Channel.WHATSAPP else value)
    if number is None:
        raise BadRow("address: no phone number; write it as +15550100123, with country code")
    return Address(channel, number)


def _e164(text: str) -> str | None:
    """The number as the provider writes it, or it would never be found again: no blanks, brackets or dashes."""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    # An extension cannot be texted.
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def language_of(line: Line, text: str) -> str | None:
    if not text:
        return None
    tag = language.canonical(text)
    offered = line.speaker.library.offered
    if tag not in offered:
        raise BadRow(f"language: not offered; use one of {', '.join(offered)}")
    return tag


def zone_of(text: str) -> str | None:
    if text and text not in available_timezones():
        raise BadRow("timezone: unknown; use an IANA name such as America/New_York")
    return text or None


def moment_of(text: str, column: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRow(f"{column}: no date; write it as 2026-12-01T10:00:00-05:00") from error
    if moment.tzinfo is None:
        raise BadRow(f"{column}: has no offset; write it as 2026-12-01T10:00:00-05:00")
    if moment.year not in _YEARS:
        raise BadRow(f"{column}: lies in the year {moment.year}")
    return moment.astimezone(UTC)


def decode(data: bytes) -> str:
    """The text of a file; raises BadFile when it is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadFile([f"the file is not UTF-8 (byte {error.start}); save it as CSV UTF-8"]) from None


def day_of(text: str, column: str) -> date | None:
    """A day such as 2026-12-01, or None for an empty cell."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise BadRow(f"{column}: no day; write it as 2026-12-01") from None
    if day is not None and day.year not in _YEARS:
        raise BadRow(f"{column}: lies in the year {day.year}")
    return day


def clock_of(text: str, column: str) -> time | None:
    """A time of day such as 14:30, or None for an empty cell."""
    if text and not _CLOCK.fullmatch(text):
        raise BadRow(f"{column}: no time of day; write it as 14:30")
    return time.fromisoformat(text) if text else None


def yes_or_no(text: str, column: str) -> bool | None:
    """A yes or a no, or None for an empty cell."""
    if text.lower() not in {"", "yes", "no"}:
        raise BadRow(f"{column}: write yes or no")
    return text.lower() == "yes" if text else None
