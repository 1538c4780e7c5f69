"""The limit for a screen: a bare websocket relay. What a device says is handed to a plain page, no more.

Nothing is checked, stored or judged: ``/device/ROOM`` takes a device's frames, ``/live`` hands each on with its room
before it, ``/`` is the page, ``/alarms`` the same page that also compares SpO2 with a limit.
``python -m tests.benchmarks.relay PORT`` serves until it is told to end.
"""

from __future__ import annotations

import asyncio
import signal
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Relay</title>
<style>
  body { background: #101418; color: #e8ecf0; font: 16px sans-serif }
  main { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px }
  span { font-size: 28px; margin-right: 12px }
</style>
<main></main>
<script>
  const cells = new Map();
  function cell(room, metric) {
    const key = room + " " + metric;
    if (!cells.has(key)) {
      let tile = document.querySelector(`[data-room="${room}"]`);
      if (!tile) {
        tile = document.createElement("div");
        tile.dataset.room = room;
        document.querySelector("main").append(tile);
      }
      const span = document.createElement("span");
      span.dataset.metric = metric;
      tile.append(span);
      cells.set(key, span);
    }
    return cells.get(key);
  }
  function take({ data }) {
    const cut = data.indexOf(" ");
    const message = JSON.parse(data.slice(cut + 1));
    if (message.type !== "readings") return;
    for (const { metric, value, systolic, diastolic } of message.readings) {
      cell(data.slice(0, cut), metric).textContent = metric === "nibp" ? `${systolic}/${diastolic}` : String(value);
    }
    if (window.judge) judge(data.slice(0, cut), message.readings);
  }
  (function listen() {
    const socket = new WebSocket(`ws://${location.host}/live`);
    socket.onmessage = take;
    socket.onclose = () => setTimeout(listen, 100);
  })();
</script>
"""

ALARMS = """<section></section>
<script>
  const open = new Map();
  let known = 0;
  function judge(room, readings) {
    for (const { metric, value } of readings) {
      if (metric !== "spo2" || (value < 85) === open.has(room)) continue;
      if (value >= 85) {
        open.get(room).remove();
        open.delete(room);
        continue;
      }
      const row = document.createElement("div");
      row.textContent = `${room} SpO2 ${value} %`;
      Object.assign(row.dataset, { alarm: ++known, room, priority: "high" });
      open.set(room, row);
      document.querySelector("section").append(row);
    }
  }
</script>
"""


async def relay(port: int) -> None:
    """Serve until SIGTERM."""
    screens: set[ServerConnection] = set()

    async def take(websocket: ServerConnection) -> None:
        assert websocket.request is not None
        if websocket.request.path == "/live":
            screens.add(websocket)
            await websocket.wait_closed()
            screens.discard(websocket)
            return
        room = websocket.request.path.rpartition("/")[2]
        async for frame in websocket:
            broadcast(screens, f"{room} {frame!s}")

    def given(_: ServerConnection, request: Request) -> Response | None:
        if "Upgrade" in request.headers:
            return None
        headers = Headers({"Content-Type": "text/html", "Connection": "close"})
        page = PAGE + ALARMS if request.path == "/alarms" else PAGE
        return Response(200, "OK", headers, page.encode())

    def chosen(_: ServerConnection, offered: object) -> Subprotocol | None:
        return Subprotocol("infusion-monitor.v1") if offered else None

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    server = serve(
        take, "127.0.0.1", port, compression=None, process_request=given, select_subprotocol=chosen
    )
    async with server:
        await stop.wait()


if __name__ == "__main__":
    uvloop.run(relay(int(sys.argv[1])))
