"""What the facts of a session's course change in the tables of sessions, their phases and their rooms over time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import exists, func, insert, select, union_all, update
from sqlalchemy.sql.base import Executable

from monitor.domain import facts
from monitor.domain.facts import Fact
from monitor.domain.sessions import CLOSED_PHASES, Phase
from monitor.storage.tables import (
    erased_sessions,
    session_phases,
    session_stays,
    sessions,
    visits,
)

Statements = tuple[Executable, ...]

_GONE = erased_sessions.c.key
_NEWEST = select(func.coalesce(func.max(sessions.c.key), 0)).scalar_subquery()
_AFTER = union_all(
    select((_NEWEST + 1).label("key")), select(_GONE + 1).where(_NEWEST < _GONE)
).subquery()
_NEXT = select(func.min(_AFTER.c.key)).where(_AFTER.c.key.not_in(select(_GONE)))
"""The number of a session that starts: the next one that no other has, nor one that is erased had."""


def _started(body: facts.SessionStarted, fact: Fact) -> Statements:
    started_at = fact.at if body.paper_from is None else body.paper_from
    session = insert(sessions).values(
        key=_NEXT.scalar_subquery(),
        id=body.session_id,
        room_id=body.room_id,
        patient=body.patient,
        weight_kg=body.weight_kg,
        protocol=body.protocol,
        started_at=started_at,
        phase=Phase.PRECHECK.value,
        edition=body.edition,
        visit=body.visit,
        paper=body.paper_from is not None,
    )
    begun = session, _phase_row(body.session_id, Phase.PRECHECK, started_at)
    if body.visit is None:
        return begun
    taken = update(visits).where(visits.c.id == body.visit).values(session_id=body.session_id)
    return *begun, taken


def _phase_row(session_id: str, phase: str, at: int) -> Executable:
    return insert(session_phases).values(session_id=session_id, phase=str(phase), at=at)


def _phase_entered(session_id: str, phase: str, at: int) -> Statements:
    ended_at = at if phase in CLOSED_PHASES else None
    session = (
        update(sessions)
        .where(sessions.c.id == session_id)
        .values(phase=str(phase), ended_at=ended_at)
    )
    entered = session, _phase_row(session_id, phase, at)
    if phase != Phase.CANCELLED:
        return entered
    return *entered, _freed(session_id)


def _freed(session_id: str) -> Executable:
    """The session is not the visit that it was taken for."""
    return update(visits).where(visits.c.session_id == session_id).values(session_id=None)


def _corrected(body: facts.PatientCorrected, _fact: Fact) -> Statements:
    corrected = _changed(body.session_id, patient=body.patient, visit=None)
    return corrected, _freed(body.session_id)


def _entered(body: facts.PhaseEntered, fact: Fact) -> Statements:
    at = fact.at if body.entered_at is None else body.entered_at
    return _phase_entered(body.session_id, body.phase, at)


def _moved(body: facts.SessionMoved, fact: Fact) -> Statements:
    """The first move also writes down the room that the session began in."""
    begun = select(sessions.c.id, sessions.c.room_id, sessions.c.started_at).where(
        sessions.c.id == body.session_id,
        ~exists().where(session_stays.c.session_id == body.session_id),
    )
    columns = ["session_id", "room_id", "since"]
    return (
        insert(session_stays).from_select(columns, begun),
        insert(session_stays).values(
            session_id=body.session_id, room_id=body.room_id, since=fact.at
        ),
        _changed(body.session_id, room_id=body.room_id),
    )


def _changed(session_id: str, **values: Any) -> Executable:
    return update(sessions).where(sessions.c.id == session_id).values(**values)


SESSION_STATEMENTS: dict[type[Any], Callable[[Any, Fact], Statements]] = {
    facts.SessionStarted: _started,
    facts.PhaseEntered: _entered,
    facts.SessionCancelled: lambda body, fact: _phase_entered(
        body.session_id, Phase.CANCELLED, fact.at
    ),
    facts.SessionMoved: _moved,
    facts.PatientCorrected: _corrected,
}
