"""Readings come in: whose they are, whether they can be true, whether they are late, and on to the alarm system."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from monitor.domain.facts import SequenceGap
from monitor.domain.readings import (
    HOUR,
    MANUAL_SOURCE,
    MINUTE,
    SECOND,
    Instant,
    Metric,
    Reading,
    Rejection,
    implausible_pressure,
    implausible_value,
    is_sentinel,
)
from monitor.domain.sessions import Session
from monitor.service import batches, given_readings
from monitor.service.batches import StoredReading, StreamPosition
from monitor.service.points import point_of
from monitor.service.ward import TREND_MS, TREND_STEP_MS, Connection, Ward
from monitor.wire.base import milliseconds
from monitor.wire.device import DeviceReading, Readings, RejectedReading
from monitor.wire.live import Point

LATE_MS = 30 * SECOND
FUTURE_MS = 60 * SECOND
TOO_OLD_MS = 24 * HOUR
MOST_HOLES = 1000
"""Holes remembered per queue; of a queue with more, frames for the oldest holes count as repeated."""
_METRICS = {str(metric): metric for metric in Metric}


class FrameOutcome(NamedTuple):
    """What is said of one frame once it is durable."""

    stored: int
    rejected: list[RejectedReading]


class Identity(NamedTuple):
    """What tells one reading from every other."""

    device_id: str
    stream: str
    seq: int
    position: int


def record_frame(
    ward: Ward, device_id: str, stream: str, frame: Readings, offset_ms: int, now: Instant
) -> FrameOutcome:
    """Take a frame in. A seq that was taken before changes nothing: the first content wins."""
    known = ward.positions.get((device_id, stream))
    in_sequence = known is None or frame.seq > known.last_seq
    if not _claim(ward, known or StreamPosition(device_id, stream, 0), frame.seq, now):
        return FrameOutcome(0, [])
    connection = ward.connections[device_id]
    stored: list[Reading] = []
    rejected: list[RejectedReading] = []
    by_session: dict[str | None, list[Reading]] = {}
    for index, sent in enumerate(frame.readings):
        judged = judge(sent, device_id, offset_ms, now)
        if in_sequence and not isinstance(judged, Rejection):
            judged = _after_a_step_back(connection, judged, frame, now)
        if isinstance(judged, Rejection):
            rejected.append(
                RejectedReading.model_construct(
                    seq=frame.seq, index=index, code=judged.code, message=judged.message
                )
            )
            _keep_apart(ward, Identity(device_id, stream, frame.seq, index), sent, judged, now)
            continue
        session = ward.session_of_device(device_id, judged.at)
        session_id = None if session is None else session.id
        reading = StoredReading(session_id, stream, frame.seq, index, judged)
        ward.pending.readings.append(reading)
        stored.append(judged)
        if session is not None or not given_readings.take_in_late(ward, reading, now):
            by_session.setdefault(session_id, []).append(judged)
    for session_id, readings in by_session.items():
        _pass_on(ward, session_id, readings, offset_ms, now)
    return FrameOutcome(len(stored), rejected)


def _after_a_step_back(
    connection: Connection, reading: Reading, frame: Readings, now: Instant
) -> Reading:
    """A reading of the newest frame that seems older than the one before it: the device's clock stepped back.

    The smallest offset of ten frames is still that of the old clock; until it has been forgotten the frame's own
    offset dates the reading, so that no breach is taken for late data or put in the past. A backlog that is sent
    after live readings keeps its place: by its own offset it is as old as it says.
    """
    metric = reading.metric
    newest = connection.newest.get(metric)
    if newest is None or reading.at >= newest:
        connection.newest[metric] = reading.at
        return reading
    own_offset_ms = now - milliseconds(frame.sent_at)
    at = min(reading.measured_at + own_offset_ms, now)
    if at < newest:
        return reading
    connection.newest[metric] = at
    return reading._replace(at=at, late=now - at > LATE_MS)


def judge(sent: DeviceReading, device_id: str, offset_ms: int, now: Instant) -> Reading | Rejection:
    """One reading as sent, as a reading of the domain, or why it cannot be true."""
    metric = _METRICS.get(sent.metric)
    if metric is None:
        return Rejection("unknown_metric", f"{sent.metric} is not a metric of this feed")
    measured_at = milliseconds(sent.measured_at)
    at = measured_at + offset_ms
    if at > now + FUTURE_MS:
        return Rejection(
            "future_time", f"measured {(at - now) // SECOND} s ahead of the gateway's clock"
        )
    if at < now - TOO_OLD_MS:
        return Rejection("too_old", "measured more than 24 hours ago")
    # Nothing was measured after it arrived: a clock that runs ahead must not hold back what comes next.
    at = min(at, now)
    late = now - at > LATE_MS
    if metric is Metric.NIBP:
        return _judge_pressure(sent, device_id, measured_at, at, now, late)
    value = sent.value
    if value is not None:
        if is_sentinel(metric, value):
            value = None
        elif (impossible := implausible_value(metric, value)) is not None:
            return impossible
        else:
            value = round(value, 3)
    status = "no_signal" if value is None and sent.status == "ok" else sent.status
    return Reading(metric, measured_at, at, now, device_id, status, late, value)


def _judge_pressure(
    sent: DeviceReading, device_id: str, measured_at: Instant, at: Instant, now: Instant, late: bool
) -> Reading | Rejection:
    systolic, diastolic, mean = (
        None if value is None or is_sentinel(Metric.NIBP, value) else value
        for value in (sent.systolic, sent.diastolic, sent.mean)
    )
    if systolic is None or diastolic is None:
        # One of a pair is not a blood pressure; the mean may still be one.
        systolic = diastolic = None
    impossible = implausible_pressure(systolic, diastolic, mean)
    if impossible is not None:
        return impossible
    has_value = systolic is not None or mean is not None
    status = "no_signal" if not has_value and sent.status == "ok" else sent.status
    rounded = (None if v is None else round(v, 3) for v in (systolic, diastolic, mean))
    return Reading(Metric.NIBP, measured_at, at, now, device_id, status, late, None, *rounded)


def _claim(ward: Ward, known: StreamPosition, seq: int, now: Instant) -> bool:
    """Whether the seq is new to its queue; then the queue's position moves on."""
    device_id, stream, last, holes = known
    if seq > last:
        if seq > last + 1:
            holes = (*holes, (last + 1, seq - 1))[-MOST_HOLES:]
            ward.note(
                SequenceGap(device_id, stream, last + 1, seq - 1), at=now, by=f"device:{device_id}"
            )
        last = seq
    else:
        hole = next((hole for hole in holes if hole[0] <= seq <= hole[1]), None)
        if hole is None:
            return False
        holes = _without(holes, hole, seq)
    key, position = (device_id, stream), StreamPosition(device_id, stream, last, holes)
    ward.positions[key] = ward.pending.positions[key] = position
    return True


