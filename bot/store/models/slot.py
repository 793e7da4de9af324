"""When each channel's sender is free again: the provider's rate holds for all workers together."""

from sqlalchemy import Column, String, Table

from bot.store.models.base import metadata
from bot.store.types import UTCDateTime

send_slots = Table(
    "send_slots",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("free_at", UTCDateTime, nullable=False),
)
