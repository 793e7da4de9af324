"""What a decided answer also causes: consent, language, hand-off, reminder. In the transaction of the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from bot.domain import consent
from bot.domain.answers import ChangeConsent, Deed, HandOff, PlanReminder, SetLanguage, UndoReminders
from bot.domain.consent import Consent
from bot.domain.policy import Reason, Source
from bot.store.engine import Work
from bot.store.queries import followups, handoffs, people
from bot.store.queries.followups import Plan
from bot.store.queries.people import ConsentRecord, Person

TAKEN_BACK = "taken back by the person"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who wrote, in which message and words, and when."""

    person: Person
    message_id: str
    words: str
    now: datetime


def carry_out(work: Work, occasion: Occasion, wanted: Sequence[Deed]) -> list[str]:
    """Do all deeds; gives the ids of follow-ups that were planned, to be woken after the commit."""
    planned = (_do(deed, work, occasion) for deed in wanted)
    return [followup_id for followup_id in planned if followup_id is not None]


@singledispatch
def _do(deed: Deed, work: Work, occasion: Occasion) -> str | None:
    raise TypeError(f"no way to carry out {type(deed).__name__}")


@_do.register
def _change_consent(deed: ChangeConsent, work: Work, occasion: Occasion) -> None:
    person, now = occasion.person, occasion.now
    held = consent.after(person.consent, deed.event)
    if held is person.consent:
        return
    people.set_consent(work, person, ConsentRecord(deed.event, held, "patient", occasion.words, now))
    if held is Consent.STOPPED:
        followups.cancel(work, person.id, Reason.STOPPED)


@_do.register
def _set_language(deed: SetLanguage, work: Work, occasion: Occasion) -> None:
    people.set_language(work, occasion.person, deed.tag, chosen=deed.chosen)


@_do.register
def _hand_off(deed: HandOff, work: Work, occasion: Occasion) -> None:
    handoffs.add(work, occasion.person.id, occasion.message_id, deed.reason, occasion.now)


@_do.register
def _plan_reminder(deed: PlanReminder, work: Work, occasion: Occasion) -> str:
    return followups.plan(work, Plan(occasion.person.id, deed.topic, deed.due_at, Source.PATIENT), occasion.now)


@_do.register
def _undo_reminders(deed: UndoReminders, work: Work, occasion: Occasion) -> None:
    followups.undo_latest(work, occasion.person.id, TAKEN_BACK)
