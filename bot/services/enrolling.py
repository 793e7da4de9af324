"""People in programmes: enrol, invite, plan, delay, pause, end. The plan is made by domain/programmes and nowhere else.

Nothing is pushed before the person's own yes: who has not said it is invited once, and planned when she does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.exc import IntegrityError

from bot.domain.consent import Consent
from bot.domain.policy import Reason, Source
from bot.domain.programmes import Anchor, Calendar, Day, Planned, Programme, Skipped, days_of, delayed, lay_out
from bot.services.line import Line
from bot.store.engine import Work
from bot.store.queries import enrolments, followups, people
from bot.store.queries.enrolments import Enrolment, EnrolmentState
from bot.store.queries.followups import Plan
from bot.store.queries.people import Person

BY_STOP = "STOP"
# Two are what a person can follow, and what the promised rate has room for.
MOST_AT_ONCE = 2
_INVITED_LATELY = timedelta(days=30)
_OPEN = (EnrolmentState.INVITED, EnrolmentState.ACTIVE, EnrolmentState.PAUSED)


class CannotEnrol(Exception):
    """Why a person cannot be enrolled or a plan not changed; the message names the field and the mend."""


@dataclass(frozen=True, slots=True)
class Start:
    """A programme and what it counts from: the first treatment, the visit, or (None) the day of the yes."""

    programme: str
    on: date | None = None
    at: time | None = None


def enrol(line: Line, work: Work, person: Person, start: Start, now: datetime) -> Enrolment:
    """Enrol a person, plan their texts, or invite them first. Raises CannotEnrol; then nothing is written."""
    programme = programme_of(line, start.programme)
    if person.consent is Consent.STOPPED:
        raise CannotEnrol("address: this person has sent STOP; only their own START ends that")
    if len(enrolments.of_person(work, person.id, _OPEN)) >= MOST_AT_ONCE:
        raise CannotEnrol(f"programme: this person is in {MOST_AT_ONCE} programmes already; end one first")
    days = _first_days(line, programme, person, start, now)
    agreed = person.consent in {Consent.ACTIVE, Consent.PAUSED}
    try:
        with work.begin_nested():
            state = EnrolmentState.ACTIVE if agreed else EnrolmentState.INVITED
            enrolment_id = enrolments.add(work, person.id, programme.id, state, now)
    except IntegrityError:
        raise CannotEnrol("programme: this person is in it already") from None
    enrolments.set_days(work, enrolment_id, days)
    if agreed:
        return plan_anew(line, work, person, enrolment_id, now)
    _invite(work, person, now)
    return enrolments.by_ids(work, [enrolment_id])[enrolment_id]


def programme_of(line: Line, name: str) -> Programme:
    """A programme by its id. Raises CannotEnrol that lists those there are."""
    if name not in line.programmes:
        raise CannotEnrol(f"programme: '{name}' is unknown; use one of {', '.join(line.programmes)}")
    return line.programmes[name]


def first_days(programme: Programme, start: Start, today: date) -> list[Day]:
    """The days that a programme counts from. Raises CannotEnrol when one is needed and missing."""
    if programme.anchor is Anchor.ENROLMENT:
        return days_of(programme, start.on or today)
    if start.on is None:
        raise CannotEnrol(f"on: give the day of the {programme.anchor}, such as 2026-12-01")
    if programme.anchor is Anchor.VISIT and start.at is None:
        raise CannotEnrol("at: give the time of the visit, such as 14:30")
    return days_of(programme, start.on, start.at)


def _first_days(line: Line, programme: Programme, person: Person, start: Start, now: datetime) -> list[Day]:
    return first_days(programme, start, now.astimezone(line.zone_of(person)).date())


def _invite(work: Work, person: Person, now: datetime) -> None:
    """One invitation at a time, whatever number of programmes it is for."""
    if not followups.has_lately(work, person.id, Source.INVITE, now - _INVITED_LATELY):
        followups.plan(work, Plan(person.id, None, now, Source.INVITE), now)


def agree(line: Line, work: Work, person: Person, now: datetime) -> None:
    """The person has said yes, or START after a STOP: what waited for it is planned from now on."""
    for enrolment in enrolments.of_person(work, person.id, (EnrolmentState.INVITED, EnrolmentState.PAUSED)):
        if enrolment.state is EnrolmentState.PAUSED and enrolment.reason != BY_STOP:
            continue
        programme = line.programmes.get(enrolment.programme)
        if programme is not None and programme.anchor is Anchor.ENROLMENT and enrolment.reason != BY_STOP:
            # It counts from the day of the yes.
            today = now.astimezone(line.zone_of(person)).date()
            enrolments.set_days(work, enrolment.id, days_of(programme, today))
        enrolments.set_state(work, enrolment.id, EnrolmentState.ACTIVE)
        plan_anew(line, work, person, enrolment.id, now)


def plan_anew(line: Line, work: Work, person: Person, enrolment_id: str, now: datetime) -> Enrolment:
    """Make the unsent texts of an enrolment what its days and the person's clock say now."""
    enrolment = enrolments.by_ids(work, [enrolment_id])[enrolment_id]
    laid_out = plan_of(line, work, person, enrolment, now)
    enrolments.put_steps(work, enrolment, [entry for entry in laid_out if isinstance(entry, Planned)], now)
    return enrolment


