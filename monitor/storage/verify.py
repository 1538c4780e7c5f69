"""Proving the record complete and untouched from the stored rows alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, exc, func, literal_column, select

from monitor.service.batches import ChainHead
from monitor.service.journal_keys import JournalKeys
from monitor.storage import tables
from monitor.storage.chain import HEAD_NAME, NO_HEAD, Content, mac_of, read_head
from monitor.storage.engine import DATABASE_NAME, reader_engine
from monitor.storage.erasures import erasures_stand, load_erasures
from monitor.storage.figures import figures_of
from monitor.storage.key_walk import KeyWalk, rotations_before
from monitor.storage.names import Names
from monitor.storage.projections import PROJECTED
from monitor.storage.reading_blocks import CommittedReadings
from monitor.storage.schema import require_newest
from monitor.storage.standing import made_anew
from monitor.storage.stream_states import StreamState, StreamStates


class Fault(NamedTuple):
    """The first thing found wrong; ``batch_id`` is None when no single batch is at fault."""

    batch_id: int | None
    message: str


class Verification(NamedTuple):
    """How many batches were found whole before the fault, if there is one, and the head that was reached."""

    batches: int
    head: ChainHead
    fault: Fault | None


def verify(directory: Path, key: bytes) -> Verification:
    """Check every stored row of the directory against the chain, and the chain against the head file.

    ``key``: the journal's keys as they lie in their file. Raises JournalDamagedError for a head file that is none,
    SchemaError for a database that was not migrated yet.
    """
    head = NO_HEAD
    engine = reader_engine(directory / DATABASE_NAME)
    try:
        with engine.begin() as connection:
            require_newest(connection)
        # Before the batches: a gateway may go on committing, and then the database is ahead, which is fine.
        head = read_head(directory / HEAD_NAME, key)
        with engine.begin() as connection:
            return ChainVerifier(connection, JournalKeys.read(key)).verify(head)
    except exc.DBAPIError as error:
        return Verification(0, head, Fault(None, f"the database cannot be read: {error.orig}"))
    finally:
        engine.dispose()


class ChainVerifier:
    """Recomputes the chain from the tables on one connection, in one read transaction."""

    def __init__(self, connection: Connection, keys: JournalKeys) -> None:
        self._connection = connection
        self._walk = KeyWalk(keys)
        self._names = Names.load(connection)
        self._states = StreamStates()
        self._erasures = load_erasures(connection)
        self._committed = CommittedReadings(connection, newest_key(connection, keys))
        self._readings = Ordered(self._committed)
        self._rejected = Ordered(stored_rows(connection, tables.rejected_readings))
        self._facts = Ordered(stored_rows(connection, tables.facts))

    def verify(self, head: ChainHead) -> Verification:
        """Walk the batches from the first, then look for what lies outside of them."""
        return self.verify_on(NO_HEAD, 0, head)

    def verify_on(
        self, reached: ChainHead, last_n: int, head: ChainHead, until: int | None = None
    ) -> Verification:
        """The same from the batch after ``reached`` on, which ended with the reading of number ``last_n``.

        With ``until`` no further than that batch: what came later, and whether anything is missing there, stays open.
        """
        table = tables.batches
        later = select(table).where(table.c.id > reached.batch_id).order_by(table.c.id)
        for row in self._connection.execute(later):
            fault = self._fault_of(row, reached, last_n)
            if fault is not None:
                return Verification(reached.batch_id, reached, fault)
            reached, last_n = ChainHead(row.id, row.mac.hex()), row.last_n
            if reached.batch_id == head.batch_id and reached.mac != head.mac:
                message = f"batch {row.id} is not the one the head file knows"
                return Verification(row.id, reached, Fault(row.id, message))
            if row.id == until:
                fault = self._block_fault() or self._standing_fault()
                return Verification(row.id, reached, fault)
        return Verification(reached.batch_id, reached, self._fault_after(reached, head))

    def _fault_of(self, row: Row[Any], reached: ChainHead, last_n: int) -> Fault | None:
        expected = reached.batch_id + 1
        if row.id != expected:
            return Fault(expected, f"batch {expected} is missing")
        erasure = self._erasures.get(row.id)
        try:
            content = self._content(row)
            mac = mac_of(self._walk.key, bytes.fromhex(reached.mac), content)
            if erasure is not None and erasure == erasure.sealed(self._walk.key, row.mac, content):
                mac = row.mac
        except (KeyError, ValueError, TypeError) as error:
            return Fault(row.id, f"batch {row.id} holds what cannot be read: {error!r}")
        erased = 0 if erasure is None else erasure.readings
        missing = row.last_n - last_n - len(content.readings) - erased
        if missing:
            why = "".join(f": {why}" for why in list(self._committed.unreadable.values())[:1])
            return Fault(row.id, f"batch {row.id} {_unlike(missing)}{why}")
        if mac != row.mac:
            return Fault(row.id, f"batch {row.id} was changed: its hash is not that of its rows")
        if not self._walk.follow(content.facts):
            return Fault(row.id, f"the key that batch {row.id} introduces is not kept")
        return None

    def _content(self, row: Row[Any]) -> Content:
        readings = self._readings.take(lambda r: bool(r[5] <= row.last_n))
        rejected = [r[2:] for r in self._rejected.take(lambda r: bool(r[1] <= row.id))]
        facts = [r[2:] for r in self._facts.take(lambda r: bool(r[1] <= row.id))]
        told = json.loads(row.positions) if row.positions else []
        used = self._names.used_by(readings, {r[1] for r in rejected} | {key for key, _, _ in told})
        self._states.follow(self._names, readings, rejected)
        for key, last_seq, holes in told:
            self._states.move(key, last_seq, holes)
        return Content(
            row.id, row.elapsed, row.last_n, used, readings, rejected, row.positions, facts
        )

    def _fault_after(self, reached: ChainHead, head: ChainHead) -> Fault | None:
        if head.batch_id > reached.batch_id:
            first = reached.batch_id + 1
            return Fault(first, f"batches {first} to {head.batch_id} are missing at the end")
        if self._walk.is_behind:
            first = reached.batch_id + 1
            return Fault(
                first, f"batch {first}, after which the key changed, is missing at the end"
            )
        for rows, what in (
            (self._readings, "a reading"),
            (self._rejected, "a rejected reading"),
            (self._facts, "a fact"),
        ):
            if not rows.is_empty():
                return Fault(None, f"{what} was added that no batch has")
        return self._block_fault() or self._standing_fault()

    def _erasure_fault(self) -> Fault | None:
        """Whether what is missing was taken by erasures that are on record."""
        if erasures_stand(self._connection):
            return None
        return Fault(None, "table erasures is not as the newest erasure left it")

    def _block_fault(self) -> Fault | None:
        """A block whose rows are right but which is not as it was written, or which holds none that are needed."""
        at_fault = [*self._committed.unreadable, *self._committed.unsealed]
        if not at_fault:
            return None
        query = select(func.min(tables.batches.c.id)).where(tables.batches.c.last_n >= at_fault[0])
        batch = self._connection.scalar(query)
        message = f"a block of readings that begins with batch {batch} was changed"
        return Fault(batch, message)

    def _standing_fault(self) -> Fault | None:
        """What stands in the tables that the batches do not say."""
        return (
            self._erasure_fault()
            or self._position_fault()
            or projection_fault(self._connection)
            or figures_fault(self._connection, self._names)
        )

    def _position_fault(self) -> Fault | None:
        try:
            stored = StreamStates.load(self._connection)
        except ValueError as error:
            return Fault(None, f"the positions of the streams cannot be read: {error}")
        for key, state in stored.states.items():
            known = self._states.states.get(key)
            if state != (known or StreamState()):
                source, stream = self._names.stream_names[key]
                return Fault(None, f"the position of stream {stream} of {source} was changed")
        return None


def newest_key(connection: Connection, keys: JournalKeys) -> bytes:
    """Seals whatever is not in the chain itself: it is sealed anew when the key changes."""
    return KeyWalk(keys, rotations_before(connection)).key


def _unlike(missing: int) -> str:
    """What a batch has too few of, or too many."""
    if missing > 0:
        return f"lacks {missing} of its readings"
    more = -missing
    return f"has {more} {'reading' if more == 1 else 'readings'} that it was not committed with"


def projection_fault(connection: Connection) -> Fault | None:
    """Make the tables of how things stand anew from the facts, and name the first that differs."""
    with made_anew(connection) as anew:
        for table in PROJECTED:
            # As the database holds them: a text that is no JSON any more differs, and is not read.
            query = str(select(table).order_by(*table.primary_key.columns))
            stored, made = (on.exec_driver_sql(query).all() for on in (connection, anew))
            if stored != made:
                return Fault(None, f"table {table.name} is not what the journal's facts make it")
    return None


def figures_fault(connection: Connection, names: Names) -> Fault | None:
    """Make the figures of every session anew from what is stored of it, and name the first session that differs."""
    table = tables.session_figures
    stored = {row["session"]: dict(row) for row in connection.execute(select(table)).mappings()}
    for session_id in connection.execute(select(tables.sessions.c.id)).scalars().all():
        made = figures_of(connection, names, session_id)
        if stored.pop(made["session"], None) != made:
            return Fault(
                None, f"the figures of session {session_id} are not what its record makes them"
            )
    return Fault(None, "figures were added that no session has") if stored else None


def stored_rows(
    connection: Connection, table: Table, after_batch: int = 0
) -> Iterator[tuple[Any, ...]]:
    """Rejected readings or facts of later batches, in the order in which they were committed."""
    query = select(table).where(table.c.batch > literal_column(str(after_batch)))
    rows = connection.exec_driver_sql(str(query.order_by(table.c.id)))
    return (tuple(row) for row in rows)


class Ordered:
    """Rows in the order in which they were committed, taken batch by batch."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def take(self, belongs: Any) -> list[tuple[Any, ...]]:
        taken = []
        while self._next is not None and belongs(self._next):
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken

    def is_empty(self) -> bool:
        return self._next is None
