"""The provider says what became of a text: merged in any order, doubled or late, never backwards."""

from datetime import datetime

from bot.domain.delivery import FollowUpState, MessageStatus
from bot.services.delivery import stopped_at_carrier
from bot.services.line import Line
from bot.store.queries import followups, messages, people

_PROOF = {
    MessageStatus.UNDELIVERED: FollowUpState.FAILED,
    MessageStatus.FAILED: FollowUpState.FAILED,
    MessageStatus.CANCELED: FollowUpState.FAILED,
}


def report(
    line: Line, message_id: str, status: MessageStatus, now: datetime, *, sid: str, error_code: str | None = None,
    opted_out: bool = False,
) -> bool:  # fmt: skip
    """Merge one status callback; False when it told nothing new or is about a text that is not ours."""
    with line.store.begin() as work:
        risen = messages.advance(work, message_id, status, now, sid=sid, error_code=error_code)
        # Any callback proves that the provider had the text: a follow-up in doubt is settled by it.
        followups.confirm(work, message_id, _PROOF.get(status, FollowUpState.SENT))
        if opted_out and (entry := messages.one(work, message_id)) is not None:
            person, _ = people.by_id(work, entry.address_id)
            stopped_at_carrier(work, person, now)
    return risen
