"""Starting a session in a free room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update, set_props
from pydantic import ValidationError

from monitor.dashboard import ids
from monitor.dashboard.components import start_plan
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import (
    Plan,
    actions,
    answer_told,
    button,
    close_button,
    dialog,
    error_place,
    number_field,
    patient_field,
    register_dialog,
)
from monitor.dashboard.components.start_plan import Known, start_more
from monitor.dashboard.course_orders import paper_moment
from monitor.dashboard.order_forms import WrongFieldError
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.wire.orders import OrderResult, StartSession

_FIELDS = {
    "patient": ids.START_PATIENT,
    "weight_kg": ids.START_WEIGHT,
    "protocol": ids.START_PROTOCOL,
    "date": ids.START_PAPER_DATE,
    "time": ids.START_PAPER_TIME,
}
_PLACES = frozenset({"paper_from", "at"})
"""What the gateway calls the time on the paper."""
_GUARDS = frozenset({"other_room", "other_patient", "other_protocol"})
"""Refusals of the guard against the wrong room that a reason passes."""
_PLAN = Plan(
    sent=ids.START_SENT,
    told=ids.START_TOLD,
    opening=ids.START_OPENING,
    texts={
        "patient": ids.START_PATIENT,
        "weight": ids.START_WEIGHT,
        "despite": ids.START_DESPITE,
        "date": ids.START_PAPER_DATE,
        "time": ids.START_PAPER_TIME,
    },
    choices=(ids.START_PROTOCOL,),
    submit=ids.START_SUBMIT,
    resets={
        ids.START_DESPITE_PLACE: {"hidden": True},
        ids.START_PLANNED_TEXT: {"children": ""},
    },
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``session`` is the new one; otherwise errors beside the fields, or one sentence."""

    session: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    wants_despite: bool = False
    """Whether a reason would pass what the plan says otherwise."""


def start_dialog(visit: Visit) -> Any:
    """The dialog, closed, with the request that opens it."""
    _ = visit.words.gettext
    planned = html.P(
        id=ids.START_PLANNED_TEXT,
        className="dialog-text start-planned",
        **attributes(role="status"),
    )
    submit = button(ids.START_SUBMIT, _("Start session"), kind="primary", sends=ids.START_DIALOG)
    body = [
        planned,
        html.Div(_start_fields(visit), className="start-fields"),
        *start_more(visit.words),
        error_place(),
        actions(close_button(_("Close")), submit),
    ]
    title = html.Span(id=ids.START_TITLE)
    stores = [dcc.Store(id=ids.START_REQUEST), dcc.Store(id=ids.START_OFFERED)]
    return html.Div(
        [
            *stores,
            dcc.Store(id=ids.START_PLANNED),
            dialog(ids.START_DIALOG, title, _("Close"), body, _PLAN, width=480),
        ]
    )


def _start_fields(visit: Visit) -> list[Any]:
    _ = visit.words.gettext
    protocols = [
        {"value": protocol.name, "label": _(protocol.title)}
        for protocol in visit.parts.protocols.values()
    ]
    return [
        patient_field(visit.words, ids.START_PATIENT),
        number_field(ids.START_WEIGHT, _("Weight, if known"), "kg", decimals=True),
        dmc.Select(
            id=ids.START_PROTOCOL,
            label=_("Protocol"),
            data=protocols,
            value=protocols[0]["value"] if protocols else None,
            allowDeselect=False,
            size="md",
        ),
    ]


async def start(
    visit: Visit,
    room: str,
    patient: str,
    weight: str,
    protocol: str,
    planned: str | None = None,
    *,
    despite: str = "",
    paper: tuple[str, str] = ("", ""),
) -> Outcome:
    """Send the order; a refusal is told beside the field it is about.

    ``planned``: the visit that this is. ``despite``: why it starts otherwise than planned. ``paper``: date and time of
    its beginning, for one that was kept on paper.
    """
    try:
        order = StartSession.model_validate(
            {
                "room": room,
                "patient": patient.strip(),
                "weight_kg": weight.replace(",", ".") or None,
                "protocol": protocol,
                "visit": planned,
                "despite": despite or None,
                "paper_from": paper_moment(visit.words, *paper),
            }
        )
        result = await visit.send(order)
    except WrongFieldError as error:
        return Outcome(errors={error.args[0]: visit.words.gettext("This is not a time.")})
    except ValidationError as error:
        return Outcome(errors=_invalid(visit.words, str(error.errors()[0]["loc"][0])))
    except GatewayUnreachableError as error:
        return Outcome(sentence=unreachable_text(visit.words, error))
    if result.ok:
        return Outcome(session=str(result.result["session"]))
    return _refused(visit.words, result)


def _refused(words: Words, result: OrderResult) -> Outcome:
    text = refusal_text(words, result)
    if result.code in _GUARDS:
        ask = words.gettext("Start nevertheless only with a reason.")
        return Outcome(sentence=f"{text} {ask}", wants_despite=True)
    place = "time" if result.field in _PLACES else result.field
    return Outcome(errors={place: text}) if place in _FIELDS else Outcome(sentence=text)


def register_callbacks(app: Dash) -> None:
    """Sending; the script opens and closes. A planned visit brings its patient along."""
    register_dialog(app, _PLAN)
    app.clientside_callback(
        """function(opening, request) {
            if (opening && request && request.texts) {
                window.InfusionMonitor.dialogs.offer({ entry: opening.entry, texts: request.texts });
            }
            return window.dash_clientside.no_update;
        }""",
        Output(ids.START_OFFERED, "data"),
        Input(ids.START_OPENING, "data"),
        State(ids.START_REQUEST, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.START_TOLD, "data"),
        Output(ids.GO_TO, "href"),
        Input(ids.START_SENT, "data"),
        State(ids.START_REQUEST, "data"),
        State(ids.START_PLANNED, "data"),
        State(ids.START_PROTOCOL, "value"),
        prevent_initial_call=True,
    )
    async def submit(
        sent: dict[str, Any], request: dict[str, Any], known: Known, protocol: str
    ) -> Any:
        outcome = await _submit(current_visit(), sent["values"], request, known, protocol)
        address = f"/session/{outcome.session}" if outcome.session else no_update
        return told(sent["entry"], outcome), address

    start_plan.register_callbacks(app)


async def _submit(
    visit: Visit, typed: Mapping[str, str], request: Mapping[str, Any], known: Known, protocol: str
) -> Outcome:
    given = (request["room"], typed["patient"], typed["weight"], protocol)
    planned = request.get("visit") or start_plan.visit_of(known, request["room"], typed["patient"])
    paper = (typed["date"], typed["time"])
    outcome = await start(visit, *given, planned, despite=typed["despite"], paper=paper)
    if outcome.wants_despite:
        set_props(ids.START_DESPITE_PLACE, {"hidden": False})
    return outcome


def told(entry: str, outcome: Outcome) -> dict[str, Any]:
    """The answer for the script."""
    errors = {_FIELDS[name]: text for name, text in outcome.errors.items()}
    done = bool(outcome.session)
    return answer_told(entry, done=done, errors=errors, sentence=outcome.sentence)


def _invalid(words: Words, field_name: str) -> dict[str, str]:
    _ = words.gettext
    texts = {
        "patient": _("Letters, digits, dots and hyphens, at most 40."),
        "weight_kg": _("A weight in kilograms, above 0 and below 500."),
    }
    name = field_name if field_name in _FIELDS else "patient"
    return {name: texts.get(name, _("This is not possible."))}
