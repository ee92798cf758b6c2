"""Labels: printed, reserved in advance; own stock, printers, texts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "label_run",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("printed_at", INSTANT, nullable=False),
        sa.Column("printed_by", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.Column("printer", sa.Text(), nullable=False),
        sa.Column("codes", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_run")),
    )
    op.create_index(op.f("ix_label_run_printed_at"), "label_run", ["printed_at"])
    op.create_table(
        "label_print",
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        _device(),
        sa.Column("site_id", sa.Integer(), nullable=True),
        _key("label_print", "run_id", "label_run"),
        _key("label_print", "owner_id", "owner"),
        _key("label_print", "device_id", "device"),
        _key("label_print", "site_id", "site", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_label_print")),
    )
    for column in ("code", "device_id", "site_id"):
        op.create_index(op.f(f"ix_label_print_{column}"), "label_print", [column])
    op.create_table(
        "label_range",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("reserved_at", INSTANT, nullable=False),
        sa.Column("reserved_by", sa.String(), nullable=False),
        _key("label_range", "owner_id", "owner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_range")),
    )
    op.create_index(op.f("ix_label_range_owner_id"), "label_range", ["owner_id"])
    op.create_table(
        "label_reserved",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("range_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _device(),
        sa.Column("bound_at", INSTANT, nullable=True),
        sa.Column("bound_by", sa.String(), nullable=True),
        _key("label_reserved", "range_id", "label_range"),
        _key("label_reserved", "owner_id", "owner"),
        _key("label_reserved", "device_id", "device"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_label_reserved")),
    )
    for column in ("range_id", "device_id"):
        op.create_index(op.f(f"ix_label_reserved_{column}"), "label_reserved", [column])
    op.create_table(
        "label_stock",
        *_own("label_stock"),
        sa.Column("definition", sa.Text(), nullable=False),
        *_changed(),
    )
    op.create_table(
        "label_printer",
        *_own("label_printer"),
        sa.Column("dpi", sa.Integer(), nullable=False),
        sa.Column("shift_x", sa.Integer(), nullable=False),
        sa.Column("shift_y", sa.Integer(), nullable=False),
        sa.Column("scale", sa.Integer(), nullable=False),
        *_changed(),
    )
    op.create_table(
        "label_text",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("return_to", sa.String(), nullable=False),
        *_changed(),
        _key("label_text", "owner_id", "owner"),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_label_text")),
    )


def _own(table: str) -> list[sa.schema.SchemaItem]:
    """Give what the things that an owner adds under a name have in common."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        _key(table, "owner_id", "owner"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("owner_id", "name", name=op.f(f"uq_{table}_owner_id_name")),
    ]


def _changed() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
    ]


def _device() -> sa.Column[int]:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("device_id", big, nullable=True)


def _key(
    table: str, column: str, other: str, *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )
