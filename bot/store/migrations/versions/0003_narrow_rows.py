"""Narrow rows: native uuids on PostgreSQL, and of the indexes of follow-ups only what is asked for.

Each table is written anew once and is locked meanwhile: with millions of rows, choose a quiet hour.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_HAS_LEFT = sa.text("message_id IS NOT NULL")
# Everything that is an id, by table.
_IDS = {
    "key_marks": ("id",),
    "patients": ("id",),
    "addresses": ("id", "patient_id"),
    "consent_events": ("id", "address_id"),
    "enrolments": ("id", "address_id"),
    "cycles": ("enrolment_id",),
    "answers": ("id", "address_id", "enrolment_id"),
    "followups": ("id", "address_id", "enrolment_id", "token", "message_id"),
    "messages": ("id", "address_id"),
    "handoffs": ("id", "address_id", "message_id"),
}
# What points at what: both ends change their type together.
_POINTERS = (
    ("addresses", "patient_id", "patients"),
    ("consent_events", "address_id", "addresses"),
    ("enrolments", "address_id", "addresses"),
    ("cycles", "enrolment_id", "enrolments"),
    ("answers", "address_id", "addresses"),
    ("answers", "enrolment_id", "enrolments"),
    ("followups", "address_id", "addresses"),
    ("followups", "enrolment_id", "enrolments"),
    ("messages", "address_id", "addresses"),
    ("handoffs", "address_id", "addresses"),
    ("handoffs", "message_id", "messages"),
)


def upgrade() -> None:
    op.drop_index("ix_followups_address_due", "followups")
    op.drop_index("ix_followups_message", "followups")
    with op.batch_alter_table("followups") as table:
        # Its work is the primary key's: an id is made of what was promised.
        table.drop_constraint("uq_followups_address_id", type_="unique")
    _retype("uuid", "{0}::uuid")
    op.create_index("ix_followups_address", "followups", ["address_id"])
    op.create_index(
        "ix_followups_message", "followups", ["message_id"], postgresql_where=_HAS_LEFT, sqlite_where=_HAS_LEFT
    )


def downgrade() -> None:
    op.drop_index("ix_followups_message", "followups")
    op.drop_index("ix_followups_address", "followups")
    _retype("varchar(32)", "replace({0}::text, '-', '')")
    with op.batch_alter_table("followups") as table:
        table.create_unique_constraint("uq_followups_address_id", ["address_id", "topic", "due_at"])
    op.create_index("ix_followups_message", "followups", ["message_id"])
    op.create_index("ix_followups_address_due", "followups", ["address_id", "due_at"])


def _retype(kind: str, value: str) -> None:
    """SQLite keeps text: it has no such type, and its rows are small."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, _ in _POINTERS:
        op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
    for table, columns in _IDS.items():
        changes = (f"ALTER {column} TYPE {kind} USING {value.format(column)}" for column in columns)
        op.execute(f"ALTER TABLE {table} {', '.join(changes)}")
    for table, column, target in _POINTERS:
        op.create_foreign_key(f"fk_{table}_{column}", table, target, [column], ["id"])
