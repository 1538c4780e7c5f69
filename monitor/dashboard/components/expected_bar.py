"""The row above the session's trace: switches the expected response on and off, and says what it is drawn from."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.control_fills import controls_on
from monitor.dashboard.expected import Earlier, Question, earlier_of, expected
from monitor.dashboard.marks import Band
from monitor.dashboard.theme import PALETTES
from monitor.dashboard.visit import Visit, current_visit
from monitor.domain import infusion
from monitor.domain.sessions import Session

_ASK = """function(clicks, changed, before) {
    const on = Boolean(clicks % 2);
    document.getElementById("expected-toggle").setAttribute("aria-pressed", String(on));
    const locked = document.documentElement.dataset.locked === "true";
    const wasOn = Boolean(before && before.on);
    if ((!on && !wasOn) || locked) return window.dash_clientside.no_update;
    return { on, n: ((before && before.n) || 0) + 1 };
}"""
_DRAW = """function(told) {
    const graph = document.querySelector("#session-trace .js-plotly-plot");
    if (!told || !graph || !window.Plotly) return window.dash_clientside.no_update;
    const old = graph.data.flatMap((trace, index) => (trace.meta && trace.meta.source === "expected" ? [index] : []));
    if (old.length) window.Plotly.deleteTraces(graph, old);
    if (told.traces.length) window.Plotly.addTraces(graph, told.traces);
    return window.dash_clientside.no_update;
}"""
"""Behind the others by their look, after them by their place: the live script finds its traces by place."""


def expected_bar(visit: Visit) -> Any:
    """The switch, off, and the place of the notes."""
    _ = visit.words.gettext
    return html.Div(
        [
            html.Button(
                [_("Expected response"), html.Kbd("X")],
                id=ids.EXPECTED_TOGGLE,
                type="button",
                n_clicks=0,
                disabled=visit.is_locked,
                className="button button-quiet",
                **attributes(data_key="x", aria_pressed="false"),
            ),
            html.Div(id=ids.EXPECTED_NOTES, className="expected-notes", role="status"),
            dcc.Store(id=ids.EXPECTED_ASKED),
            dcc.Store(id=ids.EXPECTED_TRACES),
            dcc.Store(id=ids.EXPECTED_DRAWN),
        ],
        className="expected-bar",
    )


def register_callbacks(app: Dash) -> None:
    """Asking when it is switched on, and again when the session has changed; drawing without a new figure."""
    app.clientside_callback(
        _ASK,
        Output(ids.EXPECTED_ASKED, "data"),
        Input(ids.EXPECTED_TOGGLE, "n_clicks"),
        Input(ids.SESSION_CHANGED, "data"),
        State(ids.EXPECTED_ASKED, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.EXPECTED_TRACES, "data"),
        Output(ids.EXPECTED_NOTES, "children"),
        Input(ids.EXPECTED_ASKED, "data"),
        State(ids.SESSION_ID, "data"),
        State(ids.EXPECTED_TRACES, "data"),
        prevent_initial_call=True,
    )
    def tell(asked: dict[str, Any], session_id: str, shown: dict[str, Any] | None) -> Any:
        return answer(current_visit(), session_id, on=asked["on"], shown=(shown or {}).get("key"))

    app.clientside_callback(
        _DRAW,
        Output(ids.EXPECTED_DRAWN, "data"),
        Input(ids.EXPECTED_TRACES, "data"),
        prevent_initial_call=True,
    )


def answer(visit: Visit, session_id: str, *, on: bool, shown: str | None) -> tuple[Any, Any]:
    """Traces and notes; nothing anew while neither infusion nor baseline has changed since they were ``shown``."""
    session = visit.parts.records.session(session_id)
    if not on or session is None:
        return {"key": "", "traces": []}, []
    earlier = earlier_sessions(visit, session)
    baseline = controls_on(visit, session).baseline
    began_at = infusion.began_at(session)
    key = repr((began_at, sorted(baseline.items()), [one.id for one in earlier]))
    if key == shown:
        return no_update, no_update
    question = Question(
        protocol=session.protocol,
        began_at=began_at,
        baseline=Band(baseline["diastolic"], baseline["systolic"]) if baseline else None,
        earlier=[_earlier(visit, one) for one in earlier] if began_at is not None else [],
    )
    shift_ms = visit.words.shift_ms(session.started_at)
    drawn = expected(visit.words, question, PALETTES[visit.theme], shift_ms)
    return {"key": key, "traces": drawn.traces}, [html.Span(note) for note in drawn.notes]


def earlier_sessions(visit: Visit, session: Session) -> list[Session]:
    """The patient's own sessions before this one that had an infusion."""
    return [
        one
        for one in visit.parts.records.sessions(patient=session.patient)
        if one.started_at < session.started_at and infusion.began_at(one) is not None
    ]


def _earlier(visit: Visit, session: Session) -> Earlier:
    points = visit.parts.records.trace(session.id).points
    return earlier_of(session.number, infusion.began_at(session) or session.started_at, points)
