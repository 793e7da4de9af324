"""The tables, one noun a file. Importing this package fills `metadata`."""

from bot.store.models.address import addresses
from bot.store.models.answer import answers
from bot.store.models.base import metadata
from bot.store.models.consent_event import consent_events
from bot.store.models.enrolment import cycles, enrolments
from bot.store.models.followup import followups
from bot.store.models.handoff import handoffs
from bot.store.models.key_mark import key_marks
from bot.store.models.message import messages
from bot.store.models.patient import patients
from bot.store.models.slot import send_slots

__all__ = [
    "addresses",
    "answers",
    "consent_events",
    "cycles",
    "enrolments",
    "followups",
    "handoffs",
    "key_marks",
    "messages",
    "metadata",
    "patients",
    "send_slots",
]
