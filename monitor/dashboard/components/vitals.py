"""Manual entry of vital signs: three numbers by keyboard or keypad, asked once when unusual, never lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html

from monitor.dashboard import ids
from monitor.dashboard.amends import measured_at
from monitor.dashboard.components.amending import amending_place
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import (
    Plan,
    actions,
    answer_told,
    button,
    clock_field,
    close_button,
    dialog,
    dialog_part,
    error_place,
    number_field,
    register_dialog,
)
from monitor.dashboard.entry import FIELDS, Answer, Typed, send_vitals
from monitor.dashboard.visit import current_visit
from monitor.dashboard.words import Words

_PLAN = Plan(
    sent=ids.VITALS_SENT,
    told=ids.VITALS_TOLD,
    texts={f.name: f.id for f in FIELDS} | {"reason": ids.VITALS_REASON},
    clock=ids.VITALS_TIME,
    submit=ids.VITALS_SUBMIT,
    confirm=ids.VITALS_CONFIRM,
)
_PLACES = {f.name: f.id for f in FIELDS} | {
    "measured_at": ids.VITALS_TIME,
    "reason": ids.VITALS_REASON,
}


def vitals_dialog(words: Words) -> Any:
    """The dialog, closed."""
    _ = words.gettext
    labels = field_labels(words)
    inputs = [number_field(f.id, labels[f.name], f.unit, is_first=f is FIELDS[0]) for f in FIELDS]
    reason = dmc.TextInput(
        id=ids.VITALS_REASON,
        label=_("Reason for the correction"),
        value="",
        size="md",
        attributes={"input": {"autoComplete": "off", "maxLength": 500}},
    )
    submit = button(ids.VITALS_SUBMIT, _("Save"), kind="primary", sends=ids.VITALS_DIALOG)
    return dialog(
        ids.VITALS_DIALOG,
        _("Enter vital signs"),
        _("Close"),
        [
            amending_place(words, reason),
            html.Div(
                [*inputs, clock_field(ids.VITALS_TIME, words, _("Measured at"))],
                className="vitals-fields",
            ),
            error_place(),
            question_place(words),
            actions(close_button(_("Close")), submit),
        ],
        _PLAN,
        width=620,
    )


def question_place(words: Words) -> Any:
    """The question about an unusual value and the button that answers it."""
    confirm = button(
        ids.VITALS_CONFIRM,
        words.gettext("Yes, it is right"),
        kind="primary",
        sends=ids.VITALS_DIALOG,
    )
    return html.Div(
        [dialog_part("question-text", "question-text"), confirm],
        className="question",
        hidden=True,
        **attributes(role="alert", data_part="question"),
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
        "resp_rate": _("Respiration, if counted"),
    }


def register_callbacks(app: Dash) -> None:
    """Sending; the script opens, asks and closes."""
    register_dialog(app, _PLAN)

    @app.callback(
        Output(ids.VITALS_TOLD, "data"),
        Output(ids.SESSION_CHANGED, "data", allow_duplicate=True),
        Input(ids.VITALS_SENT, "data"),
        State(ids.SESSION_ID, "data"),
        prevent_initial_call=True,
    )
    async def submit(sent: dict[str, Any], session: str) -> tuple[dict[str, Any], int]:
        visit, typed = current_visit(), typed_of(session, sent)
        amended_at = await asyncio.to_thread(measured_at, visit, session, typed.amends)
        answer = await send_vitals(visit, replace(typed, amended_at=amended_at))
        return told(sent["entry"], answer), sent["at"]


def typed_of(session: str, sent: dict[str, Any]) -> Typed:
    """What the script sent, as typed."""
    given = dict(sent["values"])
    clock, reason = given.pop("clock", ""), given.pop("reason", "")
    return Typed(
        session=session,
        entry=sent["entry"],
        values={name: text for name, text in given.items() if text},
        clock=clock,
        opened_at=sent["opened_at"],
        confirmed=sent["confirmed"],
        amends=sent.get("amends") or "",
        reason=reason,
    )


def told(entry: str, answer: Answer) -> dict[str, Any]:
    """The answer for the script."""
    errors = {_PLACES[name]: text for name, text in answer.errors.items()}
    return answer_told(
        entry,
        done=answer.is_done,
        errors=errors,
        sentence=answer.sentence,
        question=answer.question,
    )
