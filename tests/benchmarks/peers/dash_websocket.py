"""Peer: Dash with websocket callbacks. A persistent callback sets a cell as soon as a device's frame has come.

``python -m tests.benchmarks.peers.dash_websocket PORT ROOMS``: devices at ``/device/ROOM`` of the same server.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvicorn
from dash import Dash, Input, ctx, dcc, html, set_props
from dash.exceptions import PreventUpdate
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.benchmarks.peers.dash_page import cell, ward
from tests.benchmarks.peers.frames import texts

LOOK_S = 5.0
"""How often a page's callback looks whether its page is still there."""

Frame = tuple[str, dict[str, str]]
_pages: set[asyncio.Queue[Frame]] = set()


async def hear(device: WebSocket, room: str) -> None:
    """One device."""
    offered = device.scope["subprotocols"]
    await device.accept(subprotocol=offered[0] if offered else None)
    try:
        while True:
            found = texts(await device.receive_text())
            for page in _pages:
                page.put_nowait((room, found))
    except WebSocketDisconnect:
        return


async def show(_: str) -> None:
    """One page, for as long as it is open."""
    mine: asyncio.Queue[Frame] = asyncio.Queue()
    _pages.add(mine)
    try:
        while not ctx.websocket.is_shutdown:
            try:
                room, found = await asyncio.wait_for(mine.get(), LOOK_S)
            except TimeoutError:
                continue
            for metric, text in found.items():
                set_props(cell(room, metric), {"children": text})
    finally:
        _pages.discard(mine)
    raise PreventUpdate


def main() -> None:
    port, count = map(int, sys.argv[1:])
    # A server of FastAPI is how websocket callbacks are switched on; Dash's annotation knows only Flask's.
    server: Any = FastAPI()
    server.add_api_websocket_route("/device/{room}", hear)
    app = Dash("websocket", server=server, websocket_callbacks=True)
    app.layout = html.Div([dcc.Store(id="opened", data="now"), ward(count)])
    app.callback(Input("opened", "data"), persistent=True)(show)
    uvicorn.run(server, host="127.0.0.1", port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main()
