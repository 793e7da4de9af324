"""Texts in and out. The inbound path is two statements: `look_up`, then `record`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TypeVar

from sqlalchemy import RowMapping, Update, bindparam, case, exists, false, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.answers import CONSENTS, State
from bot.domain.delivery import RANK, MessageStatus
from bot.domain.messages import Address, Direction
from bot.store.engine import Work
from bot.store.many import Given, Many, given_rows
from bot.store.models import addresses, messages
from bot.store.prepared import Prepared
from bot.store.queries.people import PERSON_COLUMNS, Person, person_of

_Insert = TypeVar("_Insert", sqlite.Insert, postgresql.Insert)


@dataclass(frozen=True, slots=True)
class Entry:
    """One text to record, or as recorded."""

    id: str
    address_id: str
    direction: Direction
    at: datetime
    body: str
    status: MessageStatus
    place: int = 0
    sid: str | None = None
    answers_sid: str | None = None
    language: str | None = None
    intent: str | None = None
    topic: str | None = None
    safety: str | None = None
    because: str | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the record says: sender, state of the talk, whether we ever wrote, whether this text is answered."""

    person: Person
    state: State
    greeted: bool
    answered: bool


_LAST_STATE = (
    select(messages.c.state)
    .where(messages.c.address_id == addresses.c.id, messages.c.state.is_not(None))
    .order_by(messages.c.at.desc(), messages.c.place.desc())
    .limit(1)
    .scalar_subquery()
)
_SAID_AT = (
    select(messages.c.at)
    .where(messages.c.address_id == addresses.c.id, messages.c.state.is_not(None))
    .order_by(messages.c.at.desc(), messages.c.place.desc())
    .limit(1)
    .scalar_subquery()
)
_LOOK_UP = Prepared(
    select(
        *PERSON_COLUMNS,
        _LAST_STATE.label("state"),
        _SAID_AT.label("said_at"),
        exists().where(messages.c.sid == bindparam("sid")).label("answered"),
    ).where(addresses.c.look_up == bindparam("key"))
)
_REPLIES = (
    select(messages.c.id, messages.c.body).where(messages.c.answers_sid == bindparam("sid")).order_by(messages.c.place)
)
_STATUS = (
    update(messages)
    .where(messages.c.id == bindparam("message_id"), messages.c.status.in_(bindparam("lower", expanding=True)))
    .values(
        status=bindparam("new_status"),
        status_at=bindparam("new_at"),
        error_code=func.coalesce(bindparam("new_error"), messages.c.error_code),
        sid=func.coalesce(bindparam("new_sid"), messages.c.sid),
    )
)
_OF_PERSON = select(messages).where(messages.c.address_id == bindparam("address_id"))


def look_up(work: Work, sender: Address, sid: str, fresh_after: datetime) -> Known | None:
    """The sender of a text and the state of the talk; lists sent before `fresh_after` no longer count."""
    row = _LOOK_UP.one(work, {"key": sender.key, "sid": sid})
    if row is None:
        return None
    state, said_at = read_state(row["state"]), row["said_at"]
    if said_at is not None and said_at < fresh_after:
        # Numbers mean the menu again. A yes or no in words still answers an invitation.
        state = State(state.topic, state.part, {v: v for v in state.options.values() if v in CONSENTS})
    return Known(person_of(row), state, said_at is not None, bool(row["answered"]))


def replies_to(work: Work, sid: str) -> list[tuple[str, str]]:
    """(message id, body) of the answers given to an inbound text, in order."""
    return [(row.id, row.body) for row in work.execute(_REPLIES, {"sid": sid})]


def record(work: Work, entries: Sequence[Entry]) -> None:
    """Write texts, all by one statement. Raises IntegrityError when the inbound one is already there."""
    rows = [_row(entry) for entry in entries]
    _recording(len(rows)).run(work, {f"{name}_{n}": row[name] for n, row in enumerate(rows) for name in row})


@cache
def _recording(rows: int) -> Prepared:
    columns = [messages.c[name] for name in (*Entry.__slots__, "status_at")]
    # With their types: SQLAlchemy takes them from the columns in the first row only.
    values = [{c.name: bindparam(f"{c.name}_{n}", type_=c.type) for c in columns} for n in range(rows)]
    return Prepared(insert(messages).values(values))


def put(work: Work, entries: Sequence[Entry]) -> None:
    """Write texts that are about to leave; a second attempt of the same follow-up writes over the first."""
    _PUT.execute(work, [_row(entry) for entry in entries])


def _over(insertion: _Insert) -> _Insert:
    fresh = {name: insertion.excluded[name] for name in ("body", "at", "language", "state", "status", "status_at")}
    return insertion.on_conflict_do_update(index_elements=["id"], set_=fresh)


