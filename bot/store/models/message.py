"""Every text in and out. The only table that grows without bound: found by address and time."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from bot.store.models.base import id_column, metadata
from bot.store.types import Encrypted, Id, UTCDateTime

messages = Table(
    "messages",
    metadata,
    id_column(),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False),
    Column("direction", String(3), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    # The provider's id. Unique: of two copies of one webhook the second finds the first one's answer.
    Column("sid", String(64), unique=True),
    # A reply names the text it answers; several replies to one text have their place in it.
    Column("answers_sid", String(64)),
    Column("place", Integer, nullable=False),
    Column("body", Encrypted("messages.body"), nullable=False),
    Column("language", String(16)),
    Column("intent", String(32)),
    Column("topic", String(64)),
    Column("safety", String(8)),
    Column("because", Encrypted("messages.because")),
    # What the person's next text is read against, kept on the reply that set it.
    Column("state", Encrypted("messages.state")),
    Column("status", String(16), nullable=False),
    Column("status_at", UTCDateTime, nullable=False),
    Column("error_code", String(16)),
    UniqueConstraint("answers_sid", "place"),
    Index("ix_messages_address_at", "address_id", "at", "place"),
)
