"""Blocks of the readings of closed sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Closed sessions are compacted later, by the gateway or the command."""
    op.create_table(
        "reading_blocks",
        sa.Column("first_n", sa.Integer, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("last_n", "session", "first_t", "last_t", "length")
        ),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
    )
    op.create_index("reading_blocks_by_session", "reading_blocks", ["session", "first_t"])


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back; restore a backup instead")
