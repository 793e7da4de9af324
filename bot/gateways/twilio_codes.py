"""Twilio's error codes as data: what each means for the row it happened to. A reviewer can check a line.

Source: Twilio's error dictionary (twilio.com/docs/api/errors) and its messaging guides.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from bot.domain.delivery import Fault


@dataclass(frozen=True, slots=True)
class Code:
    """What a code means for the row, and a few words for the person who reads the row."""

    fault: Fault
    reason: str


FAULTS = {
    # The call itself: answered at once, nothing was taken unless the fault says so.
    20003: Code(Fault.ACCOUNT, "credentials refused"),
    20404: Code(Fault.ACCOUNT, "no such account or messaging service"),
    20429: Code(Fault.TEMPORARY, "too many requests, not processed"),
    20500: Code(Fault.MAYBE_SENT, "internal error, it may have been taken"),
    21211: Code(Fault.PERMANENT, "not a valid number"),
    21408: Code(Fault.PERMANENT, "region not permitted for this account"),
    21472: Code(Fault.ACCOUNT, "account limit"),
    21602: Code(Fault.PERMANENT, "empty text"),
    21603: Code(Fault.ACCOUNT, "no sender given"),
    21604: Code(Fault.PERMANENT, "no recipient given"),
    21605: Code(Fault.PERMANENT, "text too long"),
    21606: Code(Fault.ACCOUNT, "sender is not one of ours"),
    21608: Code(Fault.ACCOUNT, "trial account: number not verified"),
    21610: Code(Fault.OPTED_OUT, "the person has opted out"),
    21611: Code(Fault.TEMPORARY, "sender's queue is full"),
    21612: Code(Fault.PERMANENT, "sender cannot reach this number"),
    21614: Code(Fault.PERMANENT, "not a mobile number"),
    21617: Code(Fault.PERMANENT, "text too long"),
    21635: Code(Fault.PERMANENT, "a landline"),
    21703: Code(Fault.ACCOUNT, "messaging service has no sender"),
    # The delivery: reported later by a status callback.
    30001: Code(Fault.TEMPORARY, "queue overflow"),
    30002: Code(Fault.ACCOUNT, "account suspended"),
    30003: Code(Fault.TEMPORARY, "phone off or out of reach"),
    30004: Code(Fault.PERMANENT, "blocked"),
    30005: Code(Fault.PERMANENT, "unknown phone"),
    30006: Code(Fault.PERMANENT, "landline, or carrier out of reach"),
    30007: Code(Fault.PERMANENT, "filtered by the carrier"),
    30008: Code(Fault.TEMPORARY, "unknown error at the carrier"),
    30022: Code(Fault.TEMPORARY, "over the rate"),
    30027: Code(Fault.TEMPORARY, "over the daily cap"),
    30032: Code(Fault.ACCOUNT, "sender not verified"),
    30034: Code(Fault.ACCOUNT, "sender not registered"),
    # WhatsApp.
    63003: Code(Fault.PERMANENT, "no WhatsApp user"),
    63007: Code(Fault.ACCOUNT, "no such WhatsApp sender"),
    63014: Code(Fault.OPTED_OUT, "the person blocked the sender"),
    63016: Code(Fault.PERMANENT, "outside the 24-hour window: needs a template"),
    63017: Code(Fault.TEMPORARY, "over the rate"),
    63018: Code(Fault.TEMPORARY, "over the WhatsApp rate"),
    63021: Code(Fault.PERMANENT, "content refused"),
    63038: Code(Fault.TEMPORARY, "over the daily limit"),
    63041: Code(Fault.PERMANENT, "template paused"),
}

STOPS = frozenset(code for code, meaning in FAULTS.items() if meaning.fault is Fault.OPTED_OUT)

# Answers without a code we know. 401 and 403 are about our credentials, not about the text;
# a proxy's 408 can follow a request that did arrive.
_HTTP_FAULTS: dict[int, Fault] = {
    HTTPStatus.UNAUTHORIZED: Fault.ACCOUNT,
    HTTPStatus.FORBIDDEN: Fault.ACCOUNT,
    HTTPStatus.REQUEST_TIMEOUT: Fault.MAYBE_SENT,
    HTTPStatus.TOO_MANY_REQUESTS: Fault.TEMPORARY,
}
_CODE = re.compile(r"[1-9][0-9]{0,8}")


def fault_of(code: int | None, http_status: int | None) -> Fault:
    """What an answer of the API means. Any 5xx may have been accepted; an unknown 4xx was not."""
    status = http_status or 0
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Fault.MAYBE_SENT
    if code in FAULTS:
        return FAULTS[code].fault
    otherwise = Fault.PERMANENT if status >= HTTPStatus.BAD_REQUEST else Fault.MAYBE_SENT
    return _HTTP_FAULTS.get(status, otherwise)


def as_code(text: str) -> int | None:
    """The number of a code as a callback writes it; None for everything that is none."""
    return int(text) if _CODE.fullmatch(text) else None


def reason_of(error_code: str | None) -> str:
    """A few words for a code from a status callback or a GatewayError; empty when we have none."""
    known = FAULTS.get(as_code(error_code or "") or 0)
    return known.reason if known else ""
