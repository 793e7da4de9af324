"""The provider says what became of a text: merged in any order, doubled or late, never backwards."""

import logging
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import FollowUpState, MessageStatus
from bot.services import reach
from bot.services.delivery import stopped_at_carrier
from bot.services.line import Line
from bot.store.engine import Work
from bot.store.queries import followups, messages, people

log = logging.getLogger(__name__)

_ARRIVED = frozenset({MessageStatus.DELIVERED, MessageStatus.READ})
_PROOF = {
    MessageStatus.UNDELIVERED: FollowUpState.FAILED,
    MessageStatus.FAILED: FollowUpState.FAILED,
    MessageStatus.CANCELED: FollowUpState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Report:
    """A status callback in our words: which text, what became of it, whether its person opted out, or can never be
    reached with it (`permanent`).
    """

    message_id: str
    status: MessageStatus
    sid: str
    error_code: str | None = None
    opted_out: bool = False
    permanent: bool = False


def merge(line: Line, report: Report, now: datetime) -> bool:
    """Merge one status callback; False when it told nothing new or is about a text that is not ours."""
    with line.store.begin() as work:
        # Any callback proves that the provider had the text: a follow-up in doubt is settled by it. First this row and
        # then the text's, as `delivery.record` does: the other way round they could wait for each other.
        followups.confirm(work, report.message_id, _PROOF.get(report.status, FollowUpState.SENT))
        risen = messages.advance(
            work, report.message_id, report.status, now, sid=report.sid, error_code=report.error_code
        )
        # However little it tells, it names the text: a list could otherwise take it for the next one with equal words.
        if not risen and report.sid and not messages.name(work, report.message_id, report.sid):
            log.error("a text left twice", extra={"message_id": report.message_id})
        if (risen or report.opted_out) and (entry := messages.one(work, report.message_id)) is not None:
            _reached(work, report, entry.address_id, now)
    return risen


def _reached(work: Work, report: Report, address_id: str, now: datetime) -> None:
    """What the news of a text says about its person."""
    if report.opted_out:
        person, _ = people.by_id(work, address_id)
        stopped_at_carrier(work, person, now)
    elif report.status in _ARRIVED:
        reach.arrived(work, address_id)
    elif report.permanent:
        reach.failed(work, address_id, report.message_id, now)
