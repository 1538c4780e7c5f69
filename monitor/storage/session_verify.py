"""Proving one session's record complete and untouched, from its first batch to the head of the chain."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, create_engine, exc, func, select

from monitor.domain.readings import HOUR
from monitor.service.batches import ChainHead
from monitor.service.journal_keys import JournalKeys
from monitor.storage import tables
from monitor.storage.chain import HEAD_NAME, NO_HEAD, JournalDamagedError, read_head
from monitor.storage.engine import DATABASE_NAME, reader_engine
from monitor.storage.erasures import load_erasures
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.figures import figures_of
from monitor.storage.key_walk import KeyWalk, rotations_before
from monitor.storage.names import Names
from monitor.storage.projections import PROJECTED, project
from monitor.storage.queries import facts_of
from monitor.storage.reading_blocks import CommittedReadings
from monitor.storage.schema import require_newest
from monitor.storage.session_proof import load_head
from monitor.storage.stream_states import StreamStates
from monitor.storage.verify import ChainVerifier, Fault, Ordered, newest_key, stored_rows

_BATCHES, _FACTS = tables.batches, tables.facts
_LATEST_MS = 25 * HOUR
"""After a session's end: readings that are a day old are refused."""


class SessionVerification(NamedTuple):
    """What was found: the batches that were walked, the session's own newest one (its seal), the first fault."""

    first: int
    last: int
    seal: ChainHead
    fault: Fault | None


def verify_session(
    directory: Path, key: bytes, session_id: str, *, to_head: bool = True
) -> SessionVerification:
    """Walk the chain from the session's first batch to the head, and compare how the session stands with its facts.

    Beyond the session's own last batch because only the head proves that nothing is missing at its end. Without
    ``to_head`` no further than anything of a closed session may have come, which takes no longer for an old session
    than for one of yesterday. Reads only;
    a gateway may go on committing. Raises LookupError for a session that does not exist, SchemaError for a database
    that was not migrated yet.
    """
    engine = reader_engine(directory / DATABASE_NAME)
    try:
        # The head first: whatever is committed after that the database may have, and the head need not.
        head = _head(directory, key)
        with engine.begin() as connection:
            require_newest(connection)
            named = session_id in Names.of_session(connection, session_id).sessions
            if not named and connection.execute(facts_of(session_id).limit(1)).first() is None:
                raise LookupError(_missing(connection, session_id))
            keys = JournalKeys.read(key)
            return _verified(connection, keys, session_id, head, to_head=to_head)
    except exc.DBAPIError as error:
        return SessionVerification(
            0, 0, NO_HEAD, Fault(None, f"the database cannot be read: {error.orig}")
        )
    finally:
        engine.dispose()


def _missing(connection: Connection, session_id: str) -> str:
    gone = tables.erased_sessions
    row = connection.execute(select(gone).where(gone.c.id == session_id)).first()
    if row is None:
        return f"there is no session {session_id}"
    day = datetime.fromtimestamp(row.erased_at / 1000, UTC).date()
    return f"session {session_id} was erased on {day} by {row.erased_by} and {row.second}"


def _head(directory: Path, key: bytes) -> ChainHead | Fault:
    """The head outside of the database; a fault where there is none that can be read."""
    try:
        head = read_head(directory / HEAD_NAME, key)
    except (JournalDamagedError, OSError) as error:
        return Fault(None, str(error))
    return head if head != NO_HEAD else Fault(None, f"{HEAD_NAME} is missing or empty")


def _verified(
    connection: Connection,
    keys: JournalKeys,
    session_id: str,
    head: ChainHead | Fault,
    *,
    to_head: bool,
) -> SessionVerification:
    seal = load_head(connection, session_id)
    newest = connection.scalar(select(func.max(_BATCHES.c.id))) or 0
    before, last_n = _before(connection, session_id)
    verifier = _SessionVerifier(connection, keys, session_id, before, last_n)
    # Without the head the batches are still looked at: what they say comes first.
    no_head = head if isinstance(head, Fault) else None
    until = None if to_head else _after(connection, session_id)
    found = verifier.verify_on(before, last_n, NO_HEAD if isinstance(head, Fault) else head, until)
    fault = found.fault or no_head
    if fault is not None and fault.batch_id is None:
        fault = Fault(newest, f"after batch {newest}, the newest: {fault.message}")
    return SessionVerification(before.batch_id + 1, found.batches, seal, fault)


