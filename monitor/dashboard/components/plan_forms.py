"""The dialogs of the plan: a series, one visit, another time or room, cancelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html

from monitor.dashboard import ids, plan_orders
from monitor.dashboard.components.fields import button, patient_field, register_dialog
from monitor.dashboard.components.forms import (
    Form,
    Props,
    asked_field,
    choice_field,
    fill_from_button,
    filled_of,
    form_dialog,
    text_field,
    told,
)
from monitor.dashboard.order_forms import Filled, send_filled
from monitor.dashboard.plan_rows import moments_text, typed_moment
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain import series as series_of


def _nothing(_visit: Visit, _session: Any) -> dict[str, Any]:
    return {}


_WHEN = ("patient", "date", "time", "despite")
_WHAT = ("protocol", "room")
SERIES = Form(
    name="plan-series",
    make=plan_orders.series_order,
    fill=_nothing,
    presses={"plan": "plan"},
    texts=_WHEN,
    choices=_WHAT,
    asked="despite",
)
ONE = Form(
    name="plan-one",
    make=plan_orders.visit_order,
    fill=_nothing,
    presses={"plan": "plan"},
    texts=_WHEN,
    choices=_WHAT,
    asked="despite",
)
MOVE = Form(
    name="plan-move",
    make=plan_orders.move_order,
    fill=_nothing,
    presses={"move": "move"},
    texts=("date", "time", "despite"),
    choices=("room",),
    asked="despite",
)
CANCEL = Form(
    name="plan-cancel",
    make=plan_orders.cancel_order,
    fill=_nothing,
    presses={"cancel": "cancel"},
    texts=("reason",),
)
FORMS = (SERIES, ONE, MOVE, CANCEL)


def plan_dialogs(visit: Visit) -> list[Any]:
    """Every dialog, closed."""
    _ = visit.words.gettext
    return [
        _planning(visit, SERIES, _("Plan a series"), _("First date"), _("Plan the series")),
        _planning(visit, ONE, _("Plan one visit"), _("Date"), _("Plan the visit")),
        _moving(visit),
        _cancelling(visit.words),
    ]


def register_callbacks(app: Dash) -> None:
    """Filling, the dates of a series before it is ordered, and sending."""
    for form in FORMS:
        register_dialog(app, form.plan({}))
        fill_from_button(app, form, ids.PLAN_VISIT)
        _register_sending(app, form)

    @app.callback(
        Output(SERIES.part("dates"), "children"),
        Input(SERIES.part("date"), "value"),
        Input(SERIES.part("time"), "value"),
        Input(SERIES.part("protocol"), "value"),
        prevent_initial_call=True,
    )
    def tell_dates(day: str, clock: str, protocol: str | None) -> str:
        return series_told(current_visit(), day, clock, protocol)


def series_told(visit: Visit, day: str, clock: str, protocol: str | None) -> str:
    """The dates that a series would have; empty until there is a first one."""
    known = visit.parts.protocols.get(protocol or "")
    series = known.course.series if known else None
    if series is None:
        return ""
    try:
        first_at = typed_moment(visit.words, day, clock)
    except ValueError:
        return ""
    moments = series_of.moments(first_at, series.days, visit.words.zone)
    text = visit.words.ngettext("{n} visit: {dates}", "{n} visits: {dates}", len(moments))
    return text.format(n=len(moments), dates=moments_text(visit.words, moments))


def done_text(visit: Visit, given: Mapping[str, Any]) -> str:
    """What stands in the plan now, as the record has it; ``given`` is what the order was answered with."""
    _ = visit.words.gettext
    named = list(given.get("visits") or ([given["visit"]] if given.get("visit") else []))
    planned = [known for known in visit.parts.records.visits() if known.id in named]
    if not planned:
        return _("The plan is changed.")
    if planned[0].cancelled:
        when = moments_text(visit.words, [planned[0].planned_at])
        text = _("Cancelled: {patient}, {when}")
        return text.format(patient=planned[0].patient, when=when)
    dates = moments_text(visit.words, (known.planned_at for known in planned))
    return _("Planned for {patient}: {dates}").format(patient=planned[0].patient, dates=dates)


def _register_sending(app: Dash, form: Form) -> None:
    @app.callback(
        Output(form.part("told"), "data"),
        Output(ids.PLAN_CHANGED, "data", allow_duplicate=True),
        Output(ids.PLAN_TOLD, "children", allow_duplicate=True),
        Input(form.part("sent"), "data"),
        State(ids.PLAN_VISIT, "data"),
        *[State(form.part(name), "value") for name in form.choices],
        prevent_initial_call=True,
    )
    async def submit(
        sent: dict[str, Any], known: dict[str, Any] | None, *chosen: str | None
    ) -> tuple[Any, Any, str]:
        filled = filled_of(form, sent, (known or {}).get("visit", ""), chosen)
        return await _submit(current_visit(), form, filled)


async def _submit(visit: Visit, form: Form, filled: Filled) -> tuple[Any, Any, str]:
    answer = await send_filled(visit, form.make, filled, form.fields)
    said = done_text(visit, answer.result) if answer.is_done else ""
    return told(form, filled.entry, answer), {"at": filled.opened_at, "n": filled.entry}, said


def _planning(visit: Visit, form: Form, heading: str, day: str, send: str) -> Any:
    words, _ = visit.words, visit.words.gettext
    protocols = [
        {"value": name, "label": _(protocol.title)}
        for name, protocol in visit.parts.protocols.items()
        if form is not SERIES or protocol.course.series is not None
    ]
    usual = protocols[0]["value"] if protocols else None
    body = [
        patient_field(words, form.part("patient")),
        choice_field(form, "protocol", _("Protocol"), data=protocols, value=usual),
        html.Div([*_when(words, form, day), _room(visit, form)], className="plan-fields"),
        asked_field(form, _("Why in the same room")),
        html.P(id=form.part("dates"), className="plan-dates", role="status"),
    ]
    sends = [button(form.part("plan"), send, kind="primary", sends=form.dialog)]
    resets: Props = {"protocol": {"value": usual}, "room": {"value": None}}
    return form_dialog(words, form, heading, body, sends, width=620, resets=resets)


def _moving(visit: Visit) -> Any:
    words, _ = visit.words, visit.words.gettext
    body = [
        html.P(id=MOVE.part("who"), className="dialog-text"),
        html.Div([*_when(words, MOVE, _("Date")), _room(visit, MOVE)], className="plan-fields"),
        asked_field(MOVE, _("Why in the same room")),
    ]
    send = [button(MOVE.part("move"), _("Move the visit"), kind="primary", sends=MOVE.dialog)]
    return form_dialog(words, MOVE, _("Move a visit"), body, send, width=620)


def _cancelling(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(id=CANCEL.part("who"), className="dialog-text"),
        text_field(CANCEL, "reason", _("Reason")),
    ]
    send = [
        button(CANCEL.part("cancel"), _("Cancel the visit"), kind="danger", sends=CANCEL.dialog)
    ]
    return form_dialog(words, CANCEL, _("Cancel a visit"), body, send)


def _when(words: Words, form: Form, day: str) -> Sequence[Any]:
    _ = words.gettext
    return (
        dmc.TextInput(
            id=form.part("date"),
            label=day,
            value="",
            size="md",
            attributes={"input": {"type": "date"}},
        ),
        dmc.TextInput(
            id=form.part("time"),
            label=_("Time"),
            value="",
            size="md",
            attributes={"input": {"inputMode": "numeric", "autoComplete": "off", "maxLength": 5}},
        ),
    )


def _room(visit: Visit, form: Form) -> Any:
    _ = visit.words.gettext
    rooms = [r.name for r in visit.parts.records.rooms() if not r.retired]
    return dmc.Select(
        id=form.part("room"),
        label=_("Room"),
        placeholder=_("not yet"),
        data=rooms,
        value=None,
        size="md",
        clearable=form is not MOVE,
    )
