"""Records that a test fills by hand; the real ones have their own suite."""

# ruff: noqa: ARG002

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.domain.assignments import Assignment
from monitor.domain.facts import AccessNoted, AlarmChanged, Fact, kind_of
from monitor.domain.outcomes import Outcome
from monitor.domain.readings import Instant
from monitor.domain.registry import Binding, Device, Operator, Room
from monitor.domain.review.clinic import ClinicCounts
from monitor.domain.sessions import Session
from monitor.domain.sign_off import ReviewState
from monitor.domain.visits import Visit
from monitor.service.batches import ChainHead, StoredReading, StreamPosition
from monitor.service.plan_ports import UnassignedSpan
from monitor.service.ports import (
    AccessFilter,
    AlarmFilter,
    AlarmHistory,
    PastAlarm,
    RestoredSession,
    Trace,
)
from monitor.service.proof_ports import AlarmInputs, RecordedFact
from monitor.service.review_ports import (
    ErasedSession,
    SessionFigures,
    SessionFilter,
    SessionPage,
    SessionRow,
)

NOTHING_COUNTED = ClinicCounts(0, 0, 0, 0, 0, {}, {}, {}, {})


@dataclass
class RecordsInMemory:
    all_rooms: list[Room] = field(default_factory=list)
    all_devices: list[Device] = field(default_factory=list)
    all_bindings: list[Binding] = field(default_factory=list)
    all_operators: list[Operator] = field(default_factory=list)
    all_sessions: list[Session] = field(default_factory=list)
    all_alarms: list[AlarmChanged] = field(default_factory=list)
    all_facts: list[Fact] = field(default_factory=list)
    all_readings: list[StoredReading] = field(default_factory=list)
    all_assignments: list[Assignment] = field(default_factory=list)
    all_visits: list[Visit] = field(default_factory=list)
    all_rows: list[SessionRow] = field(default_factory=list)
    all_reviews: dict[str, ReviewState] = field(default_factory=dict)
    all_outcomes: list[Outcome] = field(default_factory=list)
    counts: ClinicCounts = NOTHING_COUNTED
    all_erased: dict[str, ErasedSession] = field(default_factory=dict)

    def erased_session(self, session_id: str) -> ErasedSession | None:
        return self.all_erased.get(session_id)

    def rooms(self) -> list[Room]:
        return self.all_rooms

    def devices(self) -> list[Device]:
        return self.all_devices

    def bindings(self) -> list[Binding]:
        return self.all_bindings

    def operators(self) -> list[Operator]:
        return self.all_operators

    def ended_sign_ins(self) -> list[str]:
        bodies = (fact.body for fact in self.all_facts)
        return [b.sign_in for b in bodies if isinstance(b, AccessNoted) and b.sign_in]

    def sessions(
        self,
        *,
        open_only: bool = False,
        ended_after: Instant | None = None,
        patient: str | None = None,
    ) -> list[Session]:
        return [
            session
            for session in self.all_sessions
            if (session.is_open or not open_only)
            and (ended_after is None or session.ended_at is None or session.ended_at > ended_after)
            and patient in (None, session.patient)
        ]

    def session(self, session_id: str) -> Session | None:
        return next((s for s in self.all_sessions if s.id == session_id), None)

    def positions(self) -> list[StreamPosition]:
        return []

    def position(self, source: str, stream: str) -> StreamPosition | None:
        return None

    def alarms(
        self, session_id: str | None = None, *, open_only: bool = False
    ) -> list[AlarmChanged]:
        return [
            alarm
            for alarm in self.all_alarms
            if session_id in (None, alarm.session_id)
            and not (open_only and alarm.ended_at is not None)
        ]

    def alarm_history(
        self,
        which: AlarmFilter,
        *,
        order_by: str = "raised_at",
        descending: bool = True,
        offset: int = 0,
        limit: int = 100,
    ) -> AlarmHistory:
        """By the moment of the raising, whatever order is asked for."""
        rooms = {room.id: room.name for room in self.all_rooms}
        found = []
        for alarm in self.all_alarms:
            session = self.session(alarm.session_id)
            room_id = session.room_id if session else ""
            asked = (which.priority, which.type, which.state, which.room_id)
            told = (alarm.priority, alarm.type, alarm.state, room_id)
            if alarm.raised_at is not None and all(
                want in (None, have) for want, have in zip(asked, told, strict=True)
            ):
                patient = session.patient if session else ""
                found.append(PastAlarm(alarm, rooms.get(room_id, ""), patient, None))
        found.sort(key=lambda past: past.alarm.raised_at or 0, reverse=descending)
        return AlarmHistory(len(found), found[offset : offset + limit])

    def facts(self, session_id: str | None, kinds: Iterable[str] = ()) -> list[Fact]:
        wanted = set(kinds)
        return [
            fact
            for fact in self.all_facts
            if fact.session_id == session_id and (not wanted or kind_of(fact.body) in wanted)
        ]

    def access_log(self, which: AccessFilter, *, limit: int = 100) -> list[Fact]:
        begin, end = which.since or 0, which.until or 2**62
        found = [f for f in reversed(self.all_facts) if which.by in (None, f.by)]
        return [f for f in found if begin <= f.at < end][:limit]

    def newest_fact(self, kind: str) -> Fact | None:
        return next((f for f in reversed(self.all_facts) if kind_of(f.body) == kind), None)

    def readings(self, session_id: str, *, after_batch: int = 0) -> list[StoredReading]:
        return [r for r in self.all_readings if r.session_id == session_id and r.seq > after_batch]

    def trace(self, session_id: str, *, after_batch: int = 0) -> Trace:
        session = self.session(session_id)
        room_id = session.room_id if session else ""
        stored = self.readings(session_id, after_batch=after_batch)
        rows = [(room_id, *point_of(one)) for one in stored]
        return Trace(max((one.seq for one in stored), default=0), rows)

    def alarm_inputs(self, session_id: str) -> AlarmInputs:
        facts = [RecordedFact(1, fact) for fact in self.all_facts if fact.session_id == session_id]
        return AlarmInputs(session_id, facts, [])

    def session_head(self, session_id: str) -> ChainHead:
        return ChainHead(1, "3fa9c0d1") if self.session(session_id) else ChainHead(0, "")

    def chain_head(self) -> ChainHead:
        return ChainHead(0, "")

    def unassigned(self, *, since: Instant = 0, limit: int = 1000) -> list[StoredReading]:
        return [r for r in self.all_readings if r.session_id is None][:limit]

    def unassigned_count(self, *, since: Instant = 0) -> int:
        return len(self.unassigned())

    def rejected_count(self, session_id: str | None = None) -> int:
        return 0

    def last_seen(self) -> dict[str, Instant]:
        return {}

    def newest_instant(self) -> Instant:
        return 0

    def restored_sessions(self) -> list[RestoredSession]:
        return []

    def visits(self, *, open_only: bool = False, patient: str | None = None) -> list[Visit]:
        return [
            visit
            for visit in self.all_visits
            if (visit.is_open or not open_only) and patient in (None, visit.patient)
        ]

    def assignments(self, *, open_only: bool = False) -> list[Assignment]:
        return [one for one in self.all_assignments if one.is_open or not open_only]

    def assigned_readings(self, assignment_id: str) -> list[StoredReading]:
        return []

    def unassigned_span(self, device_id: str, first_at: Instant, last_at: Instant) -> int:
        return 0

    def unassigned_spans(self, gap_ms: int, limit: int = 100) -> list[UnassignedSpan]:
        """One span for each device."""
        moments: dict[str, list[Instant]] = {}
        for stored in self.unassigned():
            moments.setdefault(stored.reading.source, []).append(stored.reading.at)
        return [UnassignedSpan(d, min(at), max(at), len(at)) for d, at in moments.items()]

    def voided_seqs(self, session_id: str) -> set[int]:
        return set()

    def protocol_texts(self) -> dict[str, str]:
        return {}

    def session_list(
        self,
        which: SessionFilter,
        *,
        order_by: str = "started_at",
        descending: bool = True,
        offset: int = 0,
        limit: int = 100,
    ) -> SessionPage:
        """By the start, and chosen by state alone, whatever else is asked for."""
        found = [row for row in self.all_rows if not which.states or row.state in which.states]
        found.sort(key=lambda row: row.started_at, reverse=descending)
        return SessionPage(len(found), found[offset : offset + limit])

    def figures(self, session_id: str) -> SessionFigures | None:
        return next((row.figures for row in self.all_rows if row.id == session_id), None)

    def review_state(self, session_id: str) -> ReviewState | None:
        return self.all_reviews.get(session_id)

    def signers(self) -> dict[str, set[str]]:
        return {}

    def outcomes(self, patient: str | None = None) -> list[Outcome]:
        return [one for one in self.all_outcomes if patient in (None, one.patient)]

    def clinic_counts(self, since: Instant, until: Instant, now: Instant) -> ClinicCounts:
        return self.counts

    def counters(self) -> dict[str, int]:
        return {}


def point_of(stored: StoredReading) -> tuple[object, ...]:
    reading = stored.reading
    return (
        reading.metric.value,
        reading.at,
        reading.received_at,
        reading.value,
        reading.systolic,
        reading.diastolic,
        reading.mean,
        reading.status,
        int(reading.late),
        reading.source,
    )
