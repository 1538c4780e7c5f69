"""Dialogs that give one kind of order: opened by a button, filled with what holds now, refusals beside the fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, set_props
from dash.exceptions import PreventUpdate

from monitor.dashboard import ids
from monitor.dashboard.components.fields import (
    GATEWAY_NOW,
    actions,
    button,
    collect,
    dialog,
    error_place,
)
from monitor.dashboard.components.shell import show_notice
from monitor.dashboard.entry import Answer
from monitor.dashboard.order_forms import Filled, Maker, send_filled
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.sessions import Session

Props = Mapping[str, Mapping[str, Any]]
"""Part of a form to the properties that it gets."""


@dataclass(frozen=True, slots=True)
class Form:
    """One dialog. ``presses`` maps its sending buttons to what they mean; the first one is what Enter presses.

    ``texts`` are read from the page when it is sent, ``choices`` from Dash. ``outside`` are sending buttons that
    stand on the page. ``stays`` keeps it open when the order is done, filled anew.
    """

    name: str
    openers: tuple[str, ...]
    make: Maker
    fill: Callable[[Visit, Session], Props]
    presses: Mapping[str, str]
    texts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    clock: str = ""
    outside: tuple[str, ...] = ()
    stays: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that can be refused."""
        return (*self.texts, *self.choices, *((self.clock,) if self.clock else ()))

    def part(self, name: str) -> str:
        """The id of a part."""
        return ids.of_form(self.name, name)


def form_dialog(
    words: Words, form: Form, title: str, body: list[Any], send: list[Any], **rest: Any
) -> Any:
    """The dialog of a form, closed: its body, the place of a refusal, and its buttons."""
    _ = words.gettext
    return dialog(
        form.part("dialog"),
        title,
        [
            *body,
            html.P(
                _("Asked for. Not in force before the gateway confirms it."),
                id=form.part("asked"),
                className="form-asked",
                hidden=True,
            ),
            error_place(form.part("error")),
            actions(button(form.part("close"), _("Close")), *send),
            dcc.Store(id=form.part("opened-at")),
            dcc.Store(id=form.part("entry")),
            dcc.Store(id=form.part("sent")),
        ],
        **rest,
    )


def text_field(form: Form, name: str, label: str, *, is_first: bool = False, **rest: Any) -> Any:
    """A field for words."""
    first = {"data-autofocus": "true"} if is_first else {}
    return dmc.TextInput(
        id=form.part(name),
        label=label,
        value="",
        size="md",
        n_submit=0,
        attributes={"input": {"autoComplete": "off", "maxLength": 500, **first}},
        **rest,
    )


def choice_field(form: Form, name: str, label: str, *, is_first: bool = False) -> Any:
    """A choice of one; its data come when the dialog opens."""
    first = {"input": {"data-autofocus": "true"}} if is_first else {}
    return dmc.Select(
        id=form.part(name), label=label, data=[], size="md", allowDeselect=False, attributes=first
    )


def register_form(app: Dash, form: Form) -> None:
    """Opening, sending, closing."""
    _register_opening(app, form)
    collect(
        app,
        form.part("sent"),
        {name: f"#{form.part(name)}" for name in form.texts}
        | ({"clock": f"input[name='{form.part(form.clock)}']"} if form.clock else {}),
        pressed=[form.part(name) for name in form.presses],
        submitted=[form.part(name) for name in form.texts],
        known=[
            State(ids.SESSION_ID, "data"),
            State(form.part("entry"), "data"),
            State(form.part("opened-at"), "data"),
            *[State(form.part(name), "value") for name in form.choices],
        ],
    )

    @app.callback(
        Output(form.part("dialog"), "opened", allow_duplicate=True),
        Output(ids.SESSION_CHANGED, "data", allow_duplicate=True),
        Input(form.part("sent"), "data"),
        running=[
            *[(Output(form.part(name), "disabled"), True, False) for name in form.presses],
            (Output(form.part("asked"), "hidden"), False, True),
        ],
        prevent_initial_call=True,
    )
    async def submit(sent: dict[str, Any]) -> tuple[bool, int]:
        return await _submit(current_visit(), form, sent), sent["at"]


def _register_opening(app: Dash, form: Form) -> None:
    app.clientside_callback(
        f"""function() {{
            const pressed = window.dash_clientside.callback_context.triggered[0];
            return pressed && pressed.value ? {GATEWAY_NOW} : window.dash_clientside.no_update;
        }}""",
        Output(form.part("opened-at"), "data"),
        [Input(opener, "n_clicks") for opener in form.openers],
        prevent_initial_call=True,
    )

    @app.callback(
        Output(form.part("dialog"), "opened"),
        Output(form.part("entry"), "data"),
        Input(form.part("opened-at"), "data"),
        State(ids.SESSION_ID, "data"),
        prevent_initial_call=True,
    )
    def open_dialog(_opened_at: int, session_id: str) -> tuple[bool, str]:
        show(current_visit(), form, session_id, Answer(is_done=True))
        return True, str(uuid4())

    app.clientside_callback(
        "function(clicks) { return clicks ? false : window.dash_clientside.no_update; }",
        Output(form.part("dialog"), "opened", allow_duplicate=True),
        Input(form.part("close"), "n_clicks"),
        prevent_initial_call=True,
    )


def show(visit: Visit, form: Form, session_id: str, answer: Answer) -> None:
    """Put an answer into the dialog; one that is done fills it anew from what is durable."""
    session = visit.parts.records.session(session_id)
    if session is None:
        raise PreventUpdate
    for name in form.fields:
        set_props(form.part(name), {"error": answer.errors.get(name, "")})
    set_props(form.part("error"), {"children": answer.sentence})
    if answer.is_done:
        for part, properties in form.fill(visit, session).items():
            set_props(form.part(part), dict(properties))


def filled_of(form: Form, sent: Mapping[str, Any]) -> Filled:
    """What the page sent, as a form; Enter in a field presses the first button."""
    session, entry, opened_at, *chosen = sent["known"]
    values = sent["values"] | dict(zip(form.choices, chosen, strict=True))
    by_id = {form.part(name): meaning for name, meaning in form.presses.items()}
    pressed = by_id.get(sent["pressed"], next(iter(form.presses.values())))
    return Filled(session, values, pressed, entry or "", opened_at or 0)


async def _submit(visit: Visit, form: Form, sent: dict[str, Any]) -> bool:
    """Whether the dialog stays open."""
    filled = filled_of(form, sent)
    answer = await send_filled(visit, form.make, filled, form.fields)
    if filled.pressed in form.outside:
        show_notice(" ".join([answer.sentence, *answer.errors.values()]).strip())
        return False
    show(visit, form, filled.session, answer)
    return form.stays or not answer.is_done
