"""A reading in the shape in which screens get it."""

from __future__ import annotations

from monitor.domain.readings import Reading
from monitor.wire.live import Point


def point_of(room_id: str, reading: Reading) -> Point:
    """A reading as screens get it."""
    return (
        room_id,
        str(reading.metric),
        reading.at,
        reading.received_at,
        reading.value,
        reading.systolic,
        reading.diastolic,
        reading.mean,
        reading.status,
        int(reading.late),
        reading.source,
    )
