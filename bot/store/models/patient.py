"""A person. What reaches them is an address; one person may have several."""

from sqlalchemy import Column, Table

from bot.store.models.base import id_column, metadata
from bot.store.types import Encrypted, UTCDateTime

patients = Table(
    "patients",
    metadata,
    id_column(),
    Column("name", Encrypted("patients.name")),
    Column("created_at", UTCDateTime, nullable=False),
)
