"""A whole session as plain tuples, quickly: the database does the arithmetic and no object is made per reading."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection, func, select

from monitor.domain.readings import MANUAL_SOURCE
from monitor.service.ports import Trace
from monitor.storage.queries import last_n
from monitor.storage.rows import ReadingRow
from monitor.storage.session_readings import assigned_rows
from monitor.storage.tables import batches, metrics, sessions, statuses, streams

_ROWS = """
SELECT metric, ? + t, ? + t + received,
       value / 1000.0, systolic / 1000.0, diastolic / 1000.0, mean / 1000.0,
       status, late, stream, seq
FROM readings
WHERE session = ? AND n > ?
ORDER BY t, stream, seq, idx
"""


def read_trace(
    connection: Connection,
    session_id: str,
    after_batch: int,
    voided: AbstractSet[int] = frozenset(),
) -> Trace:
    """The session's points by corrected time; none for a session that does not exist.

    ``voided``: the places in the queue of manual readings whose entries do not count; they are not drawn.
    """
    batch = connection.scalar(select(func.max(batches.c.id))) or 0
    of_session = select(sessions.c.key, sessions.c.room_id, sessions.c.started_at)
    session = connection.execute(of_session.where(sessions.c.id == session_id)).first()
    if session is None:
        return Trace(batch, [])
    key, room_id, started_at = session
    values = (started_at, started_at, key, last_n(connection, after_batch))
    # The driver's own rows: wrapping each of them would take longer than reading it.
    rows = connection.exec_driver_sql(_ROWS, values).cursor.fetchall()
    given = assigned_rows(connection, session_id, after_batch)
    if given:
        rows = sorted([*rows, *map(_as_traced, given)], key=lambda row: row[1])
    return Trace(batch, _points(connection, room_id, rows, voided))


def _as_traced(row: ReadingRow) -> tuple[Any, ...]:
    """A row of a reading that was given to the session, which makes it a late one, in the columns above."""
    _, t, stream, seq, _, _, metric, *values, status, _, _, received = row
    numbers = (None if value is None else value / 1000 for value in values)
    return metric, t, t + received, *numbers, status, 1, stream, seq


def _points(
    connection: Connection, room_id: str, rows: Any, voided: AbstractSet[int]
) -> list[tuple[Any, ...]]:
    """The columns of ``wire.live.Point``. Words are looked up here: joins would cost a third more."""
    metric_words = _words(connection, metrics.c.key, metrics.c.word)
    status_words = {None: "ok"} | _words(connection, statuses.c.key, statuses.c.word)
    sources = _words(connection, streams.c.key, streams.c.source)
    return [
        (
            room_id,
            metric_words[metric],
            at,
            received_at,
            value,
            systolic,
            diastolic,
            mean,
            status_words[status],
            late,
            sources[stream],
        )
        for metric, at, received_at, value, systolic, diastolic, mean, status, late, stream, seq in rows
        if not (seq in voided and sources[stream] == MANUAL_SOURCE)
    ]


def _words(connection: Connection, key: Any, word: Any) -> dict[int | None, str]:
    return {row[0]: row[1] for row in connection.execute(select(key, word))}
