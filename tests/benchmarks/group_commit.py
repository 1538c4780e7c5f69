"""The limit for durable readings: bare websockets, one SQLite table, and one commit for all that came meanwhile.

Nothing is checked or judged, nothing is chained, nobody watches. ``python -m tests.benchmarks.group_commit PORT FILE``.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

_TABLE = """CREATE TABLE IF NOT EXISTS readings
  (device TEXT, seq INTEGER, metric TEXT, value REAL, at TEXT, PRIMARY KEY (device, seq)) WITHOUT ROWID"""
_INSERT = "INSERT INTO readings VALUES (?, ?, ?, ?, ?)"
_MOST_ROWS = 5000

Row = tuple[str, int, str, float, str]
Waiting = tuple[ServerConnection, Row]


@dataclass
class Store:
    """One thread writes; while it does, the next transaction collects."""

    path: str
    waiting: list[Waiting] = field(default_factory=list)
    some: asyncio.Event = field(default_factory=asyncio.Event)
    writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def open(self) -> None:
        self.database = sqlite3.connect(self.path, isolation_level=None)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=FULL")
        self.database.execute(_TABLE)

    def write(self, rows: list[Row]) -> None:
        self.database.execute("BEGIN")
        self.database.executemany(_INSERT, rows)
        self.database.execute("COMMIT")

    async def run(self) -> None:
        """Commit and acknowledge for ever."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.writer, self.open)
        while True:
            await self.some.wait()
            taken, self.waiting = self.waiting[:_MOST_ROWS], self.waiting[_MOST_ROWS:]
            if not self.waiting:
                self.some.clear()
            await loop.run_in_executor(self.writer, self.write, [row for _, row in taken])
            for device, seq in {device: row[1] for device, row in taken}.items():
                ack = {"type": "ack", "seq": seq, "stored": 1, "rejected": []}
                await device.send(json.dumps(ack))

    async def take(self, device: ServerConnection) -> None:
        """One device."""
        async for frame in device:
            message = json.loads(frame)
            if message["type"] == "hello":
                await device.send('{"type":"welcome","last_seq":0}')
                continue
            [reading] = message["readings"]
            row = (reading["metric"], reading["value"], reading["measured_at"])
            self.waiting.append((device, (device.id.hex, message["seq"], *row)))
            self.some.set()


async def main() -> None:
    store = Store(sys.argv[2])
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    def chosen(_: ServerConnection, offered: object) -> Subprotocol | None:
        return Subprotocol("infusion-monitor.v1") if offered else None

    writing = asyncio.create_task(store.run())
    server = serve(
        store.take,
        "127.0.0.1",
        int(sys.argv[1]),
        compression=None,
        select_subprotocol=chosen,
        ping_interval=None,
        backlog=4096,
    )
    async with server:
        await stop.wait()
    writing.cancel()


if __name__ == "__main__":
    uvloop.run(main())
