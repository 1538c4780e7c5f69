"""The dialogs of what staff enter besides vital signs, with what the protocol has to choose from; and of voiding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, html

from monitor.dashboard import entry_orders
from monitor.dashboard.alarm_words import level_words
from monitor.dashboard.amends import VOID
from monitor.dashboard.components.amending import amending_place
from monitor.dashboard.components.control_fills import fill_nothing
from monitor.dashboard.components.fields import button, clock_field, number_field
from monitor.dashboard.components.forms import Form, form_dialog, register_form, text_field
from monitor.dashboard.components.picks import (
    Pick,
    keyed,
    part_of,
    pick_group,
    picks_of,
)
from monitor.dashboard.course_words import spoken
from monitor.dashboard.entry_log import severity_words, unit_words
from monitor.dashboard.entry_orders import LEVEL, correcting
from monitor.dashboard.words import Words
from monitor.domain.course import Course, ScoreKind
from monitor.service.entry_bodies import OTHER

EVENT = Form(
    name="event",
    make=correcting(entry_orders.event_order),
    fill=fill_nothing,
    presses={"save": "save"},
    texts=("note", "reason"),
    picks=("event", "severity"),
    clock="measured_at",
)
INTERVENTION = Form(
    name="intervention",
    make=correcting(entry_orders.intervention_order),
    fill=fill_nothing,
    presses={"save": "save"},
    texts=("note", "reason"),
    picks=("intervention",),
    clock="measured_at",
)
MEDICATION = Form(
    name="medication",
    make=correcting(entry_orders.medication_order),
    fill=fill_nothing,
    presses={"save": "save"},
    texts=("other_drug", "dose", "note", "reason"),
    picks=("drug", "unit", "route"),
    clock="measured_at",
)
SCORE = Form(
    name="score",
    make=correcting(entry_orders.score_order),
    fill=fill_nothing,
    presses={"save": "save"},
    texts=("reason",),
    picks=("score",),
    clock="measured_at",
)
NOTE = Form(
    name="note",
    make=correcting(entry_orders.note_order),
    fill=fill_nothing,
    presses={"save": "save"},
    texts=("text", "reason"),
    clock="measured_at",
)
VOIDING = Form(
    name=VOID,
    make=entry_orders.void_order,
    fill=fill_nothing,
    presses={"void": "void"},
    texts=("reason",),
)
FORMS = (EVENT, INTERVENTION, MEDICATION, SCORE, NOTE, VOIDING)
_SEVERITY_KEYS = ("1", "2", "3")
_UNIT_KEYS = {
    "mg": "m",
    "ug": "u",
    "g": "g",
    "ml": "l",
    "IU": "i",
    "l/min": "n",
    "drops": "d",
    "puffs": "p",
}
_MOST_KEYED = 10
"""A score of more values than digits has its number typed."""


def entry_dialogs(words: Words, course: Course) -> list[Any]:
    """Every dialog, closed, with what the session's protocol has to choose from."""
    return [
        _event(words, course),
        _intervention(words, course),
        _medication(words, course),
        _score(words, course),
        _note(words),
        _void(words),
    ]


def register_callbacks(app: Dash) -> None:
    """The forms."""
    for form in FORMS:
        register_form(app, form)


def _event(words: Words, course: Course) -> Any:
    _ = words.gettext
    severity = [
        Pick(value, label, key)
        for (value, label), key in zip(severity_words(words).items(), _SEVERITY_KEYS, strict=True)
    ]
    events = _with_words(picks_of(words, course.events, _SEVERITY_KEYS), EVENT.part("note"))
    body = [
        pick_group(
            EVENT.part("severity"),
            _("How bad, if you can say"),
            severity,
            look="row",
            optional="true",
        ),
        pick_group(
            EVENT.part("event"),
            _("What happened: one press enters it"),
            events,
            is_first=True,
            quick=EVENT.part("save"),
        ),
    ]
    return _entry_dialog(words, EVENT, _("Event"), [*body, _note_and_time(words, EVENT)], 760)


def _intervention(words: Words, course: Course) -> Any:
    _ = words.gettext
    choices = _with_words(picks_of(words, course.interventions), INTERVENTION.part("note"))
    body = [
        pick_group(
            INTERVENTION.part("intervention"),
            _("What was done: one press enters it"),
            choices,
            is_first=True,
            quick=INTERVENTION.part("save"),
        ),
        _note_and_time(words, INTERVENTION),
    ]
    return _entry_dialog(words, INTERVENTION, _("Intervention"), body, 760)


