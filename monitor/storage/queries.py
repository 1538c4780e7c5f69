"""Queries that more than one view shares."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from monitor.domain.sessions import Phase, PhaseEntry, Session, Stay
from monitor.storage import tables

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
    table = tables.sessions
    rows = connection.execute(
        query.add_columns(number_in_series().label("number")).order_by(
            table.c.started_at, table.c.key
        )
    ).all()
    only = rows[0].id if len(rows) == 1 else None
    phases = _by_session(connection, tables.session_phases, "phase", "at", only)
    stays = _by_session(connection, tables.session_stays, "room_id", "since", only)
    return [
        Session(
            row.id,
            row.room_id,
            row.patient,
            row.weight_kg,
            row.protocol,
            row.number,
            tuple(PhaseEntry(Phase(phase), at) for phase, at in phases[row.id]),
            row.edition,
            tuple(Stay(room_id, since) for room_id, since in stays.get(row.id, ())),
            row.visit,
            row.paper,
        )
        for row in rows
    ]


def number_in_series() -> ColumnElement[int]:
    """Which one of its patient's a session is, counted from 1; cancelled ones are left out."""
    table, earlier = tables.sessions, tables.sessions.alias("earlier")
    before = select(func.count() + 1).where(
        earlier.c.patient == table.c.patient,
        earlier.c.key < table.c.key,
        earlier.c.phase != Phase.CANCELLED.value,
    )
    return before.correlate(table).scalar_subquery()


def numbered_in_series() -> Select[tuple[int, int]]:
    """The same of every session at once: ``key`` and ``number``."""
    table = tables.sessions
    before = (
        func.count()
        .filter(table.c.phase != Phase.CANCELLED.value)
        .over(partition_by=table.c.patient, order_by=table.c.key, rows=(None, -1))
    )
    return select(table.c.key, (before + 1).label("number"))


def _by_session(
    connection: Connection, table: Table, what: str, when: str, only: str | None
) -> dict[str, list[tuple[str, int]]]:
    """Two columns of every row, in the order they were written; ``only`` one session's where it is given."""
    query = select(table.c.session_id, table.c[what], table.c[when]).order_by(table.c.key)
    if only is not None:
        query = query.where(table.c.session_id == only)
    found: dict[str, list[tuple[str, int]]] = {}
    for session_id, *row in connection.execute(query):
        found.setdefault(session_id, []).append((row[0], row[1]))
    return found


def facts_of(session_id: str | None) -> Select[Any]:
    table = tables.facts
    return select(*FACT_COLUMNS).where(table.c.session_id == session_id).order_by(table.c.id)


def last_n(connection: Connection, batch: int) -> int:
    """The running number of the newest reading up to a batch."""
    table = tables.batches
    query = select(table.c.last_n).where(table.c.id <= batch).order_by(table.c.id.desc()).limit(1)
    return connection.execute(query).scalar() or 0
