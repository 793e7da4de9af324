"""A contact address: a channel and a number or user id. Language, time zone and consent belong to it."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, false

from bot.store.models.base import id_column, metadata
from bot.store.types import BlindIndex, Encrypted, Id, UTCDateTime

addresses = Table(
    "addresses",
    metadata,
    id_column(),
    Column("patient_id", Id, ForeignKey("patients.id"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("address", Encrypted("addresses.address"), nullable=False),
    Column("look_up", BlindIndex, nullable=False, unique=True),
    Column("language", String(16)),
    # False while the language is only what the first texts looked like.
    Column("language_chosen", Boolean, nullable=False),
    Column("timezone", String(64)),
    Column("consent", String(16), nullable=False),
    Column("consent_at", UTCDateTime),
    # A pause ends by itself.
    Column("paused_until", UTCDateTime),
    # Texts of our own accord say only that there is one; the body is read on request.
    Column("discreet", Boolean, nullable=False, server_default=false()),
    # Permanent failures since the last text that arrived; three in a row and a person should look.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("created_at", UTCDateTime, nullable=False),
)
