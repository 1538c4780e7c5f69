"""A whole session as plain tuples, quickly: the database does the arithmetic and no object is made per reading."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select

from monitor.domain.readings import MANUAL_SOURCE
from monitor.service.ports import Trace
from monitor.storage.queries import last_n
from monitor.storage.reading_blocks import has_blocks, session_rows
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
    """The session's points by corrected time; none for a session that does not exist. Raises BlockDamagedError.

    ``voided``: the places in the queue of manual readings whose entries do not count; they are not drawn.
    """
    batch = connection.scalar(select(func.max(batches.c.id))) or 0
    of_session = select(sessions.c.key, sessions.c.room_id, sessions.c.started_at)
    session = connection.execute(of_session.where(sessions.c.id == session_id)).first()
    if session is None:
        return Trace(batch, [])
    key, room_id, started_at = session
    rows = _own(connection, key, started_at, last_n(connection, after_batch))
    given = assigned_rows(connection, session_id, after_batch)
    if given:
        late = ((*row[:8], 1, *row[9:]) for row in _as_traced(given, 0))
        rows = sorted([*rows, *late], key=itemgetter(1))
    return Trace(batch, _points(connection, room_id, rows, voided))


def _own(connection: Connection, key: int, started_at: int, after_n: int) -> list[tuple[Any, ...]]:
    """The rows that were stored with the session, in the columns above."""
    if has_blocks(connection, key):
        return _as_traced(session_rows(connection, key, after_n), started_at)
    values = (started_at, started_at, key, after_n)
    # The driver's own rows: wrapping each of them would take longer than reading it.
    return list(connection.exec_driver_sql(_ROWS, values).cursor.fetchall())


def _as_traced(rows: Iterable[ReadingRow], start: int) -> list[tuple[Any, ...]]:
    """The same columns of rows that are at hand."""
    return [
        (
            metric,
            start + t,
            start + t + received,
            None if value is None else value / 1000,
            None if systolic is None else systolic / 1000,
            None if diastolic is None else diastolic / 1000,
            None if mean is None else mean / 1000,
            status,
            late,
            stream,
            seq,
        )
        for _, t, stream, seq, _, _, metric, value, systolic, diastolic, mean, status, late, _, received in rows
    ]


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
