"""Dialogs that give one kind of order: opened by a button, filled with what holds now, refusals beside the fields."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, set_props
from dash.exceptions import PreventUpdate

from monitor.dashboard import ids
from monitor.dashboard.amends import measured_at
from monitor.dashboard.components.fields import (
    Plan,
    actions,
    answer_told,
    close_button,
    dialog,
    error_place,
    register_dialog,
)
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

    ``texts`` and ``picks`` are read from the page when it is sent, ``choices`` from Dash. ``stays`` keeps it open when
    the order is done, filled anew. ``asked`` is a field of text that is out of sight until the gateway asks for it.
    """

    name: str
    make: Maker
    fill: Callable[[Visit, Session], Props]
    presses: Mapping[str, str]
    texts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    picks: tuple[str, ...] = ()
    clock: str = ""
    stays: bool = False
    asked: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that can be refused."""
        return (*self.texts, *self.choices, *self.picks, *((self.clock,) if self.clock else ()))

    @property
    def dialog(self) -> str:
        """The id of the dialog, for what opens it or sends it."""
        return self.part("dialog")

    def part(self, name: str) -> str:
        """The id of a part."""
        return ids.of_form(self.name, name)

    def plan(self, resets: Props, more_picks: Mapping[str, str] | None = None) -> Plan:
        """For the script. ``resets``: what an opening puts back, by part. ``more_picks``: groups of one page only."""
        hides: Props = {f"{self.asked}-place": {"hidden": True}} if self.asked else {}
        return Plan(
            sent=self.part("sent"),
            told=self.part("told"),
            opening=self.part("opening"),
            texts={name: self.part(name) for name in self.texts},
            choices=[self.part(name) for name in self.choices],
            picks={name: self.part(name) for name in self.picks} | dict(more_picks or {}),
            clock=self.part(self.clock) if self.clock else "",
            submit=self.part(next(iter(self.presses))) if self.texts or self.picks else "",
            resets={self.part(part): known for part, known in {**hides, **resets}.items()},
            asks=True,
        )


def form_dialog(
    words: Words,
    form: Form,
    title: str,
    body: list[Any],
    send: list[Any],
    *,
    width: int = 480,
    resets: Props | None = None,
    more_picks: Mapping[str, str] | None = None,
) -> Any:
    """The dialog of a form, closed: its body, the place of a refusal, and its buttons."""
    close = words.gettext("Close")
    return dialog(
        form.dialog,
        title,
        close,
        [
            *body,
            error_place(),
            actions(close_button(close), *send),
            dcc.Store(id=form.part("offer")),
        ],
        form.plan(resets or {}, more_picks),
        width=width,
    )


def text_field(form: Form, name: str, label: str, *, is_first: bool = False) -> Any:
    """A field for words; the first one of a dialog has the focus when it opens."""
    focused = {"data-autofocus": "true"} if is_first else {}
    return dmc.TextInput(
        id=form.part(name),
        label=label,
        value="",
        size="md",
        attributes={"input": {"autoComplete": "off", "maxLength": 500, **focused}},
    )


def fill_from_button(app: Dash, form: Form, known: str) -> None:
    """What the button knows that opened the dialog (``known``, a store) stands in its fields at once."""
    # In the browser: a server asked for it would answer after the first key.
    app.clientside_callback(
        """function(opening, known) {
            if (opening && known) window.InfusionMonitor.dialogs.offer({ entry: opening.entry, texts: known.texts });
            return window.dash_clientside.no_update;
        }""",
        Output(form.part("offer"), "data"),
        Input(form.part("opening"), "data"),
        State(known, "data"),
        prevent_initial_call=True,
    )


def asked_field(form: Form, label: str) -> Any:
    """The field of words that comes into sight when the gateway asks for it."""
    field = text_field(form, form.asked, label)
    return html.Div(field, id=form.part(f"{form.asked}-place"), hidden=True)


def choice_field(
    form: Form,
    name: str,
    label: str,
    *,
    is_first: bool = False,
    data: Sequence[Mapping[str, str]] = (),
    value: str | None = None,
) -> Any:
    """A choice of one; without ``data`` they come when the dialog opens."""
    first = {"input": {"data-autofocus": "true"}} if is_first else {}
    return dmc.Select(
        id=form.part(name),
        label=label,
        data=[dict(choice) for choice in data],
        value=value,
        size="md",
        allowDeselect=False,
        attributes=first,
    )


def register_form(app: Dash, form: Form) -> None:
    """Filling and sending; the script opens and closes."""
    register_dialog(app, form.plan({}))
    _register_filling(app, form)

    @app.callback(
        Output(form.part("told"), "data"),
        Output(ids.SESSION_CHANGED, "data", allow_duplicate=True),
        Input(form.part("sent"), "data"),
        State(ids.SESSION_ID, "data"),
        *[State(form.part(name), "value") for name in form.choices],
        prevent_initial_call=True,
    )
    async def submit(sent: dict[str, Any], session: str, *chosen: str | None) -> tuple[Any, int]:
        return await _submit(current_visit(), form, filled_of(form, sent, session, chosen))


def _register_filling(app: Dash, form: Form) -> None:
    @app.callback(
        Output(form.part("offer"), "data"),
        Input(form.part("opening"), "data"),
        State(ids.SESSION_ID, "data"),
        prevent_initial_call=True,
    )
    def fill(opening: dict[str, Any], session_id: str) -> dict[str, Any]:
        texts = _fill(current_visit(), form, session_id)
        return {"entry": opening["entry"], "texts": texts}

    app.clientside_callback(
        "function(told) { if (told) window.InfusionMonitor.dialogs.offer(told); }",
        Input(form.part("offer"), "data"),
        prevent_initial_call=True,
    )


def _fill(visit: Visit, form: Form, session_id: str) -> dict[str, str]:
    """Fill in what is durable. Returns proposals for the fields of text, by their id: the script places them."""
    session = visit.parts.records.session(session_id)
    if session is None:
        raise PreventUpdate
    proposed = {}
    for part, properties in form.fill(visit, session).items():
        if part in form.texts:
            proposed[form.part(part)] = str(properties["value"])
        else:
            set_props(form.part(part), dict(properties))
    return proposed


def filled_of(
    form: Form, sent: Mapping[str, Any], session: str, chosen: Sequence[str | None]
) -> Filled:
    """What the page sent, as a form."""
    values = sent["values"] | dict(zip(form.choices, chosen, strict=True))
    by_id = {form.part(name): meaning for name, meaning in form.presses.items()}
    amends = sent.get("amends") or ""
    pressed = by_id[sent["pressed"]]
    return Filled(session, values, pressed, sent["entry"], sent["opened_at"], amends)


async def _submit(visit: Visit, form: Form, filled: Filled) -> tuple[dict[str, Any], int]:
    amended_at = await asyncio.to_thread(measured_at, visit, filled.session, filled.amends)
    filled = replace(filled, amended_at=amended_at)
    answer = await send_filled(visit, form.make, filled, form.fields)
    if answer.is_done and form.stays:
        _fill(visit, form, filled.session)
    return told(form, filled.entry, answer), filled.opened_at


def told(form: Form, entry: str, answer: Answer) -> dict[str, Any]:
    """The answer for the script; a field that is asked for comes into sight with it."""
    if form.asked in answer.errors:
        set_props(form.part(f"{form.asked}-place"), {"hidden": False})
    errors = {form.part(name): text for name, text in answer.errors.items()}
    return answer_told(
        entry,
        done=answer.is_done,
        stays=form.stays,
        errors=errors,
        sentence=answer.sentence,
    )
