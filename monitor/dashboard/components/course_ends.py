"""The panel of a session that is over, and of one that was kept on paper: nothing is watched in either."""

from __future__ import annotations

from typing import Any

from dash import html

from monitor.dashboard.course_reading import course_of
from monitor.dashboard.presenters import phase_name
from monitor.dashboard.visit import Visit
from monitor.domain import facts
from monitor.domain.sessions import Phase, Session


def paper_body(visit: Visit, session: Session) -> list[Any]:
    """What was entered so far, with its times."""
    words, _ = visit.words, visit.words.gettext
    course = course_of(visit, session)
    times = [
        html.Li(f"{phase_name(words, entry.phase, course)}: {words.day_and_clock(entry.at)}")
        for entry in session.phases
    ]
    return [
        html.P(
            _("Kept on paper: nothing is watched here."), className="next-warning", role="status"
        ),
        html.P(_("Enter phases and values with the times that stand on the paper.")),
        html.Ol(times, className="paper-times"),
    ]


def closed_band(visit: Visit, session: Session) -> Any:
    """How and when it ended; the record is locked."""
    words, _ = visit.words, visit.words.gettext
    at = words.day_and_clock(session.phases[-1].at)
    texts = {
        Phase.CANCELLED: _("Cancelled {time} by {name}."),
        Phase.DISCHARGED: _("Discharged {time} by {name}."),
    }
    text = texts[session.phase]
    locked = _("The record is locked: what is corrected or added now is an amendment.")
    return html.Div(
        html.Div(
            [
                html.Span(
                    text.format(time=at, name=_ended_by(visit, session)), className="next-time"
                ),
                html.Span(locked, className="next-why"),
            ],
            className="next-words",
        ),
        className="next-panel next-band next-closed",
        role="status",
    )


def _ended_by(visit: Visit, session: Session) -> str:
    kinds = ("phase_entered", "session_cancelled")
    ending = [
        fact
        for fact in visit.parts.records.facts(session.id, kinds)
        if isinstance(fact.body, facts.SessionCancelled)
        or (isinstance(fact.body, facts.PhaseEntered) and fact.body.phase == Phase.DISCHARGED)
    ]
    return ending[-1].by if ending else "–"
