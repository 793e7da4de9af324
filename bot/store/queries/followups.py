"""Follow-ups: what was promised, when it is due, what became of it. How one is won and sent is in `claims`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, exists, func, literal_column, or_, select, update

from bot.domain.delivery import FollowUpState
from bot.domain.policy import Source
from bot.store.engine import Work
from bot.store.models import followups
from bot.store.models.base import ID_TAIL_BYTES, new_id
from bot.store.queries.people import upsert


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One promised text."""

    id: str
    address_id: str
    source: Source
    topic: str | None
    due_at: datetime
    next_at: datetime
    state: FollowUpState
    reason: str | None
    attempt: int
    message_id: str | None
    first_claimed_at: datetime | None
    looked_at: datetime | None
    created_at: datetime
    enrolment_id: str | None = None
    step: str | None = None
    text: str | None = None
    must: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A text to promise: to whom, about what, when (UTC) and who asks."""

    address_id: str
    topic: str | None
    due_at: datetime
    source: Source


# Nobody could say what became of it: a person should look.
NEVER_SETTLED = "never settled: a person should look"

# Written out and not bound: SQLite uses a partial index only where its own words stand in the question, and so does a
# plan that PostgreSQL has prepared for any value.
SENDING: ColumnElement[str] = literal_column("'sending'")
UNKNOWN: ColumnElement[str] = literal_column("'unknown'")
IS_DUE = followups.c.state == literal_column("'due'")
IS_IN_FLIGHT = followups.c.state.in_([SENDING, UNKNOWN])

COLUMNS = tuple(followups.c[name] for name in FollowUp.__slots__)
_BY_ID = select(*COLUMNS).where(followups.c.id == bindparam("followup_id"))
_NEXT_DUE = (
    select(followups.c.next_at)
    .where(IS_DUE, followups.c.next_at <= bindparam("until"))
    .order_by(followups.c.next_at)
    .limit(1)
)
_LEASE_IS_OVER = (IS_IN_FLIGHT, followups.c.state == SENDING, followups.c.lease_until <= bindparam("now"))
_IS_DOUBTFUL = (IS_IN_FLIGHT, followups.c.state == UNKNOWN, followups.c.looked_at <= bindparam("looked_before"))
_GLANCE = select(
    exists().where(*_LEASE_IS_OVER),
    exists().where(*_IS_DOUBTFUL),
    _NEXT_DUE.scalar_subquery(),
)
_DOUBTFUL = select(*COLUMNS).where(*_IS_DOUBTFUL).order_by(followups.c.looked_at).limit(bindparam("most"))
_EXPIRE = (
    update(followups)
    .where(*_LEASE_IS_OVER)
    .values(state=FollowUpState.UNKNOWN, token=None, lease_until=None, looked_at=bindparam("now"))
)
_SETTLE = update(followups).where(followups.c.id == bindparam("followup_id"))
_REVIVED = func.replace(followups.c.state, FollowUpState.CANCELED.value, FollowUpState.DUE.value)


def plan(work: Work, wanted: Plan, now: datetime) -> str:
    """Promise a text; the same promise twice is one row (a canceled one is promised anew). Gives the row's id."""
    if (known := _planned(work, wanted)) is not None:
        return known
    insertion = upsert(work)(followups).values(
        id=_id_of(wanted, now),
        address_id=wanted.address_id,
        source=wanted.source,
        topic=wanted.topic,
        due_at=wanted.due_at,
        next_at=wanted.due_at,
        state=FollowUpState.DUE,
        attempt=0,
        created_at=now,
    )
    saved = insertion.on_conflict_do_update(index_elements=["id"], set_={"state": _REVIVED})
    return str(work.execute(saved.returning(followups.c.id)).scalar_one())


def _planned(work: Work, wanted: Plan) -> str | None:
    """The same promise of before; one without a topic is never the same."""
    if wanted.topic is None:
        return None
    same = update(followups).where(
        followups.c.address_id == wanted.address_id,
        followups.c.topic == wanted.topic,
        followups.c.due_at == wanted.due_at,
    )
    return work.execute(same.values(state=_REVIVED).returning(followups.c.id)).scalar_one_or_none()


def _id_of(wanted: Plan, now: datetime) -> str:
    """Made of the promise itself: of two that are written at the same moment, the primary key lets in one. An index of
    its own for that would take a fifth of what a waiting row takes.
    """
    if wanted.topic is None:
        return new_id(now)
    promise = f"{wanted.address_id}|{wanted.topic}|{wanted.due_at.timestamp()}"
    return new_id(wanted.due_at, blake2b(promise.encode(), digest_size=ID_TAIL_BYTES).digest())


def has_lately(work: Work, address_id: str, source: Source, since: datetime) -> bool:
    """Tell whether such a text is on its way or has left since then."""
    found = select(followups.c.id).where(
        followups.c.address_id == address_id,
        followups.c.source == source,
        followups.c.created_at >= since,
        followups.c.state.in_([FollowUpState.DUE, FollowUpState.SENDING, FollowUpState.UNKNOWN, FollowUpState.SENT]),
    )
    return work.execute(found.limit(1)).one_or_none() is not None


def by_id(work: Work, followup_id: str) -> FollowUp | None:
    """One follow-up, or None."""
    row = work.execute(_BY_ID, {"followup_id": followup_id}).one_or_none()
    return None if row is None else followup_of(row._mapping)


def states(work: Work, ids: Iterable[str]) -> dict[str, FollowUpState]:
    """Where these follow-ups stand, by their id."""
    found = select(followups.c.id, followups.c.state).where(followups.c.id.in_([*ids]))
    return {row.id: FollowUpState(row.state) for row in work.execute(found)}


