"""Articles by bar code; runs of scans and each scan's answer."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    instant = sa.DateTime(timezone=True)
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "ean",
        sa.Column("code", sa.String(length=14), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_ean_product_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ean")),
    )
    op.create_index(op.f("ix_ean_product_id"), "ean", ["product_id"])
    op.create_table(
        "scan_run",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_run")),
    )
    op.create_index(op.f("ix_scan_run_actor"), "scan_run", ["actor"])
    op.create_table(
        "scan",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=True),
        sa.Column("at", instant, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("device_id", big, nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("undone_at", instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["scan_run.id"], name=op.f("fk_scan_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_scan_device_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("actor", "key", name=op.f("uq_scan_actor_key")),
    )
    op.create_index(
        "ix_scan_device_id_action_at", "scan", ["device_id", "action", "at"]
    )
    op.create_index("ix_scan_run_id_id", "scan", ["run_id", "id"])
