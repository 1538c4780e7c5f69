"""One session: its way through the phases, its traces from the start, its log, and what an operator may do."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from monitor.dashboard import ids
from monitor.dashboard.components import (
    control_forms,
    course_checks,
    course_dose,
    course_more,
    course_next,
    decisions,
    entries,
    expected_bar,
    vitals,
)
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.control_fills import controls_on, settings_of
from monitor.dashboard.components.missing import missing_session
from monitor.dashboard.components.redrawing import digests, redrawn
from monitor.dashboard.components.session_actions import action_buttons, standing_marks
from monitor.dashboard.components.session_log import log_lines
from monitor.dashboard.course_reading import course_of, facts_chart
from monitor.dashboard.course_steps import course_plan, course_steps
from monitor.dashboard.entry_marks import entry_marks
from monitor.dashboard.figures import TraceView, marks_layout, session_figure
from monitor.dashboard.lines import PointRow
from monitor.dashboard.marks import Band
from monitor.dashboard.presenters import alarm_marks, phase_spans, session_number
from monitor.dashboard.review import parts
from monitor.dashboard.standing import rules_in_force
from monitor.dashboard.theme import PALETTES
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.course import Course
from monitor.domain.sessions import Phase, PhaseEntry, Session
from monitor.service.ports import Trace

_NO_SESSION = Session("", "", "", None, "", 0, (PhaseEntry(Phase.PRECHECK, 0),))
"""Stands in while Dash looks at the page for its ids."""


def title(session_id: str = "", **_query: str) -> str:
    """The words in the browser's tab: room first, so that it can be told from its neighbours."""
    visit = current_visit()
    _ = visit.words.gettext
    session = visit.parts.records.session(session_id)
    if session is None:
        return _("Session - Infusion monitor")
    product = _("Infusion monitor")
    room = _("Room {room}").format(room=_room_name(visit, session))
    return f"{room} · {session.patient} - {product}"


def layout(session_id: str = "", **_query: str) -> Any:
    """The page of a session; a plain sentence for one that does not exist."""
    visit = current_visit()
    session = visit.parts.records.session(session_id) if session_id else _NO_SESSION
    if session is None:
        unknown = visit.words.gettext("There is no such session")
        return missing_session(visit, session_id, unknown)
    parts, course = _parts(visit, session), course_next.course_parts(visit, session)
    return html.Div(
        id=ids.SESSION_PAGE,
        className="session",
        **attributes(data_session=session.id, data_room_id=session.room_id),
        children=[
            html.Div(id=ids.SESSION_BANNER, className="session-banner"),
            html.Div(id=ids.SESSION_HEAD, className="session-head", children=parts["head"]),
            html.Div(
                [expected_bar.expected_bar(visit), _graph(visit, session)],
                className="session-chart",
            ),
            html.Section(
                course["next"],
                id=ids.SESSION_NEXT,
                className="session-next",
                **attributes(
                    data_session=session.id, aria_label=visit.words.gettext("What comes next")
                ),
            ),
            _side(visit, parts),
            *_dialogs(visit.words, course_of(visit, session), course["checks"]),
            dcc.Store(id=ids.SESSION_ID, data=session.id),
            dcc.Store(id=ids.SESSION_CHANGED),
            dcc.Store(id=ids.SESSION_DRAWN, data=digests(parts)),
            dcc.Store(id=ids.COURSE_DRAWN, data=digests(course)),
            dcc.Store(id=ids.SESSION_MARKS),
            dcc.Store(id=ids.SESSION_MARKED),
        ],
    )


def _dialogs(words: Words, course: Course, checks: list[Any]) -> list[Any]:
    return [
        vitals.vitals_dialog(words),
        *entries.entry_dialogs(words, course),
        decisions.decision_dialog(words),
        *control_forms.control_dialogs(words),
        course_checks.checks_dialog(words, checks),
        *course_dose.dose_dialogs(words),
        *course_more.course_dialogs(words, course),
    ]


def head(visit: Visit, session: Session) -> list[Any]:
    """Room, patient and the stepper."""
    words, protocol = visit.words, visit.parts.protocols.get(session.protocol)
    room = words.gettext("Room {room}").format(room=_room_name(visit, session))
    return [
        html.H1(room, className="session-room"),
        html.Span(
            f"{session.patient} · {session_number(words, session, protocol)}",
            className="session-patient",
        ),
        html.Span(course_plan(visit, session, protocol), className="session-plan"),
        html.Div(
            standing_marks(visit, session, controls_on(visit, session)),
            className="session-standing",
        ),
        *parts.review_link(words, session),
        html.Ol([_step(step) for step in course_steps(visit, session)], className="stepper"),
    ]


def figure(visit: Visit, session: Session) -> dict[str, Any]:
    """The figure of everything stored so far."""
    trace = visit.parts.records.trace(session.id) if session.id else Trace(0, [])
    return session_figure(_trace_view(visit, session, trace))


def redrawn_marks(visit: Visit, session: Session) -> dict[str, Any]:
    """Shapes and annotations for ``Plotly.relayout``: the traces and the reader's zoom stay as they are."""
    return marks_layout(_trace_view(visit, session, visit.parts.records.trace(session.id)))


def _parts(visit: Visit, session: Session) -> dict[str, Any]:
    """What a change of the session draws again, besides the marks of the figure."""
    return {
        "head": head(visit, session),
        "log": log_lines(visit, session),
        "actions": action_buttons(visit, session),
    }


