"""Stocktakes: the frozen list, scans, phones, what was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "stocktake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("away", sa.Integer(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("pdf", sa.String(length=64), nullable=True),
        sa.Column("xlsx", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["owner.id"], name=op.f("fk_stocktake_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake")),
    )
    op.create_index(op.f("ix_stocktake_owner_id"), "stocktake", ["owner_id"])
    op.create_table(
        "stocktake_line",
        sa.Column("stocktake_id", sa.Integer(), nullable=False),
        sa.Column("device_id", BIG, autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=True),
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.Column("seen_site_id", sa.Integer(), nullable=True),
        sa.Column("seen_place", sa.String(), nullable=False),
        _of_stocktake("stocktake_line"),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_stocktake_line_device_id")
        ),
        sa.PrimaryKeyConstraint(
            "stocktake_id", "device_id", name=op.f("pk_stocktake_line")
        ),
    )
    op.create_index(
        "ix_stocktake_line_standing",
        "stocktake_line",
        ["stocktake_id", "standing", "tag"],
    )
    op.create_table(
        "stocktake_scan",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("stocktake_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("device_id", BIG, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _of_stocktake("stocktake_scan"),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_stocktake_scan_device_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_scan")),
        sa.UniqueConstraint(
            "stocktake_id",
            "actor",
            "key",
            name=op.f("uq_stocktake_scan_stocktake_id_actor_key"),
        ),
    )
    op.create_index(
        "ix_stocktake_scan_outcome", "stocktake_scan", ["stocktake_id", "outcome", "id"]
    )
    op.create_index("ix_stocktake_scan_device", "stocktake_scan", ["device_id", "at"])
    op.create_table(
        "stocktake_phone",
        sa.Column("stocktake_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("heard_at", INSTANT, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        _of_stocktake("stocktake_phone"),
        sa.PrimaryKeyConstraint(
            "stocktake_id", "actor", "phone", name=op.f("pk_stocktake_phone")
        ),
    )
    op.create_table(
        "stocktake_settlement",
        sa.Column("stocktake_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("anomaly", sa.String(), nullable=False),
        sa.Column("settlement", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _of_stocktake("stocktake_settlement"),
        sa.PrimaryKeyConstraint(
            "stocktake_id", "subject", name=op.f("pk_stocktake_settlement")
        ),
    )


def _of_stocktake(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["stocktake_id"], ["stocktake.id"], name=op.f(f"fk_{table}_stocktake_id")
    )
