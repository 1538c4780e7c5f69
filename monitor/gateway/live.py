"""Driver of the screen feed: subscriptions, receipts and orders in; snapshots, updates and heartbeats out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from monitor.gateway.access import is_current, orderer
from monitor.gateway.connections import BINARY, Socket
from monitor.gateway.core import TOO_MANY_SCREENS, Core
from monitor.gateway.limits import Pace
from monitor.gateway.orders import give_order, refuse, refuse_frame
from monitor.gateway.passwords import Passwords
from monitor.gateway.peers import Screen
from monitor.gateway.stations import READER_CLOSED
from monitor.gateway.viewers import Viewer
from monitor.wire.base import InvalidMessageError
from monitor.wire.live import Active, Painted, Subscribe, parse_from_screen
from monitor.wire.orders import LOCKED, LOCKED_MESSAGE, OrderMessage

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from monitor.gateway.access import Guest
    from monitor.gateway.limits import Limits


async def serve_screen(
    core: Core, websocket: ServerConnection, guest: Guest | None, passwords: Passwords
) -> None:
    """Serve one screen until it ends. ``guest`` is None for a program, whose orders each name their operator."""
    socket = Socket(websocket)
    screen = _screen(socket, guest, core.limits)
    if guest is not None and core.has_too_many_screens(screen.holder):
        await websocket.close(TOO_MANY_SCREENS.code, TOO_MANY_SCREENS.reason)
        return

    async def take_text(frame: str) -> None:
        nonlocal guest
        try:
            message = parse_from_screen(frame)
        except InvalidMessageError as error:
            refuse_frame(core, socket, "" if guest is None else guest.operator, error)
            return
        if isinstance(message, OrderMessage):
            await _take_order(core, socket, guest, message, passwords)
        elif isinstance(message, Active):
            guest = None if guest is None else guest.active(time.time())
        elif isinstance(message, Painted):
            core.stations.receipt(screen.viewer, message, core.clock.now())
        else:
            if isinstance(message, Subscribe):
                core.stations.here(screen.viewer, message, guest, core.clock.now())
            core.screen_wants_snapshot(screen)

    core.screens.add(screen)
    closed = False
    try:
        ended = await socket.receive_each(
            take_text, lambda: socket.close(BINARY), Pace(core.limits.screen_frames_per_s)
        )
        closed = ended.code == READER_CLOSED
    finally:
        core.screens.discard(screen)
        core.stations.gone(screen.viewer, core.clock.now(), closed=closed)


def _screen(socket: Socket, guest: Guest | None, limits: Limits) -> Screen:
    viewer = Viewer(socket, snapshots_per_minute=limits.snapshots_per_minute)
    if guest is None:
        return Screen(viewer, socket, None)
    holder = guest.operator or guest.station
    return Screen(
        viewer,
        socket,
        guest.operator,
        holder,
        guest.generation,
        guest.pass_holder,
        guest.passwords,
        guest.sign_in,
    )


async def _take_order(
    core: Core, socket: Socket, guest: Guest | None, message: OrderMessage, passwords: Passwords
) -> None:
    if guest is not None and not _may_act(core, guest):
        refuse(core, socket, message, LOCKED, LOCKED_MESSAGE)
        return
    # Looked up for each order: an operator may have been disabled while the screen was open.
    name = guest.operator if guest is not None else message.operator or ""
    by = orderer(core.monitor, name, console_allowed=guest is None)
    await give_order(core, socket, message, by, passwords)


def _may_act(core: Core, guest: Guest) -> bool:
    # By the wall clock, as cookies are: a simulated directory's own clock may run faster.
    if guest.is_locked(time.time()):
        return False
    return is_current(core.monitor, guest.operator, guest.generation, guest.sign_in)
