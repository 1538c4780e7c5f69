"""What a demonstration is furnished with: rooms, devices, an operator, a plan, and sessions in every phase."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from monitor.console import counter
from monitor.data_directory import DataDirectory
from monitor.domain.course import CheckItem
from monitor.domain.sessions import Phase
from monitor.service.protocols import Protocol, load_protocols
from monitor.storage import SqliteRecords, open_records
from monitor.wire import orders

OPERATOR = "Demo"
PROTOCOL = "ketamine_iv"
_REASON = "demonstration"
_FIRST_PATIENT = 1001
_RESTING = {"systolic": 132, "diastolic": 80, "pulse_rate": 74, "spo2": 97}
"""What the demo's staff confirm as baseline: it shows the alarm for a marked rise at work."""
_WEIGHTS_KG = (82, 68, 74.5, 91, 59, 77)
_COMING_ROOMS = 3
"""So many rooms get a second patient, planned for later in the day."""


class _Course(NamedTuple):
    """Where a room's session stands, and how many minutes into the infusion its patient is."""

    phases: tuple[Phase, ...]
    minutes: float


_INFUSION = (Phase.BASELINE, Phase.INFUSION)
_COURSES = (
    _Course(_INFUSION, 12),
    _Course(_INFUSION, 27),
    _Course((Phase.BASELINE,), -6),
    _Course(_INFUSION, 38),
    _Course((*_INFUSION, Phase.OBSERVATION), 55),
    _Course((), -18),
)
"""Of rooms 1 to 6; further rooms begin again."""


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
        self._protocol: Protocol = load_protocols()[PROTOCOL]
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
        if self._rooms.get(name) not in self._busy:
            self._start_session(name, place, course)
        return {"room": name, "token": self._token(name), "phase_offset_min": course.minutes}

    def _token(self, room: str) -> str:
        device = self._devices.get(f"Simulated monitor {room}")
        if device is None:
            add = orders.AddDevice(room=room, name=f"Simulated monitor {room}", simulated=True)
            return str(self._give(add)["token"])
        # Only a hash of the last demonstration's token was kept.
        return str(self._give(orders.RotateToken(device=device))["token"])

    def _start_session(self, room: str, place: int, course: _Course) -> None:
        patient = f"P-{_FIRST_PATIENT + place}"
        weight = _WEIGHTS_KG[place % len(_WEIGHTS_KG)]
        start = orders.StartSession(room=room, patient=patient, weight_kg=weight, protocol=PROTOCOL)
        session = self._give(start)["session"]
        for phase in course.phases:
            if phase is Phase.INFUSION:
                self._prepare(session)
            entered = {"session": session, "phase": phase, "override": _REASON}
            self._give(orders.EnterPhase.model_validate(entered))
        if place < _COMING_ROOMS:
            self._plan(room, f"P-{_FIRST_PATIENT + 100 + place}", hours=2 + place)

    def _prepare(self, session: str) -> None:
        """What staff do before an infusion: every check, the baseline, the dose."""
        course = self._protocol.course
        for item in course.checks:
            if item.phase == Phase.PRECHECK:
                self._answer(session, item)
        self._give(orders.ConfirmBaseline(session=session, **_RESTING))
        dose = course.dose
        if dose is not None:
            plan = {
                "session": session,
                "dose_mg_per_kg": dose.usual_mg_per_kg,
                "minutes": dose.usual_minutes,
                "concentration_mg_per_ml": dose.concentration_mg_per_ml,
            }
            self._give(orders.PlanInfusion.model_validate(plan))

    def _answer(self, session: str, item: CheckItem) -> None:
        answer = {"session": session, "item": item.id, "answer": item.wanted}
        self._give(orders.AnswerCheck.model_validate(answer))

    def _plan(self, room: str, patient: str, *, hours: int) -> None:
        first_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        at = (first_at + timedelta(hours=hours)).isoformat()
        plan = {"patient": patient, "protocol": PROTOCOL, "first_at": at, "room": room}
        self._give(orders.PlanSeries.model_validate(plan))
