"""A whole session as plain tuples, quickly: the database does the arithmetic and no object is made per reading."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from monitor.service.ports import Trace
from monitor.storage.tables import batches, sessions

# The columns are wire.live.Point. Dictionary words are looked up by row id, which costs less than doing it here.
_POINTS = """
SELECT ?, m.word, ? + r.t, ? + r.t + r.received,
       r.value / 1000.0, r.systolic / 1000.0, r.diastolic / 1000.0, r.mean / 1000.0,
       coalesce(st.word, 'ok'), r.late, s.source
FROM readings AS r
JOIN metrics AS m ON m.key = r.metric
JOIN streams AS s ON s.key = r.stream
LEFT JOIN statuses AS st ON st.key = r.status
WHERE r.session = ? AND r.n > ?
ORDER BY r.t, r.stream, r.seq, r.idx
"""


def read_trace(connection: Connection, session_id: str, after_n: int) -> Trace:
    """The session's points by corrected time; none for a session that does not exist."""
    batch = connection.scalar(select(func.max(batches.c.id))) or 0
    of_session = select(sessions.c.key, sessions.c.room_id, sessions.c.started_at)
    session = connection.execute(of_session.where(sessions.c.id == session_id)).first()
    if session is None:
        return Trace(batch, [])
    key, room_id, started_at = session
    result = connection.exec_driver_sql(_POINTS, (room_id, started_at, started_at, key, after_n))
    # The driver's own rows: wrapping each would take longer than reading it.
    return Trace(batch, [*result.cursor.fetchall()])
