"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _clinic()
    _sessions()
    _journal()
    _readings()


def _clinic() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )
    op.create_table(
        "device_bindings",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("device_id", sa.Text, sa.ForeignKey("devices.id"), nullable=False),
        sa.Column("room_id", sa.Text, nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
    )
    op.create_table(
        "operators",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("room_id", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("weight_kg", sa.Float),
        sa.Column("protocol", sa.Text, nullable=False),
        sa.Column("started_at", sa.Integer, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Integer),
    )
    op.create_index("sessions_by_patient", "sessions", ["patient"])
    op.create_table(
        "session_phases",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.id"), nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
    )
    op.create_index("session_phases_by_session", "session_phases", ["session_id"])
    op.create_table(
        "alarms",
        sa.Column("alarm_id", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("alarm_kind", sa.Text, nullable=False),
        sa.Column("metric", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("onset", sa.Integer, nullable=False),
        sa.Column("raised_at", sa.Integer),
        sa.Column("acknowledged_at", sa.Integer),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("ended_at", sa.Integer),
        sa.Column("reason_code", sa.Text, nullable=False),
        sa.Column("reason_values", sa.JSON, nullable=False),
        sa.Column("note", sa.Text),
    )
    op.create_index("alarms_by_session", "alarms", ["session_id", "onset"])
    op.create_table(
        "checkpoints",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )


def _journal() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("elapsed", sa.Integer, nullable=False),
        sa.Column("last_n", sa.Integer, nullable=False),
        sa.Column("positions", sa.Text),
        sa.Column("mac", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("facts_by_session", "facts", ["session_id", "id"])


def _readings() -> None:
    op.create_table(
        "metrics",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("word", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "statuses",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("word", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "streams",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("last_seq", sa.Integer),
        sa.Column("holes", sa.JSON(none_as_null=True)),
        sa.Column("last_received", sa.Integer),
    )
    op.create_index("streams_by_name", "streams", ["source", "stream"], unique=True)
    op.create_table(
        "readings",
        sa.Column("session", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("t", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stream", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("idx", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("metric", sa.Integer, nullable=False),
        sa.Column("value", sa.Integer),
        sa.Column("systolic", sa.Integer),
        sa.Column("diastolic", sa.Integer),
        sa.Column("mean", sa.Integer),
        sa.Column("status", sa.Integer),
        sa.Column("late", sa.Integer, nullable=False),
        sa.Column("measured", sa.Integer, nullable=False),
        sa.Column("received", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rejected_readings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Text),
        sa.Column("stream", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("idx", sa.Integer, nullable=False),
        sa.Column("received_at", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("raw", sa.Text, nullable=False),
    )
    op.create_index("rejected_by_session", "rejected_readings", ["session_id"])


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back; restore a backup instead")
