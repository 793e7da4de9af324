"""What goes in and out of a phone, in our own words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Channel(StrEnum):
    """The way a text travels."""

    SMS = "sms"
    WHATSAPP = "whatsapp"


class Direction(StrEnum):
    """Seen from us."""

    IN = "in"
    OUT = "out"


class Intent(StrEnum):
    """What a text wants; the values are the outside names of `chemoline route --jsonl`."""

    TOPIC = "topic"
    CLARIFY = "clarify"
    MENU = "menu"
    HELP = "help"
    STOP = "stop"
    START = "start"
    LANGUAGE = "language"
    MORE = "more"
    REMIND = "remind"
    SNOOZE = "snooze"
    NO_REMINDERS = "no-reminders"
    FORGET = "forget"
    ANSWER = "answer"
    NURSE = "nurse"
    EMERGENCY = "emergency"
    FEVER = "fever"
    CRISIS = "crisis"
    STOP_TREATMENT = "stop-treatment"
    PROGNOSIS = "prognosis"
    PERSONAL_ADVICE = "personal-advice"
    WRONG_NUMBER = "wrong-number"
    BEREAVED = "bereaved"
    GREETING = "greeting"
    THANKS = "thanks"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


RED_FLAGS = frozenset({Intent.EMERGENCY, Intent.FEVER, Intent.CRISIS})


class Tier(StrEnum):
    """How near to danger: the safety text and an alert, the ordinary answer and the line, or just the line."""

    RED = "red"
    AMBER = "amber"
    LINE = "line"


class OptOut(StrEnum):
    """What the carrier or Twilio has already answered in our place (OptOutType)."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


@dataclass(frozen=True, slots=True)
class Address:
    """A channel and an opaque address: E.164, or a WhatsApp user id that is no phone number."""

    channel: Channel
    value: str

    def __repr__(self) -> str:
        """Show the last two characters only: an address in a log is a leak."""
        return f"Address({self.channel}, ...{self.value[-2:]})"

    @property
    def key(self) -> str:
        """The text that the blind index is made from."""
        return f"{self.channel}|{self.value}"


# WhatsApp still writes Mexican mobiles with the 1 that the numbering plan dropped.
_MEXICO_WITH_1 = re.compile(r"\+521(\d{10})")


def as_dialled(value: str) -> str:
    """A WhatsApp number as the numbering plan writes it: one person, however the number came to us."""
    mexican = _MEXICO_WITH_1.fullmatch(value)
    return f"+52{mexican[1]}" if mexican else value


@dataclass(frozen=True, slots=True)
class Inbound:
    """One text from a patient, cleaned of everything that is HTTP's or a provider's."""

    sid: str
    sender: Address
    body: str
    received_at: datetime
    media: int = 0
    place: bool = False
    opt_out: OptOut | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """An approved WhatsApp template: the provider's id of it, and the values of its numbered variables."""

    content_sid: str
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outbound:
    """One text that we send of our own accord; `id` is ours and comes back in the status callback.

    The provider must give up after `valid_for`. With a `template` it goes as that and not as `body`.
    """

    id: str
    to: Address
    body: str
    valid_for: timedelta | None = None
    template: Template | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took the message: its own id for it, and the status it gave."""

    sid: str
    status: str
