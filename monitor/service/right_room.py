"""The guard against the wrong patient in the wrong room: a start is held against the plan of the day."""

from __future__ import annotations

from monitor.domain.readings import Instant
from monitor.domain.registry import Room
from monitor.domain.visits import Visit
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Ward
from monitor.wire.orders import StartSession


def planned_visit(ward: Ward, order: StartSession, now: Instant) -> Visit | None:
    """The visit that this session is: the named one, or the patient's of this day. Raises OrderRefusedError."""
    if order.visit is None:
        return None if order.paper_from is not None else ward.plan.of_patient(order.patient, now)
    visit = ward.plan.visits.get(order.visit)
    if visit is None or not visit.is_open:
        raise OrderRefusedError("unknown_visit", f"{order.visit} is no open visit", "visit")
    if visit.patient != order.patient:
        message = f"visit {visit.id} is {visit.patient}'s"
        raise OrderRefusedError("other_patient", message, "patient", {"patient": visit.patient})
    return visit


def refuse_two_rooms(ward: Ward, patient: str) -> None:
    """Raises OrderRefusedError for a patient who has an open session."""
    for session in ward.sessions.values():
        if session.is_open and session.patient == patient:
            other = ward.registry.rooms[session.room_id].name
            message = f"{patient} is in session {session.id} in room {other}"
            raise OrderRefusedError("patient_in_session", message, "patient", {"room": other})


def refuse_wrong_room(
    ward: Ward, order: StartSession, room: Room, visit: Visit | None, now: Instant
) -> None:
    """Raises OrderRefusedError where patient and room do not belong together by the plan.

    A reason (``despite``) passes it, but no patient is in two rooms at once.
    """
    refuse_two_rooms(ward, order.patient)
    if order.despite is not None or order.paper_from is not None:
        return
    if visit is not None and visit.room_id not in (None, room.id):
        planned = ward.registry.rooms[visit.room_id or ""].name
        message = f"{order.patient} is planned in room {planned}; give a reason to start here"
        raise OrderRefusedError("other_room", message, "room", {"room": planned})
    if visit is not None and visit.protocol != order.protocol:
        message = (
            f"visit {visit.id} is planned with {visit.protocol}; give a reason to start another"
        )
        raise OrderRefusedError("other_protocol", message, "protocol")
    for other_visit in ward.plan.of_room(room.id, now):
        if other_visit.patient != order.patient:
            message = f"room {room.name} is planned for {other_visit.patient} at this hour"
            known = {"patient": other_visit.patient}
            raise OrderRefusedError("other_patient", f"{message}; give a reason", "patient", known)


def refuse_taken_room(ward: Ward, room: Room, at: Instant, but: str = "") -> None:
    """A session from paper was in its room alone. Raises OrderRefusedError for a moment at which another was there."""
    other = ward.session_at(room.id, at)
    if other is not None and other.id != but:
        message = f"session {other.id} was in room {room.name} at that time"
        raise OrderRefusedError("room_taken", message, "room")
