"""Custody slips, their numbers and reminders of loans; an address for a person."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.add_column("person", sa.Column("email", sa.String(), nullable=True))
    op.create_table(
        "slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=10), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("signing", sa.String(), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("scan", sa.String(length=64), nullable=True),
        sa.Column("frozen", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["owner.id"], name=op.f("fk_slip_owner_id")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_slip_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip")),
        sa.UniqueConstraint(
            "owner_id",
            "kind",
            "year",
            "number",
            name=op.f("uq_slip_owner_id_kind_year_number"),
        ),
    )
    op.create_index("ix_slip_owner_id_stage", "slip", ["owner_id", "stage"])
    op.create_index(op.f("ix_slip_person"), "slip", ["person"])
    op.create_table(
        "slip_line",
        sa.Column("slip_id", sa.Integer(), nullable=False),
        sa.Column("device_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        _to("slip_line", "slip_id", "slip"),
        _to("slip_line", "device_id", "device"),
        sa.PrimaryKeyConstraint("slip_id", "device_id", name=op.f("pk_slip_line")),
    )
    op.create_index("ix_slip_line_device_id", "slip_line", ["device_id"])
    op.create_table(
        "slip_accessory",
        sa.Column("slip_id", sa.Integer(), nullable=False),
        sa.Column("device_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        _to("slip_accessory", "slip_id", "slip"),
        _to("slip_accessory", "device_id", "device"),
        sa.PrimaryKeyConstraint(
            "slip_id", "device_id", "kind", name=op.f("pk_slip_accessory")
        ),
    )
    op.create_table(
        "slip_number",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        _to("slip_number", "owner_id", "owner"),
        sa.PrimaryKeyConstraint(
            "owner_id", "kind", "year", name=op.f("pk_slip_number")
        ),
    )
    op.create_table(
        "loan_reminder",
        sa.Column("device_id", BIG, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("person", sa.String(length=10), nullable=False),
        sa.Column("reminder", sa.String(), nullable=False),
        _to("loan_reminder", "device_id", "device"),
        _to("loan_reminder", "person", "person"),
        sa.PrimaryKeyConstraint(
            "device_id", "seq", "sent_on", name=op.f("pk_loan_reminder")
        ),
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}")
    )
