"""Programmes: enrolments and their cycles, answers, pauses, discreet texts; the sender's rate."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_OPEN = sa.text("state <> 'ended'")
_A_STEP = sa.text("enrolment_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=True),
        sa.Column("labelled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_enrolments_address_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolments"),
    )
    op.create_index(
        "uq_enrolments_open",
        "enrolments",
        ["address_id", "programme"],
        unique=True,
        postgresql_where=_OPEN,
        sqlite_where=_OPEN,
    )
    op.create_table(
        "cycles",
        sa.Column("enrolment_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at_time", sa.String(length=5), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name="fk_cycles_enrolment_id"),
        sa.PrimaryKeyConstraint("enrolment_id", "number", name="pk_cycles"),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("enrolment_id", sa.String(length=32), nullable=True),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_answers_address_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name="fk_answers_enrolment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
    )
    op.create_index("ix_answers_address_at", "answers", ["address_id", "at"], unique=False)
    op.create_table(
        "send_slots",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_send_slots"),
    )
    with op.batch_alter_table("addresses") as table:
        table.add_column(sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("discreet", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("followups") as table:
        table.add_column(sa.Column("enrolment_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("step", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("text", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("must", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.create_foreign_key("fk_followups_enrolment_id", "enrolments", ["enrolment_id"], ["id"])
    op.create_index(
        "uq_followups_step",
        "followups",
        ["enrolment_id", "step"],
        unique=True,
        postgresql_where=_A_STEP,
        sqlite_where=_A_STEP,
    )
    op.create_index("ix_followups_address_due", "followups", ["address_id", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_followups_address_due", "followups")
    op.drop_index("uq_followups_step", "followups")
    with op.batch_alter_table("followups") as table:
        table.drop_constraint("fk_followups_enrolment_id", type_="foreignkey")
        for name in ("enrolment_id", "step", "text", "must"):
            table.drop_column(name)
    with op.batch_alter_table("addresses") as table:
        for name in ("paused_until", "discreet", "failures"):
            table.drop_column(name)
    op.drop_table("send_slots")
    op.drop_index("ix_answers_address_at", "answers")
    op.drop_table("answers")
    op.drop_table("cycles")
    op.drop_index("uq_enrolments_open", "enrolments")
    op.drop_table("enrolments")
