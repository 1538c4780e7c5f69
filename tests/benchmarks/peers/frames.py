"""What a peer makes of a device's frame: the texts of a room's cells. Standard library only."""

from __future__ import annotations

import json
from typing import Any

METRICS = ("pulse_rate", "spo2", "nibp")
NOTHING = "--"


def readings(frame: str) -> list[dict[str, Any]]:
    """The readings of a frame; none of a hello."""
    message = json.loads(frame)
    found: list[dict[str, Any]] = message.get("readings", [])
    return found


def texts(frame: str) -> dict[str, str]:
    """Metric to what its cell shows."""
    return {reading["metric"]: _text(reading) for reading in readings(frame)}


def _text(reading: dict[str, Any]) -> str:
    if reading["metric"] == "nibp":
        return f"{reading['systolic']}/{reading['diastolic']}"
    return str(reading["value"])


def rooms(count: int) -> list[str]:
    """Their names."""
    return [str(number + 1) for number in range(count)]
