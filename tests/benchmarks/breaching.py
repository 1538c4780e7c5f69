"""Patients whose SpO2 falls, or whose devices fall silent, when they are told to; one frame a second from each."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Thread

from websockets.asyncio.client import ClientConnection

from tests.benchmarks.bedside import Bed, device, each_second
from tests.benchmarks.load import moment

WELL, LOW = 97, 84


class Patients:
    """Runs in a thread of its own; every other method may be called from any thread."""

    def __init__(self, beds: list[Bed]) -> None:
        self.connected = 0
        self._beds = {bed.room: bed for bed in beds}
        self._sockets: dict[str, ClientConnection] = {}
        self._spo2 = dict.fromkeys(self._beds, WELL)
        self._seq = dict.fromkeys(self._beds, 0)
        self._silent: set[str] = set()
        self._spoke: dict[str, float] = {}
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()

    def run(self) -> None:
        """Send until stopped."""
        self._loop.run_until_complete(self._run())
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)

    def fall(self, rooms: Iterable[str]) -> dict[str, float]:
        """SpO2 falls in these rooms, now; when each one's frame was sent, in seconds since the epoch."""
        return asyncio.run_coroutine_threadsafe(self._fall(list(rooms)), self._loop).result(10)

    def stall(self, rooms: Iterable[str]) -> dict[str, float]:
        """These say nothing from now on, on an open connection; when each last spoke, in seconds since the epoch."""
        return asyncio.run_coroutine_threadsafe(self._stall(list(rooms)), self._loop).result(10)

    def recover(self) -> None:
        """Everybody is well again and speaks, from the next frame on."""
        self._loop.call_soon_threadsafe(self._spo2.update, dict.fromkeys(self._beds, WELL))
        self._loop.call_soon_threadsafe(self._silent.clear)

    async def _run(self) -> None:
        start = time.monotonic() + 0.5
        async with asyncio.TaskGroup() as rooms:
            for number, bed in enumerate(self._beds.values()):
                rooms.create_task(self._serve(bed, start + number / len(self._beds)))

    async def _serve(self, bed: Bed, start: float) -> None:
        async with device(bed, {"pulse_rate": 1, "spo2": 1}) as socket:
            self._sockets[bed.room] = socket
            self.connected += 1
            async for _ in each_second(start, self._stop):
                if bed.room not in self._silent:
                    self._spoke[bed.room] = time.time()
                    await socket.send(self._frame(bed.room))

    async def _stall(self, rooms: list[str]) -> dict[str, float]:
        self._silent.update(rooms)
        return {room: self._spoke[room] for room in rooms}

    async def _fall(self, rooms: list[str]) -> dict[str, float]:
        sent = {}
        for room in rooms:
            self._spo2[room] = LOW
            frame = self._frame(room)
            sent[room] = time.time()
            await self._sockets[room].send(frame)
        return sent

    def _frame(self, room: str) -> str:
        self._seq[room] += 1
        at = moment()
        readings = [
            {"metric": "pulse_rate", "value": 72 + self._seq[room] % 5, "measured_at": at},
            {"metric": "spo2", "value": self._spo2[room], "measured_at": at},
        ]
        return json.dumps(
            {"type": "readings", "seq": self._seq[room], "sent_at": at, "readings": readings}
        )


@contextmanager
def living(beds: list[Bed]) -> Iterator[Patients]:
    """Patients with their devices for the length of the block."""
    patients = Patients(beds)
    thread = Thread(target=patients.run, name="patients")
    thread.start()
    try:
        yield patients
    finally:
        patients.stop()
        thread.join(20)
