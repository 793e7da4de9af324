"""A text we promised to send. The row is the truth; Redis only wakes us."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, false, text

from bot.store.models.base import id_column, metadata
from bot.store.types import Id, UTCDateTime

_IN_FLIGHT = text("state IN ('sending', 'unknown')")
_HAS_LEFT = text("message_id IS NOT NULL")

followups = Table(
    "followups",
    metadata,
    id_column(),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False),
    Column("source", String(16), nullable=False),
    Column("topic", String(64)),
    # A step of a programme: which, and the text it sends ("topic:how" or a programme text).
    Column("enrolment_id", Id, ForeignKey("enrolments.id")),
    Column("step", String(64)),
    Column("text", String(64)),
    # A safety card: exempt from the caps, and sent however late.
    Column("must", Boolean, nullable=False, server_default=false()),
    # When it was promised, and when to try next: the second moves with quiet hours and retries.
    Column("due_at", UTCDateTime, nullable=False),
    Column("next_at", UTCDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(120)),
    Column("attempt", Integer, nullable=False),
    # The claim: whoever holds the token may write the outcome, until the lease ends.
    Column("token", Id),
    Column("lease_until", UTCDateTime),
    Column("first_claimed_at", UTCDateTime),
    Column("looked_at", UTCDateTime),
    Column("message_id", Id),
    Column("created_at", UTCDateTime, nullable=False),
    Index(
        "ix_followups_due",
        "next_at",
        postgresql_where=text("state = 'due'"),
        sqlite_where=text("state = 'due'"),
    ),
    # Most rows wait and have no message yet.
    Index("ix_followups_message", "message_id", postgresql_where=_HAS_LEFT, sqlite_where=_HAS_LEFT),
    # A step is one text, however often its plan is made anew.
    Index(
        "uq_followups_step",
        "enrolment_id",
        "step",
        unique=True,
        postgresql_where=text("enrolment_id IS NOT NULL"),
        sqlite_where=text("enrolment_id IS NOT NULL"),
    ),
    Index("ix_followups_address", "address_id"),
    # One text in doubt a person: a listing then always tells which one it was, and texts keep their order.
    Index(
        "uq_followups_in_flight",
        "address_id",
        unique=True,
        postgresql_where=_IN_FLIGHT,
        sqlite_where=_IN_FLIGHT,
    ),
)
