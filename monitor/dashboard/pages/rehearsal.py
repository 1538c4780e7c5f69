"""The alarm rehearsal: stored sessions under other limits, before anybody is exposed to them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.tables import table
from monitor.dashboard.paging import midnight
from monitor.dashboard.rehearsal import form, ids, parts, rows
from monitor.dashboard.rehearsal.api import described
from monitor.dashboard.rehearsal.asking import (
    Choice,
    NotPossibleError,
    Typed,
    Wanted,
    changes_of,
    sessions_of,
)
from monitor.dashboard.rehearsal.running import BusyError, Job
from monitor.dashboard.rehearsal.taking import ALARMS, SESSIONS
from monitor.dashboard.visit import Visit, current_visit
from monitor.domain.permissions import may_rehearse
from monitor.service.protocols import Protocol


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    return current_visit().words.gettext("Alarm rehearsal - Infusion monitor")


def layout(protocol: str = "", **_query: str) -> Any:
    """The question and, where there is one, the operator's last answer."""
    visit = current_visit()
    chosen = visit.parts.protocols.get(protocol) or next(iter(visit.parts.protocols.values()))
    if not _may(visit):
        # The parts are there, out of sight, because Dash looks for every id of a callback.
        return html.Div([_head(visit), _barred(visit), html.Div(_body(visit, chosen), hidden=True)])
    return html.Div(
        [_head(visit), *_body(visit, chosen)],
        id=ids.PAGE,
        className="plain-page rehearsal-page",
        **attributes(data_may="true"),
    )


def register_callbacks(app: Dash) -> None:
    """Another protocol, starting and stopping, and what comes of it."""
    _register_form(app)
    _register_result(app)
    app.clientside_callback(
        "function(told) { window.InfusionMonitor.rehearsal.answered(told); }",
        Input(ids.ANSWER, "data"),
        prevent_initial_call=True,
    )


def _register_form(app: Dash) -> None:
    @app.callback(
        Output(ids.LIMITS, "children"), Input(ids.PROTOCOL, "value"), prevent_initial_call=True
    )
    def show_limits(name: str) -> list[Any]:
        visit = current_visit()
        return form.limit_groups(visit, visit.parts.protocols[name])

    @app.callback(
        Output(ids.ANSWER, "data"),
        Input(ids.ASKED, "data"),
        [State(place, "value") for place in _CHOICE],
        prevent_initial_call=True,
    )
    async def start(asked: dict[str, Any], *chosen: str | None) -> dict[str, Any]:
        given = dict(zip(_CHOICE, chosen, strict=True))
        return await begin(current_visit(), asked["rules"], given)

    @app.callback(
        Output(ids.PROGRESS, "children"), Input(ids.STOPPED, "data"), prevent_initial_call=True
    )
    async def stop(_stopped: int) -> str:
        visit = current_visit()
        visit.parts.rehearsals.stop(visit.operator.name)
        return ""


