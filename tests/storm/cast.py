"""Who is in a storm of programmes: people of every kind, each enrolled by the services a care team uses."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.messages import Address, Channel, Inbound
from bot.services import assigning, inbound, planning
from bot.services.line import Line

# Of these 24 kinds in turn. STOP comes from those who stop; the team ends, pauses, resumes and delays; who agrees
# writes START in the storm. `card`: outside WhatsApp's window, with a template; `held`: also without one.
KINDS = (
    *("plain", "stopping", "ended", "inside", "discreet", "evening", "resumed", "held"),
    *("plain", "stopping", "paused", "card", "plain", "delayed", "night", "agreeing"),
    *("plain", "stopping", "discreet", "inside", "evening", "invited", "inside-stopping", "held"),
)
WHATSAPP = frozenset({"inside", "inside-stopping", "card", "held"})
# Two texts of today each: the lesson of the third day and its question.
LESSONS = frozenset({"plain", "stopping", "discreet", "inside", "inside-stopping", "evening", "night", "held"})
TEMPLATES = {"fever-card": {"en": "HX" + "1" * 32}, "topic:resistance": {"en": "HX" + "2" * 32}}
# What is due today has been so for some hours, and none of it for as long as makes it too late.
_AWAKE, _EVENING, _NIGHT, _MORNING = (13, 15, 17), 19, 20, time(8)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast; `at` is the address as the provider writes it."""

    kind: str
    number: str
    zone: str

    @property
    def channel(self) -> Channel:
        return Channel.WHATSAPP if self.kind in WHATSAPP else Channel.SMS

    @property
    def at(self) -> str:
        return f"whatsapp:{self.number}" if self.kind in WHATSAPP else self.number


def assemble(count: int, closing: datetime) -> tuple[Person, ...]:
    """So many people, where the hour of the day is what their kind needs. At `closing` the evening's quiet begins."""
    people = []
    for index in range(count):
        kind = KINDS[index % len(KINDS)]
        hour = {"evening": _EVENING, "night": _NIGHT}.get(kind, _AWAKE[index % len(_AWAKE)])
        people.append(Person(kind, f"+1555010{1000 + index}", _where(hour, closing)))
    return tuple(people)


def environ(closing: datetime) -> dict[str, str]:
    """Quiet hours that begin for the evening's people at `closing`, and the templates."""
    return {
        "QUIET_HOURS": f"{_EVENING}:{closing:%M}-09:00",
        "TWILIO_WHATSAPP_FROM": "+15550100101",
        "WHATSAPP_TEMPLATES": json.dumps(TEMPLATES),
    }


def enrol(line: Line, cast: Iterable[Person], now: datetime) -> None:
    """Let them write, import them with their consent, enrol them as of this morning."""
    cast = list(cast)
    for person in cast:
        if person.kind in WHATSAPP:
            ago = timedelta(hours=1 if "inside" in person.kind else 30)
            text = Inbound(f"SM{person.number[1:]:0>30}aa", Address(person.channel, person.number), "hello", now - ago)
            inbound.handle(line, text)
    planning.import_patients(line, _file((*planning.PATIENT_COLUMNS, "discreet"), map(_as_patient, cast)), now)
    for zone in sorted({person.zone for person in cast}):
        here = ZoneInfo(zone)
        today = now.astimezone(here).date()
        morning = datetime.combine(today, _MORNING, here).astimezone(UTC)
        rows = [row for person in cast if person.zone == zone for row in _enrolments(person, today)]
        assigning.assign_csv(line, _file(assigning.COLUMNS, rows), morning)


def _as_patient(person: Person) -> tuple[str, ...]:
    consent = () if person.kind in {"invited", "agreeing"} else ("2026-01-05T10:00:00+00:00", "on paper")
    discreet = "yes" if person.kind == "discreet" else ""
    return person.number, person.channel, "en", person.zone, "", *(consent or ("", "")), discreet


def _enrolments(person: Person, today: date) -> list[tuple[str, ...]]:
    """The card of the first treatment's next day; for some also a lesson and its question, the day after tomorrow's
    enrolment: with the card they would be three texts in one day.
    """
    card = (person.number, person.channel, "first-cycle", str(today - timedelta(days=1)), "")
    lessons = (person.number, person.channel, "understanding-resistance", str(today - timedelta(days=2)), "")
    if person.kind in {"plain", "stopping"}:
        return [card, lessons]
    return [lessons if person.kind in LESSONS else card]


def _file(columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _where(hour: int, moment: datetime) -> str:
    """A zone where clocks show this hour at that moment."""
    east = (hour - moment.astimezone(UTC).hour + 12) % 24 - 12
    # The sign of these names is that of ships: west of Greenwich is positive.
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"
