"""Purchases: orders, lines, deliveries, finance files, reconciliations."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "finance_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("issues", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.Column("applied_by", sa.String(), nullable=True),
        sa.Column("applied_count", sa.Integer(), nullable=False),
        _to("finance_file", "owner_id", "owner.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finance_file")),
        sa.UniqueConstraint(
            "owner_id", "sha256", name=op.f("uq_finance_file_owner_id_sha256")
        ),
    )
    op.create_table(
        "purchase_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("finance_file_id", sa.Integer(), nullable=True),
        _to("purchase_order", "owner_id", "owner.id"),
        _to("purchase_order", "finance_file_id", "finance_file.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint(
            "owner_id", "number", name=op.f("uq_purchase_order_owner_id_number")
        ),
    )
    _index("purchase_order", "spent_on")
    _index("purchase_order", "finance_file_id")
    op.create_table(
        "purchase_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("agec_category", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("index_kind", sa.String(), nullable=False),
        sa.Column("index_tenths", sa.Integer(), nullable=True),
        sa.Column("index_class", sa.String(), nullable=False),
        sa.Column("index_source", sa.String(), nullable=False),
        sa.Column("index_on", sa.Date(), nullable=True),
        sa.Column("ecolabel", sa.String(), nullable=False),
        sa.Column("warranty_ends_on", sa.Date(), nullable=True),
        sa.Column("lease_ends_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("cancelled_quantity", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        _to("purchase_line", "order_id", "purchase_order.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_line")),
        sa.UniqueConstraint(
            "order_id", "position", name=op.f("uq_purchase_line_order_id_position")
        ),
    )
    op.create_table(
        "purchase_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        _to("purchase_delivery", "line_id", "purchase_line.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_delivery")),
    )
    _index("purchase_delivery", "line_id")
    op.create_table(
        "purchase_device",
        sa.Column("device_id", BIG, autoincrement=False, nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        _to("purchase_device", "device_id", "device.id"),
        _to("purchase_device", "line_id", "purchase_line.id"),
        _to("purchase_device", "delivery_id", "purchase_delivery.id"),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_purchase_device")),
    )
    _index("purchase_device", "line_id")
    _index("purchase_device", "delivery_id")
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("with_vat", sa.Boolean(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        _to("reconciliation", "owner_id", "owner.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    _index("reconciliation", "owner_id")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=op.f(f"fk_{table}_{column}")
    )


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
