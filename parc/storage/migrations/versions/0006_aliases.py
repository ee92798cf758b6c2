"""Devices out of the inventory (discarded, merged), codes that lead elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("device", sa.Column("void", sa.String(), nullable=True))
    for columns in (["owner_id", "state"], ["state", "tag"]):
        name = "ix_device_" + "_".join(columns)
        op.drop_index(name, "device")
        op.create_index(f"{name}_void", "device", [*columns, "void"])
    _partial_index("ix_device_out", "device", ["tag"], "void IS NOT NULL")
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "alias",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("device_id", big, nullable=False),
        sa.Column("merged_id", big, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_alias_{column}")
            )
            for column, table in (
                ("owner_id", "owner"),
                ("device_id", "device"),
                ("merged_id", "device"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
        sa.UniqueConstraint(
            "owner_id",
            "key",
            "kind",
            "device_id",
            "merged_id",
            name=op.f("uq_alias_owner_id_key_kind_device_id_merged_id"),
        ),
    )
    for column in ("key", "device_id", "merged_id"):
        op.create_index(op.f(f"ix_alias_{column}"), "alias", [column])
    _partial_index(
        "uq_alias_manual", "alias", ["owner_id", "key"], "kind = 'manual'", unique=True
    )


def _partial_index(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
