"""The dialogs about a session's alarms: limits, baseline, score, planned pause, alarms off, hand-over."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html

from monitor.dashboard import ids, order_forms
from monitor.dashboard.alarm_words import (
    limit_name,
    own_limit_rows,
    pause_reasons,
    rise_text,
    score_words,
)
from monitor.dashboard.components.fields import button, number_field
from monitor.dashboard.components.forms import (
    Form,
    Props,
    choice_field,
    form_dialog,
    register_form,
    text_field,
)
from monitor.dashboard.components.tables import plain_table
from monitor.dashboard.standing import (
    KINDS,
    controls_of,
    own_limits,
    propose_baseline,
    rise_limits,
)
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.controls import Controls
from monitor.domain.limits import AlarmSettings
from monitor.domain.readings import Metric
from monitor.domain.sessions import Session


def settings_of(visit: Visit, session: Session) -> AlarmSettings:
    """The alarm settings of the session's protocol; none for a protocol that is gone."""
    protocol = visit.parts.protocols.get(session.protocol)
    return protocol.alarms if protocol else AlarmSettings()


def controls(visit: Visit, session: Session) -> Controls:
    """What staff have set on the session, as far as it is durable."""
    return controls_of(visit.parts.records.facts(session.id, KINDS)) if session.id else Controls()


def fill_limits(visit: Visit, session: Session) -> Props:
    """The limits as they stand, to choose one from."""
    standing = own_limits(settings_of(visit, session), session, controls(visit, session))
    words, _ = visit.words, visit.words.gettext
    heads = [
        _("Alarm limit"),
        _("Protocol"),
        _("This patient"),
        _("Priority"),
        _("Now"),
        _("Source"),
    ]
    choices = [
        {"value": own.limit.id, "label": limit_name(words, visit.phrases, own.limit)}
        for own in standing
    ]
    return {
        "table": {"children": plain_table(heads, own_limit_rows(words, visit.phrases, standing))},
        "limit": {"data": choices},
        "value": {"value": ""},
        "reason": {"value": ""},
    }


def fill_baseline(visit: Visit, session: Session) -> Props:
    """The confirmed baseline, or the mean of the resting cuffs as a proposal."""
    words, confirmed = visit.words, controls(visit, session).baseline
    readings = [stored.reading for stored in visit.parts.records.readings(session.id)]
    proposal = propose_baseline(readings, session)
    if confirmed:
        told = words.gettext("Confirmed: {systolic}/{diastolic} mmHg.")
        text = told.format(**{name: words.number(value) for name, value in confirmed.items()})
    elif proposal is None:
        text = words.gettext("No cuff was taken in pre-check or baseline.")
    else:
        told = words.ngettext(
            "Proposed: {n} cuff of pre-check and baseline.",
            "Proposed: the mean of {n} cuffs of pre-check and baseline.",
            proposal.cuffs,
        )
        text = told.format(n=proposal.cuffs)
    given = confirmed or (proposal._asdict() if proposal else {})
    fields = {
        name: {"value": words.number(given[name]) if name in given else ""}
        for name in ("systolic", "diastolic")
    }
    return {"text": {"children": text}, **fields}


def fill_score(_visit: Visit, _session: Session) -> Props:
    """Nothing but the time, which the opening sets."""
    return {}


def fill_pause(visit: Visit, _session: Session) -> Props:
    """The usual reasons and lengths."""
    words = visit.words
    reasons = [{"value": text, "label": text} for text in pause_reasons(words)]
    other = {"value": order_forms.OTHER, "label": words.gettext("Other, in words")}
    minutes = [
        {
            "value": str(n),
            "label": words.ngettext("{n} minute", "{n} minutes", n).format(n=n),
        }
        for n in order_forms.PAUSE_MINUTES
    ]
    return {
        "why": {"data": [*reasons, other], "value": reasons[0]["value"]},
        "minutes": {"data": minutes, "value": "3"},
        "reason": {"value": ""},
    }


def fill_switch(visit: Visit, session: Session) -> Props:
    """The metrics that have limits, and whether they are off."""
    off = controls(visit, session).switched_off
    text_off = visit.words.gettext("{metric} (now off)")
    watched = {limit.metric for limit in settings_of(visit, session).limits}
    choices = []
    for metric in Metric:
        if metric in watched:
            name = visit.phrases.metric(metric)
            label = text_off.format(metric=name) if metric in off else name
            choices.append({"value": str(metric), "label": label})
    return {"metric": {"data": choices}, "reason": {"value": ""}}


def fill_handover(visit: Visit, session: Session) -> Props:
    """Everybody else to offer the session to."""
    holder = controls(visit, session).holder
    others = [
        operator.name
        for operator in visit.parts.records.operators()
        if not operator.disabled and operator.name != holder
    ]
    told = visit.words.gettext("{name} answers for this session.").format(name=holder or "–")
    return {
        "text": {"children": told},
        "to": {"data": [{"value": name, "label": name} for name in sorted(others)]},
    }


