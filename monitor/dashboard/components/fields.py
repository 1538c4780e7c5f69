"""Form pieces of one look: large enough for a finger, labelled, with room for a refusal beside the field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html

from monitor.dashboard.components.attributes import attributes


def number_field(
    field: str, label: str, unit: str, *, decimals: bool = False, is_first: bool = False
) -> Any:
    """A number typed by keyboard or numeric keypad.

    It is a field for text on purpose: a numeric one drops what it does not take, and 9,5 without its comma is 95.
    """
    return dmc.TextInput(
        id=field,
        label=label,
        value="",
        size="md",
        rightSection=html.Span(unit, className="field-unit"),
        rightSectionWidth=64,
        n_submit=0,
        attributes={
            "input": {
                "inputMode": "decimal" if decimals else "numeric",
                "autoComplete": "off",
                "maxLength": 12,
                **({"data-autofocus": "true"} if is_first else {}),
            }
        },
    )


def dialog(dialog_id: str, title: Any, children: list[Any], **properties: Any) -> Any:
    """A modal dialog that a click beside it does not close, so that nothing typed is lost."""
    return dmc.Modal(
        id=dialog_id,
        title=title,
        opened=False,
        centered=True,
        closeOnClickOutside=False,
        transitionProps={"duration": 0},
        children=children,
        **properties,
    )


def actions(*buttons: Any) -> Any:
    """The row of buttons at the end of a dialog."""
    return html.Div(list(buttons), className="dialog-actions")


def button(
    button_id: str,
    text: str,
    *,
    kind: str = "",
    key: str | None = None,
    is_first: bool = False,
    **extra: Any,
) -> Any:
    """A button. ``kind`` is empty, ``primary`` or ``danger``; ``key`` is the letter that presses it.

    ``is_first`` gives it the focus when its dialog opens.
    """
    return html.Button(
        [text, html.Kbd(key)] if key else text,
        id=button_id,
        type="button",
        n_clicks=0,
        className=f"button {kind}".strip(),
        **attributes(
            data_key=key.lower() if key else None,
            data_autofocus="true" if is_first else None,
        ),
        **extra,
    )


GATEWAY_NOW = "Math.round(window.InfusionMonitor.clock.now())"
"""The gateway's clock in a script of the page, in ms since the epoch; a tablet's own may be wrong."""


def error_place(place: str) -> Any:
    """Where a form says why it was refused; read out when it changes."""
    return html.Div(id=place, className="form-error", role="alert")


_COLLECT = """function(...given) {
    const pressed = window.dash_clientside.callback_context.triggered[0];
    if (!pressed || !pressed.value) return window.dash_clientside.no_update;
    const values = {};
    for (const [name, place] of Object.entries(PLACES)) {
        const field = document.querySelector(place);
        values[name] = field ? field.value.trim() : "";
    }
    return { values: values, pressed: pressed.prop_id.split(".")[0], known: given.slice(INPUTS), at: Date.now() };
}"""


def collect(
    app: Dash,
    into: str,
    places: Mapping[str, str],
    *,
    pressed: Sequence[str],
    submitted: Sequence[str] = (),
    known: Sequence[State] = (),
) -> None:
    """Send a form by putting into the store ``into`` what stands in its fields when a button or Enter is pressed.

    Read from the page itself (``places`` are CSS selectors by name): a quick Enter overtakes what Dash knows of the
    last letters typed, and a reference or a number without its end is another one.
    """
    inputs = [
        *[Input(button_id, "n_clicks") for button_id in pressed],
        *[Input(field_id, "n_submit") for field_id in submitted],
    ]
    script = _COLLECT.replace("PLACES", json.dumps(dict(places)))
    app.clientside_callback(
        script.replace("INPUTS", str(len(inputs))),
        Output(into, "data"),
        *inputs,
        *known,
        prevent_initial_call=True,
    )
