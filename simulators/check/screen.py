"""What a screen of the ward is told: the alarms of every session as they come and go, and where each session stands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection

from simulators.check.counterpart import CheckError, SeenAlarm

_ANSWER_S = 60.0


class WatchingScreen:
    """Reads the screen feed and keeps every alarm that it ever told of, ended ones too.

    ``sessions`` has the phase and the number of each session; one that is over stays as ``discharged``.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.sessions: dict[str, tuple[str, int]] = {}
        self._socket = socket
        self._alarms: dict[str, tuple[str | None, SeenAlarm]] = {}
        self._in_rooms: dict[str, str] = {}
        self._snapshots = 0
        self._news = asyncio.Event()

    async def watch(self) -> None:
        """Read for ever."""
        await self._socket.send(
            json.dumps(
                {"type": "subscribe", "screen": str(uuid4()), "page": "check", "kind": "quiet"}
            )
        )
        async for frame in self._socket:
            self._take(json.loads(frame))
            self._news.set()

    async def catch_up(self) -> None:
        """Return when everything has been heard that the gateway has told so far."""
        heard = self._snapshots
        await self._socket.send(json.dumps({"type": "resync"}))
        try:
            async with asyncio.timeout(_ANSWER_S):
                while self._snapshots == heard:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise CheckError("the gateway tells its screens nothing") from None

    def alarms_of(self, session: str) -> list[SeenAlarm]:
        """Every alarm that was raised in this session, by time."""
        found = [alarm for of, alarm in self._alarms.values() if of == session]
        return sorted(found, key=lambda alarm: alarm.raised_at)

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "snapshot":
            self._snapshots += 1
        for alarm in message.get("alarms", ()):
            self._alarms[alarm["id"]] = (alarm["session"], _seen(alarm))
        for room in message.get("rooms", ()):
            self._take_room(room)

    def _take_room(self, room: dict[str, Any]) -> None:
        session = room["session"]
        before = self._in_rooms.get(room["id"])
        if before is not None and (session is None or session["id"] != before):
            self.sessions[before] = ("discharged", self.sessions[before][1])
        if session is not None:
            self._in_rooms[room["id"]] = session["id"]
            self.sessions[session["id"]] = (session["phase"], session["number"])


@asynccontextmanager
async def watching(socket: ClientConnection) -> AsyncIterator[WatchingScreen]:
    """A screen that watches for the length of the block."""
    screen = WatchingScreen(socket)
    task = asyncio.create_task(screen.watch())
    try:
        yield screen
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _seen(alarm: dict[str, Any]) -> SeenAlarm:
    return SeenAlarm(
        id=alarm["id"],
        kind=alarm["kind"],
        metric=alarm["metric"],
        type=alarm["type"],
        priority=alarm["priority"],
        state=alarm["state"],
        raised_at=alarm["raised_at"],
        ended_at=alarm["ended_at"],
        text=alarm["text"]["en"],
    )
