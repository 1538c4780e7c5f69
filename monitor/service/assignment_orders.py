"""Readings that belong to no session are given to one: proposed by one operator, confirmed by another, or withdrawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from monitor.domain import facts
from monitor.domain.assignments import Assignment
from monitor.domain.readings import Instant
from monitor.service.given import Given
from monitor.service.known_sessions import remembered_session
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Ward
from monitor.wire.base import milliseconds


def propose_assignment(ward: Ward, given: Given) -> dict[str, Any]:
    order, session = given.order, remembered_session(ward, given.order.session)
    first_at, last_at = milliseconds(order.first_at), milliseconds(order.last_at)
    if first_at > last_at:
        raise OrderRefusedError("empty", "the first time is after the last", "first_at")
    if order.device not in ward.registry.devices:
        raise OrderRefusedError("unknown_device", f"there is no device {order.device}", "device")
    _refuse_spoken_for(ward, order.device, first_at, last_at)
    assignment = Assignment(
        id=ward.new_id("assignment"),
        device_id=order.device,
        first_at=first_at,
        last_at=last_at,
        session_id=session.id,
        proposed_by=given.by,
        proposed_at=given.at,
        reason=order.reason,
    )
    ward.assignments[assignment.id] = assignment
    body = facts.AssignmentProposed(
        assignment.id, order.device, first_at, last_at, session.id, order.reason
    )
    ward.note(body, at=given.at, by=given.by, session_id=session.id)
    return {"assignment": assignment.id}


def confirm_assignment(ward: Ward, given: Given) -> dict[str, Any]:
    known = _known(ward, given)
    if not known.is_open:
        return {"assignment": known.id, "repeated": True}
    if known.proposed_by == given.by:
        message = f"{given.by} proposed this; somebody else confirms it"
        raise OrderRefusedError("same_operator", message, "assignment")
    if any(not other.is_open and _overlap(known, other) for other in ward.assignments.values()):
        # Proposals of before they kept each other out may overlap.
        raise OrderRefusedError(
            "assigned", "some of these readings were given before", "assignment"
        )
    ward.assignments[known.id] = replace(known, confirmed_by=given.by, confirmed_at=given.at)
    body = facts.AssignmentConfirmed(
        known.id, known.device_id, known.first_at, known.last_at, known.session_id
    )
    ward.note(body, at=given.at, by=given.by, session_id=known.session_id)
    ward.given.append(known.id)
    ward.given_meanwhile[known.id] = set()
    return {"assignment": known.id, "repeated": False}


def withdraw_assignment(ward: Ward, given: Given) -> dict[str, Any]:
    known = _known(ward, given)
    if not known.is_open:
        message = f"{known.id} was confirmed by {known.confirmed_by}: it stands"
        raise OrderRefusedError("confirmed", message, "assignment")
    del ward.assignments[known.id]
    body = facts.AssignmentWithdrawn(known.id, known.session_id, given.order.reason)
    ward.note(body, at=given.at, by=given.by, session_id=known.session_id)
    return {"assignment": known.id}


def _known(ward: Ward, given: Given) -> Assignment:
    known = ward.assignments.get(given.order.assignment)
    if known is None:
        message = f"there is no assignment {given.order.assignment}"
        raise OrderRefusedError("unknown_assignment", message, "assignment")
    return known


def _overlap(one: Assignment, other: Assignment) -> bool:
    return other.overlaps(one.device_id, one.first_at, one.last_at)


def _refuse_spoken_for(ward: Ward, device_id: str, first_at: Instant, last_at: Instant) -> None:
    """No reading is given twice, nor proposed twice: whoever confirms must not have to guess which one is meant."""
    for known in ward.assignments.values():
        if known.overlaps(device_id, first_at, last_at):
            what = "some of these readings"
            if known.is_open:
                message = f"{what} are in proposal {known.id} already; withdraw it first"
                raise OrderRefusedError("proposed", message, "first_at")
            message = f"{what} were given to session {known.session_id} by {known.id}"
            raise OrderRefusedError("assigned", message, "first_at")
