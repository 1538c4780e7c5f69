"""Driver of the screen feed: subscriptions, receipts and orders in; snapshots, updates and heartbeats out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.gateway.access import orderer
from monitor.gateway.connections import BINARY, Socket
from monitor.gateway.core import Core, Screen
from monitor.gateway.orders import give_order, not_understood
from monitor.gateway.stations import READER_CLOSED
from monitor.gateway.viewers import Viewer
from monitor.wire.base import InvalidMessageError
from monitor.wire.live import Painted, Subscribe, parse_from_screen
from monitor.wire.orders import OrderMessage

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from monitor.service.ports import PasswordHasher


async def serve_screen(
    core: Core, websocket: ServerConnection, operator: str | None, hasher: PasswordHasher
) -> None:
    """Serve one screen until it ends. ``operator`` is the cookie's; None lets each order name its own."""
    socket = Socket(websocket)
    screen = Screen(Viewer(socket), socket, operator)

    async def take_text(frame: str) -> None:
        try:
            message = parse_from_screen(frame)
        except InvalidMessageError as error:
            socket.send(not_understood(error).model_dump_json())
            return
        if isinstance(message, OrderMessage):
            # Looked up for each order: an operator may have been disabled while the screen was open.
            name = operator if operator is not None else message.operator or ""
            by = orderer(core.monitor, name, console_allowed=operator is None)
            await give_order(core, socket, message, by, hasher)
        elif isinstance(message, Painted):
            core.stations.receipt(screen.viewer, message, core.clock.now())
        else:
            if isinstance(message, Subscribe):
                core.stations.here(screen.viewer, message, operator, core.clock.now())
            core.screen_wants_snapshot(screen)

    core.screens.add(screen)
    closed = False
    try:
        ended = await socket.receive_each(take_text, lambda: socket.close(BINARY))
        closed = ended.code == READER_CLOSED
    finally:
        core.screens.discard(screen)
        core.stations.gone(screen.viewer, core.clock.now(), closed=closed)