def _without(
    holes: tuple[tuple[int, int], ...], hole: tuple[int, int], seq: int
) -> tuple[tuple[int, int], ...]:
    first, last = hole
    left = [part for part in ((first, seq - 1), (seq + 1, last)) if part[0] <= part[1]]
    return tuple(part for known in holes for part in (left if known == hole else [known]))


def _keep_apart(
    ward: Ward, identity: Identity, sent: DeviceReading, why: Rejection, now: Instant
) -> None:
    """Store a rejected reading where it is never drawn, and make it a technical condition."""
    session = ward.session_of_device(identity.device_id, now)
    session_id = None if session is None else session.id
    raw = sent.model_dump_json(exclude_unset=True)
    ward.pending.rejected.append(
        batches.RejectedReading(session_id, *identity, now, why.code, why.message, raw)
    )
    metric = _METRICS.get(sent.metric)
    if session_id is not None and metric is not None:
        ward.alarms.reject(session_id, identity.device_id, metric, why, now)


def _pass_on(
    ward: Ward, session_id: str | None, readings: list[Reading], offset_ms: int, now: Instant
) -> None:
    session = None if session_id is None else ward.sessions[session_id]
    if session is None:
        ward.count_unassigned(len(readings), now)
        return
    chart = ward.charts.get(session.id)
    if chart is not None:
        for reading in readings:
            chart.observe(reading)
    alarms = ward.alarms.session(session.id)
    if alarms is None:
        ward.signers.pop(session.id, None)
        return
    alarms.observe_offset(readings[0].source, offset_ms, now)
    ward.alarms.observe(session.id, readings, now)
    show(ward, session, readings)


def show(ward: Ward, session: Session, readings: list[Reading]) -> None:
    """Put readings of an open session on the screens: newest values, trend, points."""
    bedside = ward.bedside(session.room_id)
    for reading in readings:
        metric = str(reading.metric)
        point = point_of(session.room_id, reading)
        ward.outbox.points.append(point)
        known = bedside.latest.get(metric)
        if not reading.late and (known is None or reading.at >= known.at):
            bedside.latest[metric] = reading
        _extend_trend(bedside.trend, metric, point)


def _extend_trend(trend: dict[str, deque[Point]], metric: str, point: Point) -> None:
    """A tile's trend: every cuff and entry, every change of source or to "no value", else a point each few seconds.

    A screen that is opened later knows the values of every source by it.
    """
    points = trend.get(metric)
    if points is None:
        points = trend[metric] = deque(maxlen=4 * TREND_MS // TREND_STEP_MS)
    at = point[2]
    last = points[-1] if points else None
    if (
        last is None
        or metric == Metric.NIBP
        or point[10] == MANUAL_SOURCE
        or last[10] != point[10]
        or at - last[2] >= TREND_STEP_MS
        or (last[4] is None) != (point[4] is None)
    ):
        while points and points[0][2] < at - TREND_MS - MINUTE:
            points.popleft()
        points.append(point)
