"""Orders about the plan: series and single visits, moved and cancelled."""

from __future__ import annotations

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.domain import facts
from monitor.domain.readings import HOUR, Instant
from monitor.domain.series import moments
from monitor.domain.visits import Visit
from monitor.service.bedside_orders import refuse_bad_reference
from monitor.service.given import Given
from monitor.service.office_orders import known_room
from monitor.service.protocols import Protocol
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Ward
from monitor.wire.base import milliseconds, rfc3339

_DAY_MS = 24 * HOUR
_FARTHEST_MS = 2 * 366 * _DAY_MS
"""Beyond it the year is a slip of the keys."""
_CLASH_MS = 12 * HOUR
"""Two visits of one patient this close together are one visit planned twice."""


def plan_series(ward: Ward, given: Given) -> dict[str, Any]:
    order, protocol = given.order, _protocol(ward, given)
    series = protocol.course.series
    if series is None:
        message = f"protocol {protocol.name} has no series"
        raise OrderRefusedError("no_series", message, "protocol")
    first_at = milliseconds(order.first_at)
    times = moments(first_at, series.days, _zone(order.zone))
    for at in times:
        _refuse_time(ward, order.patient, at, given, "first_at")
    room_id = None if order.room is None else known_room(ward, order.room).id
    places = [_Place(order.patient, protocol.name, at, room_id) for at in times]
    # All or none: whether the room is another's is asked before the first of them is planned.
    reasons = [_despite(ward, place, given) for place in places]
    planned = [
        _plan(ward, given, place, number, despite)
        for number, (place, despite) in enumerate(zip(places, reasons, strict=True), 1)
    ]
    return {"visits": planned, "at": [rfc3339(at) for at in times]}


def plan_visit(ward: Ward, given: Given) -> dict[str, Any]:
    order, protocol = given.order, _protocol(ward, given)
    at = milliseconds(order.at)
    _refuse_time(ward, order.patient, at, given, "at")
    room_id = None if order.room is None else known_room(ward, order.room).id
    place = _Place(order.patient, protocol.name, at, room_id)
    return {"visit": _plan(ward, given, place, None, _despite(ward, place, given))}


def move_visit(ward: Ward, given: Given) -> dict[str, Any]:
    order, visit = given.order, _open_visit(ward, given.order.visit)
    at = visit.planned_at if order.at is None else milliseconds(order.at)
    room_id = visit.room_id if order.room is None else known_room(ward, order.room).id
    if (at, room_id) == (visit.planned_at, visit.room_id):
        return {"visit": visit.id, "changed": False}
    if at != visit.planned_at:
        _refuse_time(ward, visit.patient, at, given, "at", but=visit.id)
    despite = _despite(ward, _Place(visit.patient, visit.protocol, at, room_id), given)
    ward.note(facts.VisitMoved(visit.id, at, room_id, despite), at=given.at, by=given.by)
    return {"visit": visit.id, "changed": True}


def cancel_visit(ward: Ward, given: Given) -> dict[str, Any]:
    visit = _open_visit(ward, given.order.visit)
    ward.note(facts.VisitCancelled(visit.id, given.order.reason), at=given.at, by=given.by)
    return {"visit": visit.id}


class _Place(NamedTuple):
    """Where and when a patient is to be."""

    patient: str
    protocol: str
    at: Instant
    room_id: str | None

    def overlaps(self, other: Visit, ward: Ward) -> bool:
        """Whether another visit is in the same room before this one is over, or the other way round."""
        if self.room_id is None or self.room_id != other.room_id:
            return False
        ends_at = self.at + _length_ms(ward, self.protocol)
        return other.planned_at < ends_at and self.at < other.planned_at + _length_ms(
            ward, other.protocol
        )


def _plan(ward: Ward, given: Given, place: _Place, number: int | None, despite: str | None) -> str:
    visit_id = ward.new_id("visit")
    body = facts.VisitPlanned(visit_id, *place, number, despite)
    ward.note(body, at=given.at, by=given.by)
    return visit_id


def _despite(ward: Ward, place: _Place, given: Given) -> str | None:
    """The reason for a room that is another patient's then; None where it is free. Raises OrderRefusedError."""
    for visit in ward.plan.visits.values():
        if visit.is_open and visit.patient != place.patient and place.overlaps(visit, ward):
            if given.order.despite is not None:
                return str(given.order.despite)
            room = ward.registry.rooms[visit.room_id or ""].name
            message = f"room {room} is planned for {visit.patient} then; give a reason to share it"
            known = {"room": room, "patient": visit.patient, "at": rfc3339(visit.planned_at)}
            raise OrderRefusedError("room_planned", message, "despite", known)
    return None


def _length_ms(ward: Ward, protocol: str) -> int:
    """How long a visit is planned to last; an hour by a protocol that is not here any more."""
    known = ward.protocols.get(protocol)
    return HOUR if known is None else sum(known.phase_ms.values())


def _protocol(ward: Ward, given: Given) -> Protocol:
    refuse_bad_reference(given.order.patient)
    protocol = ward.protocols.get(given.order.protocol)
    if protocol is None:
        message = f"there is no protocol {given.order.protocol}"
        raise OrderRefusedError("unknown_protocol", message, "protocol")
    return protocol


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        # OSError: zones are files, and "Europe" is their folder.
        raise OrderRefusedError("unknown_zone", f"there is no time zone {name}", "zone") from error


def _refuse_time(
    ward: Ward, patient: str, at: Instant, given: Given, field: str, but: str = ""
) -> None:
    if at < given.at - _DAY_MS:
        raise OrderRefusedError("past", "a visit is planned ahead", field)
    if at > given.at + _FARTHEST_MS:
        raise OrderRefusedError("too_far", "a visit is planned at most two years ahead", field)
    for visit in ward.plan.visits.values():
        near = abs(visit.planned_at - at) < _CLASH_MS
        if visit.patient == patient and visit.is_open and near and visit.id != but:
            message = f"{patient} has visit {visit.id} within half a day of this"
            raise OrderRefusedError("visit_planned", message, field)


def _open_visit(ward: Ward, visit_id: str) -> Visit:
    visit = ward.plan.visits.get(visit_id)
    if visit is None:
        raise OrderRefusedError("unknown_visit", f"there is no visit {visit_id}", "visit")
    if not visit.is_open:
        state = "cancelled" if visit.cancelled else f"session {visit.session_id}"
        raise OrderRefusedError("visit_over", f"visit {visit_id} is {state}", "visit")
    return visit
