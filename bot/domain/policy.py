"""The one door that every text of our own accord passes. A new rule about sending is a row here and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.consent import Consent
from bot.domain.schedule import QuietHours

# CTIA asks us to name a rate and keep to it; programmes are planned within it.
MAX_PER_WEEK = 4


class Source(StrEnum):
    """Who asked for a follow-up. A patient's own request is consent to that one text."""

    PATIENT = "patient"
    TEAM = "team"


# Later than this and the text no longer fits the day it was meant for; who asked for it would rather have it late.
TOO_LATE = {Source.PATIENT: timedelta(hours=36), Source.TEAM: timedelta(hours=12)}


class Reason(StrEnum):
    """Why a text was refused, in words that the care team sees."""

    STOPPED = "the person has sent STOP"
    NO_CONSENT = "no consent on record"
    TOO_LATE = "too late: its day has passed"


@dataclass(frozen=True, slots=True)
class Push:
    """All that the decision needs to know."""

    source: Source
    consent: Consent
    due_at: datetime
    zone: ZoneInfo
    quiet: QuietHours


@dataclass(frozen=True, slots=True)
class Send:
    """It may leave now."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now; ask again at `until` (UTC)."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Refuse:
    """It must not leave, now or later."""

    reason: Reason


Verdict = Send | Hold | Refuse


def _stopped(push: Push, now: datetime) -> Verdict | None:
    return Refuse(Reason.STOPPED) if push.consent is Consent.STOPPED else None


def _no_consent(push: Push, now: datetime) -> Verdict | None:
    wanted = push.consent is Consent.ACTIVE or push.source is Source.PATIENT
    return None if wanted else Refuse(Reason.NO_CONSENT)


def _too_late(push: Push, now: datetime) -> Verdict | None:
    # Quiet hours are not lateness: the span counts from when the text could first leave.
    allowed_from = push.quiet.next_opening(push.due_at, push.zone)
    return Refuse(Reason.TOO_LATE) if now - allowed_from > TOO_LATE[push.source] else None


def _quiet(push: Push, now: datetime) -> Verdict | None:
    opening = push.quiet.next_opening(now, push.zone)
    return Hold(opening) if opening > now else None


# In this order; the first that speaks decides.
RULES: tuple[Callable[[Push, datetime], Verdict | None], ...] = (_stopped, _no_consent, _too_late, _quiet)


def may_send(push: Push, now: datetime) -> Verdict:
    """Send, Hold(until) or Refuse(reason)."""
    for rule in RULES:
        if (verdict := rule(push, now)) is not None:
            return verdict
    return Send()
