"""Orders about the course of a session: dose, checks, baseline, pauses of the infusion, another room, a correction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from monitor.domain import facts
from monitor.domain.controls import Controls
from monitor.domain.dose import Dose, Wanted, agrees, work_out
from monitor.domain.entries import Fault, impossible
from monitor.domain.sessions import Phase, Session
from monitor.service.bedside_orders import refuse_bad_reference
from monitor.service.given import Given
from monitor.service.known_sessions import infusing_session, open_session, remembered_session
from monitor.service.office_orders import known_room
from monitor.service.refusals import OrderRefusedError
from monitor.service.right_room import refuse_two_rooms
from monitor.service.ward import Bedside, Notice, Ward

_BEFORE_THE_END = (Phase.PRECHECK, Phase.BASELINE, Phase.INFUSION)


def plan_infusion(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, open_session(ward, given.order.session)
    if session.phase not in _BEFORE_THE_END:
        raise OrderRefusedError("infusion_over", "the infusion is over", "session")
    wanted = Wanted(
        session.weight_kg if order.weight_kg is None else order.weight_kg,
        order.dose_mg_per_kg,
        order.dose_mg,
        order.minutes,
        order.concentration_mg_per_ml,
    )
    dose = work_out(ward.protocol_of(session).course.dose, wanted)
    if isinstance(dose, Fault):
        raise OrderRefusedError(dose.code, dose.message, dose.field)
    _note(ward, session, given, _planned(session, dose))
    return {"session": session.id, **dose._asdict()}


def check_dose(ward: Ward, given: Given) -> dict[str, Any]:
    session = open_session(ward, given.order.session)
    chart = ward.chart(session)
    if chart.plan is None:
        raise OrderRefusedError("no_dose", "no dose is planned yet", "session")
    if chart.planned_by == given.by:
        message = f"{given.by} planned this dose; somebody else checks it"
        raise OrderRefusedError("same_operator", message)
    if not agrees(chart.plan.dose_mg, given.order.dose_mg):
        message = f"{given.order.dose_mg:g} mg is not the planned dose: work it out again, together"
        raise OrderRefusedError("other_dose", message, "dose_mg")
    _note(ward, session, given, facts.DoseChecked(session.id))
    return {"session": session.id, "dose_mg": chart.plan.dose_mg}


def answer_check(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, open_session(ward, given.order.session)
    item = ward.protocol_of(session).course.check(order.item)
    if item is None:
        raise OrderRefusedError("unknown_check", f"there is no check {order.item}", "item")
    if order.answer == "not_applicable" and not item.may_not_apply:
        raise OrderRefusedError("must_apply", "this check always applies", "answer")
    if item.phase == "discharge" and session.phase in _BEFORE_THE_END and not session.paper:
        message = "whether the patient may leave is checked when the infusion is over"
        raise OrderRefusedError("too_early", message, "item")
    body = facts.CheckAnswered(session.id, item.id, order.answer, order.note)
    _note(ward, session, given, body)
    return {"item": item.id, "answer": order.answer}


def confirm_baseline(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, open_session(ward, given.order.session)
    named = ("systolic", "diastolic", "pulse_rate", "spo2")
    values = {n: round(value, 3) for n in named if (value := getattr(order, n)) is not None}
    fault = impossible(values)
    if fault is not None:
        raise OrderRefusedError(fault.code, fault.message, fault.field)

    def change(controls: Controls) -> None:
        controls.baseline = values

    alarms = ward.alarms.touch(session.id)
    if alarms is not None:
        alarms.set_controls(change, given.at)
    _note(ward, session, given, facts.BaselineConfirmed(session.id, values))
    return {"session": session.id}


def pause_infusion(ward: Ward, given: Given) -> dict[str, Any]:
    session = infusing_session(ward, given.order.session)
    rules = ward.protocol_of(session).course.dose
    if rules is not None and not rules.by_pump:
        raise OrderRefusedError("no_pump", "this protocol has no pump to pause", "session")
    if ward.chart(session).paused_since is not None:
        raise OrderRefusedError("paused", "the infusion is paused already", "session")
    _note(ward, session, given, facts.InfusionPaused(session.id, given.order.reason))
    return {"session": session.id, "since": given.at}


def resume_infusion(ward: Ward, given: Given) -> dict[str, Any]:
    session = infusing_session(ward, given.order.session)
    if ward.chart(session).paused_since is None:
        raise OrderRefusedError("not_paused", "the infusion is not paused", "session")
    _note(ward, session, given, facts.InfusionResumed(session.id))
    return {"session": session.id}


def move_session(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, open_session(ward, given.order.session)
    room = known_room(ward, order.room)
    if room.id == session.room_id:
        return {"session": session.id, "room": room.name}
    taken = ward.open_session(room.id)
    if taken is not None:
        message = f"room {room.name} has the open session {taken.id}"
        raise OrderRefusedError("session_open", message, "room")
    before = session.room_id
    ward.remember(session.moving(room.id, given.at))
    _note(ward, session, given, facts.SessionMoved(session.id, room.id, order.reason))
    _move_bedside(ward, before, room.id)
    _change_devices(ward, session, before, room.id, given)
    ward.outbox.rooms |= {before: None, room.id: None}
    ward.outbox.reload = True
    return {"session": session.id, "room": room.name}


def correct_patient(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, remembered_session(ward, given.order.session)
    refuse_bad_reference(order.patient)
    if order.patient == session.patient:
        return {"session": session.id, "patient": session.patient}
    if session.is_open:
        refuse_two_rooms(ward, order.patient)
    if session.phase is not Phase.CANCELLED:
        ward.series[session.patient] = ward.series.get(session.patient, 1) - 1
        ward.series[order.patient] = ward.series.get(order.patient, 0) + 1
    ward.remember(replace(session, patient=order.patient, visit=None))
    for patient in (session.patient, order.patient):
        ward.number_sessions_of(patient)
    body = facts.PatientCorrected(session.id, order.patient, order.reason)
    _note(ward, session, given, body)
    return {"session": session.id, "patient": order.patient}


def _planned(session: Session, dose: Dose) -> facts.InfusionPlanned:
    return facts.InfusionPlanned(
        session_id=session.id,
        weight_kg=dose.weight_kg,
        dose_mg_per_kg=dose.mg_per_kg,
        dose_mg=dose.mg,
        minutes=dose.minutes,
        concentration_mg_per_ml=dose.concentration_mg_per_ml,
        volume_ml=dose.volume_ml,
        rate_ml_per_h=dose.rate_ml_per_h,
        needs_check=dose.needs_check,
    )


def _move_bedside(ward: Ward, before: str, after: str) -> None:
    """Values and trends go with the patient; points name their room."""
    bedside = ward.bedsides.pop(before, None) or Bedside()
    for points in bedside.trend.values():
        moved = [(after, *point[1:]) for point in points]
        points.clear()
        points.extend(moved)
    ward.bedsides[after] = bedside


def _change_devices(ward: Ward, session: Session, before: str, after: str, given: Given) -> None:
    """The devices of a room measure whoever is in it."""
    alarms = ward.alarms.touch(session.id)
    for device in ward.registry.devices_in(before, given.at):
        ward.outbox.notices.append(Notice("session", device.id, None))
        if alarms is not None:
            alarms.forget(device.id, given.at)
    for device in () if session.paper else ward.registry.devices_in(after, given.at):
        ward.outbox.notices.append(Notice("session", device.id, session.id))
        connection = ward.connections.get(device.id)
        if alarms is not None:
            intervals = None if connection is None else connection.intervals
            alarms.expect(device.id, intervals, given.at)


def _note(ward: Ward, session: Session, given: Given, body: facts.FactBody) -> None:
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    ward.must_checkpoint[session.id] = None
