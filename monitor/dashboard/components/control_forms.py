"""The dialogs about a session's alarms: limits, baseline, planned pause, alarms off, hand-over."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, html

from monitor.dashboard import ids, order_forms
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.control_fills import (
    fill_baseline,
    fill_handover,
    fill_limits,
    fill_nothing,
    fill_switch,
    pause_choices,
    rises_told,
)
from monitor.dashboard.components.fields import button, number_field
from monitor.dashboard.components.forms import (
    Form,
    choice_field,
    form_dialog,
    register_form,
    text_field,
)
from monitor.dashboard.visit import current_visit
from monitor.dashboard.words import Words

LIMITS = Form(
    name="limits",
    make=order_forms.limit_order,
    fill=fill_limits,
    presses={"set": "set", "take-out": "take_out"},
    texts=("value", "reason"),
    choices=("limit",),
    stays=True,
)
BASELINE = Form(
    name="baseline",
    make=order_forms.baseline_order,
    fill=fill_baseline,
    presses={"confirm": "confirm"},
    texts=("systolic", "diastolic", "pulse_rate", "spo2"),
)
PAUSE = Form(
    name="pause",
    make=order_forms.pause_order,
    fill=fill_nothing,
    presses={"pause": "pause", "resume": "resume"},
    texts=("reason",),
    choices=("why", "minutes"),
)
SWITCH = Form(
    name="switch",
    make=order_forms.switch_order,
    fill=fill_switch,
    presses={"off": "off", "on": "on"},
    texts=("reason",),
    choices=("metric",),
)
HANDOVER = Form(
    name="handover",
    make=order_forms.handover_order,
    fill=fill_handover,
    presses={"offer": "offer", "accept": "accept"},
    choices=("to",),
)
_PAUSE_MINUTES = "3"
FORMS = (LIMITS, BASELINE, PAUSE, SWITCH, HANDOVER)


def control_dialogs(words: Words) -> list[Any]:
    """Every dialog, closed."""
    return [
        _limits(words),
        _baseline(words),
        _pause(words),
        _switch(words),
        _handover(words),
    ]


def register_callbacks(app: Dash) -> None:
    """The forms, and what the rise limits become."""
    for form in FORMS:
        register_form(app, form)

    @app.callback(
        Output(BASELINE.part("rises"), "children"),
        Input(BASELINE.part("systolic"), "value"),
        Input(BASELINE.part("diastolic"), "value"),
        Input(ids.SESSION_ID, "data"),
        prevent_initial_call=True,
    )
    def tell_rises(systolic: str, diastolic: str, session_id: str) -> str:
        return rises_told(current_visit(), session_id, systolic, diastolic)


def _limits(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.Div(
            id=LIMITS.part("table"),
            className="limits-table",
            # It scrolls: arrow keys need it to have the focus.
            tabIndex="0",
            role="region",
            **attributes(aria_label=_("Alarm limits of this patient")),
        ),
        html.Div(
            [
                choice_field(LIMITS, "limit", _("Change the limit"), is_first=True),
                number_field(LIMITS.part("value"), _("To"), "", decimals=True),
                text_field(LIMITS, "reason", _("Reason")),
            ],
            className="limit-fields",
        ),
    ]
    send = [
        button(
            LIMITS.part("take-out"), _("Take the limit out"), sends=LIMITS.dialog, kind="danger"
        ),
        button(LIMITS.part("set"), _("Set the limit"), sends=LIMITS.dialog, kind="primary"),
    ]
    return form_dialog(words, LIMITS, _("Alarm limits of this patient"), body, send, width=880)


def _baseline(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(id=BASELINE.part("text"), className="dialog-text"),
        html.Div(
            [
                number_field(BASELINE.part("systolic"), _("Systolic"), "mmHg", is_first=True),
                number_field(BASELINE.part("diastolic"), _("Diastolic"), "mmHg"),
                number_field(BASELINE.part("pulse_rate"), _("Pulse"), "/min"),
                number_field(BASELINE.part("spo2"), _("SpO₂"), "%"),
            ],
            className="vitals-fields pair",
        ),
        html.P(id=BASELINE.part("rises"), className="dialog-note"),
    ]
    send = [
        button(
            BASELINE.part("confirm"), _("Confirm baseline"), sends=BASELINE.dialog, kind="primary"
        )
    ]
    return form_dialog(words, BASELINE, _("Resting values"), body, send)


def _pause(words: Words) -> Any:
    _ = words.gettext
    reasons, minutes = pause_choices(words)
    usual = reasons[0]["value"]
    text = _(
        "No new alarm signals until the pause ends by itself. The pause stands on the list of what is not watched."
    )
    body = [
        html.P(text, className="dialog-text"),
        html.Div(
            [
                choice_field(PAUSE, "why", _("Reason"), is_first=True, data=reasons, value=usual),
                choice_field(PAUSE, "minutes", _("For"), data=minutes, value=_PAUSE_MINUTES),
            ],
            className="pair-fields",
        ),
        text_field(PAUSE, "reason", _("In words, if other")),
    ]
    send = [button(PAUSE.part("pause"), _("Pause alarms"), sends=PAUSE.dialog, kind="primary")]
    resets = {"why": {"value": usual}, "minutes": {"value": _PAUSE_MINUTES}}
    return form_dialog(words, PAUSE, _("Planned alarm pause"), body, send, resets=resets)


def _switch(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(
            _("The limits of this metric stay off until somebody switches them on again."),
            className="dialog-text",
        ),
        choice_field(SWITCH, "metric", _("Metric"), is_first=True),
        text_field(SWITCH, "reason", _("Reason")),
    ]
    send = [
        button(SWITCH.part("on"), _("Alarms on"), sends=SWITCH.dialog),
        button(SWITCH.part("off"), _("Alarms off"), sends=SWITCH.dialog, kind="danger"),
    ]
    return form_dialog(words, SWITCH, _("Alarms off"), body, send)


def _handover(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(id=HANDOVER.part("text"), className="dialog-text"),
        choice_field(HANDOVER, "to", _("Offer it to"), is_first=True),
    ]
    send = [button(HANDOVER.part("offer"), _("Offer"), sends=HANDOVER.dialog, kind="primary")]
    return form_dialog(words, HANDOVER, _("Hand over"), body, send)
