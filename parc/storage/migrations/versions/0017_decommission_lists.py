"""Lists of réforme, their lines and their numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "decommission_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("proposed_at", INSTANT, nullable=True),
        sa.Column("proposed_by", sa.String(), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("act_number", sa.String(), nullable=True),
        sa.Column("act_on", sa.Date(), nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("paper_year", sa.Integer(), nullable=True),
        sa.Column("report", sa.Integer(), nullable=True),
        sa.Column("report_pdf", sa.String(length=64), nullable=True),
        sa.Column("certificate", sa.Integer(), nullable=True),
        sa.Column("certificate_pdf", sa.String(length=64), nullable=True),
        _to("decommission_list", "owner_id", "owner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decommission_list")),
        *(
            sa.UniqueConstraint(
                "owner_id",
                *columns,
                name=op.f(f"uq_decommission_list_owner_id_{'_'.join(columns)}"),
            )
            for columns in (
                ("year", "number"),
                ("paper_year", "report"),
                ("paper_year", "certificate"),
            )
        ),
    )
    op.create_index(
        "ix_decommission_list_owner_id_stage",
        "decommission_list",
        ["owner_id", "stage"],
    )
    op.create_table(
        "decommission_line",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("device_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("value_cents", BIG, nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("valued_on", sa.Date(), nullable=True),
        sa.Column("valued_by", sa.String(), nullable=False),
        sa.Column("pending", BIG, nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        _to("decommission_line", "list_id", "decommission_list"),
        _to("decommission_line", "device_id", "device"),
        sa.PrimaryKeyConstraint(
            "list_id", "device_id", name=op.f("pk_decommission_line")
        ),
        sa.UniqueConstraint("pending", name=op.f("uq_decommission_line_pending")),
    )
    op.create_index(
        "ix_decommission_line_device_id", "decommission_line", ["device_id"]
    )
    op.create_table(
        "decommission_number",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        _to("decommission_number", "owner_id", "owner"),
        sa.PrimaryKeyConstraint(
            "owner_id", "kind", "year", name=op.f("pk_decommission_number")
        ),
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}")
    )
