"""What may be done on the session's page: the buttons of every day, the rare ones behind one menu, what is set now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import html

from monitor.dashboard import ids
from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.control_forms import (
    BASELINE,
    HANDOVER,
    LIMITS,
    PAUSE,
    SWITCH,
)
from monitor.dashboard.components.course_more import (
    CANCEL,
    CORRECT_PATIENT,
    MOVE_SESSION,
    TAKE_DEVICE,
)
from monitor.dashboard.components.entries import EVENT, INTERVENTION, MEDICATION, NOTE, SCORE
from monitor.dashboard.components.fields import button
from monitor.dashboard.presenters import may_be_cancelled, role_name
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.controls import Controls
from monitor.domain.permissions import MAY_ORDER, may_order
from monitor.domain.sessions import Session


def action_buttons(visit: Visit, session: Session) -> list[Any]:
    """What is possible now; what is not is there, but disabled."""
    _ = visit.words.gettext
    closed = not session.is_open
    return [
        button(
            ids.VITALS_OPEN,
            _("Vitals"),
            key="V",
            opens=ids.VITALS_DIALOG,
            disabled=closed,
        ),
        button(ids.EVENT_OPEN, _("Event"), key="E", opens=EVENT.dialog, disabled=closed),
        button(
            ids.MEDICATION_OPEN, _("Medication"), key="M", opens=MEDICATION.dialog, disabled=closed
        ),
        button(ids.SCORE_OPEN, _("Score"), key="S", opens=SCORE.dialog, disabled=closed),
        button(
            ids.INTERVENTION_OPEN,
            _("Intervention"),
            key="I",
            opens=INTERVENTION.dialog,
            disabled=closed,
        ),
        button(ids.NOTE_OPEN, _("Note"), key="N", opens=NOTE.dialog, disabled=closed),
        button(ids.LIMITS_OPEN, _("Limits"), key="L", opens=LIMITS.dialog, disabled=closed),
        _more(visit, session),
    ]


def standing_marks(visit: Visit, session: Session, controls: Controls) -> list[Any]:
    """Who answers for the session, and everything that is paused, off or offered, with the way to end it."""
    words, _ = visit.words, visit.words.gettext
    pause = controls.alarm_pause if session.is_open else None
    marks = [html.Span(_holder_text(words, controls), className="session-holder")]
    if pause is not None:
        text = _("Alarms paused until {time} · {reason}")
        marks.append(_mark(text.format(time=words.clock_seconds(pause.until), reason=pause.reason)))
    for metric in sorted(controls.switched_off):
        text = _("Alarms off: {metric}").format(metric=visit.phrases.metric(metric))
        marks.append(_mark(text))
    mine = session.is_open and controls.offered_to == visit.operator.name
    return [
        *marks,
        button(PAUSE.part("resume"), _("End the pause"), sends=PAUSE.dialog, hidden=pause is None),
        button(
            HANDOVER.part("accept"),
            _("Take over"),
            kind="primary",
            sends=HANDOVER.dialog,
            hidden=not mine,
        ),
    ]


def _holder_text(words: Words, controls: Controls) -> str:
    _ = words.gettext
    if controls.offered_to:
        text = _("Holder {name} · offered to {to}")
        return text.format(name=controls.holder or "–", to=controls.offered_to)
    return _("Holder {name}").format(name=controls.holder or "–")


def _mark(text: str) -> Any:
    return html.Span(text, className="pill standing-mark", **attributes(role="status"))


def _more(visit: Visit, session: Session) -> Any:
    _ = visit.words.gettext
    closed = not session.is_open
    return dmc.Menu(
        position="top-end",
        children=[
            dmc.MenuTarget(
                html.Span([_("More"), html.Kbd(".")], className="button-words"),
                # The target's own box is the button: what it says about the menu is for a button to say.
                boxWrapperProps={
                    "component": "button",
                    "type": "button",
                    "className": "button",
                    "w": "100%",
                    "disabled": closed,
                    "data-key": ".",
                },
            ),
            dmc.MenuDropdown(
                [*_alarm_items(visit), dmc.MenuDivider(), *_put_right_items(visit, session)]
            ),
        ],
    )


def _alarm_items(visit: Visit) -> list[Any]:
    _ = visit.words.gettext
    return [
        _item(ids.BASELINE_OPEN_MENU, _("Confirm baseline"), BASELINE.dialog),
        _item(ids.PAUSE_OPEN, _("Planned alarm pause"), PAUSE.dialog),
        _item(ids.SWITCH_OPEN, _("Alarms off"), SWITCH.dialog, why=why_not_switch(visit)),
        _item(ids.HANDOVER_OPEN, _("Hand over"), HANDOVER.dialog),
    ]


def _put_right_items(visit: Visit, session: Session) -> list[Any]:
    _ = visit.words.gettext
    can_cancel = may_be_cancelled(session)
    return [
        _item(ids.TAKE_DEVICE_OPEN, _("Use another device here"), TAKE_DEVICE.dialog),
        _item(ids.MOVE_SESSION_OPEN, _("Move to another room"), MOVE_SESSION.dialog),
        _item(ids.CORRECT_PATIENT_OPEN, _("Correct the patient reference"), CORRECT_PATIENT.dialog),
        _item(ids.CANCEL_SESSION, _("Cancel session"), CANCEL.dialog, disabled=not can_cancel),
    ]


def why_not_switch(visit: Visit) -> str:
    """Who may switch alarms off, for somebody who may not; empty for who may."""
    simulated = visit.parts.settings.simulated
    if may_order(visit.operator.role, "switch_alarms", simulated=simulated):
        return ""
    allowed = sorted(MAY_ORDER["switch_alarms"])
    names = [role_name(visit.words, replace(visit.operator, role=role)) for role in allowed]
    return visit.words.gettext("only: {roles}").format(roles=", ".join(names))


def _item(item: str, text: str, opens: str, *, disabled: bool = False, why: str = "") -> Any:
    return dmc.MenuItem(
        [text, html.Span(why, className="menu-why")] if why else text,
        id=item,
        n_clicks=0,
        disabled=disabled or bool(why),
        className="menu-choice",
        **attributes(data_opens=opens),
    )
