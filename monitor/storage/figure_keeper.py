"""Keeps ``session_figures`` current batch by batch: a batch writes a row only where a figure has changed.

What readings add is compared with what is remembered; what takes something away, or gives readings to a session
afterwards, has its row made anew from the stored rows. ``verify`` makes every row anew and compares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import structlog
from sqlalchemy import Connection, bindparam, select, update

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.domain.readings import MANUAL_SOURCE, Instant, Metric
from monitor.domain.sessions import Phase
from monitor.domain.sign_off import is_change
from monitor.storage import tables
from monitor.storage.block_codec import BlockDamagedError
from monitor.storage.figures import (
    COUNTS,
    NO_LOW,
    NO_TOP,
    Low,
    Row,
    Top,
    alarm_counts,
    baseline_row,
    began_at,
    closes,
    write_figures,
)
from monitor.storage.names import Names
from monitor.storage.rows import ReadingRow
from monitor.storage.session_readings import voided_seqs
from monitor.storage.statements import Prepared

_log = structlog.get_logger(__name__)
_FIGURES, _ASSIGNMENTS = tables.session_figures, tables.assignments
_MADE_ANEW = (facts.SessionStarted, facts.EntryVoided, facts.AssignmentConfirmed)


@lru_cache(maxsize=64)
def _changing(columns: tuple[str, ...]) -> Prepared:
    """Puts new values into these columns of the row of session ``key``."""
    of_session = update(_FIGURES).where(_FIGURES.c.session == bindparam("key"))
    return Prepared(of_session.values(dict.fromkeys(columns)))


@dataclass(slots=True)
class _Known:
    """What is remembered of a session: what its next readings and alarms are compared with."""

    started_at: Instant
    began_at: Instant
    is_open: bool
    low: Low
    top: Top
    alarms: Row = field(default_factory=dict)


@dataclass(slots=True)
class FigureKeeper:
    """For one connection, and lost with a transaction that fails."""

    known: dict[int, _Known] = field(default_factory=dict)
    """By the session's number: those that something has happened to since the opening."""
    given: dict[str, list[tuple[Instant, Instant, str]]] = field(default_factory=dict)
    """Device to the times that confirmed assignments give away, and the session that gets them."""

    @classmethod
    def load(cls, connection: Connection) -> FigureKeeper:
        """As the tables have it."""
        keeper, table = cls(), _ASSIGNMENTS
        confirmed = select(
            table.c.device_id, table.c.first_at, table.c.last_at, table.c.session_id
        ).where(table.c.confirmed_at.is_not(None))
        for device_id, first_at, last_at, session_id in connection.execute(confirmed):
            keeper.give(device_id, first_at, last_at, session_id)
        return keeper

    def give(self, device_id: str, first_at: Instant, last_at: Instant, session_id: str) -> None:
        """Readings of nobody, of this device and time, count as this session's from now on."""
        self.given.setdefault(device_id, []).append((first_at, last_at, session_id))

    def follow(
        self,
        connection: Connection,
        names: Names,
        batch_id: int,
        batch_facts: Iterable[Fact],
        reading_rows: Sequence[ReadingRow],
    ) -> None:
        """Take in a batch that has all its rows in their tables."""
        changes = _Changes(self, connection, names, batch_id)
        for fact in batch_facts:
            changes.take(fact)
        changes.observe(reading_rows)
        changes.write()


