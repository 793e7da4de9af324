"""The care team plans texts and enrols people, from files. A file is taken whole or not at all."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import TypeVar
from zoneinfo import available_timezones

import phonenumbers
import regex

from bot.domain import consent, language
from bot.domain.consent import Consent, ConsentEvent
from bot.domain.delivery import FollowUpState
from bot.domain.messages import Address, Channel, as_dialled
from bot.domain.policy import TOO_LATE, Source
from bot.services.line import Line
from bot.store.engine import Work
from bot.store.queries import followups, people
from bot.store.queries.followups import FollowUp, Plan
from bot.store.queries.people import ConsentRecord

T = TypeVar("T")

PATIENT_COLUMNS = ("address", "channel", "language", "timezone", "name", "consent_at", "consent_words")
PLAN_COLUMNS = ("address", "channel", "topic", "due_at")
# A WhatsApp user id, which is no number; digits alone are a number that lacks its plus.
_USER_ID = regex.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._-]{1,128}")
# Beyond it lie slips of the hand, and moments that no database holds.
_YEARS = range(2000, 2100)


class BadFile(Exception):
    """Rows that cannot be used; `faults` has one line each, with its number and the mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _BadRow(Exception):
    """One cell is wrong: the message names the column and the mend, never the value of an address."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One usable row of `patients import`."""

    address: Address
    language: str | None
    timezone: str | None
    name: str | None
    consent_at: datetime | None
    consent_words: str | None


def import_patients(line: Line, text: str, now: datetime) -> int:
    """Add or complete people from CSV; gives how many rows. Raises BadFile and imports nothing if a row is wrong.

    A consent needs both the moment and the words; it never undoes a STOP.
    """
    rows = _read(text, PATIENT_COLUMNS, lambda row: _enrolment(line, row, now))
    with line.store.begin() as work:
        for _, row in rows:
            _enrol(work, row, now)
    return len(rows)


def plan_csv(line: Line, text: str, now: datetime) -> list[str]:
    """Plan texts from CSV; gives the ids. Raises BadFile and plans nothing if a row is wrong or unknown."""
    rows = _read(text, PLAN_COLUMNS, lambda row: _planned(line, row, now))
    with line.store.begin() as work:
        faults, plans = [], []
        for number, (address, topic, due_at) in rows:
            person = people.by_address(work, address)
            if person is None:
                faults.append(f"line {number}: address: nobody is enrolled with it; run `patients import` first")
            else:
                plans.append(Plan(person.id, topic, due_at, Source.TEAM))
        if faults:
            raise BadFile(faults)
        ids = [followups.plan(work, plan, now) for plan in plans]
    if any(due_at <= now for _, (_, _, due_at) in rows):
        line.clock.wake()
    return ids


def _read(text: str, columns: tuple[str, ...], use: Callable[[dict[str, str]], T]) -> list[tuple[int, T]]:
    """All rows as (line number, value), or BadFile with every fault of the file at once."""
    # newline=None: some spreadsheets still end their lines with a carriage return alone.
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=None))
    try:
        return _rows(reader, columns, use)
    except csv.Error as error:
        raise BadFile([f"line {reader.line_num + 1}: is no CSV ({error})"]) from None


def _rows(
    reader: "csv.DictReader[str]", columns: tuple[str, ...], use: Callable[[dict[str, str]], T]
) -> list[tuple[int, T]]:
    if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
        raise BadFile([f"line 1: the header lacks {', '.join(missing)}; it must be {','.join(columns)}"])
    rows, faults = [], []
    for row in reader:
        try:
            rows.append((reader.line_num, use(_cells(row, columns))))
        except _BadRow as fault:
            faults.append(f"line {reader.line_num}: {fault}")
    if faults:
        raise BadFile(faults)
    return rows


def _cells(row: dict[str, str], columns: tuple[str, ...]) -> dict[str, str]:
    # Cells beyond the header, under the key None: a comma in a consent's words would cut the proof in two.
    if None in row:
        raise _BadRow('has more cells than the header; put a text that holds a comma in "quotes"')
    return {name: (row[name] or "").strip() for name in columns}


