"""A reading in the shape in which screens get it."""

from __future__ import annotations

from monitor.domain.readings import Reading
from monitor.wire.live import Point


def point_of(room_id: str, reading: Reading) -> Point:
    """A reading as screens get it."""
    metric, _, at, received_at, source, status, late, value, systolic, diastolic, mean = reading
    return (
        room_id,
        str(metric),
        at,
        received_at,
        value,
        systolic,
        diastolic,
        mean,
        status,
        int(late),
        source,
    )
