"""The series of one patient: the sessions over each other and by their number, and the outcome scales by date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash, Input, Output, State, dcc, html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.course_reading import course_of
from monitor.dashboard.day import day_of
from monitor.dashboard.pages.plan import probable_now
from monitor.dashboard.presenters import own_phase_name
from monitor.dashboard.series import forms, ids, parts
from monitor.dashboard.series.by_number import by_number_figure
from monitor.dashboard.series.looks import CONFIG
from monitor.dashboard.series.outcomes import outcome_figure
from monitor.dashboard.series.overlay import overlay_figure
from monitor.dashboard.series.reading import SeriesSession, read_series
from monitor.dashboard.theme import PALETTES
from monitor.dashboard.visit import Visit, current_visit
from monitor.domain.patients import reference_fault
from monitor.domain.sessions import Phase


def title(patient: str = "", **_query: str) -> str:
    """The words in the browser's tab."""
    product = current_visit().words.gettext("Series - Infusion monitor")
    return f"{patient} · {product}" if patient else product


def layout(patient: str = "", **_query: str) -> Any:
    """The page of a patient; one without sessions is said to have none, and may have scores."""
    visit = current_visit()
    if not patient:
        # What Dash finds when it looks at the page for its ids.
        return html.Div([html.Div(id=ids.OUTCOMES), *_unseen(visit, patient)])
    if reference_fault(patient) is not None:
        return parts.unknown(visit, patient)
    sessions = read_series(visit.parts.records, patient)
    return html.Div(
        [
            parts.head(visit.words, patient, sessions),
            *(_sessions(visit, sessions) if sessions else [_no_sessions(visit, patient)]),
            html.Section(
                outcomes_view(visit, patient, sessions), id=ids.OUTCOMES, className="panel"
            ),
            *_unseen(visit, patient),
        ],
        id=ids.PAGE,
        className="plain-page series-page",
    )


def register_callbacks(app: Dash) -> None:
    """The dialogs, and the scores anew when one has been entered or voided."""
    forms.register_callbacks(app)

    @app.callback(
        Output(ids.OUTCOMES, "children"),
        Input(ids.CHANGED, "data"),
        State(ids.PATIENT, "data"),
        prevent_initial_call=True,
    )
    def redraw(_entry: str, patient: str) -> list[Any]:
        visit = current_visit()
        return outcomes_view(visit, patient, visit.parts.records.sessions(patient=patient))


def outcomes_view(visit: Visit, patient: str, sessions: Sequence[Any]) -> list[Any]:
    """The scales by date, and the list of the scores."""
    words, _ = visit.words, visit.words.gettext
    outcomes = visit.parts.records.outcomes(patient)
    days = [getattr(one, "session", one).started_at for one in sessions]
    figure = outcome_figure(words, outcomes, days, PALETTES[visit.theme])
    trend = _graph(visit, ids.OUTCOME_TREND, figure, _("Outcome scales by date"))
    today = day_of(words, probable_now(visit)).isoformat()
    return [
        html.Div(
            [
                html.H2(_("Outcome scales by date"), className="panel-title"),
                parts.opener(words, patient, today),
            ],
            className="series-panel-head",
        ),
        html.Div(
            [
                trend if any(one.counts for one in outcomes) else None,
                parts.outcome_list(words, outcomes),
            ],
            className="series-outcomes",
        ),
    ]


def _unseen(visit: Visit, patient: str) -> list[Any]:
    return [
        *forms.outcome_dialogs(visit.words),
        dcc.Store(id=ids.PATIENT, data=patient),
        dcc.Store(id=ids.CHOSEN),
        dcc.Store(id=ids.CHANGED),
    ]


def _sessions(visit: Visit, sessions: Sequence[SeriesSession]) -> list[Any]:
    words, _ = visit.words, visit.words.gettext
    drawn = [one.session.id for one in sessions if one.curves is not None]
    picked = drawn[-1] if drawn else ""
    palette = PALETTES[visit.theme]
    overlay = overlay_figure(sessions, _names(visit), palette, picked)
    by_number = by_number_figure(words, sessions, _names(visit), palette)
    title, nothing = _over_texts(visit, sessions)
    none = html.P(nothing, className="review-none")
    over = [
        html.H2(title, className="panel-title"),
        parts.picks(words, sessions, picked),
        _graph(visit, ids.OVERLAY, overlay, _("Sessions over each other")),
    ]
    beside = [
        html.H2(_("By number of the session"), className="panel-title"),
        _graph(visit, ids.BY_NUMBER, by_number, _("By number of the session")),
    ]
    return [
        html.Div(
            [
                html.Section(over if drawn else [over[0], none], className="panel series-over"),
                html.Section(beside, className="panel series-beside"),
            ],
            className="series-figures",
        ),
        html.Section(
            [
                html.H2(_("Sessions"), className="panel-title"),
                parts.session_table(words, sessions),
            ],
            className="panel",
        ),
    ]


def _over_texts(visit: Visit, sessions: Sequence[SeriesSession]) -> tuple[str, str]:
    """The head over the figure, and what stands there without one; infusions only where all of them are."""
    words, _ = visit.words, visit.words.gettext
    courses = [course_of(visit, one.session) for one in sessions]
    if any(own_phase_name(words, Phase.INFUSION, course) for course in courses):
        head = _("Over each other, from the start of the treatment")
        return head, _("Nothing has been given in any session of this patient yet.")
    head = _("Over each other, from the start of infusion")
    return head, _("No session of this patient has had an infusion yet.")


def _no_sessions(visit: Visit, patient: str) -> Any:
    text = visit.words.gettext("{patient} has no sessions.")
    return html.P(text.format(patient=patient), className="panel series-none")


def _names(visit: Visit) -> Mapping[str, str]:
    _ = visit.words.gettext
    return {
        "session": _("session {n}"),
        "pressure": _("Blood pressure mmHg: systolic ━ diastolic ┅"),
        "rise": _("Blood pressure mmHg: baseline ○ □, peak ● ■"),
        "pulse": _("Pulse /min, median of each minute"),
        "spo2": _("SpO₂ %, lowest of each minute"),
        "dose": _("Dose mg, mg/kg"),
        **parts.score_names(visit.words),
    }


def _graph(visit: Visit, graph_id: str, figure: Mapping[str, Any], label: str) -> Any:
    graph = dcc.Graph(
        id=graph_id,
        figure=dict(figure),
        responsive=True,
        className=f"{graph_id}-graph",
        config=CONFIG | {"locale": visit.words.language},
    )
    return html.Div(graph, role="img", **attributes(aria_label=label))
