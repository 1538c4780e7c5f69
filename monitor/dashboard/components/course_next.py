"""What must be done before the next phase, with its state and one button each; what runs now; whether one may leave.

What grows older on it, the script writes: it counts the time of the infusion and keeps the criteria of discharge.
"""

from __future__ import annotations

import json
from typing import Any

from dash import Dash, Input, Output, State, html
from dash.exceptions import PreventUpdate

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.control_forms import BASELINE
from monitor.dashboard.components.course_checks import checks_body, checks_of
from monitor.dashboard.components.course_dose import DOSE, SECOND_CHECK
from monitor.dashboard.components.course_ends import closed_band, paper_body
from monitor.dashboard.components.course_more import PAUSE_INFUSION, STOP_INFUSION
from monitor.dashboard.components.fields import button
from monitor.dashboard.components.redrawing import redrawn
from monitor.dashboard.course_reading import course_of, facts_chart
from monitor.dashboard.course_words import (
    baseline_text,
    block_text,
    blocks_session,
    checks_text,
    dose_text,
    spoken,
)
from monitor.dashboard.presenters import before_it, next_phase, start_phase_text
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain import gates
from monitor.domain.chart import Chart
from monitor.domain.course import Course
from monitor.domain.sessions import Phase, Session

_BEFORE = (Phase.PRECHECK, Phase.BASELINE)


def course_parts(visit: Visit, session: Session) -> dict[str, Any]:
    """The panel and the checklist: what a change of the course draws again."""
    return {"next": next_panel(visit, session), "checks": checks_body(visit, session)}


def next_panel(visit: Visit, session: Session) -> list[Any]:
    """The panel as the session stands."""
    if not session.id:
        return []
    if not session.is_open:
        return [closed_band(visit, session)]
    if session.paper:
        title = visit.words.gettext("Kept on paper")
        return [_column(title, paper_body(visit, session), visit, session)]
    course, chart = course_of(visit, session), facts_chart(visit, session)
    if session.phase in _BEFORE:
        return [_before_infusion(visit, session, course, chart)]
    if session.phase is Phase.INFUSION:
        return [_infusion(visit, session, course, chart)]
    return [_observation(visit, session, course)]


def register_callbacks(app: Dash) -> None:
    """Drawn anew when the script says that the session has changed."""

    @app.callback(
        Output(ids.SESSION_NEXT, "children"),
        Output(ids.CHECKS_BODY, "children"),
        Output(ids.COURSE_DRAWN, "data"),
        Input(ids.SESSION_CHANGED, "data"),
        State(ids.SESSION_ID, "data"),
        State(ids.COURSE_DRAWN, "data"),
        prevent_initial_call=True,
    )
    def redraw(_change: Any, session_id: str, drawn: dict[str, str] | None) -> tuple[Any, ...]:
        visit = current_visit()
        session = visit.parts.records.session(session_id)
        if session is None:
            raise PreventUpdate
        return redrawn(drawn, course_parts(visit, session))


def _before_infusion(visit: Visit, session: Session, course: Course, chart: Chart) -> Any:
    words, _ = visit.words, visit.words.gettext
    items = [
        _checks_item(words, session, course, chart),
        *([] if course.dose is None else [_dose_item(words, chart)]),
        *_second_check_items(words, chart),
        _baseline_item(words, course, chart),
    ]
    return _column(
        before_it(words, course), [html.Ol(items, className="next-list")], visit, session
    )


def _infusion(visit: Visit, session: Session, course: Course, chart: Chart) -> Any:
    paused = chart.paused_since is not None
    by_pump = course.dose is None or course.dose.by_pump
    actions = [
        *_pump_buttons(visit.words, paused=paused, by_pump=by_pump),
        # What is meant while it stands still is to go on with it.
        _next_button(visit, session, kind="" if paused else "primary"),
    ]
    return html.Div(
        [
            html.Div(_infusion_words(visit.words, chart), className="next-words"),
            html.Div(actions, className="next-actions"),
        ],
        className="next-panel next-band",
        **attributes(data_paused=str(paused).lower()),
    )


def _infusion_words(words: Words, chart: Chart) -> list[Any]:
    dose = dose_text(words, chart.plan) if chart.plan else ""
    reason = "" if chart.paused_since is None else chart.pauses[-1].reason
    return [
        # The script writes what time changes; Dash never touches it.
        html.Span(className="next-time", **attributes(data_live="infusion")),
        html.Span(reason, className="next-why"),
        html.Span(dose, className="next-dose"),
    ]


def _pump_buttons(words: Words, *, paused: bool, by_pump: bool) -> list[Any]:
    _ = words.gettext
    return [
        button(
            ids.INFUSION_PAUSE_OPEN,
            _("Pause infusion"),
            key="P",
            opens=PAUSE_INFUSION.dialog,
            hidden=paused or not by_pump,
        ),
        button(
            PAUSE_INFUSION.part("resume"),
            _("Resume infusion"),
            key="R",
            kind="primary",
            sends=PAUSE_INFUSION.dialog,
            hidden=not paused,
        ),
        button(
            ids.INFUSION_STOP_OPEN,
            _("Stop early"),
            key="T",
            kind="danger",
            opens=STOP_INFUSION.dialog,
        ),
    ]


