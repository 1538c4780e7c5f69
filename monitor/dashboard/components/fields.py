"""Form pieces of one look: large enough for a finger, labelled, with room for a refusal beside the field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, dcc, html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.words import Words


def number_field(
    field_id: str, label: str, unit: str, *, decimals: bool = False, is_first: bool = False
) -> Any:
    """A number typed by keyboard or numeric keypad.

    It is a field for text on purpose: a numeric one drops what it does not take, and 9,5 without its comma is 95.
    """
    return dmc.TextInput(
        id=field_id,
        label=label,
        value="",
        size="md",
        rightSection=html.Span(unit, className="field-unit"),
        rightSectionWidth=64,
        attributes={
            "input": {
                "inputMode": "decimal" if decimals else "numeric",
                "autoComplete": "off",
                "maxLength": 12,
                **({"data-autofocus": "true"} if is_first else {}),
            }
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the script does with a dialog, which opens, sends and closes in the browser without waiting for a server.

    ``texts``: name of a value to the field that it is read from, all cleared at each opening. ``choices``: fields whose
    value Dash knows. ``picks``: groups of large buttons. ``clock``: a field of time, set to now. ``sent``: the store
    that gets ``{values, pressed, entry, opened_at, confirmed, amends, at}``; ``amends`` is the entry that is corrected
    or voided. ``told``: the store whose content is the answer, see ``answer_told``. ``opening``: the store that gets
    ``{entry, at}`` so that the server may fill in the rest. ``submit``: the button that Enter presses.
    ``confirm``: the one that answers a question. ``resets``: properties of any part that an opening puts back.
    ``asks``: whether it says that what is asked for does not hold yet.
    """

    sent: str
    told: str
    texts: Mapping[str, str] = field(default_factory=dict)
    choices: Sequence[str] = ()
    picks: Mapping[str, str] = field(default_factory=dict)
    clock: str = ""
    opening: str = ""
    submit: str = ""
    confirm: str = ""
    resets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    asks: bool = False

    def as_json(self) -> str:
        """For the script."""
        refused = [*self.texts.values(), *self.choices, *([self.clock] if self.clock else [])]
        return json.dumps(asdict(self) | {"refused": refused})


def patient_field(words: Words, field_id: str) -> Any:
    """The patient's reference, first in its dialog."""
    _ = words.gettext
    return dmc.TextInput(
        id=field_id,
        label=_("Patient reference"),
        description=_("As on the patient's paper, like P-0417. No names."),
        value="",
        size="md",
        attributes={"input": {"data-autofocus": "true", "autoComplete": "off", "maxLength": 40}},
    )


def dialog(
    dialog_id: str, title: Any, close_text: str, children: list[Any], plan: Plan, *, width: int
) -> Any:
    """A dialog, closed. A click beside it does not close it, so that nothing typed is lost."""
    heading = f"{dialog_id}-heading"
    head = [
        html.H2(
            [html.Span(**attributes(data_part="correction")), title],
            id=heading,
            className="dialog-title",
        ),
        html.Button(
            "✕",
            type="button",
            className="dialog-x",
            **attributes(data_closes="true", aria_label=close_text),
        ),
    ]
    panel = html.Div(
        [html.Div(head, className="dialog-head"), *children],
        className="dialog",
        role="dialog",
        tabIndex=-1,
        style={"maxWidth": width},
        **attributes(aria_modal="true", aria_labelledby=heading),
    )
    stores = [name for name in (plan.sent, plan.told, plan.opening) if name]
    return html.Div(
        [panel, *(dcc.Store(id=name) for name in stores)],
        id=dialog_id,
        className="dialog-layer",
        hidden=True,
        **attributes(data_dialog=plan.as_json()),
    )


def dialog_part(name: str, class_name: str, **rest: Any) -> Any:
    """A place in a dialog that belongs to the script: ``error``, ``waiting``, ``question``, ``question-text``."""
    return html.Div(className=class_name, **attributes(data_part=name), **rest)


def answer_told(
    entry: str,
    *,
    done: bool,
    stays: bool = False,
    errors: Mapping[str, str] | None = None,
    sentence: str = "",
    question: str = "",
) -> dict[str, Any]:
    """How the dialog goes on that sent ``entry``: closed, or filled anew where it ``stays``, else with words.

    ``errors``: id of a field to what is wrong with it.
    """
    return {
        "entry": entry,
        "done": done,
        "stays": stays,
        "errors": dict(errors or {}),
        "sentence": sentence,
        "question": question,
    }


def register_dialog(app: Dash, plan: Plan) -> None:
    """Hand the server's answers to the script."""
    app.clientside_callback(
        "function(told) { if (told) window.InfusionMonitor.dialogs.answer(told); }",
        Input(plan.told, "data"),
        prevent_initial_call=True,
    )


def clock_field(clock: str, words: Words, label: str) -> Any:
    """A time of day, now unless a hand changes it."""
    _ = words.gettext
    picker = dmc.TimePicker(
        id=clock,
        name=clock,
        label=label,
        format="24h",
        size="md",
        hoursInputLabel=_("Hours"),
        minutesInputLabel=_("Minutes"),
    )
    return html.Div(picker, **attributes(data_clock="true"))


def close_button(text: str) -> Any:
    """Closes the dialog that it stands in."""
    return html.Button(text, type="button", className="button", **attributes(data_closes="true"))


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
    opens: str | None = None,
    sends: str | None = None,
    **extra: Any,
) -> Any:
    """A button. ``kind`` is empty, ``primary`` or ``danger``; ``key`` is the letter that presses it.

    ``is_first`` gives it the focus when its dialog opens. ``opens`` and ``sends`` name a dialog.
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
            data_opens=opens,
            data_sends=sends,
        ),
        **extra,
    )


def error_place() -> Any:
    """Where a form says that it waits, and why it was refused; read out when it changes."""
    return html.Div(
        [
            dialog_part("waiting", "form-asked", role="status"),
            dialog_part("error", "form-error", role="alert"),
        ]
    )
