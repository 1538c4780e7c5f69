"""Patients for the rooms of a demonstration: the simulator desk is told to begin with them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from monitor.console import NotDoneError
from monitor.dashboard.desk import DeskRefusedError, DeskSocket, DeskUnreachableError
from monitor.data_directory import DataDirectory
from monitor.programs import desk_control

_SCENARIO = "ward"
_PATIENCE_S = 30.0
_AGAIN_S = 0.05


def open_rooms(directory: DataDirectory, rooms: Sequence[dict[str, Any]], *, seed: int) -> None:
    """Have the desk simulate these rooms as ``furnish`` returns them. Rooms that it knows already stay as they are.

    Raises NotDoneError when it refuses one, or no desk comes.
    """
    try:
        asyncio.run(_open(DeskSocket(desk_control(directory)), rooms, seed))
    except (DeskRefusedError, DeskUnreachableError) as error:
        raise NotDoneError(f"the simulator desk: {error}") from None


async def _open(desk: DeskSocket, rooms: Sequence[dict[str, Any]], seed: int) -> None:
    state = await _state(desk, time.monotonic() + _PATIENCE_S)
    known = {bed["room"] for bed in state["beds"]}
    places = next(len(one["places"]) for one in state["scenarios"] if one["name"] == _SCENARIO)
    for number, room in enumerate(rooms):
        if room["room"] not in known:
            patient = {"scenario": _SCENARIO, "place": number % places, "seed": seed}
            await desk.ask("start", **room, **patient)


async def _state(desk: DeskSocket, deadline: float) -> dict[str, Any]:
    """The desk's, waiting for one that is just starting. Raises DeskUnreachableError after the deadline."""
    while True:
        try:
            return await desk.ask("state")
        except DeskUnreachableError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(_AGAIN_S)
