"""Readings given to a session afterwards count in it at once, as after a restart: in its chart, what is due, the trend.

The alarms do not go by them: what came late, and by hand, raises nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from monitor.domain.readings import MINUTE, Instant, Reading
from monitor.domain.sessions import Session
from monitor.service import charts
from monitor.service.batches import StoredReading
from monitor.service.points import point_of
from monitor.service.ward import TREND_MS, Ward
from monitor.wire.live import Point


def take_in(ward: Ward, assignment_id: str, stored: Iterable[StoredReading], now: Instant) -> None:
    """What is stored of a confirmed assignment. What came after the confirmation has been taken in as it came."""
    meanwhile = ward.given_meanwhile.pop(assignment_id, None)
    assignment = ward.assignments.get(assignment_id)
    session = None if assignment is None else ward.sessions.get(assignment.session_id)
    if meanwhile is None or session is None:
        return
    fresh = [k.reading for k in stored if (k.stream, k.seq, k.index) not in meanwhile]
    _count(ward, session, fresh, now)


def take_in_late(ward: Ward, stored: StoredReading, now: Instant) -> bool:
    """A reading that belongs to no session as it comes, and was given to one before it came; False for any other."""
    assignment = ward.assignment_of(stored.reading.source, stored.reading.at)
    if assignment is None:
        return False
    # Who has signed the session's review has not seen this one.
    ward.signers.pop(assignment.session_id, None)
    meanwhile = ward.given_meanwhile.get(assignment.id)
    if meanwhile is not None:
        meanwhile.add((stored.stream, stored.seq, stored.index))
    session = ward.sessions.get(assignment.session_id)
    if session is not None:
        _count(ward, session, [stored.reading], now)
    return True


def _count(ward: Ward, session: Session, readings: list[Reading], now: Instant) -> None:
    given = [reading._replace(late=True) for reading in readings]
    chart = ward.chart(session)
    for reading in given:
        chart.observe(reading)
    ward.changed_charts[session.id] = None
    charts.settle(ward, now)
    if session.is_open and not session.paper:
        _show(ward, session, given, now)


def _show(ward: Ward, session: Session, readings: list[Reading], now: Instant) -> None:
    """They take their places in the trend; screens are told to look anew."""
    trend = ward.bedside(session.room_id).trend
    points: dict[str, list[Point]] = {}
    for reading in readings:
        if reading.at >= now - TREND_MS - MINUTE:
            name = str(reading.metric)
            points.setdefault(name, []).append(point_of(session.room_id, reading))
    for metric, added in points.items():
        known = trend.get(metric) or deque[Point]()
        trend[metric] = deque(sorted([*known, *added], key=lambda point: point[2]), known.maxlen)
    ward.outbox.rooms[session.room_id] = None
    ward.outbox.reload = True