def _observation(visit: Visit, session: Session, course: Course) -> Any:
    _ = visit.words.gettext
    items = {
        known.id: {
            "item": known.item,
            "text": dict(known.text),
            "mayNotApply": _may_not(course, known.item),
        }
        for known in course.discharge
        if known.kind == "checked"
    }
    body = [
        html.Div(className="leave-at", role="status", **attributes(data_live="leave-at")),
        button(ids.CHECKS_OPEN, _("Discharge checks"), key="C", opens=ids.CHECKS_DIALOG),
        html.Ul(
            className="criteria",
            **attributes(
                data_live="criteria",
                data_items=json.dumps(items),
                aria_label=_("Criteria of discharge"),
            ),
        ),
    ]
    return _column(_("Discharge"), body, visit, session)


def _may_not(course: Course, item_id: str) -> bool:
    item = course.check(item_id)
    return item is not None and item.may_not_apply


def _column(title: str, body: list[Any], visit: Visit, session: Session) -> Any:
    return html.Div(
        [
            html.H2(title, className="side-title"),
            html.Div(body, className="next-body"),
            html.Div([_next_button(visit, session)], className="next-actions"),
        ],
        className="next-panel next-column",
    )


def _next_button(visit: Visit, session: Session, kind: str = "primary") -> Any:
    following = next_phase(session) or session.phase
    return button(
        ids.NEXT_PHASE,
        start_phase_text(visit.words, following, course_of(visit, session)),
        key="G",
        kind=kind,
        opens=ids.DECISION_DIALOG,
    )


def _checks_item(words: Words, session: Session, course: Course, chart: Chart) -> Any:
    _ = words.gettext
    checks = checks_of(course, session)
    wrong = [item for item in checks if blocks_session(item, chart.checks.get(item.id))]
    is_done = all(item.id in chart.checks for item in checks)
    told = [checks_text(words, checks, chart)]
    blocked = _("Otherwise than wanted: {what}")
    told += [blocked.format(what=spoken(words, item.text)) for item in wrong]
    state = "blocked" if wrong else "done" if is_done else "open"
    text = _("Change") if is_done else _("Answer")
    opens = button(ids.CHECKS_OPEN, text, key="C", opens=ids.CHECKS_DIALOG)
    return _item(words, state, _("Checks"), told, opens)


def _dose_item(words: Words, chart: Chart) -> Any:
    _ = words.gettext
    told = [_("not planned")]
    if chart.plan is not None:
        told = [dose_text(words, chart.plan), _("by {name}").format(name=chart.planned_by)]
    state = "open" if chart.plan is None else "done"
    text = _("Plan") if chart.plan is None else _("Change")
    opens = button(ids.DOSE_OPEN, text, key="D", opens=DOSE.dialog)
    return _item(words, state, _("Dose"), told, opens)


def _second_check_items(words: Words, chart: Chart) -> list[Any]:
    if chart.plan is None or not chart.plan.needs_check:
        return []
    _ = words.gettext
    text = _("wanted: by another operator than {name}").format(name=chart.planned_by)
    if chart.dose_checked_by:
        text = _("by {name}").format(name=chart.dose_checked_by)
    state = "done" if chart.dose_checked_by else "open"
    opens = button(ids.SECOND_CHECK_OPEN, _("Check"), key="K", opens=SECOND_CHECK.dialog)
    return [_item(words, state, _("Second check"), [text], opens)]


def _baseline_item(words: Words, course: Course, chart: Chart) -> Any:
    _ = words.gettext
    told = [baseline_text(words, chart.baseline) or _("not confirmed")]
    stops = [b for b in gates.before_infusion(chart, course) if b.code == "pressure_gate"]
    told += [block_text(words, course, block._asdict()) for block in stops]
    if stops and course.gate is not None and course.gate.note:
        told.append(spoken(words, course.gate.note))
    state = "blocked" if stops else "done" if chart.baseline else "open"
    text = _("Change") if chart.baseline else _("Confirm")
    opens = button(ids.BASELINE_OPEN, text, key="B", opens=BASELINE.dialog)
    return _item(words, state, _("Baseline"), told, opens)


def _item(words: Words, state: str, title: str, told: list[str], opens: Any) -> Any:
    _ = words.gettext
    marks = {"done": ("✓", _("done")), "open": ("○", _("to do")), "blocked": ("!", _("in the way"))}
    mark, meaning = marks[state]
    return html.Li(
        [
            html.Span(mark, className="next-mark", role="img", **attributes(aria_label=meaning)),
            html.Div(
                [html.B(title), *(html.Span(text) for text in told)], className="next-item-words"
            ),
            opens,
        ],
        className="next-item",
        **attributes(data_state=state),
    )