def plan_of(line: Line, work: Work, person: Person, enrolment: Enrolment, now: datetime) -> list[Planned | Skipped]:
    """The plan of an enrolment beside the person's other texts."""
    programme = programme_of(line, enrolment.programme)
    taken = enrolments.taken(work, person.id, enrolment.id, now - timedelta(days=7))
    settled = enrolments.settled(work, enrolment.id)
    return lay_out(programme, enrolment.days, Calendar(line.zone_of(person), line.quiet, taken, settled), now)


# --- changes ------------------------------------------------------------------------------------------------


def delay(line: Line, enrolment_id: str, cycle: int, on: date, now: datetime) -> Sequence[Day]:
    """Move a cycle to another day, and all later ones with it; what is unsent moves along. Gives the new days."""
    with line.store.begin() as work:
        enrolment, person = _open(work, enrolment_id)
        try:
            days = delayed(enrolment.days, cycle, on)
        except ValueError as error:
            raise CannotEnrol(str(error)) from None
        enrolments.set_days(work, enrolment_id, days)
        if enrolment.state is EnrolmentState.ACTIVE:
            plan_anew(line, work, person, enrolment_id, now)
    return days


def pause(line: Line, enrolment_id: str) -> None:
    """Hold what is unsent, until `resume`."""
    with line.store.begin() as work:
        _open(work, enrolment_id)
        enrolments.set_state(work, enrolment_id, EnrolmentState.PAUSED, "the team")
        enrolments.cancel_steps(work, enrolment_id, "held by the team")


def resume(line: Line, enrolment_id: str, now: datetime) -> None:
    """Go on: what is still to come is planned anew, what has passed meanwhile is left out."""
    with line.store.begin() as work:
        _, person = _open(work, enrolment_id)
        if person.consent is Consent.STOPPED:
            raise CannotEnrol("enrolment: this person has sent STOP; only their own START ends that")
        enrolments.set_state(work, enrolment_id, EnrolmentState.ACTIVE)
        plan_anew(line, work, person, enrolment_id, now)


def end(line: Line, enrolment_id: str) -> None:
    """The treatment is over, or the programme was a mistake: nothing more of it is sent."""
    with line.store.begin() as work:
        _open(work, enrolment_id)
        _end(work, enrolment_id, Reason.ENDED)


def end_all(work: Work, person: Person, reason: str) -> None:
    """Nothing more of any programme, for good."""
    for enrolment in enrolments.of_person(work, person.id, _OPEN):
        _end(work, enrolment.id, reason)


def hold_all(work: Work, person: Person) -> None:
    """STOP: programmes wait, and go on only after the person's own START."""
    for enrolment in enrolments.of_person(work, person.id, (EnrolmentState.INVITED, EnrolmentState.ACTIVE)):
        enrolments.set_state(work, enrolment.id, EnrolmentState.PAUSED, BY_STOP)


def _end(work: Work, enrolment_id: str, reason: str) -> None:
    enrolments.set_state(work, enrolment_id, EnrolmentState.ENDED, reason)
    enrolments.cancel_steps(work, enrolment_id, Reason.ENDED)


def _open(work: Work, enrolment_id: str) -> tuple[Enrolment, Person]:
    enrolment = enrolments.by_ids(work, [enrolment_id]).get(enrolment_id)
    if enrolment is None or enrolment.state is EnrolmentState.ENDED:
        raise CannotEnrol("enrolment: there is none with this id that has not ended; see `programmes list --enrolled`")
    person, _ = people.by_id(work, enrolment.address_id)
    return enrolment, person
