"""Who operates the new devices of an owner (shared IT service)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    # Not in batch mode: SQLite would copy the table, which others refer to.
    op.add_column(
        "owner",
        sa.Column(
            "manager_id",
            sa.Integer(),
            sa.ForeignKey("owner.id", name=op.f("fk_owner_manager_id")),
            nullable=True,
        ),
        inline_references=True,
    )
