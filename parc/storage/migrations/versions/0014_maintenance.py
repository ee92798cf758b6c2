"""Maintenance: repair contracts, repair orders, spare parts and their movements."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("stage = 'open'")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "repair_contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        _key("repair_contract", "owner_id", "owner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_contract")),
    )
    op.create_index(
        op.f("ix_repair_contract_owner_id"), "repair_contract", ["owner_id"]
    )
    op.create_table(
        "repair_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("device_id", BIG, nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("diagnosis", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("warranty_claim", sa.Boolean(), nullable=False),
        sa.Column("warranty_reference", sa.String(), nullable=False),
        sa.Column("warranty_answer", sa.String(), nullable=True),
        sa.Column("estimate_cents", BIG, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("labour_cents", BIG, nullable=True),
        sa.Column("invoice_cents", BIG, nullable=True),
        sa.Column("parts_cents", BIG, nullable=True),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("avoids_replacement", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        _key("repair_order", "owner_id", "owner"),
        _key("repair_order", "device_id", "device"),
        _key("repair_order", "contract_id", "repair_contract"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_order")),
    )
    op.create_index(
        "uq_repair_order_open",
        "repair_order",
        ["device_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_repair_order_device_id", "repair_order", ["device_id", "id"])
    op.create_index(
        "ix_repair_order_owner_id", "repair_order", ["owner_id", "stage", "closed_on"]
    )
    op.create_table(
        "spare_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fits", sa.String(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("unit_cost_cents", BIG, nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.CheckConstraint("level >= 0", name=op.f("ck_spare_part_level")),
        _key("spare_part", "owner_id", "owner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spare_part")),
    )
    op.create_index(op.f("ix_spare_part_owner_id"), "spare_part", ["owner_id"])
    op.create_table(
        "part_movement",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_cost_cents", BIG, nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("device_id", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _key("part_movement", "part_id", "spare_part"),
        _key("part_movement", "order_id", "repair_order"),
        _key("part_movement", "device_id", "device"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_movement")),
    )
    op.create_index("ix_part_movement_part_id", "part_movement", ["part_id", "id"])
    op.create_index(op.f("ix_part_movement_order_id"), "part_movement", ["order_id"])
    _append_only("part_movement")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}")
    )


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger AS $$ BEGIN "
        f"RAISE EXCEPTION '{table} is append-only'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )
