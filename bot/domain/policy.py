"""The one door that every text of our own accord passes. A new rule about sending is a row here and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.consent import Consent
from bot.domain.schedule import QuietHours

# CTIA asks us to name a rate and keep to it: any seven days in a row, all programmes together. A lesson may bring its
# question on the same day.
MAX_PER_WEEK, MAX_PER_DAY = 7, 2


class Source(StrEnum):
    """Who asked for a text. A patient's own request is consent to that one; an invitation asks for consent."""

    PATIENT = "patient"
    TEAM = "team"
    PROGRAMME = "programme"
    INVITE = "invite"


# Later than this and the text no longer fits the day it was meant for; who asked for it would rather have it late.
TOO_LATE = {
    Source.PATIENT: timedelta(hours=36),
    Source.TEAM: timedelta(hours=12),
    Source.PROGRAMME: timedelta(hours=12),
    Source.INVITE: timedelta(hours=36),
}
# A text that WhatsApp does not take now may be taken when the person has written.
_LOOK_AGAIN = timedelta(hours=1)


class Reason(StrEnum):
    """Why a text was refused, in words that the care team sees."""

    STOPPED = "the person has sent STOP"
    NO_CONSENT = "no consent on record"
    TOO_LATE = "too late: its day has passed"
    NO_TEMPLATE = "outside WhatsApp's 24 hours, and no approved template for this text"
    PAUSE = "the person asked for a pause"
    PAUSED = "the person asked for a pause, and its day passed in it"
    ENDED = "the programme was ended"
    ON_HOLD = "the programme waits: the team or a STOP has paused it"
    UNREACHABLE = "three texts in a row could not be delivered"


@dataclass(frozen=True, slots=True)
class Push:
    """All that the decision needs to know."""

    source: Source
    consent: Consent
    due_at: datetime
    zone: ZoneInfo
    quiet: QuietHours
    must: bool = False
    paused_until: datetime | None = None
    # None: a channel without a window.
    window_until: datetime | None = None
    has_template: bool = False
    # Of the programme that it belongs to, if it does: a text that was in the air is not taken back with the others.
    ended: bool = False
    on_hold: bool = False
    # So long after the decision it may still be under way: what allows it has to hold until then.
    lasts: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Send:
    """It may leave now; outside WhatsApp's window as an approved template."""

    as_template: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now; ask again at `until` (UTC). `reason` where the care team would wonder."""

    until: datetime
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """It must not leave, now or later."""

    reason: Reason


Verdict = Send | Hold | Refuse


def _stopped(push: Push, now: datetime) -> Verdict | None:
    return Refuse(Reason.STOPPED) if push.consent is Consent.STOPPED else None


def _no_consent(push: Push, now: datetime) -> Verdict | None:
    wanted = push.consent in {Consent.ACTIVE, Consent.PAUSED} or push.source in {Source.PATIENT, Source.INVITE}
    return None if wanted else Refuse(Reason.NO_CONSENT)


def _ended(push: Push, now: datetime) -> Verdict | None:
    if push.ended:
        return Refuse(Reason.ENDED)
    return Hold(now + _LOOK_AGAIN, Reason.ON_HOLD) if push.on_hold else None


def _paused(push: Push, now: datetime) -> Verdict | None:
    if push.paused_until is None or now >= push.paused_until:
        return None
    return Hold(push.paused_until, Reason.PAUSE)


def _too_late(push: Push, now: datetime) -> Verdict | None:
    if push.must:
        return None
    # Quiet hours are not lateness: the span counts from when the text could first leave.
    allowed_from = push.quiet.next_opening(push.due_at + push.lasts, push.zone)
    if now - allowed_from <= TOO_LATE[push.source]:
        return None
    in_a_pause = push.paused_until is not None and push.due_at < push.paused_until
    if in_a_pause:
        return Refuse(Reason.PAUSED)
    return Refuse(Reason.NO_TEMPLATE if _outside(push, now) and not push.has_template else Reason.TOO_LATE)


def _quiet(push: Push, now: datetime) -> Verdict | None:
    for moment in (now, now + push.lasts):
        if (opening := push.quiet.next_opening(moment, push.zone)) > moment:
            return Hold(opening)
    return None


def _window(push: Push, now: datetime) -> Verdict | None:
    """Outside the window a text goes as a template, or waits for the person to write, and is never tried in vain."""
    if not _outside(push, now):
        return None
    return Send(as_template=True) if push.has_template else Hold(now + _LOOK_AGAIN, Reason.NO_TEMPLATE)


def _outside(push: Push, now: datetime) -> bool:
    return push.window_until is not None and now + push.lasts >= push.window_until


# In this order; the first that speaks decides.
RULES: tuple[Callable[[Push, datetime], Verdict | None], ...] = (
    _stopped,
    _no_consent,
    _ended,
    _paused,
    _too_late,
    _quiet,
    _window,
)


def may_send(push: Push, now: datetime) -> Verdict:
    """Send, Hold(until) or Refuse(reason)."""
    for rule in RULES:
        if (verdict := rule(push, now)) is not None:
            return verdict
    return Send()
