"""The only writer: one batch, one transaction, one link of the chain."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine, exc, func, insert, select

from monitor.domain.facts import Fact, JournalKeyRotated, PatientErased
from monitor.domain.readings import Instant
from monitor.service.batches import Batch, ChainHead, Commit
from monitor.service.journal_keys import JournalKeys, fingerprint
from monitor.service.ports import JournalUnavailableError
from monitor.storage.batch_writer import REFUSALS, BatchWriter, Poisoned, Written
from monitor.storage.chain import (
    HEAD_NAME,
    NO_HEAD,
    Content,
    HeadFile,
    JournalDamagedError,
    mac_of,
)
from monitor.storage.compactor import Compactor
from monitor.storage.engine import BUSY_TIMEOUT_MS, DATABASE_NAME, reserve_log, writer_engine
from monitor.storage.eraser import ErasureOrder, require_proven, take_away
from monitor.storage.figure_keeper import FigureKeeper
from monitor.storage.key_walk import key_in_force
from monitor.storage.names import Names
from monitor.storage.packed_readings import PackedReadings
from monitor.storage.reading_blocks import seal_blocks_anew
from monitor.storage.schema import upgrade
from monitor.storage.standing import settle
from monitor.storage.statements import compiled, run
from monitor.storage.stream_states import StreamStates
from monitor.storage.tables import batches

MOST_STREAMS = 50_000
"""Remembered at once (some 50 MB at most); what is forgotten is read again when it is written to."""
_INSERT_BATCH = compiled(insert(batches))
_log = structlog.get_logger(__name__)
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def open_journal(
    directory: Path, key: bytes, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS, is_lasting: bool = False
) -> SqliteJournal:
    """Open the directory's database for writing, bringing its schema up to date; the caller holds the directory's lock.

    ``key``: the journal's keys as they lie in their file. ``is_lasting``: many commits will follow.
    Raises SchemaError for a file of a newer version, JournalDamagedError when batches are missing that the head file or
    the keys say were committed, JournalUnavailableError when the file cannot be written.
    """
    engine = writer_engine(directory / DATABASE_NAME, busy_timeout_ms=busy_timeout_ms)
    try:
        keys = JournalKeys.read(key)
        upgrade(engine, directory / HEAD_NAME, keys.kept[0])
        with engine.connect() as connection, connection.begin():
            in_force = key_in_force(connection, keys)
        head_file = HeadFile(directory / HEAD_NAME, in_force, keys.of_the_head)
        journal = SqliteJournal(engine, head_file, keys, in_force)
        if is_lasting:
            journal.reserve(directory)
        return journal
    except (exc.DBAPIError, OSError) as error:
        engine.dispose()
        raise JournalUnavailableError(f"{directory / DATABASE_NAME}: {_why(error)}") from error
    except BaseException:
        engine.dispose()
        raise


@dataclass(slots=True)
class _State:
    """What the newest commit left behind, so that the next need not ask the file."""

    batch_id: int
    at: int
    mac: bytes
    last_n: int
    names: Names
    streams: StreamStates
    figures: FigureKeeper
    packed: PackedReadings
    streams_kept: int = 0
    """How many were left when streams were forgotten last."""

    def forget_streams(self) -> None:
        """So that devices that name a new stream with every connection do not fill the memory; call after a commit."""
        if len(self.names.streams) - self.streams_kept > MOST_STREAMS:
            left = self.names.forget_streams()
            self.streams.keep_only(left)
            self.streams_kept = len(left)

    @classmethod
    def load(cls, connection: Connection) -> _State:
        newest = select(batches.c.id, batches.c.mac, batches.c.last_n)
        row = connection.execute(newest.order_by(batches.c.id.desc()).limit(1)).first()
        batch_id, mac, last_n = row or (0, b"", 0)
        names, streams = Names.load(connection), StreamStates.load(connection)
        figures, packed = FigureKeeper.load(connection), PackedReadings.load(connection)
        return cls(batch_id, 0, mac, last_n, names, streams, figures, packed)


class SqliteJournal:
    """Implements ``ports.Journal`` on one read-write connection; use ``open_journal``."""

    def __init__(self, engine: Engine, head_file: HeadFile, keys: JournalKeys, key: bytes) -> None:
        self._engine = engine
        self._connection = engine.connect()
        self._head_file = head_file
        self._keys = keys
        self._key = key
        self._compactor = Compactor(key)
        with self._connection.begin():
            self._state: _State | None = _State.load(self._connection)
            version = self._connection.scalar(select(func.sqlite_version()))
            self._check_head(self._state)
        _log.info("journal_opened", sqlite_version=version, batch=self._state.batch_id)

    def reserve(self, directory: Path) -> None:
        """Make the commits to come quicker; where there is no room for it they are made as well."""
        try:
            reserve_log(self._connection, directory)
        except exc.DBAPIError as error:
            _log.warning("journal_log_not_reserved", error=str(error.orig))

    def commit(self, batch: Batch) -> Commit:
        """Make the batch durable. See ``ports.Journal.commit``."""
        try:
            try:
                return self._commit(batch, one_by_one=False)
            except REFUSALS:
                return self._commit(batch, one_by_one=True)
        except exc.DBAPIError as error:
            raise JournalUnavailableError(str(error.orig)) from error
        except REFUSALS as error:
            raise JournalUnavailableError(f"no row of its own is at fault: {error}") from error

    @property
    def keys(self) -> JournalKeys:
        """Those with which the record can be proven and goes on, with none that is only coming."""
        return JournalKeys(self._keys.known[: self._keys.known.index(self._key) + 1])

    def rotate(self, at: Instant, by: str) -> int:
        """Commit that the coming key is in force from the next batch on; the number of the batch that says so.

        Raises JournalUnavailableError, JournalDamagedError where a block of readings is not as it was written.
        """
        old, new = self._key, self._keys.known[-1]
        fact = Fact(at, by, None, JournalKeyRotated(fingerprint(old), fingerprint(new)))
        try:
            done = self._commit(Batch(at, facts=[fact]), one_by_one=False, new_key=new)
            self._head_file.write_sealed_with(new, self._head_file.read())
        except exc.DBAPIError as error:
            raise JournalUnavailableError(str(error.orig)) from error
        except OSError as error:
            raise JournalUnavailableError(f"{HEAD_NAME}: {error.strerror}") from error
        self._key, self._compactor = new, Compactor(new)
        return done.batch_id

    def compact(self, now: Instant) -> bool:
        """Pack some readings of a closed session. See ``ports.Journal.compact``."""
        try:
            with self._connection.begin():
                packed = self._compactor.step(self._connection, now)
        except exc.DBAPIError as error:
            raise JournalUnavailableError(str(error.orig)) from error
        if packed is not None and self._state is not None:
            self._state.packed.add(packed)
        return packed is not None

    def close(self) -> None:
        """Release the files, with everything moved from the log into the database where no reader is in the way."""
        self._connection.close()
        try:
            self._engine.raw_connection().cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (sqlite3.OperationalError, OSError) as error:
            # Nothing is lost: the log stays beside the database and is read with it.
            _log.warning("journal_log_left", error=str(error))
        self._engine.dispose()
        self._head_file.close()

    def erase(self, order: ErasureOrder, at: Instant) -> PatientErased:
        """Take a patient out of the record and say so in it, in one transaction; both before and after it is proven.

        Raises LookupError where nothing is of that patient, JournalDamagedError where the record is not whole,
        JournalUnavailableError; then nothing has changed. What was there may still lie in free pages: ``sweep``.
        """
        self._state = None
        try:
            with self._connection.begin():
                require_proven(self._connection, self.keys, self._head_file.read())
                newest = _State.load(self._connection).batch_id
                erased = take_away(self._connection, self.keys, order, at, newest + 1)
                state = _State.load(self._connection)
                state.streams = erased.streams
                batch = Batch(at, positions=erased.positions, facts=[erased.fact])
                poisoned = self._write(state, batch, one_by_one=False)
                settle(self._connection)
                head = ChainHead(state.batch_id, state.mac.hex())
                require_proven(self._connection, self.keys, head)
        except exc.DBAPIError as error:
            raise JournalUnavailableError(str(error.orig)) from error
        self._committed(state, poisoned)
        return erased.body

    def _commit(self, batch: Batch, *, one_by_one: bool, new_key: bytes | None = None) -> Commit:
        # Forgotten until the commit succeeds: a failed transaction leaves nothing behind, in memory either.
        state, self._state = self._state, None
        with self._connection.begin():
            state = state or _State.load(self._connection)
            poisoned = self._write(state, batch, one_by_one=one_by_one)
            if new_key is not None:
                seal_blocks_anew(self._connection, self._key, new_key)
        return self._committed(state, poisoned)

    def _write(self, state: _State, batch: Batch, *, one_by_one: bool) -> list[Poisoned]:
        """In the transaction under way; ``state`` is that of after it."""
        batch_id = state.batch_id + 1
        writer = BatchWriter(
            self._connection,
            state.names,
            state.streams,
            batch_id,
            state.last_n,
            one_by_one,
            state.packed,
        )
        written = writer.write(batch)
        mac = self._write_batch_row(state, batch.at - state.at, written)
        taken = _taken(batch.facts, written)
        state.figures.follow(self._connection, state.names, batch_id, taken, written.readings)
        state.batch_id, state.at, state.mac = batch_id, batch.at, mac
        state.last_n = written.last_n
        return written.poisoned

    def _committed(self, state: _State, poisoned: list[Poisoned]) -> Commit:
        state.forget_streams()
        self._state = state
        self._write_head(ChainHead(state.batch_id, state.mac.hex()))
        return Commit(state.batch_id, tuple(poisoned))

    def _write_batch_row(self, state: _State, elapsed: int, written: Written) -> bytes:
        content = Content(state.batch_id + 1, elapsed, *written[:-1])
        mac = mac_of(self._key, state.mac, content)
        row = (content.batch_id, elapsed, content.last_n, content.positions, mac)
        run(self._connection, _INSERT_BATCH, row)
        return mac

    def _write_head(self, head: ChainHead) -> None:
        # The batch is durable already; a head that lags behind is caught up by the next commit or opening.
        try:
            self._head_file.write(head)
        except OSError as error:
            _log.error("journal_head_not_written", batch=head.batch_id, error=str(error))

    def _check_head(self, state: _State) -> None:
        """Raises JournalDamagedError when the head file knows of batches that the database does not have as told."""
        head = self._head_file.read()
        if head != NO_HEAD:
            mac = self._connection.scalar(
                select(batches.c.mac).where(batches.c.id == head.batch_id)
            )
            if mac is None or mac.hex() != head.mac:
                raise JournalDamagedError(
                    f"batch {head.batch_id} was committed but the database does not have it (its newest is "
                    f"{state.batch_id}); restore the database, or move {HEAD_NAME} aside to go on without"
                )
        elif state.batch_id:
            _log.warning("journal_head_missing", batch=state.batch_id)
        here = ChainHead(state.batch_id, state.mac.hex())
        if self._keys.coming is not None:
            # Else a power cut could leave a head that only a key seals which is in force no more.
            self._head_file.write_sealed_with(self._key, here)
        elif state.batch_id != head.batch_id:
            self._write_head(here)


def _why(error: exc.DBAPIError | OSError) -> str:
    """What SQLite or the system said, and what to do where the file is not what it was."""
    said = str(error.orig) if isinstance(error, exc.DBAPIError) else error.strerror or str(error)
    damaged = getattr(getattr(error, "orig", None), "sqlite_errorname", "") in _DAMAGED
    return f"{said}; the file is damaged, restore a backup" if damaged else said


def _taken(facts: list[Fact], written: Written) -> list[Fact]:
    """Those that were not refused."""
    refused = {id(row) for row, _ in written.poisoned}
    return [fact for fact in facts if id(fact) not in refused] if refused else facts
