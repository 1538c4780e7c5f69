"""The plan: a day's infusions room by room, and the visits of today and the days to come."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html

from monitor.dashboard import ids
from monitor.dashboard.components import plan_forms
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import button
from monitor.dashboard.components.plan_timeline import timeline_view
from monitor.dashboard.day import day_of, read_day
from monitor.dashboard.pages.paper import sheet_links
from monitor.dashboard.plan_rows import DayRows, VisitRow, coming_days
from monitor.dashboard.timeline import timeline
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.readings import Instant


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    _ = current_visit().words.gettext
    return _("Plan - Infusion monitor")


def layout(**_query: str) -> Any:
    """The day that is now, as far as the record tells; the script asks again as soon as it knows the gateway's time."""
    visit = current_visit()
    _ = visit.words.gettext
    now = probable_now(visit)
    return html.Div(
        [
            _head(visit, now),
            html.P(id=ids.PLAN_TOLD, className="plan-told", role="status"),
            html.Section(
                id=ids.PLAN_TIMELINE,
                className="panel plan-day",
                children=day_view(visit, day_of(visit.words, now), now, {}),
            ),
            html.Section(id=ids.PLAN_LIST, className="plan-list", children=list_view(visit, now)),
            *plan_forms.plan_dialogs(visit),
            dcc.Store(id=ids.PLAN_CHANGED),
            dcc.Store(id=ids.PLAN_DAY),
            dcc.Store(id=ids.PLAN_VISIT),
        ],
        id=ids.PLAN_PAGE,
        className="plain-page plan-page",
    )


def probable_now(visit: Visit) -> Instant:
    """The gateway's time, or nearly: in a simulated directory it may run ahead of the wall's."""
    return max(round(time.time() * 1000), visit.parts.records.newest_instant())


def day_view(visit: Visit, day: date, now: Instant, live_ends: dict[str, Instant]) -> list[Any]:
    """The timeline of a day with its warnings."""
    known = read_day(visit, day, live_ends)
    drawn = timeline(visit.words, known, visit.parts.records.rooms(), now)
    return timeline_view(visit.words, day, day_of(visit.words, now), drawn)


def list_view(visit: Visit, now: Instant) -> list[Any]:
    """Today's and coming visits, by day."""
    records = visit.parts.records
    sessions = {session.id: session for session in records.sessions()}
    rooms = {room.id: room.name for room in records.rooms()}
    days = coming_days(visit.words, records.visits(), sessions, rooms, visit.parts.protocols, now)
    return [_day(visit.words, one) for one in days]


def register_callbacks(app: Dash) -> None:
    """Drawing anew when something changed, another day, and the dialogs."""

    @app.callback(
        Output(ids.PLAN_TIMELINE, "children"),
        Output(ids.PLAN_LIST, "children"),
        Input(ids.PLAN_CHANGED, "data"),
        Input(ids.PLAN_DAY, "data"),
        prevent_initial_call=True,
    )
    def redraw(change: dict[str, Any] | None, day: str | None) -> tuple[list[Any], list[Any]]:
        visit = current_visit()
        now = (change or {}).get("at") or probable_now(visit)
        shown = date.fromisoformat(day) if day else day_of(visit.words, now)
        ends = (change or {}).get("ends") or {}
        return day_view(visit, shown, now, ends), list_view(visit, now)

    @app.callback(
        Output(ids.PLAN_DAY, "data"),
        Input(ids.PLAN_DAY_BACK, "n_clicks"),
        Input(ids.PLAN_DAY_TODAY, "n_clicks"),
        Input(ids.PLAN_DAY_NEXT, "n_clicks"),
        State(ids.PLAN_DAY, "data"),
        prevent_initial_call=True,
    )
    def turn(_back: int, _today: int, _next: int, day: str | None) -> str | None:
        visit = current_visit()
        if ctx.triggered_id == ids.PLAN_DAY_TODAY:
            return None
        shown = date.fromisoformat(day) if day else day_of(visit.words, probable_now(visit))
        step = timedelta(days=-1 if ctx.triggered_id == ids.PLAN_DAY_BACK else 1)
        return (shown + step).isoformat()

    plan_forms.register_callbacks(app)


