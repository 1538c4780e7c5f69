"""All sessions, newest first, each with its figures; found by day, patient, room, protocol, peak, alarms, sign-off."""

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
    alarmed_name,
    session_rows,
    sessions_asked,
    sign_off_name,
)
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.limits import Priority
from monitor.domain.sign_off import SignOff
from monitor.service.review_ports import Alarmed

_PLACES = (
    ids.SESSIONS_PATIENT,
    ids.SESSIONS_ROOM,
    ids.SESSIONS_PROTOCOL,
    ids.SESSIONS_PEAK,
    ids.SESSIONS_ALARMS,
    ids.SESSIONS_STATE,
)
"""In the order of ``FILTERS``."""
_DIGITS = 3
_TONES = {f"sign-off-{s}": f"params.data && params.data.tone == '{s}'" for s in SignOff}
_WORST = {f"tone-{p}": f"params.data && params.data.worst == '{p}'" for p in Priority}
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
    """The columns, which share the width; together they are no wider than a tablet."""
    _ = words.gettext
    link, figure = {"cellRenderer": "markdown"}, {"type": "rightAligned"}
    since = _("Since the start; in brackets: of the whole session, none begun")
    long = {"cellClass": "two-lines", "wrapText": True}
    return [
        _column("started_at", _("Start"), 164, sort="desc", **link),
        _column("patient", _("Patient"), 72, **link),
        _column("room", _("Room"), 54),
        _column("number", _("No."), 44, **figure),
        _column("protocol", _("Protocol"), 96, **long),
        _column("baseline", _("Baseline BP"), 78, **figure),
        _column(
            "peak",
            _("Peak BP"),
            82,
            headerTooltip=since,
            colSpan={"function": _SPAN},
            wrapText=True,
            cellClass="two-lines ag-right-aligned-cell",
            **figure,
        ),
        _column("lowest_spo2", _("Lowest SpO₂"), 68, **figure),
        _column("physiological", _("Alarms of the patient"), 100, cellClassRules=_WORST, **long),
        _column("technical", _("Technical alarms"), 92, **long),
        _column("state", _("Sign-off"), 122, cellClassRules=_TONES, **long),
    ]


def _column(field: str, name: str, width: int, **more: Any) -> dict[str, Any]:
    head = {"headerName": name, "wrapHeaderText": True}
    return {"field": field, **head, "flex": width, "minWidth": width, **more}


def register_callbacks(app: Dash) -> None:
    """Filtering and paging."""

    @app.callback(
        Output(ids.SESSIONS_TABLE, "filterModel"),
        Output(ids.SESSIONS_PEAK, "error"),
        Input(ids.SESSIONS_SINCE, "value"),
        Input(ids.SESSIONS_UNTIL, "value"),
        *[Input(place, "value") for place in _PLACES],
        prevent_initial_call=True,
    )
    def narrow(
        since: str | None, until: str | None, *chosen: str | None
    ) -> tuple[dict[str, Any], str]:
        wanted = dict(zip(FILTERS, chosen, strict=True))
        wanted["peak"], refusal = _peak(current_visit().words, wanted["peak"] or "")
        return filter_model(DATED, since or "", until or "", wanted), refusal

    register_pages(app, ids.SESSIONS_TABLE, lambda request: _page(current_visit(), request))


def _peak(words: Words, typed: str) -> tuple[str | None, str]:
    """The least peak that is wanted, and why what was typed is none."""
    if not typed.strip():
        return None, ""
    digits = typed.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS):
        return None, words.gettext("Not a pressure in mmHg, like 180: it chooses nothing.")
    return digits, ""


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
    protocols = [{"value": name, "label": name} for name in sorted(visit.parts.protocols)]
    states = [{"value": str(state), "label": sign_off_name(words, state)} for state in SignOff]
    alarms = [{"value": str(one), "label": alarmed_name(words, one)} for one in Alarmed]
    return html.Div(
        [
            day_filter(words, ids.SESSIONS_SINCE, _("From")),
            day_filter(words, ids.SESSIONS_UNTIL, _("To")),
            text_filter(ids.SESSIONS_PATIENT, _("Patient"), _("All")),
            choice_filter(ids.SESSIONS_ROOM, _("Room"), _("All"), rooms),
            choice_filter(ids.SESSIONS_PROTOCOL, _("Protocol"), _("All"), protocols),
            text_filter(ids.SESSIONS_PEAK, _("Peak from, mmHg"), _("Any")),
            choice_filter(ids.SESSIONS_ALARMS, _("Alarms"), _("All"), alarms),
            choice_filter(ids.SESSIONS_STATE, _("Sign-off"), _("All"), states),
        ],
        className="filters eight",
    )
