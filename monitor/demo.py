"""The demonstration: simulated rooms in all phases, with an operator who is signed in by itself."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from monitor.config import Settings
from monitor.console import execute
from monitor.data_directory import DataDirectory, DirectoryError, wait_for_gateway, write_whole
from monitor.domain.sessions import Phase
from monitor.lifeline import notify_ready
from monitor.programs import dashboard_program, gateway_program, run_together
from monitor.storage import SqliteRecords, open_records
from monitor.supervisor import Program
from monitor.wire import orders

OPERATOR = "Demo"
GATEWAY_PATIENCE_S = 30.0
_REASON = "demonstration"
_FIRST_PATIENT = 1001


_RESTING_PRESSURE = (132, 80)
"""What the demo's staff confirm as baseline: it shows the alarm for a marked rise at work."""


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


def run_demo(
    directory: DataDirectory,
    settings: Settings,
    *,
    rooms: int,
    seed: int,
    when_ready: Callable[[str], None],
    open_browser: bool,
) -> None:
    """Keep the demonstration running until told to stop. Raises StartError."""

    def ready(address: str) -> None:
        when_ready(address)
        if open_browser:
            webbrowser.open(address)

    furnishing = ("--data", str(directory.path), "--rooms", str(rooms), "--seed", str(seed))
    programs = [
        gateway_program(directory, settings),
        dashboard_program(directory, settings, auto_sign_in=OPERATOR),
        Program("simulation", "monitor", ("demo-rooms", *furnishing)),
    ]
    try:
        run_together(programs, settings, ready)
    finally:
        _tokens_file(directory).unlink(missing_ok=True)


def run_rooms(directory: DataDirectory, *, rooms: int, seed: int) -> NoReturn:
    """Furnish the rooms as soon as the gateway lives, then become their simulation: another program in this process.

    Raises NotDoneError when the directory's own rooms stand in the way, DirectoryError when no gateway comes.
    """
    address = wait_for_gateway(directory, time.monotonic() + GATEWAY_PATIENCE_S)
    if address is None:
        raise DirectoryError(f"no gateway runs on {directory.path}")
    tokens = _tokens_file(directory)
    write_whole(tokens, json.dumps(furnish(directory, rooms)))
    notify_ready()
    command = [
        *(sys.executable, "-m", "monitor.lifeline", "simulators", "run"),
        *("--scenario", "ward", "--seed", str(seed), "--gateway", address.url),
        *("--tokens", str(tokens), "--queue", str(directory.path / "demo-queues")),
    ]
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def _tokens_file(directory: DataDirectory) -> Path:
    return directory.path / "demo-tokens.json"


def furnish(directory: DataDirectory, rooms: int) -> list[dict[str, Any]]:
    """Rooms 1 to ``rooms`` with a simulated device and an open session each; what is there already stays.

    Returns each room's name, its device's new token and its patient's minutes into the infusion.
    """
    records = open_records(directory.path)
    try:
        furnisher = _Furnisher(directory, records)
    finally:
        records.close()
    furnisher.add_operator()
    return [furnisher.furnish(place) for place in range(rooms)]


class _Furnisher:
    def __init__(self, directory: DataDirectory, records: SqliteRecords) -> None:
        self._directory = directory
        self._operators = {operator.name for operator in records.operators()}
        self._rooms = {room.name: room.id for room in records.rooms() if not room.retired}
        self._devices = {d.name: d.id for d in records.devices() if d.simulated and not d.revoked}
        self._busy = {session.room_id for session in records.sessions(open_only=True)}

    def add_operator(self) -> None:
        if OPERATOR not in self._operators:
            # Nobody knows this password: the operator is signed in by the dashboard or not at all.
            password = secrets.token_urlsafe(24)
            self._give(orders.AddOperator(name=OPERATOR, role="administrator", password=password))

    def furnish(self, place: int) -> dict[str, Any]:
        name, course = str(place + 1), _COURSES[place % len(_COURSES)]
        if name not in self._rooms:
            self._give(orders.AddRoom(name=name))
        if self._rooms.get(name) not in self._busy:
            self._start_session(name, f"P-{_FIRST_PATIENT + place}", course)
        return {"room": name, "token": self._token(name), "phase_offset_min": course.minutes}

    def _token(self, room: str) -> str:
        device = self._devices.get(f"Simulated monitor {room}")
        if device is None:
            add = orders.AddDevice(room=room, name=f"Simulated monitor {room}", simulated=True)
            return str(self._give(add)["token"])
        # Only a hash of the last demonstration's token was kept.
        return str(self._give(orders.RotateToken(device=device))["token"])

    def _start_session(self, room: str, patient: str, course: _Course) -> None:
        session = self._give(orders.StartSession(room=room, patient=patient))["session"]
        for phase in course.phases:
            entered = {"session": session, "phase": phase, "override": _REASON}
            self._give(orders.EnterPhase.model_validate(entered))
        if "infusion" in course.phases:
            systolic, diastolic = _RESTING_PRESSURE
            self._give(
                orders.ConfirmBaseline(session=session, systolic=systolic, diastolic=diastolic)
            )

    def _give(self, order: orders.Order) -> dict[str, Any]:
        return execute(self._directory, order)
