"""A gateway that does nothing but acknowledge, as a process of its own: ``python -m tests.benchmarks.acknowledger``."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

V1 = Subprotocol("infusion-monitor.v1")


async def acknowledge(socket: ServerConnection) -> None:
    try:
        await socket.recv()
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        welcome = {
            "room": "1",
            "session": None,
            "last_seq": 0,
            "server_time": now,
            "clock_speed": 1,
        }
        await socket.send(json.dumps({"type": "welcome", **welcome}))
        async for frame in socket:
            message = json.loads(frame)
            if message["type"] == "readings":
                ack = {"seq": message["seq"], "stored": len(message["readings"]), "rejected": []}
                await socket.send(json.dumps({"type": "ack", **ack}))
    except ConnectionClosed:
        return


async def main() -> None:
    async with serve(
        acknowledge, "127.0.0.1", 0, subprotocols=[V1], compression=None, backlog=2048
    ) as server:
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
