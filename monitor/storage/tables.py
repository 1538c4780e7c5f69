"""The tables. ``migrations`` makes them; a test holds the two equal. README.md says why they look like this.

Here are those of how things stand, made of the journal's; those of the journal are named here too.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from monitor.storage.journal_tables import (
    UNASSIGNED,
    batches,
    checkpoints,
    erased_sessions,
    erasures,
    facts,
    metadata,
    metrics,
    reading_blocks,
    readings,
    rejected_readings,
    statuses,
    streams,
)

__all__ = [
    "UNASSIGNED",
    "alarm_rungs",
    "alarms",
    "assignments",
    "batches",
    "checkpoints",
    "device_bindings",
    "devices",
    "erased_sessions",
    "erasures",
    "facts",
    "metadata",
    "metrics",
    "operators",
    "outcomes",
    "reading_blocks",
    "readings",
    "rejected_readings",
    "rooms",
    "session_figures",
    "session_phases",
    "session_stays",
    "sessions",
    "statuses",
    "streams",
    "visits",
]

rooms = Table(
    "rooms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("retired", Boolean, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("revoked", Boolean, nullable=False),
)

device_bindings = Table(
    "device_bindings",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("device_id", Text, ForeignKey("devices.id"), nullable=False),
    Column("room_id", Text, nullable=False),
    Column("since", Integer, nullable=False),
)

operators = Table(
    "operators",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("language", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("room_id", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("weight_kg", Float),
    Column("protocol", Text, nullable=False),
    Column("started_at", Integer, nullable=False),
    Column("phase", Text, nullable=False),
    Column("ended_at", Integer),
    Column("edition", Text, nullable=False, server_default=""),
    Column("visit", Text),
    Column("paper", Boolean, nullable=False, server_default=text("0")),
    Index("sessions_by_patient", "patient"),
    Index("sessions_by_start", "started_at"),
)

session_phases = Table(
    "session_phases",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("session_id", Text, ForeignKey("sessions.id"), nullable=False),
    Column("phase", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Index("session_phases_by_session", "session_id"),
)

session_stays = Table(
    "session_stays",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("session_id", Text, ForeignKey("sessions.id"), nullable=False),
    Column("room_id", Text, nullable=False),
    Column("since", Integer, nullable=False),
    Index("session_stays_by_session", "session_id"),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("patient", Text, nullable=False),
    Column("protocol", Text, nullable=False),
    Column("planned_at", Integer, nullable=False),
    Column("room_id", Text),
    Column("number", Integer),
    Column("session_id", Text, ForeignKey("sessions.id")),
    Column("cancelled", Boolean, nullable=False),
    Index("visits_by_patient", "patient"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("device_id", Text, ForeignKey("devices.id"), nullable=False),
    Column("first_at", Integer, nullable=False),
    Column("last_at", Integer, nullable=False),
    Column("session_id", Text, ForeignKey("sessions.id"), nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("confirmed_by", Text),
    Column("confirmed_at", Integer),
    Index("assignments_by_session", "session_id"),
    Index("assignments_by_device", "device_id", "last_at"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("alarm_id", Text, primary_key=True),
    Column("session_id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("alarm_kind", Text, nullable=False),
    Column("metric", Text),
    Column("source", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("onset", Integer, nullable=False),
    Column("raised_at", Integer),
    Column("acknowledged_at", Integer),
    Column("acknowledged_by", Text),
    Column("ended_at", Integer),
    Column("reason_code", Text, nullable=False),
    Column("reason_values", JSON, nullable=False),
    Column("note", Text),
    Index("alarms_by_session", "session_id", "onset"),
)

alarm_rungs = Table(
    "alarm_rungs",
    metadata,
    Column("alarm_id", Text, primary_key=True),
    Column("priority", Text, primary_key=True),
    Column("session_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("since", Integer, nullable=False),
    Column("acknowledged_at", Integer),
    Index("alarm_rungs_by_session", "session_id"),
)
"""The priorities that each raised alarm reached, as ``monitor.domain.review.alarm_life`` tells them."""

session_figures = Table(
    "session_figures",
    metadata,
    Column("session", Integer, ForeignKey("sessions.key"), primary_key=True, autoincrement=False),
    Column("baseline_systolic", Integer),
    Column("baseline_diastolic", Integer),
    Column("peak_systolic", Integer),
    Column("peak_diastolic", Integer),
    Column("peak_at", Integer),
    Column("lowest_spo2", Integer),
    Column("lowest_spo2_at", Integer),
    Column("physiological_high", Integer, nullable=False),
    Column("physiological_medium", Integer, nullable=False),
    Column("physiological_low", Integer, nullable=False),
    Column("technical_high", Integer, nullable=False),
    Column("technical_medium", Integer, nullable=False),
    Column("technical_low", Integer, nullable=False),
    Column("changed_batch", Integer),
    Column("changed_at", Integer),
    Column("signed_batch", Integer),
    Column("signed_by", Text),
    Column("signed_at", Integer),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("entry", Text, primary_key=True),
    Column("patient", Text, nullable=False),
    Column("scale", Text, nullable=False),
    Column("value", Integer, nullable=False),
    Column("on", Text, nullable=False),
    Column("note", Text),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Integer, nullable=False),
    Column("voided_by", Text),
    Column("voided_at", Integer),
    Column("void_reason", Text),
    Index("outcomes_by_patient", "patient", "on"),
)
