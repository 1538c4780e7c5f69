"""Form pieces of one look: large enough for a finger, labelled, with room for a refusal beside the field."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from monitor.dashboard.components.attributes import attributes


def number_field(
    field: str, label: str, unit: str, *, decimals: int = 0, is_first: bool = False
) -> Any:
    """A number typed by keyboard or numeric keypad. Nothing is clamped: a wrong value is refused, not changed."""
    return dmc.NumberInput(
        id=field,
        label=label,
        value="",
        hideControls=True,
        allowNegative=False,
        allowDecimal=decimals > 0,
        decimalScale=decimals,
        allowedDecimalSeparators=[",", "."],
        clampBehavior="none",
        size="md",
        rightSection=html.Span(unit, className="field-unit"),
        rightSectionWidth=64,
        n_submit=0,
        attributes={
            "input": {
                "inputMode": "decimal" if decimals else "numeric",
                "autoComplete": "off",
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
    button_id: str, text: str, *, kind: str = "", key: str | None = None, **extra: Any
) -> Any:
    """A button. ``kind`` is empty, ``primary`` or ``danger``; ``key`` is the letter that presses it."""
    return html.Button(
        [text, html.Kbd(key)] if key else text,
        id=button_id,
        type="button",
        n_clicks=0,
        className=f"button {kind}".strip(),
        **attributes(data_key=key.lower() if key else None),
        **extra,
    )


def error_place(place: str) -> Any:
    """Where a form says why it was refused; read out when it changes."""
    return html.Div(id=place, className="form-error", role="alert")
