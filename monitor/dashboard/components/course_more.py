"""Dialogs about the course that need a reason: pause, stop, another room, another reference, cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Dash, html

from monitor.dashboard import course_orders
from monitor.dashboard.components.fields import button, patient_field
from monitor.dashboard.components.forms import (
    Form,
    Props,
    asked_field,
    choice_field,
    form_dialog,
    register_form,
    text_field,
)
from monitor.dashboard.order_forms import OTHER
from monitor.dashboard.presenters import own_phase_name
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.course import Course
from monitor.domain.sessions import Phase, Session


def _nothing(_visit: Visit, _session: Session) -> Props:
    """For a dialog that has all it shows from the start."""
    return {}


def _fill_rooms(visit: Visit, session: Session) -> Props:
    """The rooms that are free."""
    taken = {one.room_id for one in visit.parts.records.sessions(open_only=True)}
    free = [
        room.name
        for room in visit.parts.records.rooms()
        if not room.retired and room.id not in taken and room.id != session.room_id
    ]
    return {"room": {"data": [{"value": name, "label": name} for name in free], "value": None}}


def _fill_devices(visit: Visit, session: Session) -> Props:
    """The devices that stand in another room now; what is chosen says the session's room too."""
    records = visit.parts.records
    rooms = {room.id: room.name for room in records.rooms()}
    now_in = {bound.device_id: bound.room_id for bound in records.bindings()}
    here = rooms.get(session.room_id, "")
    text = visit.words.gettext("{device}, now in room {room}")
    choices = [
        {
            "value": f"{device.id} {here}",
            "label": text.format(
                device=device.name, room=rooms.get(now_in.get(device.id, ""), "–")
            ),
        }
        for device in records.devices()
        if not device.revoked and now_in.get(device.id) != session.room_id
    ]
    return {"device": {"data": choices, "value": None}}


def _fill_patient(visit: Visit, session: Session) -> Props:
    """The reference as it stands."""
    text = visit.words.gettext("Now {patient}. The wrong reference stays on record.")
    return {"text": {"children": text.format(patient=session.patient)}}


PAUSE_INFUSION = Form(
    name="infusion-pause",
    make=course_orders.pause_order,
    fill=_nothing,
    presses={"pause": "pause", "resume": "resume"},
    texts=("reason",),
    choices=("why",),
)
STOP_INFUSION = Form(
    name="infusion-stop",
    make=course_orders.stop_order,
    fill=_nothing,
    presses={"stop": "stop"},
    texts=("reason",),
    choices=("why",),
)
MOVE_SESSION = Form(
    name="move-session",
    make=course_orders.move_order,
    fill=_fill_rooms,
    presses={"move": "move"},
    texts=("reason",),
    choices=("room",),
)
CORRECT_PATIENT = Form(
    name="correct-patient",
    make=course_orders.patient_order,
    fill=_fill_patient,
    presses={"correct": "correct"},
    texts=("patient", "reason"),
)
CANCEL = Form(
    name="cancel",
    make=course_orders.cancel_order,
    fill=_nothing,
    presses={"cancel": "cancel"},
    texts=("reason", "override"),
    asked="override",
)
TAKE_DEVICE = Form(
    name="take-device",
    make=course_orders.device_order,
    fill=_fill_devices,
    presses={"take": "take"},
    choices=("device",),
)
FORMS = (PAUSE_INFUSION, STOP_INFUSION, MOVE_SESSION, CORRECT_PATIENT, CANCEL, TAKE_DEVICE)


def course_dialogs(words: Words, course: Course) -> list[Any]:
    """Every dialog, closed; where the protocol does not infuse, none speaks of an infusion."""
    return [
        _pausing(words),
        _stopping(words, course),
        _moving(words),
        _correcting(words),
        _cancelling(words),
        _taking(words),
    ]


def register_callbacks(app: Dash) -> None:
    """The forms."""
    for form in FORMS:
        register_form(app, form)


