"""Peer: plain Dash. The page asks once a second (``dcc.Interval``), and a callback gives every cell its newest text.

``python -m tests.benchmarks.peers.dash_interval PORT DEVICE_PORT ROOMS``. The devices are heard by a thread of the same
process, on a port of their own: plain Dash serves no websockets.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from threading import Thread

from dash import Dash, Input, Output, dcc, html
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.benchmarks.peers.dash_page import cell, ward
from tests.benchmarks.peers.frames import METRICS, NOTHING, rooms, texts

EVERY_MS = 1000

Shown = dict[tuple[str, str], str]


async def listen(port: int, shown: Shown) -> None:
    """Keep the newest text of each cell."""

    async def take(device: ServerConnection) -> None:
        assert device.request is not None
        room = device.request.path.rpartition("/")[2]
        async for frame in device:
            shown.update({(room, metric): text for metric, text in texts(str(frame)).items()})

    def chosen(_: ServerConnection, offered: object) -> Subprotocol | None:
        return Subprotocol("infusion-monitor.v1") if offered else None

    async with serve(take, "127.0.0.1", port, compression=None, select_subprotocol=chosen):
        await asyncio.get_running_loop().create_future()


def main() -> None:
    port, device_port, count = map(int, sys.argv[1:])
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    shown: Shown = {}
    places = [(room, metric) for room in rooms(count) for metric in METRICS]
    app = Dash("interval")
    app.layout = html.Div([dcc.Interval(id="tick", interval=EVERY_MS), ward(count)])

    def refresh(_: int | None) -> list[str]:
        return [shown.get(place, NOTHING) for place in places]

    outputs = [Output(cell(*place), "children") for place in places]
    app.callback(outputs, Input("tick", "n_intervals"))(refresh)
    Thread(target=asyncio.run, args=(listen(device_port, shown),), daemon=True).start()
    app.run(host="127.0.0.1", port=str(port), debug=False)


if __name__ == "__main__":
    main()
