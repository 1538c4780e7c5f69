"""Peer: NiceGUI. A frame sets the labels of every page that is open.

``python -m tests.benchmarks.peers.nicegui_ward PORT ROOMS``, with a Python that has NiceGUI: devices at
``/device/ROOM`` of the same server.
"""

from __future__ import annotations

import sys

from fastapi import WebSocket, WebSocketDisconnect
from nicegui import Client, app, ui

from tests.benchmarks.peers.frames import METRICS, NOTHING, rooms, texts

_pages: dict[str, dict[tuple[str, str], ui.label]] = {}


async def hear(device: WebSocket, room: str) -> None:
    """One device."""
    offered = device.scope["subprotocols"]
    await device.accept(subprotocol=offered[0] if offered else None)
    try:
        while True:
            found = texts(await device.receive_text())
            for labels in _pages.values():
                for metric, text in found.items():
                    labels[room, metric].set_text(text)
    except WebSocketDisconnect:
        return


def page_of(count: int) -> None:
    """The ward, for each page that is opened."""

    def ward(client: Client) -> None:
        labels = {}
        with ui.grid(columns=4):
            for room in rooms(count):
                with ui.element("div").props(f"data-room={room}"):
                    for metric in METRICS:
                        label = ui.label(NOTHING).props(f"data-metric={metric}")
                        labels[room, metric] = label
        _pages[client.id] = labels
        client.on_delete(lambda: _pages.pop(client.id, None))

    ui.page("/")(ward)


def main() -> None:
    port, count = map(int, sys.argv[1:])
    app.add_api_websocket_route("/device/{room}", hear)
    page_of(count)
    ui.run(host="127.0.0.1", port=port, reload=False, show=False, show_welcome_message=False)


main()
