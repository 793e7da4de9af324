"""Can a person be reached? Three permanent failures in a row say no: what is unsent is taken back, the team told."""

from datetime import datetime

from bot.domain.delivery import UNREACHABLE_AFTER
from bot.domain.policy import Reason
from bot.store.engine import Work
from bot.store.queries import followups, handoffs, people

# Why the team is told, in the list of what waits for it.
UNREACHABLE = "unreachable"


def failed(work: Work, address_id: str, message_id: str, now: datetime) -> None:
    """A text could not be delivered for good."""
    if people.count_failure(work, address_id) == UNREACHABLE_AFTER:
        followups.cancel(work, address_id, Reason.UNREACHABLE)
        handoffs.add(work, address_id, message_id, UNREACHABLE, now)


def arrived(work: Work, address_id: str) -> None:
    """A text was delivered, or the person wrote: the count begins anew."""
    people.forget_failures(work, address_id)
