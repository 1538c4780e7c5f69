"""Readings that belong to no session are given to one: proposed by one operator, confirmed by another."""

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
    _refuse_given(ward, order.device, first_at, last_at, "first_at")
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
    known = ward.assignments.get(given.order.assignment)
    if known is None:
        message = f"there is no assignment {given.order.assignment}"
        raise OrderRefusedError("unknown_assignment", message, "assignment")
    if not known.is_open:
        return {"assignment": known.id, "repeated": True}
    if known.proposed_by == given.by:
        message = f"{given.by} proposed this; somebody else confirms it"
        raise OrderRefusedError("same_operator", message, "assignment")
    _refuse_given(ward, known.device_id, known.first_at, known.last_at, "assignment")
    ward.assignments[known.id] = replace(known, confirmed_by=given.by, confirmed_at=given.at)
    body = facts.AssignmentConfirmed(
        known.id, known.device_id, known.first_at, known.last_at, known.session_id
    )
    ward.note(body, at=given.at, by=given.by, session_id=known.session_id)
    ward.recount_unassigned = True
    return {"assignment": known.id, "repeated": False}


def _refuse_given(
    ward: Ward, device_id: str, first_at: Instant, last_at: Instant, field: str
) -> None:
    """No reading is given twice. A proposal that nobody confirms stands in nobody's way."""
    for known in ward.assignments.values():
        if not known.is_open and known.overlaps(device_id, first_at, last_at):
            message = (
                f"some of these readings were given to session {known.session_id} by {known.id}"
            )
            raise OrderRefusedError("assigned", message, field)
