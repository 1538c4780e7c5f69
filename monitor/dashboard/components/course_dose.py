"""The dose: planned with its arithmetic in sight, and worked out a second time by another operator."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, html

from monitor.dashboard import course_orders, ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.fields import button, number_field
from monitor.dashboard.components.forms import Form, Props, form_dialog, register_form
from monitor.dashboard.course_reading import course_of, facts_chart
from monitor.dashboard.course_words import second_check_text, spoken, sum_lines
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.chart import Chart
from monitor.domain.course import DoseRules
from monitor.domain.sessions import Session

_NAMES = course_orders.DOSE_NUMBERS


def _fill_dose(visit: Visit, session: Session) -> Props:
    """What is planned, or what is usual by the protocol."""
    rules, chart = course_of(visit, session).dose, facts_chart(visit, session)
    given = _planned(chart) if chart.plan else _usual(session, rules)
    number = visit.words.number
    note = spoken(visit.words, rules.note) if rules else ""
    by_weight, by_pump = _kind(rules)
    places = {"by-weight": by_weight, "by-mg": not by_weight, "by-pump": by_pump}
    return {
        "note": {"children": note},
        **{place: {"hidden": not is_shown} for place, is_shown in places.items()},
        **{
            name: {"value": "" if (value := given.get(name)) is None else number(value)}
            for name in _NAMES
        },
    }


def _fill_second(visit: Visit, session: Session) -> Props:
    """Weight, dose per kg and rate, but not the milligrams: those are worked out anew."""
    _ = visit.words.gettext
    chart = facts_chart(visit, session)
    if chart.plan is None:
        return {"text": {"children": _("No dose is planned")}, "own": {"hidden": True}}
    own = chart.planned_by == visit.operator.name
    text = second_check_text(visit.words, chart.plan, chart.planned_by)
    return {"text": {"children": text}, "own": {"hidden": not own}}


DOSE = Form(
    name="dose",
    make=course_orders.dose_order,
    fill=_fill_dose,
    presses={"plan": "plan"},
    texts=_NAMES,
)
SECOND_CHECK = Form(
    name="second-check",
    make=course_orders.second_check_order,
    fill=_fill_second,
    presses={"check": "check"},
    texts=("dose_mg",),
)


def dose_dialogs(words: Words) -> list[Any]:
    """Both dialogs, closed."""
    return [_dose(words), _second(words)]


def register_callbacks(app: Dash) -> None:
    """The forms, and the arithmetic while it is typed."""
    register_form(app, DOSE)
    register_form(app, SECOND_CHECK)

    @app.callback(
        Output(DOSE.part("sum"), "children"),
        *[Input(DOSE.part(name), "value") for name in _NAMES],
        State(ids.SESSION_ID, "data"),
        prevent_initial_call=True,
    )
    def tell_sum(*typed: str) -> list[Any]:
        *texts, session_id = typed
        return told_sum(current_visit(), session_id, dict(zip(_NAMES, texts, strict=True)))


def told_sum(visit: Visit, session_id: str, typed: dict[str, str]) -> list[Any]:
    """The arithmetic of what is typed, a line each."""
    session = visit.parts.records.session(session_id)
    if session is None:
        return []
    rules = course_of(visit, session).dose
    by_weight, by_pump = _kind(rules)
    unseen = {"dose_mg"} if by_weight else {"dose_mg_per_kg"}
    if not by_pump:
        unseen.add("concentration_mg_per_ml")
    given = {name: "" if name in unseen else text for name, text in typed.items()}
    return [html.Div(line) for line in sum_lines(visit.words, rules, given)]


def _dose(words: Words) -> Any:
    _ = words.gettext
    by_mg = number_field(DOSE.part("dose_mg"), _("Dose"), "mg", decimals=True)
    by_kg = number_field(DOSE.part("dose_mg_per_kg"), _("Dose by weight"), "mg/kg", decimals=True)
    concentration = number_field(
        DOSE.part("concentration_mg_per_ml"), _("Concentration"), "mg/ml", decimals=True
    )
    weight = number_field(DOSE.part("weight_kg"), _("Weight"), "kg", decimals=True, is_first=True)
    minutes = number_field(DOSE.part("minutes"), _("Over"), "min", decimals=True)
    body = [
        html.Div(
            [
                weight,
                html.Div(by_kg, id=DOSE.part("by-weight")),
                html.Div(by_mg, id=DOSE.part("by-mg"), hidden=True),
                minutes,
                html.Div(concentration, id=DOSE.part("by-pump")),
            ],
            className="pair-fields",
        ),
        html.Div(id=DOSE.part("sum"), className="dose-sum", **attributes(role="status")),
        html.P(id=DOSE.part("note"), className="dialog-note"),
    ]
    send = [button(DOSE.part("plan"), _("Plan the dose"), sends=DOSE.dialog, kind="primary")]
    return form_dialog(words, DOSE, _("Dose and pump"), body, send, width=560)


def _second(words: Words) -> Any:
    _ = words.gettext
    own = _("You planned this dose yourself. Another operator signs in here and checks it.")
    body = [
        html.P(id=SECOND_CHECK.part("text"), className="dialog-text"),
        html.Div(
            [
                html.P(own, className="form-error"),
                html.Button(
                    _("Lock, so that another signs in"),
                    type="button",
                    className="button",
                    **attributes(data_closes="true", data_locks="true"),
                ),
            ],
            id=SECOND_CHECK.part("own"),
            hidden=True,
        ),
        html.P(_("Work the dose out anew and type what you get."), className="dialog-text"),
        number_field(SECOND_CHECK.part("dose_mg"), _("Dose"), "mg", decimals=True, is_first=True),
    ]
    send = [
        button(
            SECOND_CHECK.part("check"),
            _("Confirm the dose"),
            sends=SECOND_CHECK.dialog,
            kind="primary",
        )
    ]
    return form_dialog(words, SECOND_CHECK, _("Second check of the dose"), body, send)


def _kind(rules: DoseRules | None) -> tuple[bool, bool]:
    """Whether the dose goes by weight, and whether a pump gives it."""
    if rules is None:
        return True, True
    return rules.usual_mg_per_kg is not None, rules.by_pump


def _planned(chart: Chart) -> dict[str, float | None]:
    plan = chart.plan
    if plan is None:
        return {}
    by_weight = plan.dose_mg_per_kg is not None
    return {
        "weight_kg": plan.weight_kg,
        "dose_mg_per_kg": plan.dose_mg_per_kg,
        "dose_mg": None if by_weight else plan.dose_mg,
        "minutes": plan.minutes,
        "concentration_mg_per_ml": plan.concentration_mg_per_ml,
    }


def _usual(session: Session, rules: DoseRules | None) -> dict[str, float | None]:
    if rules is None:
        return {"weight_kg": session.weight_kg}
    return {
        "weight_kg": session.weight_kg,
        "dose_mg_per_kg": rules.usual_mg_per_kg,
        "dose_mg": None if rules.usual_mg_per_kg is not None else rules.usual_mg,
        "minutes": rules.usual_minutes,
        "concentration_mg_per_ml": rules.concentration_mg_per_ml,
    }
