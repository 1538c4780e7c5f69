"""Visits, rooms over time, editions of protocols, sessions kept on paper, readings given to a session afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sessions()
    _plan()
    op.create_index("facts_by_kind", "facts", ["kind", "session_id", "id"])


def _sessions() -> None:
    edition = sa.Column("edition", sa.Text, nullable=False, server_default="")
    paper = sa.Column("paper", sa.Boolean, nullable=False, server_default=sa.text("0"))
    for column in (edition, sa.Column("visit", sa.Text), paper):
        op.add_column("sessions", column)
    op.create_table(
        "session_stays",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.id"), nullable=False),
        sa.Column("room_id", sa.Text, nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
    )
    op.create_index("session_stays_by_session", "session_stays", ["session_id"])


def _plan() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("protocol", sa.Text, nullable=False),
        sa.Column("planned_at", sa.Integer, nullable=False),
        sa.Column("room_id", sa.Text),
        sa.Column("number", sa.Integer),
        sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.id")),
        sa.Column("cancelled", sa.Boolean, nullable=False),
    )
    op.create_index("visits_by_patient", "visits", ["patient"])
    op.create_table(
        "assignments",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("device_id", sa.Text, sa.ForeignKey("devices.id"), nullable=False),
        sa.Column("first_at", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.id"), nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("confirmed_at", sa.Integer),
    )
    op.create_index("assignments_by_session", "assignments", ["session_id"])
    op.create_index("assignments_by_device", "assignments", ["device_id", "last_at"])


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back; restore a backup instead")
