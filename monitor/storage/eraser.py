"""Takes everything of a patient out of the tables, in the transaction under way, and seals what stays of each batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from monitor.domain.facts import Fact, PatientErased
from monitor.domain.readings import Instant
from monitor.service.batches import ChainHead, StreamPosition
from monitor.service.journal_keys import JournalKeys
from monitor.storage import tables
from monitor.storage.belongings import Belongings
from monitor.storage.chain import Content, JournalDamagedError
from monitor.storage.erasures import Erasure, digest_of, load_erasures, seal_of
from monitor.storage.stream_states import StreamState, StreamStates
from monitor.storage.verify import ChainVerifier

_BATCHES, _FACTS, _READINGS = tables.batches, tables.facts, tables.readings
_REJECTED, _STREAMS = tables.rejected_readings, tables.streams
_KEY = tuple(_READINGS.primary_key.columns)


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """By whom and why, and how to find what is to go; the other fields as in ``PatientErased``."""

    find: Callable[[Connection], Belongings]
    by: str
    second: str
    reason: str
    station: str
    numbers: dict[str, int]
    first_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class TakenAway:
    """What is to be told in the batch that follows, and how far the rows that stay say the queues are."""

    fact: Fact
    body: PatientErased
    streams: StreamStates
    positions: dict[tuple[str, str], StreamPosition]
    """Of the queues of which no row says it any more."""


def require_proven(connection: Connection, keys: JournalKeys, head: ChainHead) -> None:
    """Walk the whole chain. Raises JournalDamagedError with the first fault."""
    fault = ChainVerifier(connection, keys).verify(head).fault
    if fault is not None:
        raise JournalDamagedError(f"the record is not whole: {fault.message}")


def take_away(
    connection: Connection, keys: JournalKeys, order: ErasureOrder, at: Instant, batch_id: int
) -> TakenAway:
    """``batch_id``: of the batch that will tell of it. The tables of how things stand are left to be settled.

    Raises LookupError where there is nothing to be found.
    """
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    belongings = order.find(connection)
    if belongings.is_empty:
        raise LookupError("nothing of this patient is on record")
    facts, rejected = _drop_events(connection, belongings)
    _drop_readings(connection, belongings)
    walk = _RemainsWalk(connection, keys, batch_id)
    walk.seal(facts, rejected)
    streams, positions = walk.queues()
    body = PatientErased(
        belongings.sessions,
        list(belongings.visits),
        list(belongings.outcomes),
        list(belongings.mentions),
        belongings.readings,
        order.second,
        order.reason,
        order.station,
        order.first_at,
        order.numbers,
        digest_of(connection),
        seal="",
    )
    body = replace(body, seal=seal_of(keys.known[-1], at, order.by, body))
    return TakenAway(Fact(at, order.by, None, body), body, streams, positions)


def _drop_events(
    connection: Connection, belongings: Belongings
) -> tuple[Counter[int], Counter[int]]:
    """How many facts and rejected readings each batch has lost; a fact with a blot is one of them."""
    facts = _batches_of(connection, _FACTS, [*belongings.facts, *belongings.mentions])
    _drop(connection, _FACTS, belongings.facts)
    if belongings.mentions:
        blotted = update(_FACTS).where(_FACTS.c.id == bindparam("number"))
        values = [{"number": n, "blotted": body} for n, body in belongings.mentions.items()]
        connection.execute(blotted.values(body=bindparam("blotted")), values)
    numbers = [
        number
        for session_id in belongings.sessions
        for number in connection.execute(
            select(_REJECTED.c.id).where(_REJECTED.c.session_id == session_id)
        ).scalars()
    ]
    rejected = _batches_of(connection, _REJECTED, numbers)
    _drop(connection, _REJECTED, numbers)
    return facts, rejected


def _batches_of(connection: Connection, table: Table, numbers: Iterable[int]) -> Counter[int]:
    query = str(select(table.c.batch).where(table.c.id == bindparam("number")))
    return Counter(
        connection.exec_driver_sql(query, {"number": number}).scalar_one() for number in numbers
    )


def _drop(connection: Connection, table: Table, numbers: Iterable[int]) -> None:
    values = [{"number": number} for number in numbers]
    if values:
        connection.execute(delete(table).where(table.c.id == bindparam("number")), values)


def _drop_readings(connection: Connection, belongings: Belongings) -> None:
    for session_id, key in belongings.sessions.items():
        for table in (_READINGS, tables.reading_blocks, tables.session_figures):
            connection.execute(delete(table).where(table.c.session == key))
        spent = delete(tables.checkpoints).where(tables.checkpoints.c.session_id == session_id)
        connection.execute(spent)
    for row in belongings.given:
        this = (column == value for column, value in zip(_KEY, row, strict=False))
        connection.execute(delete(_READINGS).where(*this))


class _RemainsWalk(ChainVerifier):
    """Goes over what stays, batch after batch, without comparing it with the chain."""

    def __init__(self, connection: Connection, keys: JournalKeys, erased_in: int) -> None:
        super().__init__(connection, keys)
        self._erased_in = erased_in
        self._used: dict[str, set[int]] = {"streams": set(), "metrics": set(), "statuses": set()}

    def seal(self, facts: Mapping[int, int], rejected: Mapping[int, int]) -> None:
        """Write the rows of ``erasures``, given how many facts and rejected readings each batch has lost."""
        before, sealed, last_n = load_erasures(self._connection), [], 0
        query = select(_BATCHES).order_by(_BATCHES.c.id)
        for row in self._connection.execute(query):
            content = self._content(row)
            known = before.get(row.id, Erasure(row.id, 0, 0, 0, 0))
            gone = row.last_n - last_n - len(content.readings)
            last_n = row.last_n
            if gone != known.readings or row.id in facts or row.id in rejected:
                erasure = Erasure(
                    row.id,
                    self._erased_in,
                    gone,
                    known.rejected + rejected.get(row.id, 0),
                    known.facts + facts.get(row.id, 0),
                )
                sealed.append(erasure.sealed(self._walk.key, row.mac, content))
            self._walk.follow(content.facts)
        self._write(sealed)

    def _content(self, row: Any) -> Content:
        content = super()._content(row)
        for what, numbers in self._used.items():
            numbers.update(known[0] for known in content.names[what])
        return content

    def _write(self, sealed: list[Erasure]) -> None:
        table = tables.erasures
        if sealed:
            replaced = [{"number": erasure.batch} for erasure in sealed]
            connection = self._connection
            connection.execute(delete(table).where(table.c.batch == bindparam("number")), replaced)
            connection.execute(insert(table), [erasure._asdict() for erasure in sealed])

    def queues(self) -> tuple[StreamStates, dict[tuple[str, str], StreamPosition]]:
        """Once they are sealed: drop the words that nothing uses any more, and find what must be told of queues."""
        positions, stored = {}, StreamStates.load(self._connection)
        for key, state in stored.states.items():
            left = self._states.states.setdefault(key, StreamState())
            if (left.last_seq, left.holes) != (state.last_seq, state.holes):
                name = self._names.stream_names[key]
                if state.last_seq is None:
                    raise JournalDamagedError(f"queue {name[1]} of {name[0]} has lost its place")
                holes = tuple((first, last) for first, last in state.holes)
                positions[name] = StreamPosition(*name, state.last_seq, holes)
            elif key not in self._used["streams"]:
                del self._states.states[key]
                self._connection.execute(delete(_STREAMS).where(_STREAMS.c.key == key))
        # When each was heard last is said by what stays, too.
        self._states.touched |= self._states.states.keys()
        for table in (tables.metrics, tables.statuses):
            unused = table.c.key.not_in(self._used[table.name])
            self._connection.execute(delete(table).where(unused))
        return self._states, positions
