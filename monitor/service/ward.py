"""What the running system knows: registry, sessions, alarms, newest values, and what waits to be committed and told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from monitor.domain.alarm_system import AlarmSystem, SessionChange
from monitor.domain.assignments import Assignment
from monitor.domain.chart import Chart
from monitor.domain.facts import Fact, FactBody
from monitor.domain.limits import AlarmSettings
from monitor.domain.readings import HOUR, MINUTE, Instant, Reading
from monitor.domain.registry import Registry
from monitor.domain.schedule import Task
from monitor.domain.screens import ScreenWatch
from monitor.domain.sessions import Phase, Session
from monitor.domain.sign_off import is_change
from monitor.domain.visits import Plan
from monitor.service.batches import Batch, StreamPosition
from monitor.service.phrases import Phrases
from monitor.service.ports import Page, TokenSource
from monitor.service.protocols import Protocol
from monitor.wire.live import Point

TREND_MS = 15 * MINUTE
TREND_STEP_MS = 4000
"""A tile's trend is at most this fine; the session page has every point."""
MEMORY_MS = 25 * HOUR
"""Ended sessions are remembered a little longer than the oldest reading that may still come (24 h)."""
PAPER_MAY_BE_OLD_MS = 7 * 24 * HOUR
"""What was kept on paper is entered within this time, and corrected for as long after as any other session."""


class Notice(NamedTuple):
    """Something a device must be told: ``session`` (the new one, or None), ``revoked`` or ``rotated``."""

    kind: str
    device_id: str
    session: str | None = None


@dataclass(slots=True)
class Connection:
    """A device that has said hello."""

    stream: str
    intervals: dict[str, float] | None
    battery_percent: float | None = None
    newest: dict[str, Instant] = field(default_factory=dict)
    """Metric to the corrected time of its newest reading on this connection."""
    refused: int = 0
    refused_message: str = ""
    refused_since: Instant = 0


@dataclass(slots=True)
class Bedside:
    """The newest value and the trend of each metric in one room's session."""

    latest: dict[str, Reading] = field(default_factory=dict)
    trend: dict[str, deque[Point]] = field(default_factory=dict)


@dataclass(slots=True)
class Outbox:
    """What screens and devices are to be told with the next commit."""

    points: list[Point] = field(default_factory=list)
    rooms: dict[str, None] = field(default_factory=dict)
    retired_rooms: list[str] = field(default_factory=list)
    changes: list[SessionChange] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    alarm_test: bool = False
    canary: int | None = None
    reload: bool = False
    """Something that screens have been shown was withdrawn: they must ask for everything anew."""
    shown: dict[str, None] = field(default_factory=dict)
    """Alarms that a station has shown or sounded for the first time."""
    pages: list[Page] = field(default_factory=list)


