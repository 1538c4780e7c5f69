"""Orders at the bedside: a session begins, moves through its phases, ends; alarms are acknowledged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitor.domain import facts
from monitor.domain.alarms import Occurrence, State
from monitor.domain.chart import Chart
from monitor.domain.controls import Controls
from monitor.domain.limits import Priority
from monitor.domain.occurrence_book import EndedAlarmError, UnknownAlarmError
from monitor.domain.patients import reference_fault
from monitor.domain.readings import Instant
from monitor.domain.screens import WARD
from monitor.domain.session_state import SessionState
from monitor.domain.sessions import CLOSED_PHASES, Phase, PhaseEntry, Session
from monitor.domain.visits import Visit
from monitor.service.charts import record, verdict
from monitor.service.gated import refuse_blocked
from monitor.service.given import Given
from monitor.service.known_sessions import infusing_session, open_session, paper_time
from monitor.service.office_orders import known_room
from monitor.service.protocols import Protocol
from monitor.service.refusals import OrderRefusedError
from monitor.service.right_room import planned_visit, refuse_taken_room, refuse_wrong_room
from monitor.service.ward import Bedside, Notice, Ward


def start_session(ward: Ward, given: Given) -> dict[str, Any]:
    order = given.order
    room = known_room(ward, order.room)
    refuse_bad_reference(order.patient)
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
    began_at = given.at if order.paper_from is None else paper_time(order.paper_from, given.at)
    visit = planned_visit(ward, order, given.at)
    refuse_wrong_room(ward, order, room, visit, given.at)
    if order.paper_from is not None:
        refuse_taken_room(ward, room, began_at)
    _adopt(ward, protocol, given)
    session = _begin(ward, given, room.id, protocol, visit, began_at)
    _watch(ward, session, given)
    _tell(ward, session, given.at)
    return {"session": session.id}


def enter_phase(ward: Ward, given: Given) -> dict[str, Any]:
    order = given.order
    session, phase = open_session(ward, order.session), Phase(order.phase)
    at = _phase_time(session, order.at, given.at)
    _refuse_taken_room_on_paper(ward, session, at)
    moved = _entering(session, phase, at, "phase")
    waiting = len(_waiting(ward, session)) if phase is Phase.DISCHARGED else 0
    _refuse_unanswered(waiting, order.override, "alarm(s)")
    judged = record(ward, session, given.at)
    blocked = refuse_blocked(judged, phase, given, simulated=ward.simulated)
    if phase is Phase.DISCHARGED:
        _sign_discharge(ward, session, given)
    override = order.override if blocked or waiting else None
    entered_at = at if session.paper else None
    _move(ward, moved, facts.PhaseEntered(session.id, phase, override, entered_at), given)
    return {"session": session.id, "phase": str(phase)}


def stop_infusion(ward: Ward, given: Given) -> dict[str, Any]:
    session = infusing_session(ward, given.order.session)
    moved = _entering(session, Phase.OBSERVATION, given.at, "session")
    body = facts.InfusionStopped(session.id, given.order.reason)
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    _move(ward, moved, facts.PhaseEntered(session.id, Phase.OBSERVATION, None), given)
    return {"session": session.id, "phase": str(Phase.OBSERVATION)}


def cancel_session(ward: Ward, given: Given) -> dict[str, Any]:
    session = open_session(ward, given.order.session)
    moved = _entering(session, Phase.CANCELLED, given.at, "session")
    waiting = len([known for known in _waiting(ward, session) if known.priority is Priority.HIGH])
    override = given.order.override if waiting else None
    _refuse_unanswered(waiting, override, "high alarm(s)")
    ward.series[session.patient] -= 1
    body = facts.SessionCancelled(session.id, given.order.reason, override)
    _move(ward, moved, body, given)
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


def refuse_bad_reference(patient: str) -> None:
    """A patient reference is a pseudonym. What was typed is not repeated: it may be a name."""
    fault = reference_fault(patient)
    if fault is not None:
        raise OrderRefusedError("not_a_reference", fault, "patient")


def _entering(session: Session, phase: Phase, at: Instant, field: str) -> Session:
    try:
        return session.entering(phase, at)
    except ValueError as error:
        raise OrderRefusedError("illegal_phase", str(error), field) from error


def _adopt(ward: Ward, protocol: Protocol, given: Given) -> None:
    """The first session by a text of the protocol puts that text on record."""
    if protocol.edition in ward.editions:
        return
    ward.editions[protocol.edition] = protocol
    body = facts.ProtocolAdopted(protocol.edition, protocol.name, protocol.version, protocol.text)
    ward.note(body, at=given.at, by=given.by)


def _begin(
    ward: Ward,
    given: Given,
    room_id: str,
    protocol: Protocol,
    visit: Visit | None,
    began_at: Instant,
) -> Session:
    order = given.order
    ward.series[order.patient] = ward.series.get(order.patient, 0) + 1
    session = Session(
        id=ward.new_id("session"),
        room_id=room_id,
        patient=order.patient,
        weight_kg=order.weight_kg,
        protocol=protocol.name,
        number=ward.series[order.patient],
        phases=(PhaseEntry(Phase.PRECHECK, began_at),),
        edition=protocol.edition,
        visit=None if visit is None else visit.id,
        paper=order.paper_from is not None,
    )
    ward.charts[session.id] = Chart()
    ward.remember(session)
    body = _started(session, order.despite)
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    ward.bedsides[room_id] = Bedside()
    return session


def _started(session: Session, despite: str | None) -> facts.SessionStarted:
    return facts.SessionStarted(
        session_id=session.id,
        room_id=session.room_id,
        patient=session.patient,
        weight_kg=session.weight_kg,
        protocol=session.protocol,
        edition=session.edition,
        visit=session.visit,
        despite=despite,
        paper_from=session.started_at if session.paper else None,
    )


def _watch(ward: Ward, session: Session, given: Given) -> None:
    state = SessionState(session.id, session.started_at, controls=Controls(holder=given.by))
    alarms = ward.alarms.watch(ward.alarm_settings(session), state)
    for device in () if session.paper else ward.registry.devices_in(session.room_id, given.at):
        connection = ward.connections.get(device.id)
        alarms.expect(device.id, None if connection is None else connection.intervals, given.at)
    ward.checkpoint_due[session.id] = given.at


def _sign_discharge(ward: Ward, session: Session, given: Given) -> None:
    judged = verdict(ward, session, given.at)
    if judged is not None:
        met = [known.criterion.id for known in judged.judged if known.met]
        not_met = [known.criterion.id for known in judged.judged if not known.met]
        body = facts.DischargeSigned(session.id, met, not_met)
        ward.note(body, at=given.at, by=given.by, session_id=session.id)


def _move(ward: Ward, session: Session, body: facts.FactBody, given: Given) -> None:
    ward.remember(session)
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    alarms = ward.alarms.touch(session.id)
    if alarms is not None and session.is_open:
        alarms.enter_phase(session.phase, session.phases[-1].at if session.paper else given.at)
        ward.must_checkpoint[session.id] = None
    ward.outbox.rooms[session.room_id] = None
    if session.phase in CLOSED_PHASES:
        ward.alarms.end(session.id, given.at)
        ward.bedsides.pop(session.room_id, None)
        _tell(ward, session, given.at)


def _tell(ward: Ward, session: Session, now: Instant) -> None:
    """Screens and the room's devices hear that the session has begun or ended."""
    ward.outbox.rooms[session.room_id] = None
    open_id = session.id if session.is_open and not session.paper else None
    for device in ward.registry.devices_in(session.room_id, now):
        ward.outbox.notices.append(Notice("session", device.id, open_id))


