"""Visits: the sessions that are planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from monitor.domain import facts
from monitor.domain.readings import HOUR, Instant

SAME_DAY_MS = 12 * HOUR
"""A session within this time of a patient's planned visit is that visit."""
SAME_HOUR_MS = HOUR
"""A visit within this time of now has a claim on its room."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned session. ``number`` counts within the first series; None for maintenance.

    ``session_id`` is the session it became; a visit that is cancelled, or has become a session, is no longer open.
    """

    id: str
    patient: str
    protocol: str
    planned_at: Instant
    room_id: str | None
    number: int | None
    session_id: str | None = None
    cancelled: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is still to come."""
        return self.session_id is None and not self.cancelled


class Plan:
    """Every visit that matters to the ward, by id; changed by facts alone."""

    def __init__(self, visits: Iterable[Visit] = ()) -> None:
        self.visits = {visit.id: visit for visit in visits}

    def apply(self, fact: facts.Fact) -> None:
        """Take a fact in; most change nothing here."""
        body, visits = fact.body, self.visits
        match body:
            case facts.VisitPlanned():
                visits[body.visit_id] = Visit(
                    body.visit_id,
                    body.patient,
                    body.protocol,
                    body.planned_at,
                    body.room_id,
                    body.number,
                )
            case facts.VisitMoved(visit_id, planned_at, room_id, _):
                visits[visit_id] = replace(visits[visit_id], planned_at=planned_at, room_id=room_id)
            case facts.VisitCancelled(visit_id, _):
                visits[visit_id] = replace(visits[visit_id], cancelled=True)
            case facts.SessionStarted(visit=str(visit_id)):
                visits[visit_id] = replace(visits[visit_id], session_id=body.session_id)
            case facts.SessionCancelled(session_id) | facts.PatientCorrected(session_id):
                # The session was not the visit after all: whose it is may still come.
                for visit in self.of_session(session_id):
                    visits[visit.id] = replace(visit, session_id=None)
            case _:
                pass

    def of_session(self, session_id: str) -> list[Visit]:
        """The visit that a session is, if it was planned."""
        return [visit for visit in self.visits.values() if visit.session_id == session_id]

    def of_patient(self, patient: str, now: Instant) -> Visit | None:
        """The open visit of a patient that is meant now: the nearest one of the day."""
        near = (v for v in self._near(now, SAME_DAY_MS) if v.patient == patient)
        return min(near, key=lambda visit: abs(visit.planned_at - now), default=None)

    def of_room(self, room_id: str, now: Instant) -> list[Visit]:
        """The open visits that have a claim on a room now."""
        return [visit for visit in self._near(now, SAME_HOUR_MS) if visit.room_id == room_id]

    def _near(self, now: Instant, within_ms: int) -> Iterable[Visit]:
        return (
            visit
            for visit in self.visits.values()
            if visit.is_open and abs(visit.planned_at - now) <= within_ms
        )
