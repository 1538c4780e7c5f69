"""What a session's alarms were made from, and the newest batch that holds anything of it."""

from __future__ import annotations

from bisect import bisect_left
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select

from monitor.domain.readings import MANUAL_SOURCE
from monitor.service.batches import ChainHead, RejectedReading
from monitor.service.proof_ports import AlarmInputs, RecordedFact, RecordedFrame
from monitor.storage import tables
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.names import Names
from monitor.storage.queries import facts_of
from monitor.storage.reading_blocks import newest_n, session_rows
from monitor.storage.rows import reading_from_row
from monitor.storage.session_readings import assigned_rows

_BATCHES, _FACTS = tables.batches, tables.facts
_REJECTED = tables.rejected_readings


def load_inputs(connection: Connection, session_id: str) -> AlarmInputs:
    """In the order of the journal."""
    names = Names.of_session(connection, session_id)
    if session_id not in names.sessions:
        return AlarmInputs(session_id, [], [])
    query = facts_of(session_id).add_columns(_FACTS.c.batch)
    facts = [RecordedFact(batch, fact_from_row(*row)) for *row, batch in connection.execute(query)]
    frames = _frames(connection, names, session_id)
    return AlarmInputs(session_id, facts, _with_rejected(connection, names, session_id, frames))


def _frames(connection: Connection, names: Names, session_id: str) -> list[RecordedFrame]:
    key, _ = names.session(session_id)
    rows = sorted(session_rows(connection, key), key=itemgetter(5))
    if not rows:
        return []
    batches = select(_BATCHES.c.id, _BATCHES.c.last_n).order_by(_BATCHES.c.id)
    within = batches.where(_BATCHES.c.last_n.between(rows[0][5], rows[-1][5]))
    known = connection.execute(within).all()
    ends = [row.last_n for row in known]
    found = []
    for (stream, seq, _), together in groupby(rows, key=_frame_of):
        source, stream_name = names.stream_names[stream]
        if source == MANUAL_SOURCE:
            continue
        of_frame = list(together)
        # The last row of all may lie in a batch that ends with a later reading of somebody else.
        place = bisect_left(ends, of_frame[0][5])
        batch = known[place].id if place < len(known) else _batch_of(connection, of_frame[0][5])
        readings = tuple(reading_from_row(row, names).reading for row in of_frame)
        found.append(
            RecordedFrame(batch, readings[0].received_at, source, stream_name, seq, readings)
        )
    return found


def _frame_of(row: tuple[Any, ...]) -> tuple[int, int, int]:
    return row[2], row[3], row[1] + row[14]


def _batch_of(connection: Connection, n: int) -> int:
    query = select(func.min(_BATCHES.c.id)).where(_BATCHES.c.last_n >= n)
    return connection.execute(query).scalar() or 0


def _with_rejected(
    connection: Connection, names: Names, session_id: str, frames: list[RecordedFrame]
) -> list[RecordedFrame]:
    """Each rejected reading with the frame it came in; frames of which nothing was stored stand for themselves."""
    columns = [c for c in _REJECTED.c if c.name not in ("id", "session_id", "stream")]
    query = select(_REJECTED.c.stream, *columns).where(_REJECTED.c.session_id == session_id)
    rejected: dict[tuple[str, str, int], list[tuple[int, RejectedReading]]] = {}
    for stream, batch, *rest in connection.execute(query.order_by(_REJECTED.c.id)):
        source, stream_name = names.stream_names[stream]
        reading = RejectedReading(session_id, source, stream_name, *rest)
        rejected.setdefault((source, stream_name, reading.seq), []).append((batch, reading))
    if not rejected:
        return frames
    found = []
    for frame in frames:
        of_frame = rejected.pop((frame.source, frame.stream, frame.seq), ())
        found.append(frame._replace(rejected=tuple(reading for _, reading in of_frame)))
    for (source, stream_name, seq), alone in rejected.items():
        batch, first = alone[0]
        readings = tuple(reading for _, reading in alone)
        found.append(
            RecordedFrame(batch, first.received_at, source, stream_name, seq, (), readings)
        )
    return sorted(found, key=lambda frame: (frame.batch, frame.at))


def load_head(connection: Connection, session_id: str) -> ChainHead:
    """See ``ports.Records.session_head``."""
    names = Names.of_session(connection, session_id)
    if session_id not in names.sessions:
        return ChainHead(0, "")
    key, _ = names.session(session_id)
    ofs = (
        select(func.max(_FACTS.c.batch)).where(_FACTS.c.session_id == session_id),
        select(func.max(_REJECTED.c.batch)).where(_REJECTED.c.session_id == session_id),
    )
    given = (row[5] for row in assigned_rows(connection, session_id, 0))
    n = max([newest_n(connection, key), *given])
    of_readings = _batch_of(connection, n) if n else 0
    batch = max(of_readings, *(connection.scalar(query) or 0 for query in ofs))
    mac = connection.scalar(select(_BATCHES.c.mac).where(_BATCHES.c.id == batch))
    return ChainHead(batch, "" if mac is None else mac.hex())
