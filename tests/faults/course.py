"""What the devices of the fault tests measure: known beforehand for each second, so that any run can be compared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

FRAMES_A_SECOND = 30
"""Far more than a bedside device sends: a kill has to find something under way."""
SECOND_MS = 1000
CYCLE_S = 150
"""Within it a saturation falls and recovers, falls deep, and a pressure is too high for one cuff."""


def last_seq(second: int) -> int:
    """The number of the last frame of this second; seconds are counted from 0."""
    return (second + 1) * FRAMES_A_SECOND


def pulse_of(seq: int) -> float:
    """Each frame has one value of its own: what is stored tells from which frame it came."""
    return round(60 + (seq % 30_000) / 1000, 3)


def frame(room: int, seq: int, began: int) -> dict[str, Any]:
    """Frame number ``seq`` of this room's device; ``began`` is the instant at which second 0 ends."""
    second, place = divmod(seq - 1, FRAMES_A_SECOND)
    end = began + second * SECOND_MS
    measured_at = moment(end - SECOND_MS + (place + 1) * SECOND_MS // FRAMES_A_SECOND)
    readings: list[dict[str, Any]] = [
        {"metric": "pulse_rate", "value": pulse_of(seq), "measured_at": measured_at},
        {"metric": "spo2", "value": _spo2(room, second), "measured_at": measured_at},
    ]
    if place == 0 and second % 30 == 0:
        high = (second + 31 * room) % CYCLE_S < 30
        pressure = (
            {"systolic": 190, "diastolic": 118} if high else {"systolic": 124, "diastolic": 78}
        )
        readings.append({"metric": "nibp", **pressure, "measured_at": measured_at})
    return {"type": "readings", "seq": seq, "sent_at": moment(end), "readings": readings}


def moment(instant: int) -> str:
    """An instant as devices write it."""
    written = datetime.fromtimestamp(instant / 1000, UTC).isoformat(timespec="milliseconds")
    return written.replace("+00:00", "Z")


def _spo2(room: int, second: int) -> int:
    place = (second + 37 * room) % CYCLE_S
    if 20 <= place < 60:
        return 88
    return 82 if 90 <= place < 100 else 97