def _medication(words: Words, course: Course) -> Any:
    _ = words.gettext
    listed = [drug for drug in course.drugs if drug.id != OTHER]
    unit_picks = [Pick(unit, label, _UNIT_KEYS[unit]) for unit, label in unit_words(words).items()]
    routes = _with_words(picks_of(words, course.routes), MEDICATION.part("note"))
    body = [
        pick_group(
            MEDICATION.part("drug"),
            _("What was given"),
            picks_of(words, listed),
            is_first=True,
            clears=MEDICATION.part("other_drug"),
            next=MEDICATION.part("dose"),
        ),
        html.Div(
            [
                text_field(MEDICATION, "other_drug", _("Another drug")),
                number_field(MEDICATION.part("dose"), _("Dose"), "", decimals=True),
            ],
            className="pair-fields",
        ),
        pick_group(
            MEDICATION.part("unit"),
            _("Unit"),
            unit_picks,
            look="row",
            next=MEDICATION.part("route"),
        ),
        pick_group(
            MEDICATION.part("route"), _("Route"), routes, look="row", next=MEDICATION.part("save")
        ),
        _note_and_time(words, MEDICATION),
    ]
    return _entry_dialog(words, MEDICATION, _("Medication given"), body, 820)


def _score(words: Words, course: Course) -> Any:
    _ = words.gettext
    labels = [spoken(words, kind.text) for kind in course.scores]
    kinds = [
        Pick(kind.id, label, key)
        for kind, label, key in zip(course.scores, labels, keyed(labels, "0123456789"), strict=True)
    ]
    group = SCORE.part("score")
    panels = [part_of(group, kind.id, [_levels(words, kind)]) for kind in course.scores]
    body = [
        pick_group(
            group,
            _("Score"),
            kinds,
            look="wide",
            usual=kinds[0].value if kinds else "",
            shows="true",
        ),
        *panels,
        clock_field(SCORE.part("measured_at"), words, _("Taken at")),
    ]
    more = {f"{LEVEL}{kind.id}": SCORE.part(f"{LEVEL}{kind.id}") for kind in course.scores}
    return _entry_dialog(words, SCORE, _("Score"), body, 760, more_picks=more)


def _levels(words: Words, kind: ScoreKind) -> Any:
    _ = words.gettext
    known = level_words(words, kind.id)
    values = (
        range(kind.highest, kind.lowest - 1, -1) if known else range(kind.lowest, kind.highest + 1)
    )
    is_keyed = kind.lowest >= 0 and kind.highest < _MOST_KEYED
    levels = [
        Pick(str(value), f"{value}  {known.get(value, '')}".strip(), str(value) if is_keyed else "")
        for value in values
    ]
    return pick_group(
        SCORE.part(f"{LEVEL}{kind.id}"),
        _("One press enters it")
        if is_keyed
        else _("One press enters it; or type the number, then Enter"),
        levels,
        is_first=True,
        look="levels-in-words" if known else "levels",
        quick=SCORE.part("save"),
        typed=None if is_keyed else "true",
    )


def _note(words: Words) -> Any:
    _ = words.gettext
    text = dmc.Textarea(
        id=NOTE.part("text"),
        label=_("In words"),
        value="",
        size="md",
        autosize=True,
        minRows=4,
        maxRows=10,
        attributes={"input": {"data-autofocus": "true", "maxLength": 2000}},
    )
    body = [text, clock_field(NOTE.part("measured_at"), words, _("At"))]
    return _entry_dialog(words, NOTE, _("Note"), body, 620)


def _void(words: Words) -> Any:
    _ = words.gettext
    reason = text_field(VOIDING, "reason", _("Why it does not count"), is_first=True)
    body = [
        html.P(_("It stays on record, struck through, with your name and reason.")),
        amending_place(words, reason, voids=True),
    ]
    send = [button(VOIDING.part("void"), _("Void"), kind="danger", sends=VOIDING.dialog)]
    return form_dialog(words, VOIDING, _("Void an entry"), body, send, width=560)


def _entry_dialog(
    words: Words, form: Form, title: str, body: Sequence[Any], width: int, **rest: Any
) -> Any:
    _ = words.gettext
    reason = amending_place(words, text_field(form, "reason", _("Reason for the correction")))
    save = [button(form.part("save"), _("Save"), kind="primary", sends=form.dialog)]
    return form_dialog(words, form, title, [reason, *body], save, width=width, **rest)


def _note_and_time(words: Words, form: Form) -> Any:
    _ = words.gettext
    return html.Div(
        [
            text_field(form, "note", _("Note, if any")),
            clock_field(form.part("measured_at"), words, _("At")),
        ],
        className="pair-fields",
    )


def _with_words(picks: Sequence[Pick], field: str) -> list[Pick]:
    """What is not on the list says nothing without its words."""
    return [pick._replace(wants=field) if pick.value == OTHER else pick for pick in picks]
