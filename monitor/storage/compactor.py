"""Packs the readings of closed sessions, one block in one transaction: killed anywhere, a row lies in one form only."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection, delete, func, select, tuple_

from monitor.domain.readings import Instant
from monitor.service.ports import JournalUnavailableError
from monitor.storage import tables
from monitor.storage.reading_blocks import first_rows, make_block, write_block
from monitor.storage.rows import ReadingRow

MOST_ROWS = 1024
"""In one block: its header weighs next to nothing, and it is made between two commits that nobody notices."""
SETTLED_MS = 3600 * 1000
"""A session that closed, or got readings or entries afterwards, is left alone for so long."""

_READINGS, _SESSIONS, _FIGURES = tables.readings, tables.sessions, tables.session_figures
_KEY = tuple(_READINGS.primary_key.columns)
_log = structlog.get_logger(__name__)


class Compactor:
    """Goes from session to session; ``settled_ms``: how long ago something must have been the last of its session."""

    def __init__(self, key: bytes, settled_ms: int = SETTLED_MS) -> None:
        self._key = key
        self._settled_ms = settled_ms
        self._session = tables.UNASSIGNED
        """The session that is being packed; all before it have been looked at."""

    def step(self, connection: Connection, now: Instant) -> int | None:
        """Make one block in the transaction under way; the session it is of, or None when nothing is left to do.

        After None it begins anew: sessions that were still open or fresh may be due the next time.
        """
        while (session := self._next(connection)) is not None:
            self._session = session
            if self._is_due(connection, session, now) and self._pack(connection, session):
                return session
            self._session += 1
        self._session = tables.UNASSIGNED
        return None

    def _next(self, connection: Connection) -> int | None:
        """Sessions that are packed have no rows left, so the key's first column leads from one to the next."""
        here = max(self._session, tables.UNASSIGNED + 1)
        following = select(func.min(_READINGS.c.session)).where(_READINGS.c.session >= here)
        found: int | None = connection.scalar(following)
        return found

    def _is_due(self, connection: Connection, session: int, now: Instant) -> bool:
        query = select(_FIGURES.c.changed_at).join_from(_SESSIONS, _FIGURES)
        closed = query.where(_SESSIONS.c.key == session, _SESSIONS.c.ended_at.is_not(None))
        changed_at = connection.scalar(closed)
        return changed_at is not None and changed_at <= now - self._settled_ms

    def _pack(self, connection: Connection, session: int) -> bool:
        rows = first_rows(connection, session, MOST_ROWS)
        try:
            block = make_block(self._key, rows)
        except (TypeError, ValueError, OverflowError) as error:
            # Left as they are, they are no less on record; ``verify`` tells what is wrong with them.
            _log.error("readings_not_packed", session=session, error=str(error))
            return False
        write_block(connection, block)
        drop_rows(connection, rows)
        return True


def drop_rows(connection: Connection, rows: Sequence[ReadingRow]) -> None:
    """Delete exactly these rows, which are the first of their session; else raises JournalUnavailableError."""
    session, last = rows[0][0], rows[-1][:5]
    up_to = delete(_READINGS).where(_READINGS.c.session == session, tuple_(*_KEY) <= last)
    dropped = connection.execute(up_to).rowcount
    if dropped != len(rows):
        raise JournalUnavailableError(f"{len(rows)} readings were packed but {dropped} dropped")
