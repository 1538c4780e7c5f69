"""What may be laid behind the trace: the patient's own earlier sessions and the published response, in minutes."""

from __future__ import annotations

from typing import Any

from monitor.dashboard.components.expected_bar import earlier_sessions
from monitor.dashboard.expected import Question, earlier_of, expected
from monitor.dashboard.marks import Band
from monitor.dashboard.review.opening import Opened
from monitor.dashboard.theme import PALETTES
from monitor.dashboard.visit import Visit
from monitor.domain import infusion
from monitor.domain.readings import MINUTE


def describe_behind(visit: Visit, opened: Opened) -> dict[str, Any]:
    """``traces`` for the figure, hidden until they are switched on, and ``notes`` on each kind of them."""
    question = _question(visit, opened)
    drawn = expected(visit.words, question, PALETTES[visit.theme], 0)
    own, *published = drawn.notes
    traces = [
        trace | {"x": [round(x / MINUTE, 3) for x in trace["x"]], "visible": False}
        for trace in drawn.traces
    ]
    return {"traces": traces, "notes": {"own": own, "published": " ".join(published) or own}}


def _question(visit: Visit, opened: Opened) -> Question:
    """With the infusion's beginning as moment 0."""
    session, baseline = opened.session, opened.record.chart.baseline
    if infusion.began_at(session) is None:
        return Question(session.protocol, None, None)
    earlier = [
        earlier_of(
            one.number,
            infusion.began_at(one) or one.started_at,
            visit.parts.records.trace(one.id).points,
        )
        for one in earlier_sessions(visit, session)
    ]
    is_known = {"systolic", "diastolic"} <= set(baseline)
    band = Band(baseline["diastolic"], baseline["systolic"]) if is_known else None
    until = (session.ended_at or opened.origin) - opened.origin
    return Question(session.protocol, 0, band, earlier, until)
