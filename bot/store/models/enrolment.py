"""A person in a programme, and the days it counts from: one row a cycle, since a delayed cycle is one date."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, text

from bot.store.models.base import id_column, metadata
from bot.store.types import Id, UTCDateTime

_OPEN = text("state <> 'ended'")

enrolments = Table(
    "enrolments",
    metadata,
    id_column(),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False),
    Column("programme", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(120)),
    # Whether the person has been told that a computer translated the texts.
    Column("labelled", Boolean, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    # A person is in a programme once at a time.
    Index("uq_enrolments_open", "address_id", "programme", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
)

cycles = Table(
    "cycles",
    metadata,
    Column("enrolment_id", Id, ForeignKey("enrolments.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    # The patient's wall clock: the day, and the time of a visit as HH:MM.
    Column("on_day", Date, nullable=False),
    Column("at_time", String(5)),
)
