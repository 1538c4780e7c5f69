"""Manual entry of vital signs: three numbers by keyboard or keypad, asked once when unusual, never lost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, set_props

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import (
    GATEWAY_NOW,
    actions,
    button,
    collect,
    dialog,
    error_place,
    number_field,
)
from monitor.dashboard.entry import FIELDS, Answer, Typed, send_vitals
from monitor.dashboard.visit import current_visit
from monitor.dashboard.words import Words


def vitals_dialog(words: Words) -> Any:
    """The dialog, closed."""
    _ = words.gettext
    labels = field_labels(words)
    inputs = [number_field(f.id, labels[f.name], f.unit, is_first=f is FIELDS[0]) for f in FIELDS]
    return dialog(
        ids.VITALS_DIALOG,
        _("Enter vital signs"),
        [
            html.Div(
                [
                    *inputs,
                    dmc.TimePicker(
                        id=ids.VITALS_TIME,
                        name=ids.VITALS_TIME,
                        label=_("Measured at"),
                        format="24h",
                        size="md",
                        n_submit=0,
                        hoursInputLabel=_("Hours"),
                        minutesInputLabel=_("Minutes"),
                    ),
                ],
                className="vitals-fields",
            ),
            error_place(ids.VITALS_ERROR),
            html.Div(question_block(words, ""), id=ids.VITALS_QUESTION, hidden=True),
            actions(
                button(ids.VITALS_CLOSE, _("Close")),
                button(ids.VITALS_SUBMIT, _("Save"), kind="primary"),
            ),
            dcc.Store(id=ids.VITALS_OPENED_AT),
            dcc.Store(id=ids.VITALS_ENTRY),
            dcc.Store(id=ids.VITALS_SENT),
            dcc.Store(id=ids.VITALS_ASKED),
        ],
        size="lg",
    )


def question_block(words: Words, question: str) -> Any:
    """The question about an unusual value; a new one takes the focus, so that Enter answers it."""
    return html.Div(
        [
            html.Span(question),
            button(
                ids.VITALS_CONFIRM,
                words.gettext("Yes, it is right"),
                kind="primary",
                autoFocus=True,
            ),
        ],
        key=uuid4().hex,
        className="question",
        **attributes(role="alert"),
    )


def field_labels(words: Words) -> dict[str, str]:
    """The names of the fields."""
    _ = words.gettext
    return {
        "pulse_rate": _("Pulse"),
        "systolic": _("Systolic"),
        "diastolic": _("Diastolic"),
        "mean": _("Mean, if known"),
        "spo2": _("SpO₂"),
    }


def register_callbacks(app: Dash) -> None:
    """Opening, sending, answering the question, closing."""
    app.clientside_callback(
        f"function(clicks) {{ return clicks ? {GATEWAY_NOW} : window.dash_clientside.no_update; }}",
        Output(ids.VITALS_OPENED_AT, "data"),
        Input(ids.VITALS_OPEN, "n_clicks"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.VITALS_DIALOG, "opened"),
        Output(ids.VITALS_ENTRY, "data"),
        Output(ids.VITALS_TIME, "value"),
        *[Output(f.id, "value") for f in FIELDS],
        Input(ids.VITALS_OPENED_AT, "data"),
        prevent_initial_call=True,
    )
    def open_dialog(opened_at: int) -> tuple[bool | str, ...]:
        show(current_visit().words, Answer())
        return True, str(uuid4()), current_visit().words.clock(opened_at), *[""] * len(FIELDS)

    collect(
        app,
        ids.VITALS_SENT,
        {f.name: f"#{f.id}" for f in FIELDS} | {"clock": f"input[name='{ids.VITALS_TIME}']"},
        pressed=[ids.VITALS_SUBMIT, ids.VITALS_CONFIRM],
        submitted=[ids.VITALS_TIME, *[f.id for f in FIELDS]],
        known=[State(ids.VITALS_ENTRY, "data")],
    )

    @app.callback(
        Output(ids.VITALS_DIALOG, "opened", allow_duplicate=True),
        Output(ids.VITALS_ASKED, "data"),
        Input(ids.VITALS_SENT, "data"),
        State(ids.SESSION_ID, "data"),
        State(ids.VITALS_OPENED_AT, "data"),
        State(ids.VITALS_ASKED, "data"),
        running=[(Output(ids.VITALS_SUBMIT, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def submit(sent: dict[str, Any], session: str, opened_at: int, asked: Any) -> Any:
        clock = sent["values"].pop("clock")
        values = {name: text for name, text in sent["values"].items() if text}
        # A confirmation holds for the values that were asked about, not for ones changed since.
        confirmed = sent["pressed"] == ids.VITALS_CONFIRM and values == asked
        typed = Typed(session, sent["known"][0], values, clock, opened_at, confirmed)
        answer = await send_vitals(current_visit(), typed)
        show(current_visit().words, answer)
        return not answer.is_done, values if answer.question else None

    app.clientside_callback(
        "function(clicks) { return clicks ? false : window.dash_clientside.no_update; }",
        Output(ids.VITALS_DIALOG, "opened", allow_duplicate=True),
        Input(ids.VITALS_CLOSE, "n_clicks"),
        prevent_initial_call=True,
    )


def show(words: Words, answer: Answer) -> None:
    """Put an answer into the dialog of the request that is being answered."""
    for known in FIELDS:
        set_props(known.id, {"error": answer.errors.get(known.name, "")})
    set_props(ids.VITALS_TIME, {"error": answer.errors.get("measured_at", "")})
    set_props(ids.VITALS_ERROR, {"children": answer.sentence})
    set_props(
        ids.VITALS_QUESTION,
        {"children": question_block(words, answer.question), "hidden": not answer.question},
    )
