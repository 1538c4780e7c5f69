"""An open session with what came after its checkpoint, in the order in which it was committed."""

from __future__ import annotations

from bisect import bisect_left
from operator import itemgetter

from sqlalchemy import Connection, select

from monitor.domain.facts import Fact
from monitor.domain.readings import Reading
from monitor.domain.sessions import Session
from monitor.service.ports import RestoredSession
from monitor.storage import tables
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.names import Names
from monitor.storage.queries import facts_of, last_n
from monitor.storage.reading_blocks import session_rows
from monitor.storage.rows import reading_from_row


def restored_session(connection: Connection, names: Names, session: Session) -> RestoredSession:
    """A batch's readings come before its facts, each in the order they were given."""
    table = tables.checkpoints
    query = select(table.c.batch, table.c.state).where(table.c.session_id == session.id)
    after, state = connection.execute(query).first() or (0, None)
    events: list[tuple[int, Reading | Fact]] = [
        *_readings_by_batch(connection, names, session.id, after),
        *_facts_by_batch(connection, session.id, after),
    ]
    # The sort is stable: within a batch the order above stays.
    events.sort(key=lambda event: event[0])
    return RestoredSession(session, state, [event for _, event in events])


def _readings_by_batch(
    connection: Connection, names: Names, session_id: str, after: int
) -> list[tuple[int, Reading]]:
    of_batches = select(tables.batches.c.id, tables.batches.c.last_n).order_by(tables.batches.c.id)
    batches = connection.execute(of_batches.where(tables.batches.c.id > after)).all()
    last_ns = [row.last_n for row in batches]
    key, _ = names.session(session_id)
    rows = sorted(session_rows(connection, key, last_n(connection, after)), key=itemgetter(5))
    return [
        (batches[bisect_left(last_ns, row[5])].id, reading_from_row(row, names).reading)
        for row in rows
    ]


def _facts_by_batch(connection: Connection, session_id: str, after: int) -> list[tuple[int, Fact]]:
    table = tables.facts
    query = facts_of(session_id).add_columns(table.c.batch).where(table.c.batch > after)
    return [(batch, fact_from_row(*row)) for *row, batch in connection.execute(query)]