def next_due(work: Work, until: datetime) -> datetime | None:
    """When the next text is due, if it is by `until`. One look into the index, however many wait."""
    return work.execute(_NEXT_DUE, {"until": until}).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Glance:
    """What there is to do: leases to expire, doubts to settle, and when the next text is due."""

    has_expired: bool
    has_doubtful: bool
    next_at: datetime | None


def glance(work: Work, now: datetime, looked_before: datetime, until: datetime) -> Glance:
    """One question and no transaction: nearly always there is nothing to do."""
    values = {"now": now, "looked_before": looked_before, "until": until}
    has_expired, has_doubtful, next_at = work.execute(_GLANCE, values).one()
    return Glance(bool(has_expired), bool(has_doubtful), next_at)


def hold(work: Work, followup_id: str, until: datetime, reason: str | None = None) -> None:
    """Not now: ask again at `until`. A `reason` is what the care team sees meanwhile."""
    statement = _SETTLE.where(followups.c.state == FollowUpState.DUE).values(next_at=until, reason=reason)
    work.execute(statement, {"followup_id": followup_id})


def refuse(work: Work, followup_id: str, reason: str) -> None:
    """It must not leave; the care team sees why."""
    statement = _SETTLE.where(followups.c.state == FollowUpState.DUE).values(state=FollowUpState.REFUSED, reason=reason)
    work.execute(statement, {"followup_id": followup_id})


def expire_leases(work: Work, now: datetime) -> int:
    """A sending whose worker died may or may not have left: it becomes unknown, never due."""
    return work.execute(_EXPIRE, {"now": now}).rowcount


def unknown(work: Work, looked_before: datetime, most: int) -> list[FollowUp]:
    """Follow-ups in doubt that were not looked into since `looked_before`, oldest first."""
    rows = work.execute(_DOUBTFUL, {"looked_before": looked_before, "most": most})
    return [followup_of(row._mapping) for row in rows]


def resolve(work: Work, found: FollowUp, state: FollowUpState, now: datetime, *, reason: str | None = None) -> bool:
    """Take a follow-up out of doubt (from `unknown`), or note that it was looked into.

    False when it was looked into or tried again meanwhile: what we were told before says nothing about that.
    """
    statement = _SETTLE.where(
        followups.c.state == FollowUpState.UNKNOWN,
        followups.c.attempt == found.attempt,
        followups.c.looked_at == found.looked_at,
    ).values(state=state, looked_at=now, next_at=now, reason=reason)
    return work.execute(statement, {"followup_id": found.id}).rowcount == 1


def confirm(work: Work, message_id: str, state: FollowUpState) -> None:
    """A status callback proves what became of a text, also of one that we took for absent and gave up."""
    open_states = [known for known in FollowUpState if known not in {FollowUpState.SENT, FollowUpState.FAILED}]
    statement = (
        update(followups)
        .where(
            followups.c.message_id == message_id,
            or_(followups.c.state.in_(open_states), followups.c.reason == NEVER_SETTLED),
        )
        .values(state=state, reason=None, token=None, lease_until=None)
    )
    work.execute(statement)


def cancel(work: Work, address_id: str, reason: str) -> int:
    """Take back everything not yet sent to an address; gives how many."""
    statement = update(followups).where(followups.c.address_id == address_id, followups.c.state == FollowUpState.DUE)
    return work.execute(statement.values(state=FollowUpState.CANCELED, reason=reason)).rowcount


def undo_all(work: Work, address_id: str, reason: str) -> None:
    """Take back everything that this person asked to be reminded of."""
    asked = followups.c.source == Source.PATIENT
    statement = update(followups).where(
        followups.c.address_id == address_id, followups.c.state == FollowUpState.DUE, asked
    )
    work.execute(statement.values(state=FollowUpState.CANCELED, reason=reason))


def undo_latest(work: Work, address_id: str, reason: str) -> None:
    """Take back the last text that this person asked for."""
    latest = (
        select(followups.c.id)
        .where(
            followups.c.address_id == address_id,
            followups.c.state == FollowUpState.DUE,
            followups.c.source == Source.PATIENT,
        )
        .order_by(followups.c.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = update(followups).where(followups.c.id == latest)
    work.execute(statement.values(state=FollowUpState.CANCELED, reason=reason))


def drop(work: Work, followup_id: str) -> None:
    """Erase one that is left of somebody who is forgotten."""
    work.execute(delete(followups).where(followups.c.id == followup_id))


def listed(work: Work, states: Iterable[FollowUpState], *, address_id: str | None = None) -> list[FollowUp]:
    """Follow-ups in any of these states, soonest first; of one address if given."""
    found = select(*COLUMNS).where(followups.c.state.in_([*states])).order_by(followups.c.due_at)
    if address_id is not None:
        found = found.where(followups.c.address_id == address_id)
    return [followup_of(row._mapping) for row in work.execute(found)]


def count_by_state(work: Work) -> dict[str, int]:
    """How many rows stand where."""
    found = select(followups.c.state, func.count()).group_by(followups.c.state)
    return {row[0]: row[1] for row in work.execute(found)}


def followup_of(row: RowMapping) -> FollowUp:
    """The follow-up that a row of COLUMNS stands for."""
    values = {name: row[name] for name in FollowUp.__slots__}
    values["source"] = Source(row["source"])
    values["state"] = FollowUpState(row["state"])
    return FollowUp(**values)