def _waiting(ward: Ward, session: Session) -> list[Occurrence]:
    """The alarms that wait to be acknowledged."""
    alarms = ward.alarms.session(session.id)
    signals = () if alarms is None else alarms.signals()
    return [known for known in signals if known.state in (State.ACTIVE, State.LATCHED)]


def _refuse_unanswered(waiting: int, override: str | None, what: str) -> None:
    """No session ends over alarms that nobody has seen, unless somebody says why."""
    if waiting and override is None:
        message = f"{waiting} {what} must be acknowledged first, or give a reason to override"
        raise OrderRefusedError("alarms_waiting", message, "override")


def _phase_time(session: Session, at: datetime | None, now: Instant) -> Instant:
    """When a phase begins: now, and on paper when it did. Raises OrderRefusedError."""
    if not session.paper:
        if at is not None:
            message = "only a session that was kept on paper is entered afterwards"
            raise OrderRefusedError("not_paper", message, "at")
        return now
    if at is None:
        raise OrderRefusedError("time_wanted", "say when it was, as the paper has it", "at")
    return paper_time(at, now, not_before=session.phases[-1].at)


def _refuse_taken_room_on_paper(ward: Ward, session: Session, at: Instant) -> None:
    if session.paper:
        room = ward.registry.rooms[session.room_id]
        refuse_taken_room(ward, room, at, but=session.id)
