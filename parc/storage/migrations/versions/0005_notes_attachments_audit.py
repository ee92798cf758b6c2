"""Notes and attachments of a device; reading the journal as an audit."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "note",
        *_of_a_device("note"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", instant, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("withdrawn_at", instant, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
    )
    op.create_index("ix_note_device_id", "note", ["device_id"])
    op.create_table(
        "attachment",
        *_of_a_device("attachment"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.Column("thumbnail", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("added_at", instant, nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("removed_at", instant, nullable=True),
        sa.Column("removed_by", sa.String(), nullable=True),
    )
    op.create_index("ix_attachment_device_id", "attachment", ["device_id"])
    walked = ["owner", "recorded_at", "id", "actor", "action"]
    op.create_index("ix_event_owner", "event", walked)


def _of_a_device(table: str) -> list[sa.schema.SchemaItem]:
    big = sa.BigInteger()
    return [
        sa.Column(
            "id",
            big.with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "device_id", big.with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f(f"fk_{table}_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["owner.id"], name=op.f(f"fk_{table}_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
