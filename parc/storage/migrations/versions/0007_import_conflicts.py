"""Rows of imports that wait for a person to tell which device they are about."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "import_conflict",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("doubt", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(length=10), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_at", instant, nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("device_id", big, nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("aliases", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_import_conflict_{column}")
            )
            for column, table in (
                ("import_id", "import_batch"),
                ("owner_id", "owner"),
                ("device_id", "device"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_conflict")),
    )
    op.create_index(
        op.f("ix_import_conflict_import_id"), "import_conflict", ["import_id"]
    )
    for columns in (["owner_id", "state", "id"], ["owner_id", "digest"]):
        name = "ix_import_conflict_" + "_".join(columns)
        op.create_index(name, "import_conflict", columns)
