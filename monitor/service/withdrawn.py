"""Takes what staff have voided off the screens, as number and in trends, and shows what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from monitor.domain import facts
from monitor.domain.readings import Metric, Reading
from monitor.domain.sessions import Session
from monitor.service.entry_bodies import manual_readings
from monitor.service.points import point_of
from monitor.service.ward import Ward
from monitor.wire.live import Point


def take_off_screens(ward: Ward, session: Session, readings: Sequence[Reading]) -> None:
    """``readings`` are those of a voided entry, and its chart knows that it is."""
    bedside = ward.bedsides.get(session.room_id)
    if bedside is None or not session.is_open:
        return
    for reading in readings:
        metric = str(reading.metric)
        points = bedside.trend.get(metric)
        point = point_of(session.room_id, reading)
        if points is not None and point in points:
            points.remove(point)
        if bedside.latest.get(metric) == reading:
            del bedside.latest[metric]
            left = _newest(ward, session, reading.metric, points or ())
            if left is not None:
                bedside.latest[metric] = left
    ward.outbox.reload = True


def _newest(
    ward: Ward, session: Session, metric: Metric, points: Iterable[Point]
) -> Reading | None:
    """The newest value that was no late data: of a trend, of a cuff longer ago, of another entry."""
    known = [*_cuffs(ward, session, metric), *map(_reading_of, points)]
    known += [reading for reading in _entered(ward, session) if reading.metric is metric]
    return max((r for r in known if not r.late), key=lambda reading: reading.at, default=None)


def _cuffs(ward: Ward, session: Session, metric: Metric) -> Iterator[Reading]:
    if metric is not Metric.NIBP:
        return
    for cuff in ward.chart(session).device_cuffs:
        pressure = cuff.systolic, cuff.diastolic, cuff.mean
        yield Reading(
            metric, cuff.at, cuff.at, cuff.at, cuff.source, "ok", cuff.late, None, *pressure
        )


def _entered(ward: Ward, session: Session) -> Iterator[Reading]:
    for known in ward.chart(session).counting(facts.VitalsEntered):
        if isinstance(known.body, facts.VitalsEntered):
            yield from manual_readings(known.body, known.at)


def _reading_of(point: Point) -> Reading:
    _, metric, at, received_at, value, systolic, diastolic, mean, status, late, source = point
    pressure = systolic, diastolic, mean
    return Reading(
        Metric(metric), at, at, received_at, source, status, bool(late), value, *pressure
    )
