"""Driver of the device feed: moves frames between a websocket and its protocol object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.gateway.connections import Socket
from monitor.gateway.core import Core
from monitor.gateway.feed_protocol import REPLACED, DeviceFeed
from monitor.gateway.limits import Pace
from monitor.gateway.peers import Device

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from monitor.domain.registry import Device as RegisteredDevice


async def serve_device(
    core: Core, websocket: ServerConnection, registered: RegisteredDevice
) -> None:
    """Serve one connection of a device until it ends."""
    device = Device(DeviceFeed(core.monitor, registered), Socket(websocket))
    older = core.devices.get(registered.id)
    core.devices[registered.id] = device
    if older is not None:
        core.end(older, REPLACED)

    def take_text(frame: str) -> None:
        core.frames += 1
        readings = device.feed.receive_text(frame, core.clock.now())
        if device.feed.awaits_commit:
            core.device_waits(device, readings)
        device.flush()

    def take_binary() -> None:
        device.feed.receive_binary(core.clock.now())
        device.flush()

    pace = Pace(core.limits.device_frames_per_s)
    ended = "the gateway failed"
    try:
        ended = str(await device.socket.take_each(take_text, take_binary, pace, core.commits))
    finally:
        if core.devices.get(registered.id) is device:
            del core.devices[registered.id]
        device.feed.lost(ended, core.clock.now())
        core.commits.want()
