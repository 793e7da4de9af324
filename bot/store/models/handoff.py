"""A text that a person of the care team has to see: asked for with NURSE, or a red flag."""

from sqlalchemy import Column, ForeignKey, String, Table

from bot.store.models.base import id_column, metadata
from bot.store.types import Id, UTCDateTime

handoffs = Table(
    "handoffs",
    metadata,
    id_column(),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False, index=True),
    Column("message_id", Id, ForeignKey("messages.id"), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
)