def _pausing(words: Words) -> Any:
    _ = words.gettext
    usual = [
        _("Side effects"),
        _("Blood pressure"),
        _("The patient wishes it"),
        _("Cannula or line"),
        _("Pump alarm"),
    ]
    text = _("Stop the pump first. The time of the infusion stands still until it is resumed.")
    send = [
        button(
            PAUSE_INFUSION.part("pause"),
            _("Pause infusion"),
            sends=PAUSE_INFUSION.dialog,
            kind="primary",
        )
    ]
    return _reasoned(words, PAUSE_INFUSION, _("Pause infusion"), text, usual, send)


def _stopping(words: Words, course: Course) -> Any:
    _, own = words.gettext, own_phase_name(words, Phase.INFUSION, course)
    usual = [_("Side effects"), _("Blood pressure"), _("The patient wishes it")]
    if own is None:
        usual.append(_("Cannula or line"))
    title, text = stopping_texts(words, own)
    send = [
        button(
            STOP_INFUSION.part("stop"), _("Stop early"), sends=STOP_INFUSION.dialog, kind="danger"
        )
    ]
    return _reasoned(words, STOP_INFUSION, title, text, usual, send)


def stopping_texts(words: Words, own: str | None) -> tuple[str, str]:
    """The head and the first sentence; ``own``: what the protocol calls giving the drug where it is no infusion."""
    _ = words.gettext
    if own is None:
        text = _("The infusion ends before its time and observation begins. This cannot be undone.")
        return _("Stop the infusion early"), text
    text = _("{phase} ends before its time and observation begins. This cannot be undone.")
    return _("Stop early: {phase}").format(phase=own), text.format(phase=own)


def _reasoned(
    words: Words, form: Form, title: str, text: str, usual: Sequence[str], send: list[Any]
) -> Any:
    _ = words.gettext
    choices = [{"value": reason, "label": reason} for reason in usual]
    other = {"value": OTHER, "label": _("Other, in words")}
    body = [
        html.P(text, className="dialog-text"),
        choice_field(
            form, "why", _("Reason"), is_first=True, data=[*choices, other], value=usual[0]
        ),
        text_field(form, "reason", _("In words, if other")),
    ]
    resets = {"why": {"value": usual[0]}}
    return form_dialog(words, form, title, body, send, resets=resets)


def _moving(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(
            _("Devices stay in their rooms: those of the new room are the patient's from now on."),
            className="dialog-text",
        ),
        choice_field(MOVE_SESSION, "room", _("To room"), is_first=True),
        text_field(MOVE_SESSION, "reason", _("Reason")),
    ]
    send = [
        button(
            MOVE_SESSION.part("move"),
            _("Move the session"),
            sends=MOVE_SESSION.dialog,
            kind="primary",
        )
    ]
    return form_dialog(words, MOVE_SESSION, _("Move to another room"), body, send)


def _correcting(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(id=CORRECT_PATIENT.part("text"), className="dialog-text"),
        patient_field(words, CORRECT_PATIENT.part("patient")),
        text_field(CORRECT_PATIENT, "reason", _("Reason")),
    ]
    send = [
        button(
            CORRECT_PATIENT.part("correct"),
            _("Correct the reference"),
            sends=CORRECT_PATIENT.dialog,
            kind="primary",
        )
    ]
    return form_dialog(words, CORRECT_PATIENT, _("Correct the patient reference"), body, send)


def _cancelling(words: Words) -> Any:
    _ = words.gettext
    reason = text_field(CANCEL, "reason", _("Reason"), is_first=True)
    body = [
        html.P(
            _("The session ends and counts for nothing. What was recorded stays on record."),
            className="dialog-text",
        ),
        reason,
        asked_field(CANCEL, _("Why in spite of the alarm")),
    ]
    send = [button(CANCEL.part("cancel"), _("Cancel session"), sends=CANCEL.dialog, kind="danger")]
    return form_dialog(words, CANCEL, _("Cancel session"), body, send)


def _taking(words: Words) -> Any:
    _ = words.gettext
    body = [
        html.P(
            _("What it measures from now on is this room's."),
            className="dialog-text",
        ),
        choice_field(TAKE_DEVICE, "device", _("Device"), is_first=True),
    ]
    send = [
        button(TAKE_DEVICE.part("take"), _("Use it here"), sends=TAKE_DEVICE.dialog, kind="primary")
    ]
    return form_dialog(words, TAKE_DEVICE, _("Use another device here"), body, send)
