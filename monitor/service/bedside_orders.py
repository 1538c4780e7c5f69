"""Orders at the bedside: sessions, phases, manual entries, acknowledgement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitor.domain import entries, facts
from monitor.domain.controls import Controls
from monitor.domain.occurrence_book import EndedAlarmError, UnknownAlarmError
from monitor.domain.readings import MANUAL_SOURCE, MINUTE, SECOND, Instant, Metric, Reading
from monitor.domain.screens import WARD
from monitor.domain.session_state import SessionState
from monitor.domain.sessions import CLOSED_PHASES, Phase, PhaseEntry, Session
from monitor.service import intake
from monitor.service.given import Given
from monitor.service.office_orders import known_room
from monitor.service.ports import StoredReading, StreamPosition
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Bedside, Notice, Ward
from monitor.wire.base import milliseconds
from monitor.wire.orders import EnterVitals

_ENTERED = ("pulse_rate", "spo2", *entries.PRESSURE_FIELDS)
_CLOCKS_MAY_DIFFER_MS = 60 * SECOND
MANUAL_MAY_BE_OLD_MS = 15 * MINUTE
"""A value read by a person may be this old and still raise; an older one is late data."""


def start_session(ward: Ward, given: Given) -> dict[str, Any]:
    order = given.order
    room = known_room(ward, order.room)
    open_one = ward.open_session(room.id)
    if open_one is not None:
        raise OrderRefusedError(
            "session_open", f"room {room.name} has the open session {open_one.id}", "room"
        )
    protocol = ward.protocols.get(order.protocol)
    if protocol is None:
        raise OrderRefusedError(
            "unknown_protocol", f"there is no protocol {order.protocol}", "protocol"
        )
    ward.series[order.patient] = ward.series.get(order.patient, 0) + 1
    session = Session(
        id=ward.new_id("session"),
        room_id=room.id,
        patient=order.patient,
        weight_kg=order.weight_kg,
        protocol=protocol.name,
        number=ward.series[order.patient],
        phases=(PhaseEntry(Phase.PRECHECK, given.at),),
    )
    body = facts.SessionStarted(
        session.id, room.id, session.patient, session.weight_kg, protocol.name
    )
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    ward.remember(session)
    ward.bedsides[room.id] = Bedside()
    state = SessionState(session.id, given.at, controls=Controls(holder=given.by))
    alarms = ward.alarms.watch(protocol.alarms, state)
    for device in ward.registry.devices_in(room.id, given.at):
        connection = ward.connections.get(device.id)
        alarms.expect(device.id, None if connection is None else connection.intervals, given.at)
    ward.checkpoint_due[session.id] = given.at
    _tell(ward, session, given.at)
    return {"session": session.id}


def enter_phase(ward: Ward, given: Given) -> dict[str, Any]:
    order = given.order
    session, phase = open_session(ward, order.session), Phase(order.phase)
    try:
        moved = session.entering(phase, given.at)
    except ValueError as error:
        raise OrderRefusedError("illegal_phase", str(error), "phase") from error
    if phase is Phase.DISCHARGED:
        _refuse_with_signals(ward, session, order.override)
    _move(ward, moved, facts.PhaseEntered(session.id, phase, order.override), given)
    return {"session": session.id, "phase": str(phase)}


def cancel_session(ward: Ward, given: Given) -> dict[str, Any]:
    session = open_session(ward, given.order.session)
    try:
        moved = session.entering(Phase.CANCELLED, given.at)
    except ValueError as error:
        raise OrderRefusedError("illegal_phase", str(error), "session") from error
    ward.series[session.patient] -= 1
    _move(ward, moved, facts.SessionCancelled(session.id, given.order.reason), given)
    return {"session": session.id}


def acknowledge_alarm(ward: Ward, given: Given) -> dict[str, Any]:
    order = given.order
    try:
        watch = ward.screens if order.alarm.startswith(f"{WARD}-") else ward.alarms
        changed = watch.acknowledge(order.alarm, given.by, order.note, given.at)
    except UnknownAlarmError as error:
        raise OrderRefusedError("unknown_alarm", str(error), "alarm") from error
    except EndedAlarmError as error:
        raise OrderRefusedError("alarm_ended", str(error), "alarm") from error
    return {"alarm": order.alarm, "changed": changed}


def enter_vitals(ward: Ward, given: Given) -> dict[str, Any]:
    order: EnterVitals = given.order
    session = open_session(ward, order.session)
    entry = str(order.entry)
    if entry in ward.entries:
        return {"entry": entry, "repeated": True}
    values = {name: value for name in _ENTERED if (value := getattr(order, name)) is not None}
    fault = entries.impossible(values)
    if fault is None and not order.confirmed:
        fault = entries.unusual(values)
    if fault is not None:
        raise OrderRefusedError(fault.code, fault.message, fault.field)
    at = entered_time(order.measured_at, session, given.at)
    body = facts.VitalsEntered(session.id, entry, at, values)
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    ward.entries.add(entry)
    readings = _readings(values, at, given.at)
    _store(ward, session, readings)
    ward.alarms.observe(session.id, readings, given.at)
    intake.show(ward, session, readings)
    return {"entry": entry, "repeated": False}


def entered_time(measured_at: datetime | None, session: Session, now: Instant) -> Instant:
    """When an entry was measured: now, or the time set back. Raises OrderRefusedError."""
    at = now if measured_at is None else milliseconds(measured_at)
    if at > now + _CLOCKS_MAY_DIFFER_MS:
        raise OrderRefusedError("future_time", "this time has not come yet", "measured_at")
    if at < session.started_at:
        raise OrderRefusedError("too_old", "this was before the session began", "measured_at")
    return min(at, now)


def _readings(values: dict[str, float], at: Instant, now: Instant) -> list[Reading]:
    late = now - at > MANUAL_MAY_BE_OLD_MS
    readings = [
        Reading(metric, at, at, now, MANUAL_SOURCE, "ok", late, round(values[metric], 3))
        for metric in (Metric.PULSE_RATE, Metric.SPO2)
        if metric in values
    ]
    pressure = [values.get(name) for name in entries.PRESSURE_FIELDS]
    if any(value is not None for value in pressure):
        rounded = (None if value is None else round(value, 3) for value in pressure)
        readings.append(
            Reading(Metric.NIBP, at, at, now, MANUAL_SOURCE, "ok", late, None, *rounded)
        )
    return readings


def _store(ward: Ward, session: Session, readings: list[Reading]) -> None:
    key = (MANUAL_SOURCE, f"manual-{session.id}")
    known = ward.positions.get(key)
    seq = 1 if known is None else known.last_seq + 1
    ward.positions[key] = ward.pending.positions[key] = StreamPosition(*key, seq)
    ward.pending.readings += [
        StoredReading(session.id, key[1], seq, index, reading)
        for index, reading in enumerate(readings)
    ]


def _move(ward: Ward, session: Session, body: facts.FactBody, given: Given) -> None:
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    ward.remember(session)
    alarms = ward.alarms.touch(session.id)
    if alarms is not None and session.is_open:
        alarms.enter_phase(session.phase, given.at)
        ward.must_checkpoint[session.id] = None
    ward.outbox.rooms[session.room_id] = None
    if session.phase in CLOSED_PHASES:
        ward.alarms.end(session.id, given.at)
        ward.bedsides.pop(session.room_id, None)
        _tell(ward, session, given.at)


def _tell(ward: Ward, session: Session, now: Instant) -> None:
    """Screens and the room's devices hear that the session has begun or ended."""
    ward.outbox.rooms[session.room_id] = None
    open_id = session.id if session.is_open else None
    for device in ward.registry.devices_in(session.room_id, now):
        ward.outbox.notices.append(Notice("session", device.id, open_id))


def open_session(ward: Ward, session_id: str) -> Session:
    """The open session of that id. Raises OrderRefusedError."""
    session = ward.sessions.get(session_id)
    if session is None:
        raise OrderRefusedError(
            "unknown_session", f"there is no open session {session_id}", "session"
        )
    if not session.is_open:
        raise OrderRefusedError(
            "session_closed", f"session {session_id} is {session.phase}", "session"
        )
    return session


def _refuse_with_signals(ward: Ward, session: Session, override: str | None) -> None:
    alarms = ward.alarms.session(session.id)
    waiting = (
        []
        if alarms is None
        else [known.id for known in alarms.signals() if known.state in ("active", "latched")]
    )
    if waiting and override is None:
        raise OrderRefusedError(
            "alarms_waiting",
            f"{len(waiting)} alarm(s) must be acknowledged first, or give a reason to override",
            "override",
        )
