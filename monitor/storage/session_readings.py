"""A session's readings: those stored with it, and those that a confirmed assignment gave it afterwards.

An assignment moves no row: what a batch has stored stays as its hash has it. The readings are found by the time.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from monitor.domain.facts import EntryVoided, VitalsEntered
from monitor.domain.readings import Instant
from monitor.service.batches import StoredReading
from monitor.storage import tables
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.names import Names
from monitor.storage.queries import facts_of, last_n
from monitor.storage.reading_blocks import session_rows
from monitor.storage.rows import ReadingRow, reading_from_row

_READINGS, _ASSIGNMENTS, _STREAMS = tables.readings, tables.assignments, tables.streams
_BY_TIME = (_READINGS.c.t, _READINGS.c.stream, _READINGS.c.seq, _READINGS.c.idx)


def load_readings(
    connection: Connection, names: Names, session_id: str, after_batch: int
) -> list[StoredReading]:
    """By corrected time. Raises UnknownSessionError and BlockDamagedError."""
    key, _ = names.session(session_id)
    after = last_n(connection, after_batch)
    stored = [reading_from_row(row, names) for row in session_rows(connection, key, after)]
    given = assigned_rows(connection, session_id, after_batch)
    if not given:
        return stored
    stored += [_given(row, names, session_id) for row in given]
    return sorted(stored, key=lambda known: known.reading.at)


def load_assigned(connection: Connection, names: Names, assignment_id: str) -> list[StoredReading]:
    """The readings of one assignment, as they are its session's, by time."""
    table = _ASSIGNMENTS
    spoken_of = (table.c.session_id, table.c.device_id, table.c.first_at, table.c.last_at)
    found = connection.execute(select(*spoken_of).where(table.c.id == assignment_id)).first()
    if found is None:
        return []
    session_id, *span = found
    rows = connection.execute(select(_READINGS).where(_nobodys_in(*span)).order_by(*_BY_TIME))
    return [_given(tuple(row), names, session_id) for row in rows]


def _given(row: ReadingRow, names: Names, session_id: str) -> StoredReading:
    found = reading_from_row(row, names)
    return found._replace(session_id=session_id, reading=found.reading._replace(late=True))


def assigned_rows(connection: Connection, session_id: str, after_batch: int) -> list[ReadingRow]:
    """The rows of ``readings`` that were given to the session, by time; mostly there are none.

    After a batch means: the reading, or the confirmation, was committed later than it.
    """
    table = _ASSIGNMENTS
    confirmed = select(table.c.id, table.c.device_id, table.c.first_at, table.c.last_at).where(
        table.c.session_id == session_id, table.c.confirmed_at.is_not(None)
    )
    given = connection.execute(confirmed).all()
    if not given:
        return []
    fresh = _confirmed_after(connection, after_batch)
    after = last_n(connection, after_batch)
    # Assignments may overlap: each reading once.
    found: dict[tuple[int, ...], ReadingRow] = {}
    for assignment, *span in given:
        newer = _READINGS.c.n > (0 if assignment in fresh else after)
        for row in connection.execute(select(_READINGS).where(_nobodys_in(*span), newer)):
            _, t, stream, seq, index, *_ = row
            found[t, stream, seq, index] = tuple(row)
    return [found[identity] for identity in sorted(found)]


def nobodys() -> ColumnElement[bool]:
    """The condition on ``readings`` that one belongs to no session and was given to none."""
    of_device = _STREAMS.join(_ASSIGNMENTS, _ASSIGNMENTS.c.device_id == _STREAMS.c.source)
    given = (
        exists()
        .select_from(of_device)
        .where(
            _STREAMS.c.key == _READINGS.c.stream,
            _READINGS.c.t.between(_ASSIGNMENTS.c.first_at, _ASSIGNMENTS.c.last_at),
            _ASSIGNMENTS.c.confirmed_at.is_not(None),
        )
    )
    return (_READINGS.c.session == tables.UNASSIGNED) & ~given.correlate(_READINGS)


def count_nobodys(
    connection: Connection, device_id: str, first_at: Instant, last_at: Instant
) -> int:
    """The device's readings between two moments that belong to no session."""
    query = select(func.count()).where(nobodys(), _nobodys_in(device_id, first_at, last_at))
    return connection.execute(query).scalar_one()


def voided_seqs(connection: Connection, session_id: str) -> set[int]:
    """The seqs of the session's manual readings whose entries do not count."""
    kinds = ("vitals_entered", "entry_voided")
    query = facts_of(session_id).where(tables.facts.c.kind.in_(kinds))
    bodies = [fact_from_row(*row).body for row in connection.execute(query)]
    voided = {body.entry for body in bodies if isinstance(body, EntryVoided)}
    entered = [body for body in bodies if isinstance(body, VitalsEntered)]
    # An entry of before its seq was noted took the next one of the session's own queue.
    return {body.seq or place for place, body in enumerate(entered, 1) if body.entry in voided}


def _nobodys_in(device_id: str, first_at: Instant, last_at: Instant) -> ColumnElement[bool]:
    """The condition on ``readings`` that one of a device and time was stored as nobody's."""
    of_device = select(_STREAMS.c.key).where(_STREAMS.c.source == device_id)
    return and_(
        _READINGS.c.session == tables.UNASSIGNED,
        _READINGS.c.t.between(first_at, last_at),
        _READINGS.c.stream.in_(of_device),
    )


def _confirmed_after(connection: Connection, batch: int) -> set[str]:
    """The assignments whose second signature was committed later than this batch."""
    table = tables.facts
    assignment = func.json_extract(table.c.body, "$.assignment_id")
    query = select(assignment).where(table.c.kind == "assignment_confirmed", table.c.batch > batch)
    return set(connection.execute(query).scalars())
