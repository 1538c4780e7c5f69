"""Writing one batch inside the transaction under way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, delete, exc, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql.dml import Insert

from monitor.domain.facts import Fact, PhaseEntered, SessionCancelled, SessionStarted
from monitor.service.batches import (
    Batch,
    Checkpoint,
    RejectedReading,
    StoredReading,
    StreamPosition,
)
from monitor.storage.fact_codec import FactRow, fact_to_row
from monitor.storage.names import Names
from monitor.storage.packed_readings import PackedReadings
from monitor.storage.projections import project
from monitor.storage.rows import INSERT_READING, ReadingRow, reading_to_row
from monitor.storage.statements import Prepared, compiled, run, run_many
from monitor.storage.stream_states import StreamStates
from monitor.storage.tables import checkpoints, facts, rejected_readings, sessions

REFUSALS = (
    OverflowError,
    ValueError,
    TypeError,
    exc.IntegrityError,
    exc.InterfaceError,
    exc.ProgrammingError,
    exc.DataError,
)
"""What a row that can never be stored raises; anything else is the database's trouble, not the row's."""

Poisoned = tuple[StoredReading | RejectedReading | Fact, str]
Row = TypeVar("Row", bound=StoredReading | RejectedReading | Fact)


_REJECTED_COLUMNS = [c.name for c in rejected_readings.c if c.name != "id"]
_INSERT_REJECTED = compiled(insert(rejected_readings).values(dict.fromkeys(_REJECTED_COLUMNS)))
_FACT_COLUMNS = [c.name for c in facts.c if c.name != "id"]
_INSERT_FACT = compiled(insert(facts).values(dict.fromkeys(_FACT_COLUMNS)))


def _kept_checkpoint() -> Insert:
    keep = upsert(checkpoints)
    newest = {"batch": keep.excluded.batch, "state": keep.excluded.state}
    return keep.on_conflict_do_update(index_elements=["session_id"], set_=newest)


_KEEP_CHECKPOINT = Prepared(_kept_checkpoint())


class Written(NamedTuple):
    """The rows of a batch as they now lie in the tables, for the chain."""

    last_n: int
    names: dict[str, Any]
    readings: list[ReadingRow]
    rejected: list[tuple[Any, ...]]
    positions: str | None
    facts: list[FactRow]
    poisoned: list[Poisoned]


@dataclass(slots=True)
class BatchWriter:
    """One batch into its tables. ``one_by_one`` leaves out, and names, each row that the database refuses."""

    connection: Connection
    names: Names
    streams: StreamStates
    batch_id: int
    last_n: int
    one_by_one: bool
    packed: PackedReadings
    poisoned: list[Poisoned] = field(default_factory=list)

    def write(self, batch: Batch) -> Written:
        """Raises one of REFUSALS for a row that cannot be stored unless ``one_by_one``, and DBAPIError."""
        # Facts first: a reading of this batch may belong to a session that started with it.
        fact_rows = self._write_facts(batch.facts)
        if any(isinstance(fact.body, SessionStarted) for fact in batch.facts):
            self.names.load_sessions(self.connection)
        reading_rows = self._write_readings(batch.readings)
        rejected_rows = self._write_rejected(batch.rejected)
        positions, moved = self._write_positions(
            batch.positions.values(), reading_rows, rejected_rows
        )
        self._write_checkpoints(batch.checkpoints)
        if any(isinstance(fact.body, PhaseEntered | SessionCancelled) for fact in batch.facts):
            self._drop_spent_checkpoints()
        used = self.names.used_by(reading_rows, {row[1] for row in rejected_rows} | moved)
        return Written(
            self.last_n, used, reading_rows, rejected_rows, positions, fact_rows, self.poisoned
        )

    def _write_facts(self, batch_facts: Sequence[Fact]) -> list[FactRow]:
        def store(fact: Fact) -> FactRow:
            row = fact_to_row(fact)
            # A refused fact takes what it changed with it; without refusals the savepoint is saved.
            with self.connection.begin_nested() if self.one_by_one else nullcontext():
                run(self.connection, _INSERT_FACT, (self.batch_id, *row))
                project(self.connection, fact)
            return row

        return self._each(batch_facts, store)

    def _write_readings(self, stored: Sequence[StoredReading]) -> list[ReadingRow]:
        if self.one_by_one:
            return self._each(stored, self._store_reading)
        if not stored:
            return []
        rows = [self._reading_row(reading, n) for n, reading in enumerate(stored, self.last_n + 1)]
        self.packed.refuse_known(self.connection, rows)
        run_many(self.connection, INSERT_READING, rows)
        self.last_n += len(rows)
        return rows

    def _store_reading(self, stored: StoredReading) -> ReadingRow:
        row = self._reading_row(stored, self.last_n + 1)
        self.packed.refuse_known(self.connection, [row])
        run(self.connection, INSERT_READING, row)
        self.last_n += 1
        return row

    def _reading_row(self, stored: StoredReading, n: int) -> ReadingRow:
        reading = stored.reading
        stream = self._stream(reading.source, stored.stream)
        if reading.metric not in self.names.metrics:
            self.names.ensure_metric(self.connection, str(reading.metric))
        if reading.status not in self.names.statuses:
            self.names.ensure_status(self.connection, str(reading.status))
        return reading_to_row(stored, stream, n, self.names)

    def _stream(self, source: str, name: str) -> int:
        key = self.names.streams.get((source, name))
        if key is None:
            key = self.names.ensure_stream(self.connection, source, name)
            self.streams.recall(self.connection, key)
        return key

    def _write_rejected(self, rejected: Sequence[RejectedReading]) -> list[tuple[Any, ...]]:
        def store(reading: RejectedReading) -> tuple[Any, ...]:
            session_id, source, stream_name, *rest = reading
            stream = self._stream(source, stream_name)
            row = (session_id, stream, *rest)
            self.connection.exec_driver_sql(_INSERT_REJECTED, (self.batch_id, *row))
            return row

        return self._each(rejected, store)

    def _write_positions(
        self,
        positions: Iterable[StreamPosition],
        reading_rows: Sequence[ReadingRow],
        rejected_rows: Sequence[tuple[Any, ...]],
    ) -> tuple[str | None, set[int]]:
        """Also returns the streams whose position must be told, because the rows do not imply it."""
        self.streams.follow(self.names, reading_rows, rejected_rows)
        told = []
        for position in positions:
            key = self._stream(position.source, position.stream)
            holes = [list(hole) for hole in position.holes]
            if self.streams.move(key, position.last_seq, holes):
                told.append((key, position.last_seq, holes))
        self.streams.save(self.connection)
        text = json.dumps(told, separators=(",", ":")) if told else None
        return text, {key for key, _, _ in told}

    def _write_checkpoints(self, batch_checkpoints: Sequence[Checkpoint]) -> None:
        for session_id, state in batch_checkpoints:
            values = {"session_id": session_id, "batch": self.batch_id, "state": state}
            _KEEP_CHECKPOINT.execute(self.connection, values)

    def _drop_spent_checkpoints(self) -> None:
        """A closed session is not restored; its state would be the largest thing that is left of it."""
        closed = select(sessions.c.id).where(sessions.c.ended_at.is_not(None))
        self.connection.execute(delete(checkpoints).where(checkpoints.c.session_id.in_(closed)))

    def _each(self, items: Sequence[Row], store: Callable[[Row], Any]) -> list[Any]:
        rows = []
        for item in items:
            try:
                rows.append(store(item))
            except REFUSALS as error:
                if not self.one_by_one:
                    raise
                self.poisoned.append((item, _reason(error)))
        return rows


def _reason(error: Exception) -> str:
    return str(error.orig if isinstance(error, exc.DBAPIError) else error)
