"""Equipment profiles, who has which, and what the rates of a year need."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("retired_at IS NULL")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.Column("retired_by", sa.String(), nullable=True),
        _key("profile", "owner_id", "owner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
    )
    op.create_index(
        "uq_profile_owner_id_name",
        "profile",
        ["owner_id", "name"],
        unique=True,
        sqlite_where=KEPT,
        postgresql_where=KEPT,
    )
    op.create_table(
        "profile_line",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        _key("profile_line", "profile_id", "profile"),
        sa.PrimaryKeyConstraint("profile_id", "category", name=op.f("pk_profile_line")),
    )
    _attached("profile_person", "person_id", sa.String(length=10), "person")
    _attached("profile_site", "site_id", sa.Integer(), "site")
    op.create_table(
        "owner_year",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("agents", sa.Integer(), nullable=True),
        sa.Column("use_target_months", sa.Integer(), nullable=True),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        _key("owner_year", "owner_id", "owner"),
        sa.PrimaryKeyConstraint("owner_id", "year", name=op.f("pk_owner_year")),
    )


def _attached(table: str, column: str, kind: sa.String | sa.Integer, to: str) -> None:
    op.create_table(
        table,
        sa.Column(column, kind, nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        _key(table, column, to),
        _key(table, "profile_id", "profile"),
        sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_profile_id"), table, ["profile_id"])


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}")
    )
