"""How long an infusion has run and when it will end, pauses left out."""

from __future__ import annotations

from monitor.domain.chart import Chart
from monitor.domain.course import Course
from monitor.domain.readings import MINUTE, Instant
from monitor.domain.sessions import Phase, Session


def began_at(session: Session) -> Instant | None:
    """When the infusion began; None before."""
    return _entered(session, Phase.INFUSION)


def ended_at(session: Session) -> Instant | None:
    """When it ended; None before."""
    return _entered(session, Phase.OBSERVATION)


def planned_ms(chart: Chart, course: Course) -> int | None:
    """How long it is meant to run: as planned for this patient, else as the protocol has it."""
    if chart.plan is not None:
        return round(chart.plan.minutes * MINUTE)
    return course.phase_ms.get(Phase.INFUSION)


def ran_ms(session: Session, chart: Chart, now: Instant) -> int:
    """How long it has run up to ``now`` or its end."""
    began = began_at(session)
    if began is None:
        return 0
    until = min(now, ended_at(session) or now)
    stood = sum(min(p.until or until, until) - p.since for p in chart.pauses if p.since < until)
    return max(0, until - began - stood)


def ends_at(session: Session, chart: Chart, course: Course) -> Instant | None:
    """When the running infusion will be done; None when none runs, while it stands still, or without a length."""
    began, length = began_at(session), planned_ms(chart, course)
    if began is None or length is None or session.phase is not Phase.INFUSION:
        return None
    if chart.paused_since is not None:
        return None
    return began + length + sum((p.until or p.since) - p.since for p in chart.pauses)


def _entered(session: Session, phase: Phase) -> Instant | None:
    return next((entry.at for entry in session.phases if entry.phase is phase), None)
