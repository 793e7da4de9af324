"""What a decided answer also causes: consent, language, hand-off, reminder, pause. In the transaction of the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatch

from bot.domain import consent
from bot.domain.answers import (
    Answered,
    ChangeConsent,
    Deed,
    EndProgrammes,
    Forget,
    HandOff,
    Pause,
    PlanReminder,
    SetLanguage,
    UndoReminders,
)
from bot.domain.consent import Consent, ConsentEvent
from bot.domain.policy import Reason, Source
from bot.services import enrolling
from bot.services.line import Line
from bot.store.engine import Work
from bot.store.queries import answers, followups, forgetting, handoffs, people
from bot.store.queries.answers import Given
from bot.store.queries.followups import Plan
from bot.store.queries.people import ConsentRecord, Person

TAKEN_BACK = "taken back by the person"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who wrote, in which message and words, when, and on which line."""

    line: Line
    person: Person
    message_id: str
    words: str
    now: datetime


def carry_out(work: Work, occasion: Occasion, wanted: Sequence[Deed]) -> None:
    """Do all deeds, in their order."""
    for deed in wanted:
        _do(deed, work, occasion)


@singledispatch
def _do(deed: Deed, work: Work, occasion: Occasion) -> None:
    raise TypeError(f"no way to carry out {type(deed).__name__}")


@_do.register
def _change_consent(deed: ChangeConsent, work: Work, occasion: Occasion) -> None:
    person, now = occasion.person, occasion.now
    held = consent.after(person.consent, deed.event)
    if held is not person.consent:
        people.set_consent(work, person, ConsentRecord(deed.event, held, "patient", occasion.words, now))
    if held is Consent.STOPPED:
        followups.cancel(work, person.id, Reason.STOPPED)
        enrolling.hold_all(work, person)
    elif deed.event is ConsentEvent.START:
        people.set_pause(work, person, None)
        enrolling.agree(occasion.line, work, person, now)


@_do.register
def _set_language(deed: SetLanguage, work: Work, occasion: Occasion) -> None:
    people.set_language(work, occasion.person, deed.tag, chosen=deed.chosen)


@_do.register
def _hand_off(deed: HandOff, work: Work, occasion: Occasion) -> None:
    handoffs.add(work, occasion.person.id, occasion.message_id, deed.reason, occasion.now)


@_do.register
def _plan_reminder(deed: PlanReminder, work: Work, occasion: Occasion) -> None:
    followups.plan(work, Plan(occasion.person.id, deed.topic, deed.due_at, Source.PATIENT), occasion.now)


@_do.register
def _undo_reminders(deed: UndoReminders, work: Work, occasion: Occasion) -> None:
    undo = followups.undo_all if deed.every else followups.undo_latest
    undo(work, occasion.person.id, TAKEN_BACK)


@_do.register
def _pause(deed: Pause, work: Work, occasion: Occasion) -> None:
    person, now = occasion.person, occasion.now
    people.set_pause(work, person, now + timedelta(days=deed.days))
    held = consent.after(person.consent, ConsentEvent.PAUSE)
    people.set_consent(work, person, ConsentRecord(ConsentEvent.PAUSE, held, "patient", occasion.words, now))


@_do.register
def _end_programmes(deed: EndProgrammes, work: Work, occasion: Occasion) -> None:
    enrolling.end_all(work, occasion.person, deed.reason)


@_do.register
def _answered(deed: Answered, work: Work, occasion: Occasion) -> None:
    words = None if deed.choice else occasion.words
    answers.keep(work, Given(occasion.person.id, deed.question, deed.choice, words, occasion.now))


@_do.register
def _forget(deed: Forget, work: Work, occasion: Occasion) -> None:
    forgetting.forget(work, occasion.person, occasion.message_id, occasion.now)
