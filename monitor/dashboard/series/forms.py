"""The dialogs of the outcome scales: a score of a day, and voiding one."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html

from monitor.dashboard.components.fields import button, number_field, register_dialog
from monitor.dashboard.components.forms import (
    Form,
    choice_field,
    fill_from_button,
    filled_of,
    form_dialog,
    text_field,
    told,
)
from monitor.dashboard.order_forms import send_filled
from monitor.dashboard.series import ids, orders
from monitor.dashboard.series.outcomes import NAMES
from monitor.dashboard.visit import current_visit
from monitor.dashboard.words import Words
from monitor.domain.outcomes import SCALES


def _nothing(_visit: Any, _session: Any) -> dict[str, Any]:
    return {}


ENTER = Form(
    name="outcome-enter",
    make=orders.enter_order,
    fill=_nothing,
    presses={"save": "save"},
    texts=("value", "on", "note"),
    choices=("scale",),
)
VOID = Form(
    name="outcome-void",
    make=orders.void_order,
    fill=_nothing,
    presses={"void": "void"},
    texts=("reason",),
)
_USUAL = next(iter(SCALES))


def outcome_dialogs(words: Words) -> list[Any]:
    """Both dialogs, closed."""
    return [_entering(words), _voiding(words)]


def register_callbacks(app: Dash) -> None:
    """Filling in what the button knows, and sending."""
    for form in (ENTER, VOID):
        register_dialog(app, form.plan({}))
        fill_from_button(app, form, ids.CHOSEN)
        _register_sending(app, form)


def _register_sending(app: Dash, form: Form) -> None:
    @app.callback(
        Output(form.part("told"), "data"),
        Output(ids.CHANGED, "data", allow_duplicate=True),
        Input(form.part("sent"), "data"),
        State(ids.CHOSEN, "data"),
        *[State(form.part(name), "value") for name in form.choices],
        prevent_initial_call=True,
    )
    async def submit(
        sent: dict[str, Any], known: dict[str, Any], *chosen: str | None
    ) -> tuple[Any, str]:
        filled = filled_of(form, sent, known["about"], chosen)
        answer = await send_filled(current_visit(), form.make, filled, form.fields)
        return told(form, filled.entry, answer), filled.entry


def _entering(words: Words) -> Any:
    _ = words.gettext
    scales = [
        {"value": scale, "label": f"{NAMES[scale]} ({low}–{high})"}
        for scale, (low, high) in SCALES.items()
    ]
    day = dmc.TextInput(
        id=ENTER.part("on"),
        label=_("Day"),
        value="",
        size="md",
        attributes={"input": {"type": "date"}},
    )
    body = [
        html.Div(
            [
                choice_field(ENTER, "scale", _("Scale"), data=scales, value=_USUAL),
                number_field(ENTER.part("value"), _("Sum"), "", is_first=True),
                day,
            ],
            className="outcome-fields",
        ),
        text_field(ENTER, "note", _("Note")),
    ]
    send = [button(ENTER.part("save"), _("Save the score"), sends=ENTER.dialog, kind="primary")]
    resets = {"scale": {"value": _USUAL}}
    return form_dialog(words, ENTER, _("Outcome score"), body, send, width=560, resets=resets)


def _voiding(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(_("Voids this entry, which stays on record:"), className="dialog-text"),
        html.P(id=VOID.part("who"), className="dialog-text"),
        text_field(VOID, "reason", _("Reason")),
    ]
    send = [button(VOID.part("void"), _("Void the score"), sends=VOID.dialog, kind="danger")]
    return form_dialog(words, VOID, _("Void an outcome score"), body, send)
