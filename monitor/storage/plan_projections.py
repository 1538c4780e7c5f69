"""What the facts of the plan, and of readings given to a session afterwards, change in their tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.sql.base import Executable

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.storage.tables import assignments, visits

Statements = tuple[Executable, ...]


def _planned(body: facts.VisitPlanned, _fact: Fact) -> Statements:
    visit = insert(visits).values(
        id=body.visit_id,
        patient=body.patient,
        protocol=body.protocol,
        planned_at=body.planned_at,
        room_id=body.room_id,
        number=body.number,
        cancelled=False,
    )
    return (visit,)


def _visit(visit_id: str, **values: Any) -> Statements:
    return (update(visits).where(visits.c.id == visit_id).values(**values),)


def _proposed(body: facts.AssignmentProposed, fact: Fact) -> Statements:
    assignment = insert(assignments).values(
        id=body.assignment_id,
        device_id=body.device_id,
        first_at=body.first_at,
        last_at=body.last_at,
        session_id=body.session_id,
        proposed_by=fact.by,
        proposed_at=fact.at,
        reason=body.reason,
    )
    return (assignment,)


def _confirmed(body: facts.AssignmentConfirmed, fact: Fact) -> Statements:
    """What was confirmed counts, not what was proposed."""
    assignment = (
        update(assignments)
        .where(assignments.c.id == body.assignment_id)
        .values(
            device_id=body.device_id,
            first_at=body.first_at,
            last_at=body.last_at,
            session_id=body.session_id,
            confirmed_by=fact.by,
            confirmed_at=fact.at,
        )
    )
    return (assignment,)


def _withdrawn(body: facts.AssignmentWithdrawn, _fact: Fact) -> Statements:
    """It waits no longer; that it was there is in the journal."""
    return (delete(assignments).where(assignments.c.id == body.assignment_id),)


PLAN_STATEMENTS: dict[type[Any], Callable[[Any, Fact], Statements]] = {
    facts.VisitPlanned: _planned,
    facts.VisitMoved: lambda body, _: _visit(
        body.visit_id, planned_at=body.planned_at, room_id=body.room_id
    ),
    facts.VisitCancelled: lambda body, _: _visit(body.visit_id, cancelled=True),
    facts.AssignmentProposed: _proposed,
    facts.AssignmentConfirmed: _confirmed,
    facts.AssignmentWithdrawn: _withdrawn,
}