def _enrol(work: Work, row: Enrolment, now: datetime) -> None:
    person = people.by_address(work, row.address) or people.add(work, row.address, now)
    if row.language is not None:
        people.set_language(work, person, row.language, chosen=True)
    if row.timezone is not None:
        people.set_timezone(work, person, row.timezone)
    if row.name is not None:
        people.set_name(work, person, row.name)
    held = consent.after(person.consent, ConsentEvent.IMPORTED)
    if row.consent_at is not None and held is Consent.ACTIVE and person.consent is not Consent.ACTIVE:
        record = ConsentRecord(ConsentEvent.IMPORTED, held, "import", row.consent_words, row.consent_at)
        people.set_consent(work, person, record)


def _enrolment(line: Line, row: dict[str, str], now: datetime) -> Enrolment:
    consent_at = _moment(row["consent_at"], "consent_at") if row["consent_at"] else None
    words = row["consent_words"] or None
    if (consent_at is None) != (words is None):
        raise _BadRow("consent_at, consent_words: give both the moment and the words, or neither")
    if consent_at is not None and consent_at > now:
        raise _BadRow("consent_at: lies in the future")
    return Enrolment(
        _address(row),
        _language(line, row["language"]),
        _zone(row["timezone"]),
        row["name"] or None,
        consent_at,
        words,
    )


def _planned(line: Line, row: dict[str, str], now: datetime) -> tuple[Address, str, datetime]:
    topics = line.speaker.library.topics
    if row["topic"] not in topics:
        raise _BadRow(f"topic: unknown; use one of {', '.join(topics)}")
    due_at = _moment(row["due_at"], "due_at")
    if now - due_at > TOO_LATE[Source.TEAM]:
        raise _BadRow("due_at: lies more than 12 hours in the past")
    return _address(row), row["topic"], due_at


def _address(row: dict[str, str]) -> Address:
    if row["channel"] not in set(Channel):
        raise _BadRow(f"channel: use {' or '.join(Channel)}")
    channel, value = Channel(row["channel"]), row["address"].removeprefix("whatsapp:").strip()
    if channel is Channel.WHATSAPP and _USER_ID.fullmatch(value):
        return Address(channel, value)
    # Before it is judged: with the 1 it is too long for a number of its country.
    number = _e164(as_dialled(value.replace(" ", "")) if channel is Channel.WHATSAPP else value)
    if number is None:
        raise _BadRow("address: no phone number; write it as +15550100123, with country code")
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


def _language(line: Line, text: str) -> str | None:
    if not text:
        return None
    tag = language.canonical(text)
    offered = line.speaker.library.offered
    if tag not in offered:
        raise _BadRow(f"language: not offered; use one of {', '.join(offered)}")
    return tag


def _zone(text: str) -> str | None:
    if text and text not in available_timezones():
        raise _BadRow("timezone: unknown; use an IANA name such as America/New_York")
    return text or None


def _moment(text: str, column: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _BadRow(f"{column}: no date; write it as 2026-12-01T10:00:00-05:00") from error
    if moment.tzinfo is None:
        raise _BadRow(f"{column}: has no offset; write it as 2026-12-01T10:00:00-05:00")
    if moment.year not in _YEARS:
        raise _BadRow(f"{column}: lies in the year {moment.year}")
    return moment.astimezone(UTC)


def decode(data: bytes) -> str:
    """The text of a file; raises BadFile when it is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadFile([f"the file is not UTF-8 (byte {error.start}); save it as CSV UTF-8"]) from None


def listed(line: Line, states: list[FollowUpState]) -> list[FollowUp]:
    """Follow-ups in these states, soonest first."""
    with line.store.begin() as work:
        return followups.listed(work, states)


def described(followup: FollowUp) -> dict[str, str | int | None]:
    """One follow-up for a list: ids, times and states, no address."""
    return {
        "id": followup.id,
        "address_id": followup.address_id,
        "topic": followup.topic,
        "source": followup.source,
        "due_at": followup.due_at.isoformat(),
        "next_at": followup.next_at.isoformat(),
        "state": followup.state,
        "reason": followup.reason,
        "attempt": followup.attempt,
        "message_id": followup.message_id,
    }
