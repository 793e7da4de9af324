"""Texts that wait for a person of the care team."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, insert, select

from bot.store.engine import Work
from bot.store.models import handoffs
from bot.store.models.base import new_id


class HandoffState(StrEnum):
    """Where it stands with the team."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Handoff:
    """One text for the team: which, why and since when."""

    id: str
    address_id: str
    message_id: str
    reason: str
    state: HandoffState
    created_at: datetime


def add(work: Work, address_id: str, message_id: str, reason: str, now: datetime) -> None:
    """Put an inbound text before the team."""
    row = {
        "id": new_id(now),
        "address_id": address_id,
        "message_id": message_id,
        "reason": reason,
        "state": HandoffState.OPEN,
        "created_at": now,
    }
    work.execute(insert(handoffs), row)


def waiting(work: Work) -> list[Handoff]:
    """The open ones, oldest first."""
    found = select(handoffs).where(handoffs.c.state == HandoffState.OPEN).order_by(handoffs.c.created_at)
    return [
        Handoff(row.id, row.address_id, row.message_id, row.reason, HandoffState(row.state), row.created_at)
        for row in work.execute(found)
    ]


def count_by_reason(work: Work) -> dict[str, int]:
    """How many are open, by reason."""
    found = (
        select(handoffs.c.reason, func.count()).where(handoffs.c.state == HandoffState.OPEN).group_by(handoffs.c.reason)
    )
    return {row[0]: row[1] for row in work.execute(found)}
