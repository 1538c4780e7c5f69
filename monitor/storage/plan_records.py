"""Read-only views of the plan and of the course of sessions."""

from __future__ import annotations

from sqlalchemy import case, func, select

from monitor.domain.assignments import Assignment
from monitor.domain.readings import Instant
from monitor.domain.visits import Visit
from monitor.service.batches import StoredReading
from monitor.service.plan_ports import UnassignedSpan
from monitor.storage import tables
from monitor.storage.names import Names
from monitor.storage.reader import Reader
from monitor.storage.session_readings import count_nobodys, load_assigned, nobodys, voided_seqs


class SqlitePlanRecords(Reader):
    """Implements ``plan_ports.PlanRecords``. Every method raises RecordsUnavailableError."""

    def visits(self, *, open_only: bool = False, patient: str | None = None) -> list[Visit]:
        table = tables.visits
        # Ids are numbered: v10 comes after v9.
        query = select(table).order_by(table.c.planned_at, func.length(table.c.id), table.c.id)
        if open_only:
            query = query.where(table.c.session_id.is_(None), ~table.c.cancelled)
        if patient is not None:
            query = query.where(table.c.patient == patient)
        return [Visit(*row) for row in self._rows(query)]

    def assignments(self, *, open_only: bool = False) -> list[Assignment]:
        table = tables.assignments
        query = select(table).order_by(table.c.proposed_at, func.length(table.c.id), table.c.id)
        if open_only:
            query = query.where(table.c.confirmed_at.is_(None))
        return [Assignment(*row) for row in self._rows(query)]

    def unassigned_spans(self, gap_ms: int, limit: int = 100) -> list[UnassignedSpan]:
        streams, t = tables.streams, tables.readings.c.t
        of_device = tables.readings.join(streams, streams.c.key == tables.readings.c.stream)
        before = func.lag(t).over(partition_by=streams.c.source, order_by=t)
        known = (
            select(streams.c.source, t, before.label("before"))
            .select_from(of_device)
            .where(nobodys())
            .subquery()
        )
        goes_on = case((known.c.t - known.c.before <= gap_ms, 0), else_=1)
        run = func.sum(goes_on).over(partition_by=known.c.source, order_by=known.c.t)
        numbered = select(known.c.source, known.c.t, run.label("run")).subquery()
        first, last = func.min(numbered.c.t), func.max(numbered.c.t)
        query = (
            select(numbered.c.source, first, last, func.count())
            .group_by(numbered.c.source, numbered.c.run)
            .order_by(last.desc(), numbered.c.source)
            .limit(limit)
        )
        return [UnassignedSpan(*row) for row in self._rows(query)]

    def unassigned_span(self, device_id: str, first_at: Instant, last_at: Instant) -> int:
        with self._reading() as connection:
            return count_nobodys(connection, device_id, first_at, last_at)

    def assigned_readings(self, assignment_id: str) -> list[StoredReading]:
        with self._reading() as connection:
            return load_assigned(connection, Names.load(connection), assignment_id)

    def protocol_texts(self) -> dict[str, str]:
        table = tables.facts
        edition, text = (
            func.json_extract(table.c.body, f"$.{name}") for name in ("edition", "text")
        )
        return dict(self._rows(select(edition, text).where(table.c.kind == "protocol_adopted")))

    def voided_seqs(self, session_id: str) -> set[int]:
        with self._reading() as connection:
            return voided_seqs(connection, session_id)
