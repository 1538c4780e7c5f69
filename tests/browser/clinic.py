"""Messages of a small clinic, in the shapes of the screen feed."""

from __future__ import annotations

import math
import random
import time
from typing import Any

MINUTE = 60_000


def now_ms() -> int:
    return round(time.time() * 1000)


def point(
    room: str,
    metric: str,
    value: Any,
    *,
    at: int,
    late: int = 0,
    status: str = "ok",
    source: str = "d1",
) -> list[Any]:
    """One reading as the feed has it; a cuff's value is (systolic, diastolic, mean)."""
    systolic, diastolic, mean = value if metric == "nibp" else (None, None, None)
    single = None if metric == "nibp" else value
    return [room, metric, at, at, single, systolic, diastolic, mean, status, late, source]


def value(at: int, number: Any, *, status: str = "ok") -> dict[str, Any]:
    systolic, diastolic, mean = number if isinstance(number, tuple) else (None, None, None)
    return {
        "at": at,
        "received_at": at,
        "value": None if isinstance(number, tuple) else number,
        "systolic": systolic,
        "diastolic": diastolic,
        "mean": mean,
        "status": status,
        "source": "device",
        "device": "Bed 1",
    }


def session(number: int, now: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"s{number}",
        "patient": f"P-0{400 + 17 * number}",
        "protocol": "ketamine_iv",
        "phase": "infusion",
        "started_at": now - 50 * MINUTE,
        "phase_started_at": now - 23 * MINUTE,
        "phase_minutes": 40.0,
        "weight_kg": 82.0,
        "number": number,
        "planned": 6,
        "limits": {
            "spo2": {"low": 92, "high": None},
            "pulse_rate": {"low": 50, "high": 120},
            "systolic": {"low": 90, "high": 180},
            "diastolic": {"low": 50, "high": 110},
        },
        **changes,
    }


def room(
    number: int, now: int, *, values: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    given = (
        values
        if values is not None
        else {
            "pulse_rate": value(now, 70 + number),
            "spo2": value(now, 97),
            "nibp": value(now - 2 * MINUTE, (132, 84, 100)),
        }
    )
    return {
        "id": f"r{number}",
        "name": str(number),
        "session": session(number, now),
        "devices": ["Bed 1"],
        "sources": {"d1": "Bed 1"},
        "connected": True,
        "stale_after_s": {"pulse_rate": 3.0, "spo2": 3.0},
        "values": given,
        "trend": [],
        **changes,
    }


def alarm(number: int, room_number: int, priority: str, now: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"a{number}",
        "room_id": f"r{room_number}",
        "room": str(room_number),
        "session": f"s{room_number}",
        "kind": "limit",
        "metric": "spo2",
        "type": "physiological",
        "priority": priority,
        "state": "active",
        "onset": now - 15_000,
        "raised_at": now,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "ended_at": None,
        "text": {"en": "SpO2 91 % - below 92 for 15 s", "nb": "SpO2 91 % - under 92 i 15 s"},
        **changes,
    }


def snapshot(rooms: list[dict[str, Any]], now: int, **changes: Any) -> dict[str, Any]:
    return {
        "type": "snapshot",
        "seq": 0,
        "server_time": now,
        "clock_speed": 1.0,
        "simulated": True,
        "self_check_age_s": 0.1,
        "rooms": rooms,
        "alarms": [],
        "due": [],
        "not_watched": [],
        "unassigned": 0,
        **changes,
    }


def trend(room_id: str, now: int, seed: int, *, minutes: int = 15) -> list[list[Any]]:
    """A quarter of an hour at 1 Hz with a cuff every three minutes; seeded."""
    chance = random.Random(seed)
    points = []
    pulse, spo2 = 75.0 + 4 * (seed % 6), 97.0
    for step in range(minutes * 60, 0, -1):
        at = now - step * 1000
        pulse = min(115, max(60, pulse + chance.uniform(-0.6, 0.62)))
        spo2 = min(99, max(90, spo2 + chance.uniform(-0.3, 0.3)))
        points.append(point(room_id, "pulse_rate", round(pulse), at=at))
        points.append(point(room_id, "spo2", round(spo2), at=at))
        if step % 180 == 60:
            systolic = 128 + round(12 * math.sin(step / 200) + 2 * seed)
            points.append(point(room_id, "nibp", (systolic, systolic - 48, systolic - 30), at=at))
    return points
