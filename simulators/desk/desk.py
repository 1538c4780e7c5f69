"""The desk itself: its rooms, and what can be asked of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from simulators.desk.asked import (
    Asked,
    Happen,
    NotDoneError,
    Phase,
    Record,
    Start,
    State,
    Stop,
)
from simulators.desk.kept import Kept, write_kept
from simulators.desk.recorded import recorded
from simulators.desk.room import DeskRoom
from simulators.scenarios.library import library
from simulators.scenarios.room import Room


class Desk:
    """``url`` is the gateway's device feed, ``queues`` a directory, ``rooms_file`` what outlives this process."""

    def __init__(
        self, url: str, queues: Path, rooms_file: Path, say: Callable[[str], None]
    ) -> None:
        self._url = url
        self._queues = queues
        self._rooms_file = rooms_file
        self._say = say
        self._rooms: dict[str, DeskRoom] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}

    def open(self, rooms: Sequence[Kept]) -> None:
        """Have these rooms; those that ran go on. Call inside the running loop, once. Raises ScenarioError."""
        for kept in rooms:
            self._rooms[kept.room] = self._room(kept)
        for name, room in self._rooms.items():
            if room.running:
                self._live(name, room)
        self._keep()

    async def close(self) -> None:
        """Stop all rooms."""
        for room in self._rooms.values():
            room.stop()
        # One that failed has said so when it did.
        await asyncio.gather(*self._lives.values(), return_exceptions=True)

    async def answer(self, asked: Asked) -> dict[str, Any]:
        """Do what is asked. Raises NotDoneError."""
        match asked:
            case State():
                return self._state()
            case Phase():
                return {"phase": _place_of(asked).phase_at(asked.into_infusion_min)}
            case Start():
                return self._start(asked)
            case Stop():
                return await self._stop(asked)
            case Happen():
                return {"second": self._running(asked.room).happen(asked.event).second}
            case Record():
                return self._record(asked)

    def _state(self) -> dict[str, Any]:
        return {
            "now_ms": self._now_ms(),
            "scenarios": _scenarios(),
            "beds": [room.state() for room in self._rooms.values()],
        }

    def _now_ms(self) -> int:
        """The ward's clock, as far as a gateway has told it to any room."""
        clocks = [room.clock for room in self._rooms.values() if room.is_on_the_wards_clock]
        return clocks[0].now() if clocks else round(time.time() * 1000)

    def _start(self, asked: Start) -> dict[str, Any]:
        room = self._rooms.get(asked.room)
        if room is not None and room.running:
            raise NotDoneError(f"room {asked.room} runs already: stop it first", "room")
        _place_of(asked)
        for other in self._rooms.values():
            if other.running and other.kept.device == asked.device:
                raise NotDoneError(
                    f"device {asked.device} runs in room {other.kept.room}", "device"
                )
        kept = Kept(**asked.model_dump(exclude={"id", "do"}))
        self._rooms[asked.room] = started = self._room(kept)
        self._live(asked.room, started)
        self._keep()
        return {"bed": started.state()}

    async def _stop(self, asked: Stop) -> dict[str, Any]:
        room = self._running(asked.room)
        room.stop()
        await asyncio.wait({self._lives[asked.room]})
        return {"bed": room.state()}

    def _record(self, asked: Record) -> dict[str, Any]:
        names = [name for name, room in self._rooms.items() if room.running]
        rooms = [self._known(name) for name in (names if asked.rooms is None else asked.rooms)]
        if not rooms:
            raise NotDoneError("no room runs: there is nothing to record", "rooms")
        return recorded(asked.title, rooms)

    def _known(self, name: str) -> DeskRoom:
        room = self._rooms.get(name)
        if room is None:
            raise NotDoneError(f"nothing was started in room {name}", "room")
        return room

    def _running(self, name: str) -> DeskRoom:
        room = self._known(name)
        if not room.running:
            raise NotDoneError(f"room {name} does not run: {room.kept.stopped_because}", "room")
        return room

    def _room(self, kept: Kept) -> DeskRoom:
        return DeskRoom(kept, self._url, self._queues, self._keep, self._say)

    def _live(self, name: str, room: DeskRoom) -> None:
        life = asyncio.create_task(room.run())
        life.add_done_callback(lambda task: self._has_ended(room, task))
        self._lives[name] = life

    def _has_ended(self, room: DeskRoom, life: asyncio.Task[None]) -> None:
        """A room that fails in a way nobody foresaw says so, and leaves the others alone."""
        error = None if life.cancelled() else life.exception()
        if error is not None:
            room.ended(f"the simulator failed: {type(error).__name__}: {error}")
            asyncio.get_running_loop().call_exception_handler(
                {"message": f"room {room.kept.room} failed", "exception": error}
            )

    def _keep(self) -> None:
        write_kept(self._rooms_file, [room.kept for room in self._rooms.values()])


def _place_of(asked: Start | Phase) -> Room:
    """The room of the library that is meant. Raises NotDoneError."""
    scenario = library().get(asked.scenario)
    if scenario is None:
        raise NotDoneError(f"there is no scenario {asked.scenario}", "scenario")
    if asked.place >= len(scenario.room):
        raise NotDoneError(f"{asked.scenario} has no room {asked.place + 1}", "place")
    return scenario.room[asked.place]


@cache
def _scenarios() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "title": scenario.title,
            "minutes": scenario.minutes,
            "rooms": [scenario.room_name(place) for place in range(len(scenario.room))],
            "places": [
                {
                    "name": scenario.room_name(place),
                    "phase": room.phase,
                    "into_infusion_min": room.into_infusion_min,
                    "baseline": room.baseline,
                }
                for place, room in enumerate(scenario.room)
            ],
        }
        for name, scenario in library().items()
    ]
