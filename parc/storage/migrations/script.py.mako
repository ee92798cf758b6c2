"""${message}

Rules of this folder: one small step, written so that it can be read; never
edit a step that has landed; say why in a comment where it surprises.
"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    ${upgrades if upgrades else "pass"}