class _Changes:
    """What one batch changes."""

    def __init__(
        self, keeper: FigureKeeper, connection: Connection, names: Names, batch_id: int
    ) -> None:
        self._keeper = keeper
        self._connection = connection
        self._names = names
        self._batch_id = batch_id
        self._columns: defaultdict[int, Row] = defaultdict(dict)
        self._alarmed: dict[int, str] = {}
        self._anew: dict[int, str] = {}

    def take(self, fact: Fact) -> None:
        """One of the batch's facts."""
        session_id, body = fact.session_id, fact.body
        if session_id is None or session_id not in self._names.sessions:
            return
        key, _ = self._names.session(session_id)
        match body:
            case facts.AlarmChanged():
                self._alarmed[key] = session_id
            case facts.BaselineConfirmed():
                self._columns[key] |= baseline_row(body)
            case facts.ReviewSigned():
                signed = {"signed_by": fact.by, "signed_at": fact.at}
                self._columns[key] |= {"signed_batch": self._batch_id, **signed}
            case facts.AssignmentConfirmed(_, device_id, first_at, last_at, _):
                self._keeper.give(device_id, first_at, last_at, session_id)
        if self._is_made_anew(key, body):
            self._anew[key] = session_id

    def _is_made_anew(self, key: int, body: facts.FactBody) -> bool:
        if isinstance(body, facts.VitalsEntered) and self._has_voided(body.session_id):
            return True
        infused = isinstance(body, facts.PhaseEntered) and body.phase == Phase.INFUSION
        if infused or isinstance(body, _MADE_ANEW) or closes(body):
            return True
        return is_change(body) and not self._known(key).is_open

    def observe(self, rows: Sequence[ReadingRow]) -> None:
        """The batch's readings: most of them change nothing, so next to nothing is done for most of them."""
        queues = {(row[0], row[2]) for row in rows}
        keys = {key for key, _ in queues}
        if self._keeper.given and tables.UNASSIGNED in keys:
            self._observe_nobodys(rows)
        self._observe_by_hand(queues)
        sessions = {key: self._known(key) for key in keys if key != tables.UNASSIGNED}
        spo2, nibp = (self._names.metrics.get(name) for name in (Metric.SPO2, Metric.NIBP))
        for row in rows:
            metric = row[6]
            if metric == spo2:
                value, session = row[7], sessions.get(row[0])
                if value is not None and session is not None and value <= session.low[0]:
                    self._lower(session, row)
            elif metric == nibp and row[8] is not None and row[0] in sessions:
                self._raise(sessions[row[0]], row)
        for key, session in sessions.items():
            if not session.is_open:
                newest = next(row for row in reversed(rows) if row[0] == key)
                at = session.started_at + newest[1] + newest[14]
                self._columns[key] |= {"changed_batch": self._batch_id, "changed_at": at}

    def write(self) -> None:
        """Bring the table up to date."""
        for key, session_id in self._alarmed.items():
            counts, known = alarm_counts(self._connection, session_id), self._known(key)
            if counts != known.alarms:
                known.alarms = counts
                self._columns[key] |= counts
        for key, columns in self._columns.items():
            if key not in self._anew:
                _changing(tuple(columns)).execute(self._connection, {**columns, "key": key})
        for key, session_id in self._anew.items():
            self._make_anew(session_id)
            self._keeper.known.pop(key, None)

    def _make_anew(self, session_id: str) -> None:
        try:
            write_figures(self._connection, self._names, session_id)
        except BlockDamagedError as error:
            # A past session that cannot be read must not keep the present ones from being stored; ``verify`` tells.
            _log.error("figures_not_made", session=session_id, error=str(error))

    def _observe_nobodys(self, rows: Sequence[ReadingRow]) -> None:
        """Some may have been given to a session before they came."""
        for row in rows:
            if row[0] != tables.UNASSIGNED:
                continue
            source, _ = self._names.stream_names[row[2]]
            for first_at, last_at, session_id in self._keeper.given.get(source, ()):
                if first_at <= row[1] <= last_at:
                    self._anew[self._names.session(session_id)[0]] = session_id

    def _observe_by_hand(self, queues: Iterable[tuple[int, int]]) -> None:
        """By session and stream: an entry may have been voided before its readings are here."""
        for key, stream in queues:
            session_id, _ = self._names.session_ids[key]
            by_hand = self._names.stream_names[stream][0] == MANUAL_SOURCE
            if session_id is not None and by_hand and self._has_voided(session_id):
                self._anew[key] = session_id

    def _has_voided(self, session_id: str) -> bool:
        return bool(voided_seqs(self._connection, session_id))

    def _lower(self, session: _Known, row: ReadingRow) -> None:
        low = Low(row[7], session.started_at + row[1])
        if low < session.low:
            session.low = low
            self._columns[row[0]] |= low.as_row()

    def _raise(self, session: _Known, row: ReadingRow) -> None:
        top = Top(-row[8], session.started_at + row[1], -(row[9] or 0))
        if top < session.top and top.at >= session.began_at:
            session.top = top
            self._columns[row[0]] |= top.as_row()

    def _known(self, key: int) -> _Known:
        known = self._keeper.known.get(key)
        if known is None:
            known = self._keeper.known[key] = self._load(key)
        return known

    def _load(self, key: int) -> _Known:
        session_id, started_at = self._names.session_ids[key]
        query = select(_FIGURES).where(_FIGURES.c.session == key)
        row = self._connection.execute(query).mappings().first()
        if row is None or session_id is None:
            # The batch that it starts with: its row is made when everything else is stored.
            return _Known(started_at, 0, is_open=True, low=NO_LOW, top=NO_TOP)
        low, high = row["lowest_spo2"], row["peak_systolic"]
        return _Known(
            started_at,
            began_at(self._connection, session_id),
            is_open=row["changed_batch"] is None,
            low=NO_LOW if low is None else Low(low, row["lowest_spo2_at"]),
            top=NO_TOP
            if high is None
            else Top(-high, row["peak_at"], -(row["peak_diastolic"] or 0)),
            alarms={name: row[name] for name in COUNTS.values()},
        )
