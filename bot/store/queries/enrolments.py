"""Who is in which programme, the days each counts from, and the texts planned for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import Row, delete, insert, or_, select, update

from bot.domain.delivery import FollowUpState
from bot.domain.policy import Source
from bot.domain.programmes import Day, Planned
from bot.store.engine import Work
from bot.store.models import cycles, enrolments, followups
from bot.store.models.base import new_id
from bot.store.queries.people import upsert


class EnrolmentState(StrEnum):
    """Invited until the person says yes; paused by the team or by STOP; ended for good."""

    INVITED = "invited"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person in one programme."""

    id: str
    address_id: str
    programme: str
    state: EnrolmentState
    reason: str | None
    labelled: bool
    created_at: datetime
    days: tuple[Day, ...] = ()


_COLUMNS = tuple(enrolments.c[name] for name in Enrolment.__slots__ if name != "days")
# A text of a programme that may still be moved: it has not been tried, and nobody has taken it back for good.
_MOVABLE = or_(followups.c.state == FollowUpState.DUE.value, followups.c.state == FollowUpState.CANCELED.value)


def add(work: Work, address_id: str, programme: str, state: EnrolmentState, now: datetime) -> str:
    """Enrol a person; gives the id. Raises IntegrityError when they are in this programme already."""
    row = {
        "id": new_id(now),
        "address_id": address_id,
        "programme": programme,
        "state": state,
        "labelled": False,
        "created_at": now,
    }
    work.execute(insert(enrolments), row)
    return str(row["id"])


def set_days(work: Work, enrolment_id: str, days: Sequence[Day]) -> None:
    """The day of each cycle, in place of those before."""
    work.execute(delete(cycles).where(cycles.c.enrolment_id == enrolment_id))
    rows = [
        {
            "enrolment_id": enrolment_id,
            "number": day.number,
            "on_day": day.on,
            "at_time": day.at.strftime("%H:%M") if day.at else None,
        }
        for day in days
    ]
    if rows:
        work.execute(insert(cycles), rows)


def set_state(work: Work, enrolment_id: str, state: EnrolmentState, reason: str | None = None) -> None:
    """Where the enrolment stands from now on, and why."""
    work.execute(update(enrolments).where(enrolments.c.id == enrolment_id).values(state=state, reason=reason))


def set_labelled(work: Work, ids: Iterable[str]) -> None:
    """These people have been told that a computer translated the texts."""
    work.execute(update(enrolments).where(enrolments.c.id.in_([*ids])).values(labelled=True))


def by_ids(work: Work, ids: Iterable[str]) -> dict[str, Enrolment]:
    """Enrolments with their days, by id."""
    return {found.id: found for found in _with_days(work, work.execute(_SELECT.where(enrolments.c.id.in_([*ids]))))}


def of_person(work: Work, address_id: str, states: Iterable[EnrolmentState]) -> list[Enrolment]:
    """A person's enrolments in these states, oldest first."""
    found = _SELECT.where(enrolments.c.address_id == address_id, enrolments.c.state.in_([*states]))
    return _with_days(work, work.execute(found.order_by(enrolments.c.created_at, enrolments.c.id)))


def listed(work: Work) -> list[Enrolment]:
    """Everyone in a programme that has not ended."""
    found = _SELECT.where(enrolments.c.state != EnrolmentState.ENDED)
    return _with_days(work, work.execute(found.order_by(enrolments.c.created_at, enrolments.c.id)))


_SELECT = select(*_COLUMNS)


def _with_days(work: Work, rows: Iterable[Row[tuple[object, ...]]]) -> list[Enrolment]:
    found = [dict(row._mapping) for row in rows]
    days: dict[str, list[Day]] = {str(row["id"]): [] for row in found}
    wanted = select(cycles).where(cycles.c.enrolment_id.in_(days)).order_by(cycles.c.number)
    for row in work.execute(wanted):
        at = time.fromisoformat(row.at_time) if row.at_time else None
        days[row.enrolment_id].append(Day(row.number, row.on_day, at))
    return [
        Enrolment(**(row | {"state": EnrolmentState(row["state"]), "days": tuple(days[str(row["id"])])}))
        for row in found
    ]


# --- the texts of an enrolment ------------------------------------------------------------------------------


def put_steps(work: Work, enrolment: Enrolment, planned: Sequence[Planned], now: datetime) -> None:
    """Make the unsent texts of an enrolment those of a plan: new ones added, others moved, the rest taken back."""
    names = [entry.name for entry in planned]
    gone = update(followups).where(
        followups.c.enrolment_id == enrolment.id,
        followups.c.source == Source.PROGRAMME,
        followups.c.state == FollowUpState.DUE,
        followups.c.step.not_in(names),
    )
    work.execute(gone.values(state=FollowUpState.CANCELED, reason="the plan was made anew without it"))
    if not planned:
        return
    insertion = upsert(work)(followups)
    moved = {name: insertion.excluded[name] for name in ("due_at", "next_at", "text", "must", "state", "reason")}
    statement = insertion.on_conflict_do_update(
        index_elements=["enrolment_id", "step"],
        index_where=followups.c.enrolment_id.is_not(None),
        set_=moved,
        # One that was sent, refused or is in the air stays as it is.
        where=_MOVABLE,
    )
    work.execute(statement, [_row(enrolment, entry, now) for entry in planned])


def _row(enrolment: Enrolment, entry: Planned, now: datetime) -> Mapping[str, object]:
    return {
        "id": new_id(now),
        "address_id": enrolment.address_id,
        "source": Source.PROGRAMME,
        "enrolment_id": enrolment.id,
        "step": entry.name,
        "text": entry.step.text,
        "must": entry.step.must,
        "due_at": entry.due_at,
        "next_at": entry.due_at,
        "state": FollowUpState.DUE,
        "reason": None,
        "attempt": 0,
        "created_at": now,
    }


def cancel_steps(work: Work, enrolment_id: str, reason: str) -> int:
    """Take back every unsent text of an enrolment; gives how many."""
    statement = update(followups).where(
        followups.c.enrolment_id == enrolment_id, followups.c.state == FollowUpState.DUE
    )
    return work.execute(statement.values(state=FollowUpState.CANCELED, reason=reason)).rowcount


def taken(work: Work, address_id: str, planning: str, since: datetime) -> list[datetime]:
    """When this person has texts of ours from `since` on: sent, in the air, or planned by others than the one that is
    `planning`.
    """
    counted = (FollowUpState.DUE, FollowUpState.SENDING, FollowUpState.UNKNOWN, FollowUpState.SENT)
    found = select(followups.c.due_at).where(
        followups.c.address_id == address_id,
        followups.c.due_at >= since,
        followups.c.state.in_(counted),
        followups.c.source != Source.PATIENT,
        or_(followups.c.enrolment_id.is_distinct_from(planning), followups.c.state != FollowUpState.DUE),
    )
    return list(work.execute(found).scalars())


def settled(work: Work, enrolment_id: str) -> frozenset[str]:
    """The steps of an enrolment that a new plan leaves as they are: sent, in the air, or taken back for good."""
    found = select(followups.c.step).where(followups.c.enrolment_id == enrolment_id, ~_MOVABLE)
    return frozenset(work.execute(found).scalars())
