"""All sessions, newest first, each with its figures; found by patient, room, day and sign-off."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, html, set_props

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.filters import choice_filter, day_filter, text_filter
from monitor.dashboard.components.tables import long_table, register_pages
from monitor.dashboard.paging import filter_model, page_asked
from monitor.dashboard.session_list import (
    DATED,
    FILTERS,
    session_rows,
    sessions_asked,
    sign_off_name,
)
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.sign_off import SignOff

_PLACES = (ids.SESSIONS_PATIENT, ids.SESSIONS_ROOM, ids.SESSIONS_STATE)
_TONES = {f"sign-off-{s}": f"params.data && params.data.tone == '{s}'" for s in SignOff}

_SPAN = "params.data && params.data.few && params.data.lowest_spo2 == '–' ? 2 : 1"
"""What little there is has the room of both figures that there are none of."""


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    _ = current_visit().words.gettext
    return _("Sessions - Infusion monitor")


def layout(**_query: str) -> Any:
    """Filters and the table; each session leads to its page or its review."""
    visit = current_visit()
    _ = visit.words.gettext
    count = html.Span(id=ids.SESSIONS_COUNT, className="page-lead", **attributes(role="status"))
    head = html.Div([html.H1(_("Sessions"), className="page-title"), count], className="page-head")
    empty = _("No session is found.")
    table = long_table(visit.words, ids.SESSIONS_TABLE, columns(visit.words), empty=empty)
    return html.Div([head, _filters(visit), table], className="plain-page")


def columns(words: Words) -> list[dict[str, Any]]:
    """The columns of the table. By the number in the series a record of very many sessions orders too slowly."""
    _ = words.gettext
    figure = {"type": "rightAligned"}
    started = {"cellRenderer": "markdown", "width": 184, "sort": "desc"}
    signed = {"minWidth": 148, "flex": 1, "cellClassRules": _TONES}
    return [
        {"field": "started_at", "headerName": _("Start"), **started},
        {"field": "patient", "headerName": _("Patient"), "cellRenderer": "markdown", "width": 88},
        {"field": "room", "headerName": _("Room"), "width": 70},
        {
            "field": "number",
            "headerName": _("Session no."),
            "width": 108,
            "sortable": False,
            **figure,
        },
        {"field": "protocol", "headerName": _("Protocol"), "width": 112},
        {"field": "phase", "headerName": _("Phase"), "width": 106},
        {"field": "baseline", "headerName": _("Baseline BP"), "width": 108, **figure},
        {
            "field": "peak",
            "headerName": _("Peak BP"),
            "headerTooltip": _("Since the start; in brackets: of the whole session, none begun"),
            "width": 102,
            "colSpan": {"function": _SPAN},
            **figure,
        },
        {"field": "lowest_spo2", "headerName": _("Lowest SpO₂"), "width": 120, **figure},
        {"field": "alarms_high", "headerName": _("!!! high"), "width": 76, **figure},
        {"field": "alarms_medium", "headerName": _("!! medium"), "width": 102, **figure},
        {"field": "alarms_low", "headerName": _("! low"), "width": 70, **figure},
        {"field": "state", "headerName": _("Sign-off"), **signed},
    ]


def register_callbacks(app: Dash) -> None:
    """Filtering and paging."""

    @app.callback(
        Output(ids.SESSIONS_TABLE, "filterModel"),
        Input(ids.SESSIONS_SINCE, "value"),
        Input(ids.SESSIONS_UNTIL, "value"),
        *[Input(place, "value") for place in _PLACES],
        prevent_initial_call=True,
    )
    def narrow(since: str | None, until: str | None, *chosen: str | None) -> dict[str, Any]:
        wanted = dict(zip(FILTERS, chosen, strict=True))
        return filter_model(DATED, since or "", until or "", wanted)

    register_pages(app, ids.SESSIONS_TABLE, lambda request: _page(current_visit(), request))


def _page(visit: Visit, request: dict[str, Any]) -> dict[str, Any]:
    asked = page_asked(visit.words, request, DATED)
    found = visit.parts.records.session_list(
        sessions_asked(asked),
        order_by=asked.order_by,
        descending=asked.descending,
        offset=asked.offset,
        limit=asked.limit,
    )
    text = visit.words.ngettext("{n} session", "{n} sessions", found.total)
    count = text.format(n=visit.words.number(found.total))
    set_props(ids.SESSIONS_COUNT, {"children": count})
    return {
        "rowData": session_rows(visit.words, found.rows, visit.parts.protocols),
        "rowCount": found.total,
    }


def _filters(visit: Visit) -> Any:
    words, _ = visit.words, visit.words.gettext
    rooms = [{"value": room.name, "label": room.name} for room in visit.parts.records.rooms()]
    states = [{"value": str(state), "label": sign_off_name(words, state)} for state in SignOff]
    return html.Div(
        [
            day_filter(words, ids.SESSIONS_SINCE, _("From")),
            day_filter(words, ids.SESSIONS_UNTIL, _("To")),
            text_filter(ids.SESSIONS_PATIENT, _("Patient"), _("All")),
            choice_filter(ids.SESSIONS_ROOM, _("Room"), _("All"), rooms),
            choice_filter(ids.SESSIONS_STATE, _("Sign-off"), _("All"), states),
        ],
        className="filters",
    )
