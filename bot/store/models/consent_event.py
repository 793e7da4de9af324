"""The consent log: who, when, in which words. Rows are only ever added."""

from sqlalchemy import Column, ForeignKey, String, Table

from bot.store.models.base import id_column, metadata
from bot.store.types import Encrypted, Id, UTCDateTime

consent_events = Table(
    "consent_events",
    metadata,
    id_column(),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False, index=True),
    Column("event", String(16), nullable=False),
    Column("consent", String(16), nullable=False),
    Column("source", String(16), nullable=False),
    Column("words", Encrypted("consent_events.words")),
    Column("at", UTCDateTime, nullable=False),
)
