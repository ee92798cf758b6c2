"""Erasure evidence: reports as received, and what each of their records settled."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "erasure_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("records", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["owner.id"], name=op.f("fk_erasure_report_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_report")),
        sa.UniqueConstraint(
            "owner_id", "sha256", name=op.f("uq_erasure_report_owner_id_sha256")
        ),
    )
    op.create_index(op.f("ix_erasure_report_owner_id"), "erasure_report", ["owner_id"])
    op.create_table(
        "erasure_match",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("record", sa.Integer(), nullable=False),
        sa.Column("device_id", BIG, nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["erasure_report.id"],
            name=op.f("fk_erasure_match_report_id"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_erasure_match_device_id")
        ),
        sa.PrimaryKeyConstraint("report_id", "record", name=op.f("pk_erasure_match")),
    )
    op.create_index(
        "ix_erasure_match_device_id", "erasure_match", ["device_id", "serial"]
    )
