"""The care team plans texts and enrols people, from files. A file is taken whole or not at all."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import consent
from bot.domain.consent import Consent, ConsentEvent
from bot.domain.delivery import FollowUpState
from bot.domain.messages import Address
from bot.domain.policy import TOO_LATE, Source
from bot.services import rows
from bot.services.line import Line
from bot.services.rows import BadFile, BadRow
from bot.store.engine import Work
from bot.store.queries import followups, people
from bot.store.queries.followups import FollowUp, Plan
from bot.store.queries.people import ConsentRecord

PATIENT_COLUMNS = ("address", "channel", "language", "timezone", "name", "consent_at", "consent_words")
PLAN_COLUMNS = ("address", "channel", "topic", "due_at")
TAKEN_BACK = "taken back by the team"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One usable row of `patients import`."""

    address: Address
    language: str | None
    timezone: str | None
    name: str | None
    consent_at: datetime | None
    consent_words: str | None
    discreet: bool | None


def import_patients(line: Line, text: str, now: datetime) -> list[tuple[int, Enrolment]]:
    """Add or complete people from CSV; gives the rows. Raises BadFile and imports nothing if a row is wrong.

    A consent needs both the moment and the words; it never undoes a STOP.
    """
    found = rows.read(text, PATIENT_COLUMNS, lambda row: _enrolment(line, row, now), ("discreet",))
    with line.store.begin() as work:
        for _, row in found:
            _enrol(work, row, now)
    return found


def plan_csv(line: Line, text: str, now: datetime) -> list[str]:
    """Plan texts from CSV; gives the ids. Raises BadFile and plans nothing if a row is wrong or unknown."""
    found = rows.read(text, PLAN_COLUMNS, lambda row: _planned(line, row, now))
    with line.store.begin() as work:
        faults, plans = [], []
        for number, (address, topic, due_at) in found:
            person = people.by_address(work, address)
            if person is None:
                faults.append(f"line {number}: address: nobody is enrolled with it; run `patients import` first")
            else:
                plans.append(Plan(person.id, topic, due_at, Source.TEAM))
        if faults:
            raise BadFile(faults)
        ids = [followups.plan(work, plan, now) for plan in plans]
    if any(due_at <= now for _, (_, _, due_at) in found):
        line.clock.wake()
    return ids


def _enrol(work: Work, row: Enrolment, now: datetime) -> None:
    person = people.by_address(work, row.address) or people.add(work, row.address, now)
    if row.language is not None:
        people.set_language(work, person, row.language, chosen=True)
    if row.timezone is not None:
        people.set_timezone(work, person, row.timezone)
    if row.name is not None:
        people.set_name(work, person, row.name)
    if row.discreet is not None:
        people.set_discreet(work, person, discreet=row.discreet)
    held = consent.after(person.consent, ConsentEvent.IMPORTED)
    if row.consent_at is not None and held is Consent.ACTIVE and person.consent is not Consent.ACTIVE:
        record = ConsentRecord(ConsentEvent.IMPORTED, held, "import", row.consent_words, row.consent_at)
        people.set_consent(work, person, record)


def _enrolment(line: Line, row: dict[str, str], now: datetime) -> Enrolment:
    consent_at = rows.moment_of(row["consent_at"], "consent_at") if row["consent_at"] else None
    words = row["consent_words"] or None
    if (consent_at is None) != (words is None):
        raise BadRow("consent_at, consent_words: give both the moment and the words, or neither")
    if consent_at is not None and consent_at > now:
        raise BadRow("consent_at: lies in the future")
    return Enrolment(
        rows.address_of(row),
        rows.language_of(line, row["language"]),
        rows.zone_of(row["timezone"]),
        row["name"] or None,
        consent_at,
        words,
        rows.yes_or_no(row["discreet"], "discreet"),
    )


def _planned(line: Line, row: dict[str, str], now: datetime) -> tuple[Address, str, datetime]:
    topics = line.speaker.library.topics
    if row["topic"] not in topics:
        raise BadRow(f"topic: unknown; use one of {', '.join(topics)}")
    due_at = rows.moment_of(row["due_at"], "due_at")
    if now - due_at > TOO_LATE[Source.TEAM]:
        raise BadRow("due_at: lies more than 12 hours in the past")
    return rows.address_of(row), row["topic"], due_at


def listed(line: Line, states: list[FollowUpState]) -> list[FollowUp]:
    """Follow-ups in these states, soonest first."""
    with line.store.begin() as work:
        return followups.listed(work, states)


def cancel(line: Line, followup_id: str) -> bool:
    """Take one unsent text back for good; False when there is none with this id that is still to come."""
    with line.store.begin() as work:
        followup = followups.by_id(work, followup_id)
        if followup is None or followup.state is not FollowUpState.DUE:
            return False
        # Refused and not canceled: a programme that is planned anew leaves it out.
        followups.refuse(work, followup_id, TAKEN_BACK)
    return True


def described(followup: FollowUp) -> dict[str, str | int | None]:
    """One follow-up for a list: ids, times and states, no address."""
    return {
        "id": followup.id,
        "address_id": followup.address_id,
        "topic": followup.topic,
        "text": followup.text,
        "step": followup.step,
        "enrolment_id": followup.enrolment_id,
        "source": followup.source,
        "due_at": followup.due_at.isoformat(),
        "next_at": followup.next_at.isoformat(),
        "state": followup.state,
        "reason": followup.reason,
        "attempt": followup.attempt,
        "message_id": followup.message_id,
    }
