"""The first tables. Encrypted columns and blind indexes are plain bytes to the database."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "key_marks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_marks"),
        sa.UniqueConstraint("mark", name="uq_key_marks_mark"),
    )
    op.create_table(
        "patients",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patients"),
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("look_up", sa.LargeBinary(32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("language_chosen", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_addresses_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_addresses"),
        sa.UniqueConstraint("look_up", name="uq_addresses_look_up"),
    )
    op.create_index("ix_addresses_patient_id", "addresses", ["patient_id"], unique=False)

    op.create_table(
        "consent_events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_consent_events_address_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_events"),
    )
    op.create_index("ix_consent_events_address_id", "consent_events", ["address_id"], unique=False)

    op.create_table(
        "followups",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_followups_address_id"),
        sa.PrimaryKeyConstraint("id", name="pk_followups"),
        sa.UniqueConstraint("address_id", "topic", "due_at", name="uq_followups_address_id"),
    )
    op.create_index(
        "ix_followups_due",
        "followups",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
        sqlite_where=sa.text("state = 'due'"),
    )
    op.create_index("ix_followups_message", "followups", ["message_id"], unique=False)
    op.create_index(
        "uq_followups_in_flight",
        "followups",
        ["address_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('sending', 'unknown')"),
        sqlite_where=sa.text("state IN ('sending', 'unknown')"),
    )

    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=True),
        sa.Column("answers_sid", sa.String(length=64), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("intent", sa.String(length=32), nullable=True),
        sa.Column("topic", sa.String(length=64), nullable=True),
        sa.Column("safety", sa.String(length=8), nullable=True),
        sa.Column("because", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error_code", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_messages_address_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("answers_sid", "place", name="uq_messages_answers_sid"),
        sa.UniqueConstraint("sid", name="uq_messages_sid"),
    )
    op.create_index("ix_messages_address_at", "messages", ["address_id", "at", "place"], unique=False)

    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_handoffs_address_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_handoffs_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
    )
    op.create_index("ix_handoffs_address_id", "handoffs", ["address_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_handoffs_address_id", "handoffs")

    op.drop_table("handoffs")
    op.drop_index("ix_messages_address_at", "messages")

    op.drop_table("messages")
    op.drop_index("uq_followups_in_flight", "followups")
    op.drop_index("ix_followups_message", "followups")
    op.drop_index("ix_followups_due", "followups")

    op.drop_table("followups")
    op.drop_index("ix_consent_events_address_id", "consent_events")

    op.drop_table("consent_events")
    op.drop_index("ix_addresses_patient_id", "addresses")

    op.drop_table("addresses")
    op.drop_table("patients")
    op.drop_table("key_marks")
