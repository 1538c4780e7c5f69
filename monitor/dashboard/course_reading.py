"""The course of one session as its record has it: its protocol's own text, its chart, and what stands in its way."""

from __future__ import annotations

from monitor.dashboard.visit import Visit
from monitor.domain import gates
from monitor.domain.chart import Chart, chart_of
from monitor.domain.course import Course
from monitor.domain.discharge import Record
from monitor.domain.gates import Block
from monitor.domain.permissions import ADMINISTRATOR, TESTER
from monitor.domain.readings import Instant
from monitor.domain.sessions import Phase, Session
from monitor.service import past_sessions
from monitor.service.protocols import Protocol

_WAITING = ("active", "latched")


def protocol_of(visit: Visit, session: Session) -> Protocol | None:
    """The edition that the session began with, also after the file was changed; None for a protocol that is gone."""
    return past_sessions.protocol_of(visit.parts.records, visit.parts.protocols, session)


def course_of(visit: Visit, session: Session) -> Course:
    """What the protocol says about the course; an empty one for a protocol that is gone."""
    protocol = protocol_of(visit, session)
    return Course() if protocol is None else protocol.course


def facts_chart(visit: Visit, session: Session) -> Chart:
    """The chart as the facts alone have it: checks, dose, pauses, entries, baseline."""
    return chart_of(visit.parts.records.facts(session.id) if session.id else (), ())


def whole_chart(visit: Visit, session: Session) -> Chart:
    """The chart with everything that devices measured; slow for a long session."""
    records = visit.parts.records
    readings = (stored.reading for stored in records.readings(session.id))
    return chart_of(records.facts(session.id), readings)


def blocks(visit: Visit, session: Session, phase: Phase, now: Instant) -> list[Block]:
    """What would block the phase at this moment. The gateway decides; this shows it before it is asked."""
    chart_as = whole_chart if phase is Phase.DISCHARGED else facts_chart
    alarms = visit.parts.records.alarms(session.id, open_only=True)
    waiting = sum(alarm.raised_at is not None and alarm.state in _WAITING for alarm in alarms)
    chart, course = chart_as(visit, session), course_of(visit, session)
    protocol, every_ms = protocol_of(visit, session), course.cuff_ms.get(Phase.OBSERVATION)
    if protocol is None or every_ms is None:
        return gates.blocks(Record(session, chart, course, waiting, now), phase)
    may_be_old_ms = every_ms + protocol.alarms.overdue_grace_ms
    return gates.blocks(Record(session, chart, course, waiting, now, may_be_old_ms), phase)


def may_override(visit: Visit, course: Course) -> bool:
    """Whether the visitor may pass a gate with a reason."""
    roles = set(course.override_roles)
    if not roles:
        return not visit.is_locked
    simulated = {TESTER} if visit.parts.settings.simulated else set()
    return visit.operator.role in roles | {ADMINISTRATOR} | simulated
