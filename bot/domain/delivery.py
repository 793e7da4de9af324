"""How a sending ends: status order, faults and back-off. Tables, so that a nurse can check a row.

Sources: Twilio's message statuses and error pages; the order of precedence is ours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class MessageStatus(StrEnum):
    """Twilio's words, and `unknown` for a message that may or may not have left."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    READ = "read"
    RECEIVED = "received"


# Callbacks come doubled and out of order: a status is written only when its rank is higher.
RANK = {
    MessageStatus.UNKNOWN: -1,
    MessageStatus.ACCEPTED: 0,
    MessageStatus.SCHEDULED: 0,
    MessageStatus.QUEUED: 1,
    MessageStatus.SENDING: 2,
    MessageStatus.SENT: 3,
    MessageStatus.DELIVERED: 5,
    MessageStatus.UNDELIVERED: 5,
    MessageStatus.FAILED: 5,
    MessageStatus.CANCELED: 5,
    MessageStatus.READ: 6,
    MessageStatus.RECEIVED: 6,
}


class FollowUpState(StrEnum):
    """Where a planned text stands. `unknown` is never sent again blindly."""

    DUE = "due"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELED = "canceled"


class Fault(StrEnum):
    """What a failed sending means for the row: the only question the caller asks."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    MAYBE_SENT = "maybe-sent"
    OPTED_OUT = "opted-out"
    ACCOUNT = "account"


class GatewayError(Exception):
    """The provider did not take the message, or we cannot know. Carries codes, never a number or a text."""

    def __init__(self, fault: Fault, code: str, wait: timedelta = timedelta(0)) -> None:
        super().__init__(f"{fault} ({code})")
        self.fault = fault
        self.code = code
        # How long the provider asked us to stay away.
        self.wait = wait

    @property
    def permanent(self) -> bool:
        """True when sending the same text again can never help."""
        return self.fault in {Fault.PERMANENT, Fault.OPTED_OUT}


# None: the attempt count decides (see `after`).
AFTER_FAULT = {
    Fault.PERMANENT: FollowUpState.FAILED,
    Fault.OPTED_OUT: FollowUpState.FAILED,
    Fault.TEMPORARY: FollowUpState.DUE,
    Fault.ACCOUNT: FollowUpState.DUE,
    Fault.MAYBE_SENT: FollowUpState.UNKNOWN,
}

LEASE = timedelta(seconds=30)
# Longer than connecting to and reading from a provider: with less of its lease left, a worker does not begin.
LONGEST_SENDING = timedelta(seconds=14)
# What the provider is given at least to pass a text on.
SHORTEST_VALID = timedelta(minutes=1)
# The listing of a provider lags behind its acceptance; below a minute an accepted text can look absent.
SETTLE = timedelta(seconds=120)
# So many permanent failures in a row, and a person should look for another way to this patient.
UNREACHABLE_AFTER = 3
GIVE_UP_UNKNOWN = timedelta(hours=24)
MAX_ATTEMPTS = 12
ACCOUNT_PAUSE = timedelta(minutes=5)
_LONGEST_BACKOFF = 600
_LONGEST_ASKED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each step may take; whoever opens the line passes it on.

    A text stays single while connect + read < sending < lease, and while the provider lists what it took
    within `settle`. The first is checked here; the second only the provider knows.
    """

    connect: timedelta = timedelta(seconds=3)
    # With connecting, less than the answer to a STOP waits: what was begun before the STOP has then ended.
    read: timedelta = timedelta(seconds=8)
    sending: timedelta = LONGEST_SENDING
    lease: timedelta = LEASE
    settle: timedelta = SETTLE
    give_up: timedelta = GIVE_UP_UNKNOWN
    # A worker's next round comes after this long at the latest.
    sweep: timedelta = timedelta(seconds=5)

    def __post_init__(self) -> None:
        if not self.connect + self.read < self.sending < self.lease:
            raise ValueError("a sending must end before its lease: connect + read < sending < lease")


PRODUCTION = Timing()


@dataclass(frozen=True, slots=True)
class Next:
    """What to write on the row after a failed sending."""

    state: FollowUpState
    at: datetime
    code: str = ""
    opted_out: bool = False


def after(error: GatewayError, attempt: int, now: datetime) -> Next:
    """Say what becomes of a follow-up after its `attempt`-th sending (from 1) failed."""
    state = AFTER_FAULT[error.fault]
    if state is not FollowUpState.DUE:
        return Next(state, now, error.code, opted_out=error.fault is Fault.OPTED_OUT)
    if attempt >= MAX_ATTEMPTS and error.fault is Fault.TEMPORARY:
        return Next(FollowUpState.FAILED, now, error.code)
    wait = ACCOUNT_PAUSE if error.fault is Fault.ACCOUNT else backoff(attempt)
    return Next(state, now + max(wait, min(error.wait, _LONGEST_ASKED)), error.code)


def backoff(attempt: int) -> timedelta:
    """1, 2, 4 ... seconds, ten minutes at most."""
    return timedelta(seconds=min(2 ** (attempt - 1), _LONGEST_BACKOFF))


def rises(status: MessageStatus, above: int) -> bool:
    """Tell whether a reported status may replace one of rank `above`."""
    return RANK[status] > above
