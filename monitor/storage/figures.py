"""A session's row in ``session_figures``, made from what is stored of it: a function of the other tables alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, not_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.domain import facts
from monitor.domain.facts import kind_of
from monitor.domain.readings import MANUAL_SOURCE, Instant, Metric
from monitor.domain.sessions import CLOSED_PHASES, Phase
from monitor.domain.sign_off import NO_CHANGE
from monitor.storage import tables
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.names import Names
from monitor.storage.queries import FACT_COLUMNS, last_n
from monitor.storage.reading_blocks import packed_rows
from monitor.storage.rows import ReadingRow
from monitor.storage.session_readings import assigned_rows, voided_seqs
from monitor.storage.statements import Prepared

_FIGURES, _READINGS, _FACTS = tables.session_figures, tables.readings, tables.facts
_ALARMS, _BATCHES = tables.alarms, tables.batches

Row = dict[str, Any]
"""Columns of ``session_figures`` by name."""

COUNTS = {
    (kind, priority): f"{kind}_{priority}"
    for kind in ("physiological", "technical")
    for priority in ("high", "medium", "low")
}
"""Type and priority of an alarm to the column that has their number."""

_MARKS = ("baseline_confirmed", "phase_entered", "session_cancelled", "review_signed")
_NO_CHANGE = tuple(kind_of(kind) for kind in NO_CHANGE)


class Low(NamedTuple):
    """A saturation in thousandths; the lowest of several is the least of these."""

    value: int
    at: Instant

    def as_row(self) -> Row:
        """Its columns."""
        return {"lowest_spo2": self.value, "lowest_spo2_at": self.at}


class Top(NamedTuple):
    """A pressure in thousandths with its signs turned, so that the highest of several is the least of these."""

    systolic: int
    at: Instant
    diastolic: int

    def as_row(self) -> Row:
        """Its columns."""
        return {
            "peak_systolic": -self.systolic,
            "peak_diastolic": -self.diastolic or None,
            "peak_at": self.at,
        }


NO_LOW = Low(2**62, 0)
NO_TOP = Top(2**62, 0, 0)


class _Marks(NamedTuple):
    """What the facts of a session say: the batch and the moment in which it ended, and columns of the row."""

    closed: tuple[int, Instant] | None
    row: Row


def write_figures(connection: Connection, names: Names, session_id: str) -> Row:
    """Put the session's row as it must be in its place. Raises UnknownSessionError and BlockDamagedError."""
    row = figures_of(connection, names, session_id)
    changed = {name: value for name, value in row.items() if name != "session"}
    statement = upsert(_FIGURES).values(**row)
    connection.execute(statement.on_conflict_do_update(index_elements=["session"], set_=changed))
    return row


def write_missing(connection: Connection) -> None:
    """Make the rows of sessions that have none: those of before there were any."""
    made = select(_FIGURES.c.session)
    lacking = select(tables.sessions.c.id).where(tables.sessions.c.key.not_in(made))
    names = None
    for session_id in connection.execute(lacking).scalars().all():
        names = names or Names.load(connection)
        write_figures(connection, names, session_id)


def figures_of(connection: Connection, names: Names, session_id: str) -> Row:
    """Every column of the session's row. Raises UnknownSessionError and BlockDamagedError."""
    key, started_at = names.session(session_id)
    marks = _marks(connection, session_id)
    given = assigned_rows(connection, session_id, 0)
    began = began_at(connection, session_id)
    own = _Own(connection, names, key, started_at, voided_seqs(connection, session_id))
    low = min([*own.lowest(), *_lows(names, given, 0)], default=None)
    top = min([*own.highest(began), *_tops(names, given, 0, began)], default=None)
    return {
        **dict.fromkeys(_FIGURES.c.keys()),
        "session": key,
        **marks.row,
        **({} if low is None else low.as_row()),
        **({} if top is None else top.as_row()),
        **alarm_counts(connection, session_id),
        **_change(connection, own, given, session_id, marks.closed),
    }


_ALARM_COUNTS = Prepared(
    select(_ALARMS.c.type, _ALARMS.c.priority, func.count())
    .where(_ALARMS.c.session_id == bindparam("session"), _ALARMS.c.raised_at.is_not(None))
    .group_by(_ALARMS.c.type, _ALARMS.c.priority)
)


def alarm_counts(connection: Connection, session_id: str) -> Row:
    """How many alarms of each type and priority were raised in the session."""
    found = _ALARM_COUNTS.execute(connection, {"session": session_id})
    counted = {(kind, priority): number for kind, priority, number in found}
    return {column: counted.get(which, 0) for which, column in COUNTS.items()}


def baseline_row(body: facts.BaselineConfirmed) -> Row:
    """The columns of a confirmed baseline."""
    return {
        f"baseline_{name}": None if value is None else round(value * 1000)
        for name in ("systolic", "diastolic")
        for value in (body.values.get(name),)
    }


def began_at(connection: Connection, session_id: str) -> Instant:
    """When the session's infusion began; 0 where none was given."""
    phases = tables.session_phases
    entered = select(phases.c.at).where(
        phases.c.session_id == session_id, phases.c.phase == Phase.INFUSION.value
    )
    return int(connection.execute(entered.order_by(phases.c.key).limit(1)).scalar() or 0)


def closes(body: facts.FactBody) -> bool:
    """Whether a session ends with this fact."""
    entered = isinstance(body, facts.PhaseEntered) and body.phase in CLOSED_PHASES
    return entered or isinstance(body, facts.SessionCancelled)