LIMITS = Form(
    name="limits",
    openers=(ids.LIMITS_OPEN,),
    make=order_forms.limit_order,
    fill=fill_limits,
    presses={"set": "set", "take-out": "take_out"},
    texts=("value", "reason"),
    choices=("limit",),
    stays=True,
)
BASELINE = Form(
    name="baseline",
    openers=(ids.BASELINE_OPEN, ids.BASELINE_OPEN_MENU),
    make=order_forms.baseline_order,
    fill=fill_baseline,
    presses={"confirm": "confirm"},
    texts=("systolic", "diastolic"),
)
SCORE = Form(
    name="score",
    openers=(ids.SCORE_OPEN,),
    make=order_forms.score_order,
    fill=fill_score,
    presses={str(value): str(value) for value in range(5, -1, -1)},
    clock="measured_at",
)
PAUSE = Form(
    name="pause",
    openers=(ids.PAUSE_OPEN,),
    make=order_forms.pause_order,
    fill=fill_pause,
    presses={"pause": "pause", "resume": "resume"},
    texts=("reason",),
    choices=("why", "minutes"),
    outside=("resume",),
)
SWITCH = Form(
    name="switch",
    openers=(ids.SWITCH_OPEN,),
    make=order_forms.switch_order,
    fill=fill_switch,
    presses={"off": "off", "on": "on"},
    texts=("reason",),
    choices=("metric",),
)
HANDOVER = Form(
    name="handover",
    openers=(ids.HANDOVER_OPEN,),
    make=order_forms.handover_order,
    fill=fill_handover,
    presses={"offer": "offer", "accept": "accept"},
    choices=("to",),
    outside=("accept",),
)
FORMS = (LIMITS, BASELINE, SCORE, PAUSE, SWITCH, HANDOVER)


def control_dialogs(words: Words) -> list[Any]:
    """Every dialog, closed."""
    return [
        _limits(words),
        _baseline(words),
        _score(words),
        _pause(words),
        _switch(words),
        _handover(words),
    ]


def register_callbacks(app: Dash) -> None:
    """The forms, what the rise limits become, and the time of a score."""
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
        return _rises_told(current_visit(), session_id, systolic, diastolic)

    @app.callback(
        Output(SCORE.part("measured_at"), "value"),
        Input(SCORE.part("opened-at"), "data"),
        prevent_initial_call=True,
    )
    def tell_time(opened_at: int) -> str:
        return current_visit().words.clock(opened_at)


def _rises_told(visit: Visit, session_id: str, systolic: str, diastolic: str) -> str:
    session = visit.parts.records.session(session_id)
    typed = {"systolic": systolic, "diastolic": diastolic}
    try:
        baseline = {name: float(text.replace(",", ".")) for name, text in typed.items()}
    except ValueError:
        return ""
    if session is None:
        return ""
    return rise_text(visit.words, rise_limits(settings_of(visit, session), baseline))


def _limits(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.Div(id=LIMITS.part("table"), className="limits-table"),
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
        button(LIMITS.part("take-out"), _("Take the limit out"), kind="danger"),
        button(LIMITS.part("set"), _("Set the limit"), kind="primary"),
    ]
    return form_dialog(words, LIMITS, _("Alarm limits of this patient"), body, send, size=880)


def _baseline(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(id=BASELINE.part("text"), className="dialog-text"),
        html.Div(
            [
                number_field(BASELINE.part("systolic"), _("Systolic"), "mmHg", is_first=True),
                number_field(BASELINE.part("diastolic"), _("Diastolic"), "mmHg"),
            ],
            className="vitals-fields pair",
        ),
        html.P(id=BASELINE.part("rises"), className="dialog-note"),
    ]
    send = [button(BASELINE.part("confirm"), _("Confirm baseline"), kind="primary")]
    return form_dialog(words, BASELINE, _("Resting blood pressure"), body, send)


def _score(words: Words) -> Any:
    _ = words.gettext
    buttons = [
        button(SCORE.part(str(value)), text, key=str(value), autoFocus=value == 5)
        for value, text in score_words(words)
    ]
    body = [
        html.Div(buttons, className="score-buttons"),
        dmc.TimePicker(
            id=SCORE.part("measured_at"),
            name=SCORE.part("measured_at"),
            label=_("Taken at"),
            format="24h",
            size="md",
            hoursInputLabel=_("Hours"),
            minutesInputLabel=_("Minutes"),
        ),
    ]
    return form_dialog(words, SCORE, _("Sedation score MOAA/S"), body, [])


def _pause(words: Words) -> Any:
    _ = words.gettext
    text = _(
        "No new alarm signals until the pause ends by itself. The pause stands on the list of what is not watched."
    )
    body = [
        html.P(text, className="dialog-text"),
        html.Div(
            [
                choice_field(PAUSE, "why", _("Reason"), is_first=True),
                choice_field(PAUSE, "minutes", _("For")),
            ],
            className="pair-fields",
        ),
        text_field(PAUSE, "reason", _("In words, if other")),
    ]
    send = [button(PAUSE.part("pause"), _("Pause alarms"), kind="primary")]
    return form_dialog(words, PAUSE, _("Planned alarm pause"), body, send)


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
        button(SWITCH.part("on"), _("Alarms on")),
        button(SWITCH.part("off"), _("Alarms off"), kind="danger"),
    ]
    return form_dialog(words, SWITCH, _("Alarms off"), body, send)


def _handover(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(id=HANDOVER.part("text"), className="dialog-text"),
        choice_field(HANDOVER, "to", _("Offer it to"), is_first=True),
    ]
    send = [button(HANDOVER.part("offer"), _("Offer"), kind="primary")]
    return form_dialog(words, HANDOVER, _("Hand over"), body, send)
