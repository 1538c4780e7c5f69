"""The way of a session with what was out of the ordinary on it: gates that were passed, pauses, an early end."""

from __future__ import annotations

from monitor.dashboard.course_reading import course_of, facts_chart
from monitor.dashboard.course_words import dose_text
from monitor.dashboard.presenters import Step, session_plan, steps
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.domain.chart import Chart
from monitor.domain.sessions import Phase, Session
from monitor.service.protocols import Protocol


def course_steps(visit: Visit, session: Session) -> list[Step]:
    """The steps of the session, each with its note."""
    if not session.id:
        return steps(visit.words, session)
    entered = visit.parts.records.facts(session.id, ("phase_entered",))
    passed = {
        fact.body.phase: fact.body.override
        for fact in entered
        if isinstance(fact.body, facts.PhaseEntered) and fact.body.override
    }
    chart, walked = (
        facts_chart(visit, session),
        steps(visit.words, session, course_of(visit, session)),
    )
    return [noted(visit.words, step, passed, chart) for step in walked]


def course_plan(visit: Visit, session: Session, protocol: Protocol | None) -> str:
    """Protocol and dose in one line; before the dose is planned, weight and usual length."""
    plan = facts_chart(visit, session).plan if session.id else None
    if plan is None or protocol is None:
        return session_plan(visit.words, session, protocol)
    title = visit.words.gettext(protocol.title)
    return f"{title} · {dose_text(visit.words, plan)}"


def noted(words: Words, step: Step, passed: dict[str, str], chart: Chart) -> Step:
    """The step with its note; ``passed`` is the reason of each override by phase."""
    _ = words.gettext
    notes, reasons = [], []
    if step.phase in passed:
        notes.append(_("override"))
        reasons.append(passed[step.phase])
    if step.phase == Phase.INFUSION and chart.pauses:
        n = len(chart.pauses)
        notes.append(words.ngettext("{n} pause", "{n} pauses", n).format(n=n))
        reasons += [pause.reason for pause in chart.pauses]
    if step.phase == Phase.INFUSION and chart.stopped:
        notes.append(_("stopped early"))
        reasons.append(chart.stopped)
    return step._replace(note=" · ".join(notes), why=" · ".join(reasons))