def _marks(connection: Connection, session_id: str) -> _Marks:
    query = select(_FACTS.c.batch, *FACT_COLUMNS).where(
        _FACTS.c.session_id == session_id, _FACTS.c.kind.in_(_MARKS)
    )
    closed, row = None, dict[str, Any]()
    for batch, *stored in connection.execute(query.order_by(_FACTS.c.id)):
        fact = fact_from_row(*stored)
        match fact.body:
            case facts.BaselineConfirmed():
                row |= baseline_row(fact.body)
            case facts.ReviewSigned():
                row |= {"signed_batch": batch, "signed_by": fact.by, "signed_at": fact.at}
            case body if closes(body):
                closed = (batch, fact.at)
    return _Marks(closed, row)


def _change(
    connection: Connection,
    own: _Own,
    given: Iterable[ReadingRow],
    session_id: str,
    closed: tuple[int, Instant] | None,
) -> Row:
    """The newest batch that changed an ended session, the one it ended with at the least."""
    if closed is None:
        return {}
    query = select(_FACTS.c.batch, _FACTS.c.at).where(
        _FACTS.c.session_id == session_id,
        _FACTS.c.batch >= closed[0],
        _FACTS.c.kind.not_in(_NO_CHANGE),
    )
    changes = [(batch, at) for batch, at in connection.execute(query)]
    arrivals = [*own.newest(), *((row[5], row[1] + row[14]) for row in given)]
    newest_n, received_at = max(arrivals, default=(0, 0))
    if newest_n > last_n(connection, closed[0]):
        changes.append((_batch_of(connection, newest_n, closed[0]), received_at))
    batch, at = max(changes, default=closed)
    return {"changed_batch": batch, "changed_at": at}


def _batch_of(connection: Connection, n: int, after: int) -> int:
    """The batch that a reading was committed with, which is later than this one."""
    later = select(_BATCHES.c.id).where(_BATCHES.c.id > after, _BATCHES.c.last_n >= n)
    return int(connection.execute(later.order_by(_BATCHES.c.id).limit(1)).scalar_one())


class _Own:
    """The readings that were stored with a session, however they lie; each answer has few elements, or none."""

    def __init__(
        self, connection: Connection, names: Names, key: int, started_at: Instant, voided: set[int]
    ) -> None:
        self._connection = connection
        self._names = names
        self._key = key
        self._started_at = started_at
        self._counts = _counting(voided)
        self._packed = packed_rows(connection, key)
        self._counted = _without(self._packed, names, voided)

    def lowest(self) -> Iterator[Low]:
        """The lowest saturation is among these."""
        yield from _lows(self._names, self._counted, self._started_at)
        value, t = _READINGS.c.value, _READINGS.c.t
        query = select(value, t).where(*self._of(Metric.SPO2), value.is_not(None))
        for found, at in self._connection.execute(query.order_by(value, t).limit(1)):
            yield Low(found, self._started_at + at)

    def highest(self, began_at: Instant) -> Iterator[Top]:
        """The highest pressure from a moment on is among these."""
        yield from _tops(self._names, self._counted, self._started_at, began_at)
        systolic, diastolic, t = _READINGS.c.systolic, _READINGS.c.diastolic, _READINGS.c.t
        query = select(systolic, t, diastolic).where(
            *self._of(Metric.NIBP), systolic.is_not(None), t >= began_at - self._started_at
        )
        for high, at, low in self._connection.execute(
            query.order_by(systolic.desc(), t, diastolic.desc()).limit(1)
        ):
            yield Top(-high, self._started_at + at, -(low or 0))

    def newest(self) -> Iterator[tuple[int, Instant]]:
        """The running number and the arrival of what was stored last are among these."""
        for row in self._packed:
            yield row[5], self._started_at + row[1] + row[14]
        n, arrival = _READINGS.c.n, _READINGS.c.t + _READINGS.c.received
        query = select(n, arrival).where(_READINGS.c.session == self._key)
        for number, received in self._connection.execute(query.order_by(n.desc()).limit(1)):
            yield number, self._started_at + received

    def _of(self, metric: Metric) -> tuple[ColumnElement[bool], ...]:
        number = self._names.metrics.get(metric)
        return _READINGS.c.session == self._key, _READINGS.c.metric == number, *self._counts


def _counting(voided: set[int]) -> tuple[ColumnElement[bool], ...]:
    """The condition that a reading is not of a voided entry."""
    if not voided:
        return ()
    manual = select(tables.streams.c.key).where(tables.streams.c.source == MANUAL_SOURCE)
    return (not_(_READINGS.c.stream.in_(manual) & _READINGS.c.seq.in_(voided)),)


def _without(rows: list[ReadingRow], names: Names, voided: set[int]) -> list[ReadingRow]:
    """The rows that are not of a voided entry."""
    if not voided:
        return rows
    manual = {key for key, (source, _) in names.stream_names.items() if source == MANUAL_SOURCE}
    return [row for row in rows if not (row[2] in manual and row[3] in voided)]


def _lows(names: Names, rows: Iterable[ReadingRow], start: Instant) -> Iterator[Low]:
    spo2 = names.metrics.get(Metric.SPO2)
    return (Low(row[7], start + row[1]) for row in rows if row[6] == spo2 and row[7] is not None)


def _tops(
    names: Names, rows: Iterable[ReadingRow], start: Instant, began_at: Instant
) -> Iterator[Top]:
    nibp = names.metrics.get(Metric.NIBP)
    for row in rows:
        if row[6] == nibp and row[8] is not None and start + row[1] >= began_at:
            yield Top(-row[8], start + row[1], -(row[9] or 0))