def _before(connection: Connection, session_id: str) -> tuple[ChainHead, int]:
    """The batch before the session's first one, and its last reading.

    The first of all where the session's record does not begin as every session does, or where readings that came
    before it were given to it.
    """
    of_session = select(_FACTS.c.batch, _FACTS.c.kind).where(_FACTS.c.session_id == session_id)
    first = connection.execute(of_session.order_by(_FACTS.c.id).limit(1)).first()
    given = of_session.where(_FACTS.c.kind == "assignment_confirmed")
    if first is None or first.kind != "session_started" or connection.execute(given).first():
        return NO_HEAD, 0
    query = select(_BATCHES).where(_BATCHES.c.id == first.batch - 1)
    row = connection.execute(query).first()
    return (NO_HEAD, 0) if row is None else (ChainHead(row.id, row.mac.hex()), row.last_n)


def _after(connection: Connection, session_id: str) -> int | None:
    """The first batch that is known to be too late for anything of the session; None while there is none."""
    ended = select(tables.sessions.c.ended_at).where(tables.sessions.c.id == session_id)
    ended_at = connection.scalar(ended)
    if ended_at is None:
        return None
    later = select(func.min(_FACTS.c.batch)).where(_FACTS.c.at > ended_at + _LATEST_MS)
    batch: int | None = connection.scalar(later)
    return batch


class _SessionVerifier(ChainVerifier):
    """Begins where the session does; of the tables of how things stand, looks at what is said of the session."""

    def __init__(
        self,
        connection: Connection,
        keys: JournalKeys,
        session_id: str,
        before: ChainHead,
        last_n: int,
    ) -> None:
        # Not the base's: that would begin to read the whole database.
        self._connection = connection
        self._walk = KeyWalk(keys, rotations_before(connection, before.batch_id + 1))
        self._session_id = session_id
        self._names = Names.load(connection)
        self._states = StreamStates()
        self._erasures = load_erasures(connection, before.batch_id)
        self._committed = CommittedReadings(connection, newest_key(connection, keys), last_n)
        self._readings = Ordered(self._committed)
        rejected = stored_rows(connection, tables.rejected_readings, before.batch_id)
        self._rejected = Ordered(rejected)
        self._facts = Ordered(stored_rows(connection, tables.facts, before.batch_id))

    def _standing_fault(self) -> Fault | None:
        """Make the rows of this session anew from its facts, and name the first table that differs."""
        engine = create_engine("sqlite://")
        try:
            with engine.begin() as anew:
                tables.metadata.create_all(anew)
                for row in self._connection.execute(facts_of(self._session_id)):
                    project(anew, fact_from_row(*row))
                for table in PROJECTED:
                    fault = self._table_fault(table, anew)
                    if fault is not None:
                        return fault
        finally:
            engine.dispose()
        return self._erasure_fault() or self._figures_fault()

    def _figures_fault(self) -> Fault | None:
        made = figures_of(self._connection, self._names, self._session_id)
        table = tables.session_figures
        query = select(table).where(table.c.session == made["session"])
        stored = self._connection.execute(query).mappings().first()
        if stored is not None and dict(stored) == made:
            return None
        return Fault(None, "the figures of the session are not what its record makes them")

    def _table_fault(self, table: Table, anew: Connection) -> Fault | None:
        named = table.c.get("session_id") if table is not tables.sessions else table.c.id
        if named is None or table is tables.visits:
            # Visits are planned before there is a session; the whole record's verification looks at them.
            return None
        # A row's own running number is the table's, not the session's.
        columns = [column for column in table.c if column.name != "key"]
        query = select(*columns).where(named == self._session_id)
        query = query.order_by(*table.primary_key.columns)
        stored = [tuple(row) for row in self._connection.execute(query)]
        made = [tuple(row) for row in anew.execute(query)]
        if stored == made:
            return None
        batch = self._batch_that_says(table, stored, made)
        return Fault(
            batch,
            f"table {table.name} is not what the facts make it, the last one in batch {batch}",
        )

    def _batch_that_says(self, table: Table, stored: list[Any], made: list[Any]) -> int | None:
        """The newest batch with a fact about what differs: of the alarm, or of the session."""
        query = select(func.max(_FACTS.c.batch)).where(_FACTS.c.session_id == self._session_id)
        is_alarm = _FACTS.c.kind == "alarm_changed"
        if table in (tables.alarms, tables.alarm_rungs):
            differing = next(row for row in (*made, *stored) if (row in made) != (row in stored))
            of_alarm = func.json_extract(_FACTS.c.body, "$.alarm_id") == differing[0]
            return self._connection.scalar(query.where(is_alarm, of_alarm)) or self._newest(query)
        return self._connection.scalar(query.where(~is_alarm)) or self._newest(query)

    def _newest(self, query: Any) -> int | None:
        batch: int | None = self._connection.scalar(query)
        return batch
