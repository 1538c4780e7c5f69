"""Manual entry of vital signs: three numbers by keyboard or keypad, asked once when unusual, never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, set_props
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import actions, button, dialog, error_place, number_field
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
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
Values = Mapping[str, float | str | None]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the dialog when it is sent."""

    session: str
    entry: str
    values: dict[str, float]
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


def typed_values(values: Values) -> dict[str, float]:
    """The numbers that were typed; an empty field is no value."""
    return {name: float(value) for name, value in values.items() if value not in (None, "")}


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
        "mean": _("Mean (may be left out)"),
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
            **typed.values,
        }
    )


def answer_to(words: Words, typed: Typed, result: OrderResult) -> Answer:
    """How the dialog goes on after the gateway's answer."""
    if result.ok:
        return Answer(is_done=True)
    if result.code == "unusual":
        return Answer(question=_question(words, typed.values, result.field))
    names = {f.name for f in FIELDS} | {"measured_at"}
    if result.field in names:
        return Answer(errors={result.field: refusal_text(words, result)})
    return Answer(sentence=refusal_text(words, result))


async def send_vitals(visit: Visit, typed: Typed) -> Answer:
    """Send what was typed; whatever comes back, nothing typed is lost."""
    try:
        order = as_order(visit.words, typed)
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
        [Output(f.id, "value") for f in FIELDS],
        Input(ids.VITALS_OPENED_AT, "data"),
        prevent_initial_call=True,
    )
    def open_dialog(opened_at: int) -> tuple[bool, str, str, list[str]]:
        show(current_visit().words, Answer())
        return True, str(uuid4()), current_visit().words.clock(opened_at), [""] * len(FIELDS)

    @app.callback(
        Output(ids.VITALS_DIALOG, "opened", allow_duplicate=True),
        Output(ids.VITALS_ASKED, "data"),
        inputs={
            "pressed": [Input(ids.VITALS_SUBMIT, "n_clicks"), Input(ids.VITALS_CONFIRM, "n_clicks")]
            + [Input(f.id, "n_submit") for f in FIELDS]
            + [Input(ids.VITALS_TIME, "n_submit")]
        },
        state={
            "values": {f.name: State(f.id, "value") for f in FIELDS},
            "clock": State(ids.VITALS_TIME, "value"),
            "opened_at": State(ids.VITALS_OPENED_AT, "data"),
            "entry": State(ids.VITALS_ENTRY, "data"),
            "session": State(ids.SESSION_ID, "data"),
            "asked": State(ids.VITALS_ASKED, "data"),
        },
        running=[(Output(ids.VITALS_SUBMIT, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def submit(pressed: list[int | None], values: Values, clock: str | None, opened_at: int, entry: str, session: str, asked: dict[str, float] | None) -> tuple[bool, dict[str, float] | None]:  # fmt: skip # noqa: E501, PLR0917
        if not any(pressed) or not entry:
            raise PreventUpdate
        numbers = typed_values(values)
        # A confirmation holds for the values that were asked about, not for ones changed since.
        confirmed = ctx.triggered_id == ids.VITALS_CONFIRM and numbers == asked
        typed = Typed(session, entry, numbers, clock or "", opened_at, confirmed)
        answer = await send_vitals(current_visit(), typed)
        show(current_visit().words, answer)
        return not answer.is_done, numbers if answer.question else None

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


def _question(words: Words, values: Mapping[str, float], field_name: str) -> str:
    number = {name: words.number(value) for name, value in values.items()}
    if field_name in ("systolic", "diastolic", "mean") and {"systolic", "diastolic"} <= set(number):
        what = f"{words.gettext('BP')} {number['systolic']}/{number['diastolic']} mmHg"
    else:
        unit = next((known.unit for known in FIELDS if known.name == field_name), "")
        label = words.gettext("Pulse") if field_name == "pulse_rate" else words.gettext("SpO₂")
        what = f"{label} {number.get(field_name, '')} {unit}"
    return words.gettext("{what} – is that right?").format(what=what)
