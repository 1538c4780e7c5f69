"""The history of alarms: every occurrence that was raised, over all sessions, and the course of a chosen one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import Dash, Input, Output, dcc, html, set_props
from dash.exceptions import PreventUpdate

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.filters import choice_filter, day_filter
from monitor.dashboard.components.tables import long_table, register_pages
from monitor.dashboard.course_reading import course_of
from monitor.dashboard.history import (
    DATED,
    FILTERS,
    alarms_asked,
    course_lines,
    history_rows,
    priority_name,
    state_name,
    type_name,
)
from monitor.dashboard.paging import filter_model, page_asked
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.alarms import AlarmType, State
from monitor.domain.conditions.overdue import KIND as OVERDUE
from monitor.domain.course import Course
from monitor.domain.limits import Priority
from monitor.service.phrases import Phrases
from monitor.service.ports import PastAlarm

_PLACES = (ids.ALARMS_ROOM, ids.ALARMS_PRIORITY, ids.ALARMS_TYPE, ids.ALARMS_STATE)
_TONES = {f"tone-{p}": f"params.data && params.data.tone == '{p}'" for p in Priority}


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    _ = current_visit().words.gettext
    return _("Alarms - Infusion monitor")


def layout(**_query: str) -> Any:
    """Filters, the table, and the course of the occurrence that is chosen in it."""
    visit = current_visit()
    _ = visit.words.gettext
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Alarms"), className="page-title"),
                    html.Span(
                        id=ids.ALARMS_COUNT, className="page-lead", **attributes(role="status")
                    ),
                ],
                className="page-head",
            ),
            _filters(visit),
            long_table(
                visit.words,
                ids.ALARMS_TABLE,
                columns(visit.words),
                empty=_("No alarm was raised."),
            ),
            html.Section(
                html.P(_("Choose an alarm to read its course."), className="page-lead"),
                id=ids.ALARM_COURSE,
                className="panel alarm-course",
                **attributes(aria_live="polite"),
            ),
        ],
        className="plain-page",
    )


def columns(words: Words) -> list[dict[str, Any]]:
    """The columns of the table; those that the record cannot order by cannot be sorted."""
    _ = words.gettext
    fixed, long = {"sortable": False}, {"wrapText": True, "cellClass": "two-lines"}
    return [
        {"field": "raised_at", "headerName": _("Raised"), "width": 124, "sort": "desc", **long},
        {"field": "room", "headerName": _("Room"), "width": 70},
        {"field": "patient", "headerName": _("Patient"), "width": 88},
        {
            "field": "session",
            "headerName": _("Session"),
            "cellRenderer": "markdown",
            "width": 78,
            **fixed,
        },
        {
            "field": "priority",
            "headerName": _("Priority"),
            "width": 116,
            "cellClassRules": _TONES,
        },
        {
            "field": "reason",
            "headerName": _("Why"),
            "minWidth": 420,
            "flex": 1,
            "tooltipField": "reason",
            **fixed,
            **long,
        },
        {"field": "state", "headerName": _("State"), "width": 122, **long},
        {"field": "acknowledged_by", "headerName": _("Acknowledged by"), "width": 148},
        {"field": "acknowledged_after", "headerName": _("After"), "width": 90},
        {"field": "over_at", "headerName": _("Condition over"), "width": 130, **fixed},
        {"field": "ended_at", "headerName": _("Ended"), "width": 96},
        {"field": "onset", "headerName": _("Onset"), "width": 96},
        {"field": "painted", "headerName": _("On screen after"), "width": 136, **fixed},
        {"field": "value", "headerName": _("Value"), "width": 92, **fixed},
        {"field": "limit", "headerName": _("Limit"), "width": 84, **fixed},
        {"field": "kind", "headerName": _("Kind"), "width": 150},
        {"field": "type", "headerName": _("Type"), "width": 122},
    ]


def _phrases(visit: Visit, session_id: str) -> Phrases:
    session = visit.parts.records.session(session_id)
    if session is None:
        return visit.phrases
    return visit.phrases.called(course_of(visit, session).phase_words)


def course(visit: Visit, chosen: dict[str, str]) -> list[Any]:
    """The panel about one occurrence: every transition, with its moment."""
    _ = visit.words.gettext
    facts = visit.parts.records.facts(chosen["session_id"], ["alarm_changed", "alarm_shown"])
    lines = [
        html.Li([html.Time(clock), html.Span(text, className="log-text")], className="log-line")
        for clock, text in course_lines(
            visit.words, _phrases(visit, chosen["session_id"]), facts, chosen["id"]
        )
    ]
    where = _("Room {room} · {patient}").format(room=chosen["room"], patient=chosen["patient"])
    place = (
        dcc.Link(where, href=f"/session/{chosen['session_id']}", className="course-link")
        if chosen["patient"]
        else html.Span(_("the whole ward"))
    )
    heading = f"{chosen['priority']} · {chosen['raised_at']} · "
    return [
        html.H2([heading, place], className="panel-title"),
        html.Ol(lines, className="log-lines"),
    ]


def register_callbacks(app: Dash) -> None:
    """Filtering, paging, and the course of what is chosen."""

    @app.callback(
        Output(ids.ALARMS_TABLE, "filterModel"),
        Input(ids.ALARMS_SINCE, "value"),
        Input(ids.ALARMS_UNTIL, "value"),
        *[Input(place, "value") for place in _PLACES],
        prevent_initial_call=True,
    )
    def narrow(since: str | None, until: str | None, *chosen: str | None) -> dict[str, Any]:
        return filter_model(
            DATED, since or "", until or "", dict(zip(FILTERS, chosen, strict=True))
        )

    register_pages(app, ids.ALARMS_TABLE, lambda request: _page(current_visit(), request))

    @app.callback(
        Output(ids.ALARM_COURSE, "children"),
        Input(ids.ALARMS_TABLE, "selectedRows"),
        prevent_initial_call=True,
    )
    def tell_course(chosen: list[dict[str, str]] | None) -> list[Any]:
        if not chosen:
            raise PreventUpdate
        return course(current_visit(), chosen[0])


def _page(visit: Visit, request: dict[str, Any]) -> dict[str, Any]:
    page = page_asked(visit.words, request, DATED)
    history = visit.parts.records.alarm_history(
        alarms_asked(page),
        order_by=page.order_by,
        descending=page.descending,
        offset=page.offset,
        limit=page.limit,
    )
    text = visit.words.ngettext("{n} alarm", "{n} alarms", history.total)
    count = text.format(n=visit.words.number(history.total))
    set_props(ids.ALARMS_COUNT, {"children": count})
    return {
        "rowData": history_rows(
            visit.words, visit.phrases, history.rows, _courses(visit, history.rows)
        ),
        "rowCount": history.total,
    }


def _courses(visit: Visit, rows: Iterable[PastAlarm]) -> dict[str, Course]:
    """Session to its course, of what was due in it: only there do protocols have words of their own."""
    found: dict[str, Course] = {}
    for session_id in {row.alarm.session_id for row in rows if row.alarm.alarm_kind == OVERDUE}:
        session = visit.parts.records.session(session_id)
        if session is not None:
            found[session_id] = course_of(visit, session)
    return found


def _filters(visit: Visit) -> Any:
    words, _ = visit.words, visit.words.gettext
    rooms = [{"value": r.id, "label": r.name} for r in visit.parts.records.rooms()]
    priorities = [
        {"value": str(p), "label": priority_name(words, p)} for p in reversed(list(Priority))
    ]
    types = [{"value": str(t), "label": type_name(words, t)} for t in AlarmType]
    states = [
        {"value": str(s), "label": state_name(words, s)} for s in State if s is not State.PENDING
    ]
    return html.Div(
        [
            day_filter(words, ids.ALARMS_SINCE, _("From")),
            day_filter(words, ids.ALARMS_UNTIL, _("To")),
            choice_filter(ids.ALARMS_ROOM, _("Room"), _("All"), rooms),
            choice_filter(ids.ALARMS_PRIORITY, _("Priority"), _("All"), priorities),
            choice_filter(ids.ALARMS_TYPE, _("Type"), _("All"), types),
            choice_filter(ids.ALARMS_STATE, _("State"), _("All"), states),
        ],
        className="filters",
    )
