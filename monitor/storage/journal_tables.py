"""The tables of the journal itself: batches, what each of them holds, and the words and streams that rows name."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

UNASSIGNED = 0
"""The ``session`` of readings that belong to none; their ``t`` is absolute."""

metadata = MetaData()

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("elapsed", Integer, nullable=False),
    Column("last_n", Integer, nullable=False),
    Column("positions", Text),
    Column("mac", LargeBinary, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("session_id", Text),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("facts_by_session", "session_id", "id"),
    Index("facts_by_kind", "kind", "session_id", "id"),
)

metrics = Table(
    "metrics",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("word", Text, nullable=False, unique=True),
)

statuses = Table(
    "statuses",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("word", Text, nullable=False, unique=True),
)

streams = Table(
    "streams",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("last_seq", Integer),
    Column("holes", JSON(none_as_null=True)),
    Column("last_received", Integer),
    Index("streams_by_name", "source", "stream", unique=True),
)

readings = Table(
    "readings",
    metadata,
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("t", Integer, primary_key=True, autoincrement=False),
    Column("stream", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("metric", Integer, nullable=False),
    Column("value", Integer),
    Column("systolic", Integer),
    Column("diastolic", Integer),
    Column("mean", Integer),
    Column("status", Integer),
    Column("late", Integer, nullable=False),
    Column("measured", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    sqlite_with_rowid=False,
)

reading_blocks = Table(
    "reading_blocks",
    metadata,
    Column("first_n", Integer, primary_key=True, autoincrement=False),
    Column("last_n", Integer, nullable=False),
    Column("session", Integer, nullable=False),
    Column("first_t", Integer, nullable=False),
    Column("last_t", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Index("reading_blocks_by_session", "session", "first_t"),
)

rejected_readings = Table(
    "rejected_readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("session_id", Text),
    Column("stream", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("idx", Integer, nullable=False),
    Column("received_at", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Index("rejected_by_session", "session_id"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("state", Text, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("batch", Integer, primary_key=True, autoincrement=False),
    Column("erased_in", Integer, nullable=False),
    Column("readings", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("facts", Integer, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)

erased_sessions = Table(
    "erased_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Integer, nullable=False, unique=True),
    Column("erased_at", Integer, nullable=False),
    Column("erased_by", Text, nullable=False),
    Column("second", Text, nullable=False),
)
