"""Queries that more than one view shares."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from monitor.domain.sessions import Phase, PhaseEntry, Session
from monitor.service.ports import StoredReading
from monitor.storage import tables
from monitor.storage.names import Names
from monitor.storage.rows import reading_from_row

FACT_COLUMNS = (
    tables.facts.c.at,
    tables.facts.c.by,
    tables.facts.c.session_id,
    tables.facts.c.kind,
    tables.facts.c.body,
)


def load_session(connection: Connection, session_id: str) -> Session | None:
    query = select(tables.sessions).where(tables.sessions.c.id == session_id)
    return next(iter(load_sessions(connection, query)), None)


def load_sessions(connection: Connection, query: Select[Any]) -> list[Session]:
    table, earlier, phases = (
        tables.sessions,
        tables.sessions.alias("earlier"),
        tables.session_phases,
    )
    number = (
        select(func.count() + 1)
        .where(
            earlier.c.patient == table.c.patient,
            earlier.c.key < table.c.key,
            earlier.c.phase != Phase.CANCELLED.value,
        )
        .scalar_subquery()
    )
    rows = connection.execute(
        query.add_columns(number.label("number")).order_by(table.c.started_at, table.c.key)
    ).all()
    entered: dict[str, list[PhaseEntry]] = {row.id: [] for row in rows}
    of_these = select(phases.c.session_id, phases.c.phase, phases.c.at).order_by(phases.c.key)
    if len(rows) == 1:
        of_these = of_these.where(phases.c.session_id == rows[0].id)
    for session_id, phase, at in connection.execute(of_these):
        if session_id in entered:
            entered[session_id].append(PhaseEntry(Phase(phase), at))
    return [
        Session(r.id, r.room_id, r.patient, r.weight_kg, r.protocol, r.number, tuple(entered[r.id]))
        for r in rows
    ]


def facts_of(session_id: str) -> Select[Any]:
    table = tables.facts
    return select(*FACT_COLUMNS).where(table.c.session_id == session_id).order_by(table.c.id)


def last_n(connection: Connection, batch: int) -> int:
    """The running number of the newest reading up to a batch."""
    table = tables.batches
    query = select(table.c.last_n).where(table.c.id <= batch).order_by(table.c.id.desc()).limit(1)
    return connection.execute(query).scalar() or 0


def load_readings(
    connection: Connection, names: Names, session_id: str, after_batch: int, *, by_time: bool
) -> list[StoredReading]:
    table = tables.readings
    after = last_n(connection, after_batch)
    query = select(table).where(table.c.session == names.session(session_id)[0], table.c.n > after)
    order = (table.c.t, table.c.stream, table.c.seq, table.c.idx) if by_time else (table.c.n,)
    rows = connection.execute(query.order_by(*order))
    return [reading_from_row(tuple(row), names) for row in rows]
