"""Manual entry of vital signs: three numbers by keyboard or keypad, asked once when unusual, never lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, set_props
from pydantic import ValidationError

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import actions, button, dialog, error_place, number_field
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain import entries
from monitor.wire.base import rfc3339
from monitor.wire.orders import EnterVitals, OrderResult


class _Field(NamedTuple):
    name: str
    id: str
    unit: str


FIELDS = (
    _Field("pulse_rate", ids.VITALS_PULSE, "/min"),
    _Field("systolic", ids.VITALS_SYSTOLIC, "mmHg"),
    _Field("diastolic", ids.VITALS_DIASTOLIC, "mmHg"),
    _Field("mean", ids.VITALS_MEAN, "mmHg"),
    _Field("spo2", ids.VITALS_SPO2, "%"),
)
"""In tab order."""

_COLLECT_SCRIPT = """function(save, confirm, ...rest) {
    const pressed = window.dash_clientside.callback_context.triggered[0];
    if (!pressed || !pressed.value) return window.dash_clientside.no_update;
    // What stands in the fields, not what has reached Dash: a quick Enter overtakes the last digit typed.
    const values = {};
    for (const [name, id] of Object.entries(FIELDS)) {
        const text = document.getElementById(id).value.trim();
        if (text) values[name] = text;
    }
    const clock = document.querySelector("input[name='TIME']");
    return {
        values: values,
        clock: clock ? clock.value : "",
        entry: rest[rest.length - 1],
        confirm: pressed.prop_id === "CONFIRM.n_clicks",
        at: Date.now(),
    };
}"""
_COLLECT = (
    _COLLECT_SCRIPT.replace("FIELDS", json.dumps({f.name: f.id for f in FIELDS}))
    .replace("TIME", ids.VITALS_TIME)
    .replace("CONFIRM", ids.VITALS_CONFIRM)
)


class NotANumberError(ValueError):
    """``args[0]`` names the field."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the dialog when it is sent."""

    session: str
    entry: str
    values: Mapping[str, str]
    clock: str
    opened_at: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """How the dialog goes on: closed when done, else with errors beside the fields, a question, or one sentence."""

    is_done: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    question: str = ""
    sentence: str = ""


def numbers(values: Mapping[str, str]) -> dict[str, float]:
    """The numbers that were typed, with a point or a comma. Raises NotANumberError for the first that is none."""
    found = {}
    for name, text in values.items():
        try:
            found[name] = float(text.replace(",", "."))
        except ValueError:
            raise NotANumberError(name) from None
    return found


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


def as_order(words: Words, typed: Typed) -> EnterVitals:
    """The order that these entries mean. Raises ValueError for a time or number that is none."""
    opened_clock = words.clock(typed.opened_at)
    set_back = typed.clock[:5] not in ("", opened_clock)
    return EnterVitals.model_validate(
        {
            "entry": typed.entry,
            "session": typed.session,
            # Left at the opening minute it means now, by the gateway's own clock.
            "measured_at": rfc3339(words.moment_at(typed.clock[:5], typed.opened_at))
            if set_back
            else None,
            "confirmed": typed.confirmed,
            **numbers(typed.values),
        }
    )


def answer_to(words: Words, typed: Typed, result: OrderResult) -> Answer:
    """How the dialog goes on after the gateway's answer."""
    if result.ok:
        return Answer(is_done=True)
    if result.code == "unusual":
        return Answer(question=question(words, numbers(typed.values)))
    names = {f.name for f in FIELDS} | {"measured_at"}
    if result.field in names:
        return Answer(errors={result.field: refusal_text(words, result)})
    return Answer(sentence=refusal_text(words, result))


async def send_vitals(visit: Visit, typed: Typed) -> Answer:
    """Send what was typed; whatever comes back, nothing typed is lost."""
    try:
        order = as_order(visit.words, typed)
    except NotANumberError as error:
        return Answer(errors={error.args[0]: visit.words.gettext("This is not a number.")})
    except ValidationError:
        return Answer(
            sentence=visit.words.gettext("One of these is not a number that can be kept.")
        )
    except ValueError:
        return Answer(errors={"measured_at": visit.words.gettext("This is not a time.")})
    try:
        return answer_to(visit.words, typed, await visit.send(order))
    except GatewayUnreachableError as error:
        return Answer(sentence=unreachable_text(visit.words, error))


def register_callbacks(app: Dash) -> None:
    """Opening, sending, answering the question, closing."""
    # The gateway's clock, not the tablet's: the page's script keeps it on the clock's element.
    app.clientside_callback(
        """function(clicks) {
            if (!clicks) return window.dash_clientside.no_update;
            const clock = document.getElementById("clock");
            return Number(clock && clock.dataset.now) || Date.now();
        }""",
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

    app.clientside_callback(
        _COLLECT,
        Output(ids.VITALS_SENT, "data"),
        Input(ids.VITALS_SUBMIT, "n_clicks"),
        Input(ids.VITALS_CONFIRM, "n_clicks"),
        Input(ids.VITALS_TIME, "n_submit"),
        *[Input(f.id, "n_submit") for f in FIELDS],
        State(ids.VITALS_ENTRY, "data"),
        prevent_initial_call=True,
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
        # A confirmation holds for the values that were asked about, not for ones changed since.
        confirmed = sent["confirm"] and sent["values"] == asked
        typed = Typed(session, sent["entry"], sent["values"], sent["clock"], opened_at, confirmed)
        answer = await send_vitals(current_visit(), typed)
        show(current_visit().words, answer)
        return not answer.is_done, sent["values"] if answer.question else None

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


def question(words: Words, values: Mapping[str, float]) -> str:
    """Whether every unusual value is right, all in one question: the answer holds for all of them."""
    number = {name: words.number(value) for name, value in values.items()}
    pulse, spo2, bp = words.gettext("Pulse"), words.gettext("SpO₂"), words.gettext("BP")
    said = {
        "pulse_rate": f"{pulse} {number.get('pulse_rate')} /min",
        "spo2": f"{spo2} {number.get('spo2')} %",
    }
    pressure = f"{bp} {number.get('systolic')}/{number.get('diastolic')} mmHg"
    remaining, unusual = dict(values), []
    while remaining and (fault := entries.unusual(remaining)) is not None:
        unusual.append(said.get(fault.field, pressure))
        del remaining[fault.field]
    what = ", ".join(dict.fromkeys(unusual))
    return words.gettext("{what} – is that right?").format(what=what)
