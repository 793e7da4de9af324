"""What a person answered to a check-in, a quiz or "what do you want to ask?": for the team, without a score."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from bot.store.models.base import ID_LENGTH, id_column, metadata
from bot.store.types import Encrypted, UTCDateTime

answers = Table(
    "answers",
    metadata,
    id_column(),
    Column("address_id", String(ID_LENGTH), ForeignKey("addresses.id"), nullable=False),
    Column("enrolment_id", String(ID_LENGTH), ForeignKey("enrolments.id")),
    Column("question", String(64), nullable=False),
    Column("choice", String(16)),
    Column("words", Encrypted("answers.words")),
    Column("at", UTCDateTime, nullable=False),
    Index("ix_answers_address_at", "address_id", "at"),
)
