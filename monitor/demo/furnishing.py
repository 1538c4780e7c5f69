"""What a demonstration is furnished with: rooms, devices, an operator, a plan, and sessions in every phase."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from monitor.console import counter
from monitor.data_directory import DataDirectory, write_whole
from monitor.demo import OPERATOR, tokens_file
from monitor.domain.sessions import Phase
from monitor.service.onboarding import PROTOCOL, bring_to, drive
from monitor.storage import SqliteRecords, open_records
from monitor.wire import orders

_REASON = "demonstration"
_FIRST_PATIENT = 1001
_RESTING, _RESTING_PULSE, _RESTING_SPO2 = (132, 80), 74, 97
"""What the demo's staff confirm as baseline: it shows the alarm for a marked rise at work."""
_WEIGHTS_KG = (82, 68, 74.5, 91, 59, 77)
_COMING_ROOMS = 3
"""So many rooms get a second patient, planned for later in the day."""


class _Course(NamedTuple):
    """Where a room's session stands, and how many minutes into the infusion its patient is."""

    phase: Phase
    minutes: float


_COURSES = (
    _Course(Phase.INFUSION, 12),
    _Course(Phase.INFUSION, 27),
    _Course(Phase.BASELINE, -6),
    _Course(Phase.INFUSION, 38),
    _Course(Phase.OBSERVATION, 55),
    _Course(Phase.PRECHECK, -18),
)
"""Of rooms 1 to 6; further rooms begin again."""


def furnished(directory: DataDirectory, rooms: int) -> list[dict[str, Any]]:
    """What ``furnish`` returns, or has returned to staff of this demonstration who were started before."""
    tokens = tokens_file(directory)
    if tokens.exists():
        known: list[dict[str, Any]] = json.loads(tokens.read_bytes())
        return known
    made = furnish(directory, rooms)
    write_whole(tokens, json.dumps(made))
    return made


def furnish(directory: DataDirectory, rooms: int) -> list[dict[str, Any]]:
    """Rooms 1 to ``rooms`` with a simulated device and an open session each; what is there already stays.

    Returns each room's name, its device's new token and its patient's minutes into the infusion.
    """
    with closing(open_records(directory.path)) as records, counter(directory) as give:
        furnisher = _Furnisher(give, records)
        furnisher.add_operator()
        return [furnisher.furnish(place) for place in range(rooms)]


class _Furnisher:
    def __init__(self, order: Callable[..., dict[str, Any]], records: SqliteRecords) -> None:
        self._order = order
        self._operators = {operator.name for operator in records.operators()}
        self._rooms = {room.name: room.id for room in records.rooms() if not room.retired}
        self._devices = {d.name: d.id for d in records.devices() if d.simulated and not d.revoked}
        self._busy = {session.room_id for session in records.sessions(open_only=True)}

    def add_operator(self) -> None:
        if OPERATOR not in self._operators:
            # Nobody knows this password: the operator is signed in by the dashboard or not at all.
            password = secrets.token_urlsafe(24)
            add = orders.AddOperator(name=OPERATOR, role="administrator", password=password)
            self._order(add)

    def _give(self, order: orders.Order) -> dict[str, Any]:
        """In the operator's name: a session is held by somebody who can be found, not by a console."""
        return self._order(order, OPERATOR)

    def furnish(self, place: int) -> dict[str, Any]:
        name, course = str(place + 1), _COURSES[place % len(_COURSES)]
        if name not in self._rooms:
            self._give(orders.AddRoom(name=name))
        # The device first: a patient whom nothing measures is an alarm.
        device, token = self._device(name)
        if self._rooms.get(name) not in self._busy:
            self._start_session(name, place, course)
        return {"room": name, "device": device, "token": token, "into_infusion_min": course.minutes}

    def _device(self, room: str) -> tuple[str, str]:
        """Its id and a new token."""
        device = self._devices.get(f"Simulated monitor {room}")
        if device is None:
            add = orders.AddDevice(room=room, name=f"Simulated monitor {room}", simulated=True)
            given = self._give(add)
        else:
            # Only a hash of the last demonstration's token was kept.
            given = self._give(orders.RotateToken(device=device))
        return str(given["id"]), str(given["token"])

    def _start_session(self, room: str, place: int, course: _Course) -> None:
        patient = f"P-{_FIRST_PATIENT + place}"
        weight = _WEIGHTS_KG[place % len(_WEIGHTS_KG)]
        start = orders.StartSession(room=room, patient=patient, weight_kg=weight, protocol=PROTOCOL)
        session = str(self._give(start)["session"])
        resting = {"pulse_rate": _RESTING_PULSE, "spo2": _RESTING_SPO2}
        steps = bring_to(session, course.phase, _RESTING, why=_REASON, **resting)
        drive(steps, self._give)
        if place < _COMING_ROOMS:
            self._plan(room, f"P-{_FIRST_PATIENT + 100 + place}", hours=2 + place)

    def _plan(self, room: str, patient: str, *, hours: int) -> None:
        first_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        at = (first_at + timedelta(hours=hours)).isoformat()
        plan = {"patient": patient, "protocol": PROTOCOL, "first_at": at, "room": room}
        self._give(orders.PlanSeries.model_validate(plan))
