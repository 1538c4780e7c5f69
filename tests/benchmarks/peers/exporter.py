"""Peer: what Prometheus asks. Devices at ``/device/ROOM``, the newest SpO2 of each room at ``/metrics``.

``python -m tests.benchmarks.peers.exporter PORT``.
"""

from __future__ import annotations

import asyncio
import sys
import time

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from tests.benchmarks.peers.frames import texts

_newest: dict[str, tuple[str, float]] = {}


async def hear(device: ServerConnection) -> None:
    """One device."""
    assert device.request is not None
    room = device.request.path.rpartition("/")[2]
    async for frame in device:
        if value := texts(str(frame)).get("spo2"):
            _newest[room] = (value, time.time())


def told(_: ServerConnection, request: Request) -> Response | None:
    """The metrics, as Prometheus reads them."""
    if "Upgrade" in request.headers:
        return None
    lines = [f'spo2{{room="{room}"}} {value}' for room, (value, _) in _newest.items()]
    lines += [f'spo2_received{{room="{room}"}} {at:.3f}' for room, (_, at) in _newest.items()]
    headers = Headers({"Content-Type": "text/plain; version=0.0.4", "Connection": "close"})
    return Response(200, "OK", headers, "".join(f"{line}\n" for line in lines).encode())


def chosen(_: ServerConnection, offered: object) -> Subprotocol | None:
    return Subprotocol("infusion-monitor.v1") if offered else None


async def main() -> None:
    port = int(sys.argv[1])
    server = serve(
        hear,
        "127.0.0.1",
        port,
        compression=None,
        process_request=told,
        select_subprotocol=chosen,
    )
    async with server:
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    uvloop.run(main())
