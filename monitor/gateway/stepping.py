"""``/clock``: whoever checks a simulated day tells the clock how late it is, and hears when that is dealt with."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.gateway.connections import BINARY, Socket
from monitor.wire.base import milliseconds, rfc3339

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from monitor.gateway.clock import SteppedClock
    from monitor.gateway.core import Core


async def serve_clock(core: Core, clock: SteppedClock, websocket: ServerConnection) -> None:
    """Serve one connection: a time (RFC 3339) in, the clock's time out once what became due by then is durable."""
    socket = Socket(websocket)

    def take_text(frame: str) -> None:
        try:
            clock.advance_to(milliseconds(datetime.fromisoformat(frame)))
        except ValueError as error:
            socket.send(json.dumps({"error": str(error), "now": rfc3339(clock.now())}))
            return
        core.tick()
        core.after_commit(lambda: socket.send(json.dumps({"now": rfc3339(clock.now())})))

    await socket.receive_each(take_text, lambda: socket.close(BINARY))
