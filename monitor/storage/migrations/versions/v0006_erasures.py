"""What is left of batches from which a patient was erased, and the sessions that are gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was erased before there was a way to."""
    op.create_table(
        "erasures",
        sa.Column("batch", sa.Integer, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("erased_in", "readings", "rejected", "facts")
        ),
        sa.Column("mac", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "erased_sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key", sa.Integer, nullable=False, unique=True),
        sa.Column("erased_at", sa.Integer, nullable=False),
        sa.Column("erased_by", sa.Text, nullable=False),
        sa.Column("second", sa.Text, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back; restore a backup instead")
