"""Opening a session for review: everything that is read of it, and how much of that is kept for the next question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from monitor.dashboard.review.channels import Recorded, recorded
from monitor.domain import infusion
from monitor.domain.course import Course
from monitor.domain.facts import AlarmChanged, Fact
from monitor.domain.limits import AlarmSettings
from monitor.domain.readings import MINUTE, Instant, Metric, Reading
from monitor.domain.review.in_force import InForce, limits_over_time
from monitor.domain.review.record import SessionRecord, record_of
from monitor.domain.sessions import Session
from monitor.domain.sign_off import ReviewState, SignOff
from monitor.service.past_sessions import protocol_of
from monitor.service.ports import Records
from monitor.service.protocols import Protocol as Edition

_KEPT = 6
_METRICS = {metric.value: metric for metric in Metric}
"""By their names; an enumeration asked by value takes longer than the rest of a reading."""
_UNREAD = ReviewState(SignOff.OPEN, None, (), ())


class Shelf:
    """The traces of the sessions that were looked at last: zooming asks for the same one again and again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, int], Recorded] = OrderedDict()

    def recorded(self, records: Records, session_id: str, stale_ms: int) -> Recorded:
        """The session's trace as it is on record now."""
        key = (session_id, records.session_head(session_id).mac, stale_ms)
        with self._lock:
            known = self._kept.get(key)
        if known is None:
            known = recorded(records.trace(session_id).points, stale_ms)
        with self._lock:
            self._kept[key] = known
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return known


class Source(Protocol):
    """The parts of a dashboard that are needed here."""

    @property
    def records(self) -> Records: ...

    @property
    def protocols(self) -> dict[str, Edition]: ...

    @property
    def shelf(self) -> Shelf: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A session without its values. ``origin`` is the infusion's beginning, or its own."""

    session: Session
    edition: Edition | None
    record: SessionRecord
    origin: Instant
    review: ReviewState

    @property
    def course(self) -> Course:
        """What the protocol says about the course."""
        return self.record.course

    def minutes(self, at: Instant) -> float:
        """A moment on the axis of the trace."""
        return minutes_from(self.origin, at)


@dataclass(frozen=True, slots=True)
class Traced:
    """What the figure of a session shows of its values. ``whole`` is the time that it spans."""

    recorded: Recorded = field(repr=False)
    spans: Sequence[InForce]
    whole: tuple[Instant, Instant]


def minutes_from(origin: Instant, at: Instant) -> float:
    """A moment on the axis whose minute 0 is ``origin``; as exact as a pixel of any zoom needs."""
    return round((at - origin) / MINUTE, 4)


def open_session(source: Source, session: Session) -> Opened:
    """The session as its page tells it; quick for a long one."""
    edition = protocol_of(source.records, source.protocols, session)
    now = session.ended_at or source.records.newest_instant()
    origin = infusion.began_at(session)
    return Opened(
        session=session,
        edition=edition,
        record=_record(source.records, session, edition, now, ()),
        origin=session.started_at if origin is None else origin,
        review=source.records.review_state(session.id) or _UNREAD,
    )


def read_trace(source: Source, opened: Opened) -> Traced:
    """The values of an opened session, sorted for drawing."""
    session, record = opened.session, opened.record
    trace = source.shelf.recorded(source.records, session.id, record.settings.ladder.stale_ms)
    return Traced(trace, limits_over_time(record), _whole(session, trace, record.until))


def full_record(source: Source, session: Session) -> SessionRecord:
    """The session with every value, for its figures; made of the quick trace, which has all that they ask for."""
    edition = protocol_of(source.records, source.protocols, session)
    now = session.ended_at or source.records.newest_instant()
    readings = [_reading(point) for point in source.records.trace(session.id).points]
    return _record(source.records, session, edition, now, readings)


def _record(
    records: Records,
    session: Session,
    edition: Edition | None,
    now: Instant,
    readings: Sequence[Reading],
) -> SessionRecord:
    session_facts: Sequence[Fact] = records.facts(session.id)
    alarms: Sequence[AlarmChanged] = records.alarms(session.id)
    return record_of(
        session,
        course=Course() if edition is None else edition.course,
        settings=AlarmSettings() if edition is None else edition.alarms,
        facts=session_facts,
        readings=readings,
        alarms=alarms,
        now=now,
    )


def _reading(point: tuple[Any, ...]) -> Reading:
    _room, metric, at, received_at, value, systolic, diastolic, mean, status, late, source = point
    return Reading(
        _METRICS[metric],
        at,
        at,
        received_at,
        source,
        status,
        bool(late),
        value,
        systolic,
        diastolic,
        mean,
    )


def _whole(session: Session, trace: Recorded, now: Instant) -> tuple[Instant, Instant]:
    """From the session's beginning to its end, and to whatever was measured beyond either."""
    moments = [cuff.at for cuff in trace.cuffs] + [spot.at for spot in trace.spots]
    for channel in trace.channels:
        moments += [int(channel.at[0]), int(channel.at[-1])]
    return (
        min([session.started_at, *moments]),
        max([session.ended_at or now, session.started_at + 60_000, *moments]),
    )
