"""The shapes of a conversation: what is known of a person, what we say, and what else is to be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.consent import Consent, ConsentEvent
from bot.domain.messages import Intent
from bot.domain.schedule import QuietHours

# What an invitation asks: the answers keep their meaning longer than the numbers of a list.
CONSENTS = frozenset({"consent:yes", "consent:no"})


@dataclass(frozen=True, slots=True)
class State:
    """What the next text is read against: the topic and part last shown, and what numbers mean."""

    topic: str | None = None
    part: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the answer depends on. `parts` counts each topic's parts on this channel and in this language.

    We have texts in the languages `written`, the menu shows those `offered`, and `drafts` say that they are drafts.
    """

    language: str
    language_known: bool
    offered: tuple[str, ...]
    written: tuple[str, ...]
    drafts: frozenset[str]
    consent: Consent
    consent_at: datetime | None
    first: bool
    state: State
    zone: ZoneInfo
    quiet: QuietHours
    parts: Mapping[str, int]
    following: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Say:
    """One text to send: its id, and what its placeholders are made from.

    `words` are the patient's own, given back to her. `pushed`: of our own accord, so that it names the clinic.
    `labelled`: it ends with the label of a machine draft.
    """

    text: str
    topic: str | None = None
    part: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    language: str | None = None
    days: int | None = None
    words: str | None = None
    pushed: bool = False
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class ChangeConsent:
    """Record a consent event of this address."""

    event: ConsentEvent


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """Speak this language from now on; `chosen` by the person, or only guessed."""

    tag: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class HandOff:
    """Put the text before a person of the care team."""

    reason: Intent


@dataclass(frozen=True, slots=True)
class PlanReminder:
    """Text this person about a topic at a moment (UTC)."""

    topic: str | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class UndoReminders:
    """Take back what the patient asked to be reminded of: the last, or all of it."""

    every: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing of our own accord for so many days."""

    days: int


@dataclass(frozen=True, slots=True)
class EndProgrammes:
    """Nothing more of any programme, for good."""

    reason: Intent


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete what is held about this person; only a mark stays that the number wants no texts."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Keep what the person answered to a question of a programme, for the team: a number, or the words."""

    question: str
    choice: str | None


Deed = ChangeConsent | SetLanguage | HandOff | PlanReminder | UndoReminders | Pause | EndProgrammes | Forget | Answered


@dataclass(frozen=True, slots=True)
class Answer:
    """Texts in the order of sending, the state afterwards, and what else is to be done."""

    says: tuple[Say, ...]
    state: State
    deeds: tuple[Deed, ...] = ()