def _register_result(app: Dash) -> None:
    @app.callback(
        Output(ids.SUMMARY, "children"),
        Output(ids.TABLE, "rowData"),
        Input(ids.NEWS, "data"),
        prevent_initial_call=True,
    )
    def tell(_news: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        return result_of(current_visit())

    @app.callback(
        Output(ids.ALARMS, "children"),
        Input(ids.NEWS, "data"),
        Input(ids.TABLE, "selectedRows"),
        prevent_initial_call=True,
    )
    def tell_alarms(_news: Any, selected: list[dict[str, Any]] | None) -> list[Any]:
        return alarms_shown(current_visit(), selected or [])


_CHOICE = (ids.PROTOCOL, ids.SINCE, ids.UNTIL, ids.PATIENT, ids.NEWEST)


async def begin(
    visit: Visit, typed: Mapping[str, Typed], chosen: Mapping[str, str | None]
) -> dict[str, Any]:
    """Start what is asked for: where it stands, or ``error`` in one sentence with the ``field`` it is about.

    ``chosen``: id of a field of the sessions to what stands in it.
    """
    _ = visit.words.gettext
    if not _may(visit):
        return _refused(_("Rehearsals are for clinicians and administrators."))
    try:
        # Off the loop: the record may have very many sessions.
        wanted = await asyncio.to_thread(_wanted, visit, typed, chosen)
        return described(visit.parts.rehearsals.start(visit.operator.name, wanted))
    except NotPossibleError as error:
        return _refused(str(error), error.field)
    except BusyError as busy:
        own = _("A rehearsal of yours is running: wait for it, or stop it.")
        others = _("Others are rehearsing: try again in some minutes.")
        return _refused(own if busy.own else others)


def _wanted(visit: Visit, typed: Mapping[str, Typed], chosen: Mapping[str, str | None]) -> Wanted:
    words, given = visit.words, {place: text or "" for place, text in chosen.items()}
    protocol = visit.parts.protocols[given[ids.PROTOCOL]]
    changes = changes_of(words, visit.phrases, protocol, typed)
    choice = Choice(
        protocol,
        since=midnight(words, given[ids.SINCE]),
        until=midnight(words, given[ids.UNTIL], days=1),
        patient=given[ids.PATIENT],
        newest=given[ids.NEWEST],
    )
    return Wanted(protocol, changes, *sessions_of(words, visit.parts.records, choice))


def result_of(visit: Visit) -> tuple[list[Any], list[Any]]:
    """The totals and the rows of the operator's last rehearsal."""
    job = _job(visit)
    if job is None:
        return [], []
    results = {one.session_id: one for one in job.results}
    return parts.summary(visit, job), rows.session_rows(visit.words, job.wanted.sessions, results)


def alarms_shown(visit: Visit, selected: list[dict[str, Any]]) -> list[Any]:
    """Those of the chosen session; of the first one that has other alarms where none is chosen."""
    job = _job(visit)
    if job is None:
        return []
    results = {one.session_id: one for one in job.results}
    sessions = {one.id: one for one in job.wanted.sessions if one.id in results}
    chosen = [row["id"] for row in selected if row.get("id") in sessions]
    chosen += [one for one in sessions if results[one].changed]
    chosen += list(sessions)
    if not chosen:
        return []
    return parts.alarms_of(visit, sessions[chosen[0]], results[chosen[0]])


def _may(visit: Visit) -> bool:
    return may_rehearse(visit.operator.role, simulated=visit.parts.settings.simulated)


def _job(visit: Visit) -> Job | None:
    return visit.parts.rehearsals.of(visit.operator.name) if _may(visit) else None


def _refused(sentence: str, field: str = "") -> dict[str, Any]:
    return {"error": sentence, "field": field}


def _head(visit: Visit) -> Any:
    _ = visit.words.gettext
    lead = _("Which alarms stored sessions would have had under other limits.")
    return html.Div(
        [
            html.H1(_("Alarm rehearsal"), className="page-title"),
            html.Span(lead, className="page-lead"),
            html.Span(_("Nothing here is put in force"), className="pill rehearsal-pill"),
        ],
        className="page-head",
    )


def _barred(visit: Visit) -> Any:
    text = visit.words.gettext("Rehearsals are for clinicians and administrators.")
    return html.P(text, className="panel series-none", role="status")


def _body(visit: Visit, protocol: Protocol) -> list[Any]:
    return [
        form.sessions_form(visit, protocol),
        html.Div(form.limit_groups(visit, protocol), id=ids.LIMITS, className="rehearsal-limits"),
        form.buttons(visit.words),
        _result(visit),
        *(dcc.Store(id=name) for name in (ids.ASKED, ids.STOPPED, ids.ANSWER, ids.NEWS)),
    ]


def _result(visit: Visit) -> Any:
    """The places of the answer; the script shows them when there is one."""
    words, _ = visit.words, visit.words.gettext
    downloads = [
        html.A(text, href=f"/api/rehearsal/csv?what={what}", className="button", download="")
        for what, text in ((SESSIONS, _("Sessions as CSV")), (ALARMS, _("Alarms as CSV")))
    ]
    head = html.Div(
        [
            html.H2(_("Result"), className="page-title", tabIndex=-1),
            html.Div(downloads, id=ids.DOWNLOADS, className="rehearsal-downloads"),
        ],
        className="page-head",
    )
    sessions = table(
        words,
        ids.TABLE,
        parts.columns(words),
        [],
        empty=_("No session is finished yet."),
        is_choosable=True,
    )
    return html.Div(
        [
            html.Section([head, html.Div(id=ids.SUMMARY)], className="panel"),
            sessions,
            html.Section(id=ids.ALARMS, className="panel"),
        ],
        id=ids.RESULT,
        className="rehearsal-result",
        hidden=True,
    )
