"""Consent to texts that we send of our own accord. It belongs to an address, not to a person.

Answers to what a patient asks need no consent, and STOP never silences them.
Sources: CTIA Messaging Principles; 47 CFR 64.1200(a)(10), (a)(12).
"""

from enum import StrEnum


class Consent(StrEnum):
    """Where an address stands."""

    UNKNOWN = "unknown"
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


class ConsentEvent(StrEnum):
    """What can change it. A plain text, YES or a topic word is not among them."""

    START = "start"
    STOP = "stop"
    IMPORTED = "imported"
    DECLINED = "declined"
    PAUSE = "pause"
    FORGET = "forget"


TRANSITIONS = {
    (Consent.UNKNOWN, ConsentEvent.START): Consent.ACTIVE,
    (Consent.UNKNOWN, ConsentEvent.STOP): Consent.STOPPED,
    (Consent.UNKNOWN, ConsentEvent.IMPORTED): Consent.ACTIVE,
    (Consent.ACTIVE, ConsentEvent.STOP): Consent.STOPPED,
    (Consent.ACTIVE, ConsentEvent.DECLINED): Consent.STOPPED,
    (Consent.UNKNOWN, ConsentEvent.DECLINED): Consent.STOPPED,
    (Consent.ACTIVE, ConsentEvent.PAUSE): Consent.PAUSED,
    (Consent.PAUSED, ConsentEvent.STOP): Consent.STOPPED,
    (Consent.PAUSED, ConsentEvent.DECLINED): Consent.STOPPED,
    (Consent.PAUSED, ConsentEvent.START): Consent.ACTIVE,
    (Consent.UNKNOWN, ConsentEvent.FORGET): Consent.STOPPED,
    (Consent.ACTIVE, ConsentEvent.FORGET): Consent.STOPPED,
    (Consent.PAUSED, ConsentEvent.FORGET): Consent.STOPPED,
    # Only the patient's own START ends a STOP; an import never does.
    (Consent.STOPPED, ConsentEvent.START): Consent.ACTIVE,
}


def after(consent: Consent, event: ConsentEvent) -> Consent:
    """The consent after an event; where the table has no row, nothing changes."""
    return TRANSITIONS.get((consent, event), consent)
