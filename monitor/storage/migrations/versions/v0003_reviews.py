"""The figures of sessions and their sign-off, outcome scores, sessions by their start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MEASURED = (
    "baseline_systolic",
    "baseline_diastolic",
    "peak_systolic",
    "peak_diastolic",
    "peak_at",
    "lowest_spo2",
    "lowest_spo2_at",
)
_COUNTED = (
    "physiological_high",
    "physiological_medium",
    "physiological_low",
    "technical_high",
    "technical_medium",
    "technical_low",
)


def upgrade() -> None:
    """The figures of the sessions that there are already are written when the journal is opened."""
    op.create_index("sessions_by_start", "sessions", ["started_at"])
    _figures()
    _outcomes()


def _figures() -> None:
    key = sa.ForeignKey("sessions.key")
    op.create_table(
        "session_figures",
        sa.Column("session", sa.Integer, key, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Integer) for name in _MEASURED),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _COUNTED),
        sa.Column("changed_batch", sa.Integer),
        sa.Column("changed_at", sa.Integer),
        sa.Column("signed_batch", sa.Integer),
        sa.Column("signed_by", sa.Text),
        sa.Column("signed_at", sa.Integer),
    )


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("entry", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("scale", sa.Text, nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.Column("on", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.Integer, nullable=False),
        sa.Column("voided_by", sa.Text),
        sa.Column("voided_at", sa.Integer),
        sa.Column("void_reason", sa.Text),
    )
    op.create_index("outcomes_by_patient", "outcomes", ["patient", "on"])


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back; restore a backup instead")