def _head(visit: Visit, now: Instant) -> Any:
    _ = visit.words.gettext
    today = day_of(visit.words, now).isoformat()
    return html.Div(
        [
            html.H1(_("Plan"), className="page-title"),
            html.Div(
                [
                    button(ids.PLAN_DAY_BACK, "‹", **attributes(aria_label=_("The day before"))),
                    button(ids.PLAN_DAY_TODAY, _("Today")),
                    button(ids.PLAN_DAY_NEXT, "›", **attributes(aria_label=_("The day after"))),
                ],
                className="plan-days",
            ),
            html.Div(
                [
                    _opener("series", _("Plan a series"), today, "primary"),
                    _opener("one", _("Plan one visit"), today),
                ],
                className="plan-openers",
            ),
            html.Div(
                [
                    html.Span(_("Downtime sheets"), className="plan-sheets-title"),
                    *sheet_links(visit),
                ],
                className="plan-sheets",
            ),
        ],
        className="page-head plan-head",
    )


def _opener(form: str, text: str, today: str, kind: str = "") -> Any:
    known = {"texts": {ids.of_form(f"plan-{form}", "date"): today}}
    return html.Button(
        text,
        type="button",
        className=f"button {kind}".strip(),
        **attributes(data_plan=form, data_known=json.dumps(known)),
    )


def _day(words: Words, day: DayRows) -> Any:
    _ = words.gettext
    actions = html.Span(_("Actions"), className="visually-hidden")
    heads: list[Any] = [
        _("Time"),
        _("Room"),
        _("Patient"),
        _("Visit"),
        _("Protocol"),
        _("State"),
        actions,
    ]
    if not day.rows:
        body: Any = html.P(_("Nothing is planned."), className="page-lead")
    else:
        body = html.Table(
            [
                html.Thead(html.Tr([html.Th(head, **attributes(scope="col")) for head in heads])),
                html.Tbody([_row(words, row) for row in day.rows]),
            ],
            className="plan-table",
        )
    return html.Section([html.H2(day.heading, className="panel-title"), body], className="panel")


def _row(words: Words, row: VisitRow) -> Any:
    _ = words.gettext
    room = row.room or html.Span(_("not yet"), className="plan-none")
    state = dcc.Link(row.state, href=row.href) if row.href else row.state
    return html.Tr(
        [
            html.Td(html.Time(row.clock)),
            html.Td(room),
            html.Td(row.patient, className="plan-patient"),
            html.Td(row.number),
            html.Td(row.title),
            html.Td(state, className="plan-state"),
            html.Td(_row_buttons(words, row), className="plan-actions"),
        ],
        **attributes(data_tone=row.tone or None, data_visit=row.id),
    )


def _row_buttons(words: Words, row: VisitRow) -> Any:
    _ = words.gettext
    if not row.is_open:
        return None
    kind = "primary" if row.is_due else ""
    start = [_act(words, row, "start", _("Start now"), kind)] if row.may_start else []
    move = _("Move") if row.room else _("Choose room")
    return [
        *start,
        _act(words, row, "move", move),
        _act(words, row, "cancel", _("Cancel")),
    ]


def _act(words: Words, row: VisitRow, action: str, text: str, kind: str = "") -> Any:
    _ = words.gettext
    who = _("{patient}, {when}").format(patient=row.patient, when=row.clock)
    known = {
        "visit": row.id,
        "who": who,
        "room": row.room,
        "patient": row.patient,
        "protocol": row.protocol,
        "texts": {
            ids.of_form("plan-move", "date"): row.day,
            ids.of_form("plan-move", "time"): row.clock,
        },
    }
    return html.Button(
        text,
        type="button",
        className=f"button {kind}".strip(),
        **attributes(data_plan=action, data_known=json.dumps(known), aria_label=f"{text}: {who}"),
    )
