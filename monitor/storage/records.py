"""Read-only views of what is durable."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import func, select

from monitor.domain.facts import AlarmChanged, Fact, PatientErased, RecordRestored
from monitor.domain.readings import Instant
from monitor.domain.registry import Binding, Device, Operator, Room
from monitor.domain.sessions import Session
from monitor.service.batches import ChainHead, StoredReading, StreamPosition
from monitor.service.ports import AccessFilter, AlarmFilter, AlarmHistory, RestoredSession, Trace
from monitor.service.proof_ports import AlarmInputs
from monitor.storage import tables
from monitor.storage.access_records import read_access, read_ended_sign_ins
from monitor.storage.alarm_history import read_history
from monitor.storage.engine import DATABASE_NAME, reader_engine
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.names import Names
from monitor.storage.operator_records import load_operators
from monitor.storage.plan_records import SqlitePlanRecords
from monitor.storage.queries import (
    FACT_COLUMNS,
    facts_of,
    load_session,
    load_sessions,
)
from monitor.storage.replay import restored_session
from monitor.storage.review_records import SqliteReviewRecords
from monitor.storage.rows import reading_from_row
from monitor.storage.session_proof import load_head, load_inputs
from monitor.storage.session_readings import load_readings, nobodys
from monitor.storage.trace import read_trace

_PROPOSED = func.json_extract(tables.facts.c.body, "$.assignment_id")
_COUNTED = {
    "room": select(tables.rooms.c.id),
    "device": select(tables.devices.c.id),
    "session": select(tables.sessions.c.id),
    "visit": select(tables.visits.c.id),
    # Of those that were withdrawn only the facts still know, and no id is given twice.
    "assignment": select(_PROPOSED).where(tables.facts.c.kind == "assignment_proposed"),
}

_STREAMS = tables.streams
_POSITIONS = select(
    _STREAMS.c.source, _STREAMS.c.stream, _STREAMS.c.last_seq, _STREAMS.c.holes
).where(_STREAMS.c.last_seq.is_not(None))


def open_records(directory: Path) -> SqliteRecords:
    """Views of the directory's database. Nothing is opened yet: it may be made later."""
    return SqliteRecords(reader_engine(directory / DATABASE_NAME))


