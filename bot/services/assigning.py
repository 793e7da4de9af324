"""Enrol people in programmes from a file, and see a whole plan before anyone is enrolled."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.messages import Address, Channel
from bot.domain.prices import price
from bot.domain.programmes import Calendar, Planned, Skipped, lay_out
from bot.domain.segments import cost
from bot.services import enrolling, rows, saying
from bot.services.enrolling import CannotEnrol, Start
from bot.services.line import Line
from bot.services.rows import BadFile
from bot.services.saying import Setting
from bot.store.queries import people
from bot.store.queries.enrolments import Enrolment
from bot.texts.render import Reader

COLUMNS = ("address", "channel", "programme", "on", "at")


def assign_csv(line: Line, text: str, now: datetime) -> list[Enrolment]:
    """Enrol from CSV: address,channel,programme,on,at. Raises BadFile and enrols nobody if a row is wrong."""
    found = rows.read(text, COLUMNS, _row)
    enrolled: list[Enrolment] = []
    faults: list[str] = []
    with line.store.begin() as work:
        for number, (address, start) in found:
            person = people.by_address(work, address)
            if person is None:
                faults.append(f"line {number}: address: nobody is enrolled with it; run `patients import` first")
                continue
            try:
                enrolled.append(enrolling.enrol(line, work, person, start, now))
            except CannotEnrol as fault:
                faults.append(f"line {number}: {fault}")
        if faults:
            raise BadFile(faults)
    line.clock.wake()
    return enrolled


def _row(row: dict[str, str]) -> tuple[Address, Start]:
    start = Start(row["programme"], rows.day_of(row["on"], "on"), rows.clock_of(row["at"], "at"))
    return rows.address_of(row), start


# --- a look before ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Previewed:
    """One text of a plan as it will be sent; `reason` instead of a moment when it will not be."""

    name: str
    text: str
    due_at: datetime | None
    body: str
    language: str
    segments: int
    dollars: Decimal
    reason: str = ""


def preview(line: Line, start: Start, reader: Reader, now: datetime) -> list[Previewed]:
    """Every text of a programme as this reader would get it: the same plan and the same words as the real run.

    Raises CannotEnrol when the programme is unknown or its day is missing.
    """
    programme = enrolling.programme_of(line, start.programme)
    days = enrolling.first_days(programme, start, now.astimezone(reader.zone).date())
    laid_out = lay_out(programme, days, Calendar(reader.zone, line.quiet), now)
    by_number = {day.number: day for day in days}
    first = next((entry.name for entry in laid_out if isinstance(entry, Planned)), None)
    return [
        _previewed(line, entry, Setting(by_number[entry.cycle], reader.zone), reader, is_first=entry.name == first)
        for entry in laid_out
    ]


def _previewed(line: Line, entry: Planned | Skipped, setting: Setting, reader: Reader, *, is_first: bool) -> Previewed:
    say, _ = saying.of_step(entry.step, setting)
    if is_first and reader.language in line.speaker.drafts:
        say = saying.labelled(say)
    rendered = line.speaker.render(say, reader)
    paid = cost(rendered.body).segments if reader.channel is Channel.SMS else 1
    skipped = isinstance(entry, Skipped)
    return Previewed(
        name=entry.name,
        text=entry.step.text,
        due_at=None if isinstance(entry, Skipped) else entry.due_at,
        body=rendered.body,
        language=rendered.language,
        segments=0 if skipped else paid,
        dollars=Decimal(0) if skipped else price(reader.channel, paid),
        reason=entry.reason if isinstance(entry, Skipped) else "",
    )