def register_callbacks(app: Dash) -> None:
    """What is drawn anew when the script says that the session has changed, and the dialogs."""

    @app.callback(
        Output(ids.SESSION_HEAD, "children"),
        Output(ids.SESSION_LOG, "children"),
        Output(ids.SESSION_ACTIONS, "children"),
        Output(ids.SESSION_MARKS, "data"),
        Output(ids.SESSION_DRAWN, "data"),
        Input(ids.SESSION_CHANGED, "data"),
        State(ids.SESSION_ID, "data"),
        State(ids.SESSION_DRAWN, "data"),
        prevent_initial_call=True,
    )
    def redraw(_change: Any, session_id: str, drawn: dict[str, str] | None) -> tuple[Any, ...]:
        visit = current_visit()
        session = visit.parts.records.session(session_id)
        if session is None:
            raise PreventUpdate
        marks = {"marks": redrawn_marks(visit, session)}
        return redrawn(drawn, _parts(visit, session) | marks)

    app.clientside_callback(
        """function(marks) {
            const graph = document.querySelector("#session-trace .js-plotly-plot");
            if (marks && graph && window.Plotly) window.Plotly.relayout(graph, marks);
            return window.dash_clientside.no_update;
        }""",
        Output(ids.SESSION_MARKED, "data"),
        Input(ids.SESSION_MARKS, "data"),
        prevent_initial_call=True,
    )
    expected_bar.register_callbacks(app)
    vitals.register_callbacks(app)
    entries.register_callbacks(app)
    decisions.register_callbacks(app)
    course_next.register_callbacks(app)
    course_dose.register_callbacks(app)
    course_more.register_callbacks(app)
    control_forms.register_callbacks(app)


def _trace_view(visit: Visit, session: Session, trace: Trace) -> TraceView:
    protocol = visit.parts.protocols.get(session.protocol)
    points = [PointRow(*point) for point in trace.points]
    controls = controls_on(visit, session)
    given = controls.baseline
    settings = settings_of(visit, session)
    newest = session.ended_at or max([session.phases[-1].at, *(point.at for point in points)])
    return TraceView(
        session_id=session.id,
        batch=trace.batch,
        points=points,
        limits=rules_in_force(settings, session, controls),
        baseline=Band(given["diastolic"], given["systolic"]) if given else None,
        stale_ms=settings.ladder.stale_ms,
        shift_ms=visit.words.shift_ms(session.started_at),
        names=_names(visit),
        palette=PALETTES[visit.theme],
        phases=phase_spans(visit.words, session, protocol, newest),
        entries=entry_marks(
            visit.words, visit.phrases, course_of(visit, session), facts_chart(visit, session)
        ),
        marks=alarm_marks(visit.parts.records.alarms(session.id)) if session.id else [],
    )


def _graph(visit: Visit, session: Session) -> Any:
    _ = visit.words.gettext
    return dcc.Graph(
        id=ids.SESSION_TRACE,
        figure=figure(visit, session),
        className="session-trace",
        responsive=True,
        config={
            "displaylogo": False,
            # Plotly offers by default to upload the chart to its maker; these are a patient's.
            "showSendToCloud": False,
            "plotlyServerURL": "",
            "locale": visit.words.language,
            "modeBarButtonsToRemove": ["lasso2d", "select2d", "toImage"],
            "scrollZoom": False,
        },
    )


def _side(visit: Visit, parts: dict[str, Any]) -> Any:
    _ = visit.words.gettext
    lines = html.Ol(
        id=ids.SESSION_LOG,
        className="log-lines",
        children=parts["log"],
        tabIndex="0",
        role="list",
        **attributes(aria_label=_("Log")),
    )
    column = [
        html.Div(id=ids.SESSION_NUMERICS, className="session-numerics"),
        html.Section([html.H2(_("Log"), className="side-title"), lines], className="session-log"),
        html.Div(
            id=ids.SESSION_ACTIONS,
            className="session-actions",
            children=parts["actions"],
        ),
    ]
    return html.Aside(html.Div(column, className="session-side-column"), className="session-side")


def _step(step: Any) -> Any:
    children = [html.Span(step.name, className="step-name")]
    if step.state == "current":
        # The script counts the time; Dash never touches it.
        children.append(html.Span(className="step-time", **attributes(data_phase_clock="true")))
    mark = html.Span("✓ ", className="step-mark") if step.state == "done" else None
    if step.note:
        children.append(html.Span(step.note, className="step-note", title=step.why))
    return html.Li(
        [mark, *children],
        className=f"step {step.state}",
        **attributes(
            data_phase=step.phase,
            data_state=step.state,
            aria_current="step" if step.state == "current" else None,
        ),
    )


def _names(visit: Visit) -> dict[str, str]:
    _ = visit.words.gettext
    metric = visit.phrases.metric
    return {
        "nibp": metric("nibp"),
        "pulse_rate": metric("pulse_rate"),
        "spo2": metric("spo2"),
        "mean": metric("mean"),
        "manual": _("entered by hand"),
        "late": _("came late"),
    }


def _room_name(visit: Visit, session: Session) -> str:
    rooms = {room.id: room.name for room in visit.parts.records.rooms()}
    return rooms.get(session.room_id, session.room_id)