class SqliteRecords(SqlitePlanRecords, SqliteReviewRecords):
    """Implements ``ports.Records``. Every method raises RecordsUnavailableError."""

    def rooms(self) -> list[Room]:
        return [Room(*row) for row in self._rows(select(tables.rooms))]

    def devices(self) -> list[Device]:
        return [Device(*row) for row in self._rows(select(tables.devices))]

    def bindings(self) -> list[Binding]:
        table = tables.device_bindings
        query = select(table.c.device_id, table.c.room_id, table.c.since)
        rows = self._rows(query.order_by(table.c.device_id, table.c.since, table.c.key))
        return [Binding(*row) for row in rows]

    def operators(self) -> list[Operator]:
        with self._reading() as connection:
            return load_operators(connection)

    def ended_sign_ins(self) -> list[str]:
        with self._reading() as connection:
            return read_ended_sign_ins(connection)

    def sessions(
        self,
        *,
        open_only: bool = False,
        ended_after: Instant | None = None,
        patient: str | None = None,
    ) -> list[Session]:
        table = tables.sessions
        query = select(table)
        if open_only:
            query = query.where(table.c.ended_at.is_(None))
        if ended_after is not None:
            query = query.where(table.c.ended_at.is_(None) | (table.c.ended_at > ended_after))
        if patient is not None:
            query = query.where(table.c.patient == patient)
        with self._reading() as connection:
            return load_sessions(connection, query)

    def session(self, session_id: str) -> Session | None:
        with self._reading() as connection:
            return load_session(connection, session_id)

    def positions(self) -> list[StreamPosition]:
        rows = self._rows(_POSITIONS.order_by(_STREAMS.c.last_received, _STREAMS.c.key))
        return [_position(*row) for row in rows]

    def position(self, source: str, stream: str) -> StreamPosition | None:
        one = _POSITIONS.where(_STREAMS.c.source == source, _STREAMS.c.stream == stream)
        return next((_position(*row) for row in self._rows(one)), None)

    def alarms(
        self, session_id: str | None = None, *, open_only: bool = False
    ) -> list[AlarmChanged]:
        table = tables.alarms
        query = select(table).order_by(table.c.onset, table.c.alarm_id)
        if session_id is not None:
            query = query.where(table.c.session_id == session_id)
        if open_only:
            query = query.where(table.c.state != "ended")
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [AlarmChanged(**row) for row in rows]

    def alarm_history(
        self,
        which: AlarmFilter,
        *,
        order_by: str = "raised_at",
        descending: bool = True,
        offset: int = 0,
        limit: int = 100,
    ) -> AlarmHistory:
        with self._reading() as connection:
            return read_history(
                connection,
                which,
                order_by=order_by,
                descending=descending,
                offset=offset,
                limit=limit,
            )

    def facts(self, session_id: str | None, kinds: Iterable[str] = ()) -> list[Fact]:
        query = facts_of(session_id)
        if wanted := list(kinds):
            query = query.where(tables.facts.c.kind.in_(wanted))
        return [fact_from_row(*row) for row in self._rows(query)]

    def newest_fact(self, kind: str) -> Fact | None:
        query = select(*FACT_COLUMNS).where(tables.facts.c.kind == kind)
        rows = self._rows(query.order_by(tables.facts.c.id.desc()).limit(1))
        return fact_from_row(*rows[0]) if rows else None

    def access_log(self, which: AccessFilter, *, limit: int = 100) -> list[Fact]:
        with self._reading() as connection:
            return read_access(connection, which, limit)

    def readings(self, session_id: str, *, after_batch: int = 0) -> list[StoredReading]:
        with self._reading() as connection:
            names = Names.of_session(connection, session_id)
            if session_id not in names.sessions:
                return []
            return load_readings(connection, names, session_id, after_batch)

    def trace(self, session_id: str, *, after_batch: int = 0) -> Trace:
        voided = self.voided_seqs(session_id)
        with self._reading() as connection:
            return read_trace(connection, session_id, after_batch, voided)

    def alarm_inputs(self, session_id: str) -> AlarmInputs:
        with self._reading() as connection:
            return load_inputs(connection, session_id)

    def session_head(self, session_id: str) -> ChainHead:
        with self._reading() as connection:
            return load_head(connection, session_id)

    def chain_head(self) -> ChainHead:
        table = tables.batches
        query = select(table.c.id, table.c.mac).order_by(table.c.id.desc()).limit(1)
        return next(
            (ChainHead(batch, mac.hex()) for batch, mac in self._rows(query)), ChainHead(0, "")
        )

    def unassigned(self, *, since: Instant = 0, limit: int = 1000) -> list[StoredReading]:
        table = tables.readings
        query = select(table).where(nobodys(), table.c.t >= since)
        newest_first = query.order_by(table.c.t.desc(), table.c.n.desc()).limit(limit)
        with self._reading() as connection:
            names = Names.load(connection)
            return [reading_from_row(tuple(row), names) for row in connection.execute(newest_first)]

    def unassigned_count(self, *, since: Instant = 0) -> int:
        table = tables.readings
        return self._count(select(func.count()).where(nobodys(), table.c.t >= since))

    def rejected_count(self, session_id: str | None = None) -> int:
        query = select(func.count()).select_from(tables.rejected_readings)
        if session_id is not None:
            query = query.where(tables.rejected_readings.c.session_id == session_id)
        return self._count(query)

    def last_seen(self) -> dict[str, Instant]:
        table = tables.streams
        query = select(table.c.source, func.max(table.c.last_received)).group_by(table.c.source)
        return {source: at for source, at in self._rows(query) if at is not None}

    def restored_sessions(self) -> list[RestoredSession]:
        table = tables.sessions
        with self._reading() as connection:
            names = Names.load(connection)
            open_sessions = load_sessions(
                connection, select(table).where(table.c.ended_at.is_(None))
            )
            return [restored_session(connection, names, session) for session in open_sessions]

    def newest_instant(self) -> Instant:
        """The newest moment on record, of a fact or of an arrival, by the clock of that time; 0 before the first."""
        newest_fact = self._count(select(func.coalesce(func.max(tables.facts.c.at), 0)))
        return max(newest_fact, *self.last_seen().values(), 0)

    def counters(self) -> dict[str, int]:
        told = [self.newest_fact(kind) for kind in ("record_restored", "patient_erased")]
        passed = [
            fact.body.numbers
            for fact in told
            if fact is not None and isinstance(fact.body, RecordRestored | PatientErased)
        ]
        return {
            what: max(
                [
                    0,
                    *(numbers.get(what, 0) for numbers in passed),
                    *(int(i[1:]) for (i,) in self._rows(ids) if i[1:].isdigit()),
                ]
            )
            for what, ids in _COUNTED.items()
        }


def _position(
    source: str, stream: str, last_seq: int, holes: list[tuple[int, int]] | None
) -> StreamPosition:
    return StreamPosition(source, stream, last_seq, tuple((a, b) for a, b in holes or ()))
