"""Starting a session in a free room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update, set_props
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from monitor.dashboard import ids
from monitor.dashboard.components.fields import (
    actions,
    button,
    collect,
    dialog,
    error_place,
    number_field,
)
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.wire.orders import StartSession

_FIELDS = {
    "patient": ids.START_PATIENT,
    "weight_kg": ids.START_WEIGHT,
    "protocol": ids.START_PROTOCOL,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """``session`` is the new one; otherwise errors beside the fields, or one sentence."""

    session: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""


def start_dialog(visit: Visit) -> Any:
    """The dialog, closed, with the request that opens it."""
    _ = visit.words.gettext
    protocols = [
        {"value": protocol.name, "label": _(protocol.title)}
        for protocol in visit.parts.protocols.values()
    ]
    return html.Div(
        [
            dcc.Store(id=ids.START_REQUEST),
            dcc.Store(id=ids.START_SENT),
            dialog(
                ids.START_DIALOG,
                html.Span(id=ids.START_TITLE),
                [
                    html.Div(
                        [
                            dmc.TextInput(
                                id=ids.START_PATIENT,
                                label=_("Patient reference"),
                                description=_("As on the patient's paper, like P-0417. No names."),
                                value="",
                                size="md",
                                n_submit=0,
                                attributes={
                                    "input": {"data-autofocus": "true", "autoComplete": "off"}
                                },
                            ),
                            number_field(
                                ids.START_WEIGHT, _("Weight, if known"), "kg", decimals=True
                            ),
                            dmc.Select(
                                id=ids.START_PROTOCOL,
                                label=_("Protocol"),
                                data=protocols,
                                value=protocols[0]["value"] if protocols else None,
                                allowDeselect=False,
                                size="md",
                            ),
                        ],
                        className="start-fields",
                    ),
                    error_place(ids.START_ERROR),
                    actions(
                        button(ids.START_CLOSE, _("Close")),
                        button(ids.START_SUBMIT, _("Start session"), kind="primary"),
                    ),
                ],
            ),
        ]
    )


async def start(visit: Visit, room: str, patient: str, weight: str, protocol: str) -> Outcome:
    """Send the order; a refusal is told beside the field it is about."""
    try:
        order = StartSession.model_validate(
            {
                "room": room,
                "patient": patient.strip(),
                "weight_kg": weight.replace(",", ".") or None,
                "protocol": protocol,
            }
        )
        result = await visit.send(order)
    except ValidationError as error:
        return Outcome(errors=_invalid(visit.words, str(error.errors()[0]["loc"][0])))
    except GatewayUnreachableError as error:
        return Outcome(sentence=unreachable_text(visit.words, error))
    if result.ok:
        return Outcome(session=str(result.result["session"]))
    text = refusal_text(visit.words, result)
    return (
        Outcome(errors={result.field: text}) if result.field in _FIELDS else Outcome(sentence=text)
    )


def register_callbacks(app: Dash) -> None:
    """Opening, sending, closing."""

    @app.callback(
        Output(ids.START_DIALOG, "opened"),
        Input(ids.START_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def open_dialog(request: dict[str, Any] | None) -> bool:
        if not request:
            raise PreventUpdate
        _open(current_visit().words, str(request["room"]))
        return True

    collect(
        app,
        ids.START_SENT,
        {"patient": f"#{ids.START_PATIENT}", "weight": f"#{ids.START_WEIGHT}"},
        pressed=[ids.START_SUBMIT],
        submitted=[ids.START_PATIENT, ids.START_WEIGHT],
        known=[State(ids.START_REQUEST, "data"), State(ids.START_PROTOCOL, "value")],
    )

    @app.callback(
        Output(ids.START_DIALOG, "opened", allow_duplicate=True),
        Output(ids.GO_TO, "href"),
        Input(ids.START_SENT, "data"),
        running=[(Output(ids.START_SUBMIT, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def submit(sent: dict[str, Any]) -> tuple[bool, Any]:
        typed, (request, protocol) = sent["values"], sent["known"]
        outcome = await start(
            current_visit(), request["room"], typed["patient"], typed["weight"], protocol
        )
        _show(outcome)
        return not outcome.session, f"/session/{outcome.session}" if outcome.session else no_update

    app.clientside_callback(
        "function(clicks) { return clicks ? false : window.dash_clientside.no_update; }",
        Output(ids.START_DIALOG, "opened", allow_duplicate=True),
        Input(ids.START_CLOSE, "n_clicks"),
        prevent_initial_call=True,
    )


def _open(words: Words, room: str) -> None:
    title = words.gettext("Start a session in room {room}").format(room=room)
    set_props(ids.START_TITLE, {"children": title})
    set_props(ids.START_PATIENT, {"value": ""})
    set_props(ids.START_WEIGHT, {"value": ""})
    _show(Outcome())


def _show(outcome: Outcome) -> None:
    for name, field_id in _FIELDS.items():
        set_props(field_id, {"error": outcome.errors.get(name, "")})
    set_props(ids.START_ERROR, {"children": outcome.sentence})


def _invalid(words: Words, field_name: str) -> dict[str, str]:
    _ = words.gettext
    texts = {
        "patient": _("Letters, digits, dots and hyphens, at most 40."),
        "weight_kg": _("A weight in kilograms, above 0 and below 500."),
    }
    name = field_name if field_name in _FIELDS else "patient"
    return {name: texts.get(name, _("This is not possible."))}
