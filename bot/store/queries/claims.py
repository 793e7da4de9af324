"""The claim protocol in batches: pick, take, look once more before the sending, settle.

due --take--> sending --accepted--> sent; domain/delivery says what a fault leads to. Every write after the claim names
the token of its batch: who lost the lease writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, Update, bindparam, exists, func, select, update

from bot.domain.consent import Consent
from bot.domain.delivery import FollowUpState, Next
from bot.domain.messages import Address
from bot.store.engine import Work
from bot.store.many import Given, Many
from bot.store.models import addresses, followups
from bot.store.prepared import Prepared
from bot.store.queries.followups import COLUMNS, IS_DUE, IS_IN_FLIGHT, SENDING, UNKNOWN, FollowUp, followup_of
from bot.store.queries.people import PERSON_COLUMNS, Person, person_of
from bot.store.types import UTCDateTime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that is due, whom it is for, and the address in clear."""

    followup: FollowUp
    person: Person
    address: Address


_OTHER = followups.alias("other")
_IN_FLIGHT = exists().where(
    _OTHER.c.address_id == followups.c.address_id,
    _OTHER.c.state.in_([SENDING, UNKNOWN]),
)
_PERSON_NAMES = [f"person_{column.name}" for column in PERSON_COLUMNS]
_PICK = (
    select(
        *COLUMNS,
        *(column.label(name) for column, name in zip(PERSON_COLUMNS, _PERSON_NAMES, strict=True)),
        addresses.c.address.label("address_in_clear"),
    )
    .join(addresses, addresses.c.id == followups.c.address_id)
    .where(IS_DUE, followups.c.next_at <= bindparam("now"), ~_IN_FLIGHT)
    .order_by(followups.c.next_at)
    .limit(bindparam("most"))
    # Another worker's rows are passed over, not waited for. SQLite has one writer at a time and needs no lock.
    .with_for_update(skip_locked=True, of=followups)
)
_DUE_IDS = (
    select(followups.c.id)
    .where(IS_DUE, followups.c.next_at <= bindparam("now"), ~_IN_FLIGHT)
    .order_by(followups.c.next_at)
    .limit(bindparam("most"))
)
_PICK_ONE = _PICK.where(followups.c.id == bindparam("followup_id"))
_TAKE = (
    update(followups)
    .where(followups.c.id.in_(bindparam("ids", expanding=True)), followups.c.state == FollowUpState.DUE.value)
    .values(
        state=FollowUpState.SENDING.value,
        token=bindparam("new_token"),
        lease_until=bindparam("new_lease"),
        attempt=followups.c.attempt + 1,
        first_claimed_at=func.coalesce(followups.c.first_claimed_at, bindparam("now", type_=UTCDateTime)),
        # The message has the id of its follow-up: known before it is written, and the same in every attempt.
        message_id=func.coalesce(followups.c.message_id, followups.c.id),
    )
    .returning(followups.c.id)
)
_STILL_OURS = Prepared(
    select(addresses.c.consent).where(
        followups.c.id == bindparam("followup_id"),
        followups.c.token == bindparam("token"),
        followups.c.state == SENDING,
        addresses.c.id == followups.c.address_id,
    )
)


def _settling(given: Given) -> Update:
    return (
        update(followups)
        .where(
            followups.c.id == given["followup_id"],
            followups.c.token == given["held_token"],
            followups.c.state == SENDING,
        )
        .values(
            state=given["new_state"],
            next_at=given["new_at"],
            looked_at=given["new_at"],
            reason=given["new_reason"],
            token=None,
            lease_until=None,
        )
    )


_SETTLE = Many.update(
    _settling,
    followup_id=followups.c.id.type,
    held_token=followups.c.token.type,
    new_state=followups.c.state.type,
    new_at=followups.c.next_at.type,
    new_reason=followups.c.reason.type,
)
_LANDING = select(func.max(followups.c.lease_until)).where(
    IS_IN_FLIGHT,
    followups.c.address_id.in_(bindparam("address_ids", expanding=True)),
    followups.c.state == SENDING,
)


def pick(work: Work, now: datetime, most: int) -> list[Candidate]:
    """What is due, longest waiting first, one row a person and nobody who has a text in flight."""
    rows = work.execute(_PICK, {"now": now, "most": most})
    first = {row.address_id: row for row in reversed([*rows])}
    return sorted((_candidate(row._mapping) for row in first.values()), key=lambda found: found.followup.next_at)


def pick_one(work: Work, followup_id: str, now: datetime) -> list[Candidate]:
    """That row, if it is due and free."""
    found = work.execute(_PICK_ONE, {"now": now, "most": 1, "followup_id": followup_id})
    return [_candidate(row._mapping) for row in found]


def due_ids(work: Work, now: datetime, most: int) -> list[str]:
    """The ids of what is due and free, longest waiting first; reads nothing that could be unreadable."""
    return list(work.execute(_DUE_IDS, {"now": now, "most": most}).scalars())


def take(work: Work, ids: Sequence[str], token: str, now: datetime, lease_until: datetime) -> set[str]:
    """Win these rows under one token until the lease ends; gives those won.

    Raises IntegrityError when another worker has taken another row of one of these people meanwhile.
    """
    values = {"ids": [*ids], "new_token": token, "new_lease": lease_until, "now": now}
    return set(work.execute(_TAKE, values).scalars()) if ids else set()


def still_ours(work: Work, followup_id: str, token: str) -> Consent | None:
    """The person's consent at this moment, or None when the row is no longer ours."""
    found = _STILL_OURS.one(work, {"followup_id": followup_id, "token": token})
    return None if found is None else Consent(found["consent"])


def settle(work: Work, ended: Sequence[tuple[str, str, Next]]) -> bool:
    """Write how sendings ended: (id, token, outcome) each. False: not all of them were still ours."""
    rows = [
        {
            "followup_id": followup_id,
            "held_token": token,
            "new_state": outcome.state,
            "new_at": outcome.at,
            "new_reason": outcome.code or None,
        }
        for followup_id, token, outcome in ended
    ]
    return _SETTLE.execute(work, rows) == len(rows)


def settle_late(work: Work, followup_id: str, attempt: int, outcome: Next) -> bool:
    """Write how a sending ended whose lease is over, if it is in doubt and was not tried again. False: it is not."""
    known = update(followups).where(
        followups.c.id == followup_id,
        followups.c.state == FollowUpState.UNKNOWN,
        followups.c.attempt == attempt,
    )
    values = {"state": outcome.state, "next_at": outcome.at, "looked_at": outcome.at, "reason": outcome.code or None}
    return work.execute(known.values(values)).rowcount == 1


def lands_by(work: Work, address_ids: Sequence[str]) -> datetime | None:
    """When the last lease of the texts in flight to these addresses ends; None when none is in flight."""
    found: datetime | None = work.execute(_LANDING, {"address_ids": [*address_ids]}).scalar_one()
    return found


def _candidate(values: RowMapping) -> Candidate:
    person = person_of({name.removeprefix("person_"): values[name] for name in _PERSON_NAMES})
    return Candidate(followup_of(values), person, Address(person.channel, values["address_in_clear"]))
