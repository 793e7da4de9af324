"""What a person answered to a check-in, a quiz or "what do you want to ask?": for the team, without a score."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from bot.store.models.base import id_column, metadata
from bot.store.types import Encrypted, Id, UTCDateTime

answers = Table(
    "answers",
    metadata,
    id_column(),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False),
    Column("enrolment_id", Id, ForeignKey("enrolments.id")),
    Column("question", String(64), nullable=False),
    Column("choice", String(16)),
    Column("words", Encrypted("answers.words")),
    Column("at", UTCDateTime, nullable=False),
    Index("ix_answers_address_at", "address_id", "at"),
)