_KEPT = {name: messages.c[name].type for name in (*Entry.__slots__, "status_at")}
_PUT = Many(
    _KEPT,
    each=_over(sqlite.insert(messages)),
    together=_over(postgresql.insert(messages).from_select([*_KEPT], select(*given_rows(_KEPT).c))),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A text that the provider took: our id, its id, its status."""

    message_id: str
    sid: str
    status: MessageStatus


def hand_over(work: Work, taken: Iterable[Taken], at: datetime) -> None:
    """The provider took these texts: keep its ids, and its status where no callback was faster."""
    rows: dict[MessageStatus, list[dict[str, object]]] = {}
    for text in taken:
        rows.setdefault(text.status, []).append({"message_id": text.message_id, "new_sid": text.sid, "new_at": at})
    for status, of_status in rows.items():
        _handing_over(status).execute(work, of_status)


@cache
def _handing_over(status: MessageStatus) -> Many:
    lower = (messages.c.status == known for known, rank in RANK.items() if rank < RANK[status])
    is_news = or_(false(), *lower)

    def _write(given: Given) -> Update:
        return (
            update(messages)
            .where(messages.c.id == given["message_id"])
            .values(
                status=case((is_news, status), else_=messages.c.status),
                status_at=case((is_news, given["new_at"]), else_=messages.c.status_at),
                sid=case((is_news, given["new_sid"]), else_=func.coalesce(messages.c.sid, given["new_sid"])),
            )
        )

    types = messages.c
    return Many.update(_write, message_id=types.id.type, new_sid=types.sid.type, new_at=types.status_at.type)


def name(work: Work, message_id: str, sid: str) -> bool:
    """Keep the provider's id of a text; False when another one is known: there are two texts for one of ours."""
    statement = update(messages).where(messages.c.id == message_id, messages.c.sid.is_(None))
    if work.execute(statement.values(sid=sid)).rowcount:
        return True
    known = work.execute(select(messages.c.sid).where(messages.c.id == message_id)).scalar_one_or_none()
    return known in {None, sid}


def sids(work: Work, wanted: Sequence[str]) -> set[str]:
    """Which of these provider ids we know already."""
    return set(work.execute(select(messages.c.sid).where(messages.c.sid.in_([*wanted]))).scalars())


def one(work: Work, message_id: str) -> Entry | None:
    """One text by our id."""
    row = work.execute(select(messages).where(messages.c.id == message_id)).one_or_none()
    return None if row is None else _entry(row._mapping)


def advance(work: Work, message_id: str, status: MessageStatus, at: datetime, **seen: str | None) -> bool:
    """Write a status if it is further on than the stored one (`sid=`, `error_code=` as the provider gave them)."""
    lower = [known for known, rank in RANK.items() if rank < RANK[status]]
    values = {
        "message_id": message_id,
        "lower": lower,
        "new_status": status,
        "new_at": at,
        "new_error": seen.get("error_code"),
        "new_sid": seen.get("sid"),
    }
    return work.execute(_STATUS, values).rowcount == 1


def last_heard(work: Work, address_id: str) -> datetime | None:
    """When this address last wrote to us."""
    found = (
        select(messages.c.at)
        .where(messages.c.address_id == address_id, messages.c.direction == Direction.IN)
        .order_by(messages.c.at.desc())
        .limit(1)
    )
    heard: datetime | None = work.execute(found).scalar_one_or_none()
    return heard


def of_person(work: Work, person: Person) -> list[Entry]:
    """The whole conversation with one address, in order."""
    rows = work.execute(_OF_PERSON.order_by(messages.c.at, messages.c.place), {"address_id": person.id})
    return [_entry(row._mapping) for row in rows]


def _row(entry: Entry) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(entry, name) for name in Entry.__slots__}
    row["state"] = None if entry.state is None else write_state(entry.state)
    row["status_at"] = entry.at
    return row


def _entry(row: RowMapping) -> Entry:
    values = {name: row[name] for name in Entry.__slots__}
    values["direction"] = Direction(str(row["direction"]))
    values["status"] = MessageStatus(str(row["status"]))
    values["state"] = None if row["state"] is None else read_state(str(row["state"]))
    return Entry(**values)


def read_state(text: str | None) -> State:
    """The state of a talk from its stored form; nothing stored is a fresh start."""
    return State(**json.loads(text)) if text else State()


def write_state(state: State) -> str:
    """The stored form of a state."""
    values = {
        "topic": state.topic,
        "part": state.part,
        "options": dict(state.options),
        "misses": state.misses,
    }
    return json.dumps(values)