@dataclass(slots=True)
class Ward:
    """All state of the running system; changed only by the use cases beside it."""

    protocols: dict[str, Protocol]
    phrases: dict[str, Phrases]
    tokens: TokenSource
    simulated: bool = False
    clock_speed: float = 1.0
    registry: Registry = field(default_factory=Registry)
    alarms: AlarmSystem = field(default_factory=AlarmSystem)
    sessions: dict[str, Session] = field(default_factory=dict)
    room_sessions: dict[str, list[str]] = field(default_factory=dict)
    """Room id to the ids of its remembered sessions, oldest first."""
    series: dict[str, int] = field(default_factory=dict)
    """Patient reference to how many sessions were started and not cancelled."""
    editions: dict[str, Protocol] = field(default_factory=dict)
    """Every text of a protocol that a remembered session is run by."""
    charts: dict[str, Chart] = field(default_factory=dict)
    """Of the remembered sessions."""
    tasks: dict[str, tuple[Session, int, list[Task]]] = field(default_factory=dict)
    """What is due in a session, with the session and the revision of its chart that it was made from."""
    changed_charts: dict[str, None] = field(default_factory=dict)
    """Sessions whose agenda must be made anew."""
    plan: Plan = field(default_factory=Plan)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    """By id, confirmed ones too."""
    given: list[str] = field(default_factory=list)
    """Assignments confirmed since the last batch: only the record has their readings, and how many are left."""
    given_meanwhile: dict[str, set[tuple[str, int, int]]] = field(default_factory=dict)
    """Of each assignment whose readings are not taken in yet: stream, seq and index of those that came since."""
    counters: dict[str, int] = field(default_factory=dict)
    positions: dict[tuple[str, str], StreamPosition] = field(default_factory=dict)
    """Of the remembered queues; see ``queues``, also for the next four."""
    queues: dict[str, dict[str, None]] = field(default_factory=dict)
    """Device id to its remembered queues, the one it has said hello with last at the end."""
    crowded: dict[str, None] = field(default_factory=dict)
    """Devices of which more are remembered than need be."""
    forgetful: set[str] = field(default_factory=set)
    """Devices of which only the record knows every queue."""
    position_on_record: Callable[[str, str], StreamPosition | None] = lambda *_: None
    """Asks the record for a queue of a device."""
    connections: dict[str, Connection] = field(default_factory=dict)
    bedsides: dict[str, Bedside] = field(default_factory=dict)
    entries: set[str] = field(default_factory=set)
    """Ids of the manual entries of remembered sessions."""
    signers: dict[str, set[str]] = field(default_factory=dict)
    """Session id to who has signed its review since it last changed."""
    outcomes: dict[str, bool] = field(default_factory=dict)
    """Id of each outcome score to whether it counts."""
    unassigned_by_hour: dict[int, int] = field(default_factory=dict)
    checkpoint_due: dict[str, Instant] = field(default_factory=dict)
    """Session id to when its next checkpoint is due."""
    next_checkpoints_at: Instant = 0
    must_checkpoint: dict[str, None] = field(default_factory=dict)
    """Sessions of which something was set that only a checkpoint remembers."""
    alarms_tested_at: Instant | None = None
    record_problems: dict[str, Instant] = field(default_factory=dict)
    """What is wrong with how the record is kept, each since when."""
    restored: Fact | None = None
    """The newest restoring of the record from a backup."""
    screens: ScreenWatch = field(default_factory=ScreenWatch)
    canary: int = 0
    next_canary_at: Instant = 0
    paged_alone: bool = False
    pager_failing_since: Instant | None = None
    """Since when notices cannot leave the house; None while they can."""
    pending: Batch = field(default_factory=lambda: Batch(0))
    outbox: Outbox = field(default_factory=Outbox)

    def note(self, body: FactBody, *, at: Instant, by: str, session_id: str | None = None) -> None:
        """Something has happened: take it in and queue it for the journal."""
        fact = Fact(at, by, session_id, body)
        self.registry.apply(fact)
        self.plan.apply(fact)
        self.pending.facts.append(fact)
        if session_id in self.signers and is_change(body):
            del self.signers[session_id]
        chart = None if session_id is None else self.charts.get(session_id)
        if chart is not None and session_id is not None:
            chart.apply(fact)
            self.changed_charts[session_id] = None

    def new_id(self, kind: str) -> str:
        """The next id of a kind: ``r1`` room, ``d1`` device, ``s1`` session, ``v1`` visit, ``x1`` assignment."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        letter = "x" if kind == "assignment" else kind[0]
        return f"{letter}{self.counters[kind]}"

    def remember(self, session: Session) -> None:
        """Put a session, new or changed, where it is found: in every room that it has been in."""
        for room_id in {session.room_id, *(stay.room_id for stay in session.stays)}:
            ids = self.room_sessions.setdefault(room_id, [])
            if session.id in ids:
                ids.remove(session.id)
            ids.append(session.id)
        self.sessions[session.id] = session

    def number_sessions_of(self, patient: str) -> None:
        """Count a patient's remembered sessions anew; those before them are the oldest ones."""
        remembered = sorted(
            (known for known in self.sessions.values() if known.patient == patient),
            key=lambda session: int(session.id[1:]),
        )
        counted = [known for known in remembered if known.phase is not Phase.CANCELLED]
        number = self.series.get(patient, 0) - len(counted) + 1
        for session in remembered:
            self.sessions[session.id] = replace(session, number=number)
            number += session.phase is not Phase.CANCELLED

    def protocol_of(self, session: Session) -> Protocol:
        """The protocol a session is run by: the text it started with. Raises KeyError where that is not known."""
        return self.editions.get(session.edition) or self.protocols[session.protocol]

    def alarm_settings(self, session: Session) -> AlarmSettings:
        """What a session is watched by; nothing watches one that was kept on paper."""
        return AlarmSettings() if session.paper else self.protocol_of(session).alarms

    def chart(self, session: Session) -> Chart:
        """The chart of a remembered session."""
        return self.charts.setdefault(session.id, Chart())

    def forget_old_sessions(self, now: Instant) -> None:
        """Drop sessions that no reading can belong to any more."""
        for session in list(self.sessions.values()):
            if not is_remembered(session, now):
                del self.sessions[session.id]
                self.entries -= set(self.charts.pop(session.id, Chart()).entries)
                self.tasks.pop(session.id, None)
                for ids in self.room_sessions.values():
                    if session.id in ids:
                        ids.remove(session.id)

    def open_session(self, room_id: str) -> Session | None:
        """The session that is open in a room."""
        for session_id in reversed(self.room_sessions.get(room_id, ())):
            session = self.sessions[session_id]
            if session.is_open and session.room_id == room_id:
                return session
        return None

    def session_at(self, room_id: str, at: Instant) -> Session | None:
        """The session that was open in a room at a moment."""
        for session_id in reversed(self.room_sessions.get(room_id, ())):
            session = self.sessions[session_id]
            # Nearly none has ever moved, and this is asked of each reading.
            room_then = session.room_at(at) if session.stays else session.room_id
            if room_then == room_id and session.was_open_at(at):
                return session
        return None

    def session_of_device(self, device_id: str, at: Instant) -> Session | None:
        """Whose reading it is: the session open, at that moment, in the room where the device stood then."""
        room_id = self.registry.room_of(device_id, at)
        return None if room_id is None else self.session_at(room_id, at)

    def assignment_of(self, device_id: str, at: Instant) -> Assignment | None:
        """The confirmed assignment that speaks of what a device measured at a moment."""
        of_moment = (a for a in self.assignments.values() if a.overlaps(device_id, at, at))
        return next((known for known in of_moment if not known.is_open), None)

    def bedside(self, room_id: str) -> Bedside:
        """The newest values of a room."""
        known = self.bedsides.get(room_id)
        if known is None:
            known = self.bedsides[room_id] = Bedside()
        return known

    def count_unassigned(self, readings: int, now: Instant) -> None:
        """More readings that belong to no session."""
        hour = now // HOUR
        self.unassigned_by_hour[hour] = self.unassigned_by_hour.get(hour, 0) + readings

    def unassigned(self, now: Instant) -> int:
        """How many readings of the last day belong to no session."""
        oldest = now // HOUR - 24
        for hour in [hour for hour in self.unassigned_by_hour if hour < oldest]:
            del self.unassigned_by_hour[hour]
        return sum(self.unassigned_by_hour.values())


def is_remembered(session: Session, now: Instant) -> bool:
    """Whether readings or amendments of a session may still come."""
    memory_ms = MEMORY_MS + (PAPER_MAY_BE_OLD_MS if session.paper else 0)
    return session.ended_at is None or session.ended_at >= now - memory_ms
