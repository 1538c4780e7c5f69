"""Thin wrappers around a websocket: sending without waiting, closing without waiting, and what is still unsent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from struct import pack
from typing import TYPE_CHECKING, NamedTuple

from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from monitor.gateway.direct import FRAMES_PER_TURN, DirectConnection, Room, Taker
from monitor.gateway.feed_protocol import Close

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from monitor.gateway.limits import Pace

BINARY = Close(1003, "text frames only")
FAILED = Close(1011, "the gateway failed")


_TWO_BYTES = 126


class Ended(NamedTuple):
    """How a connection ended: the code with which the other side closed it, or None where it just was gone."""

    code: int | None

    def __str__(self) -> str:
        return "connection lost" if self.code is None else f"closed with {self.code}"


class Socket:
    """One websocket, written to by many and closed once."""

    def __init__(self, websocket: ServerConnection) -> None:
        self._websocket = websocket
        self._closing: asyncio.Task[None] | None = None

    def send(self, data: bytes | str) -> None:
        """Hand one text message to the socket. Nothing is sent on a connection that is closing."""
        websocket, payload = self._websocket, data.encode() if isinstance(data, str) else data
        # Written at once, where send() would wait for a slow peer and make everybody else wait too; the library's
        # broadcast() does the same, by way of a frame of its own that costs more than all else of an acknowledgement.
        if websocket.protocol.state is State.OPEN and not websocket.transport.is_closing():
            websocket.transport.write(_head_of_text(len(payload)) + payload)

    def unsent_bytes(self) -> int:
        return self._websocket.transport.get_write_buffer_size()

    @property
    def is_closing(self) -> bool:
        return self._closing is not None

    def close(self, close: Close) -> None:
        """Begin to close; a peer that does not answer is cut off after the server's close timeout."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(
                self._websocket.close(close.code, close.reason)
            )

    async def receive_each(
        self,
        take_text: Callable[[str], Awaitable[None] | None],
        take_binary: Callable[[], None],
        pace: Pace | None = None,
    ) -> Ended:
        """Take frames until the connection ends; returns how it ended.

        A flood on one connection does not starve the others: after FRAMES_PER_TURN frames they get their turn, and
        what comes faster than ``pace`` is not read until its time has come.
        """
        taken = 0
        loop_time = asyncio.get_running_loop().time
        try:
            while True:
                frame = await self._websocket.recv()
                if isinstance(frame, str):
                    waiting = take_text(frame)
                    if waiting is not None:
                        await waiting
                else:
                    take_binary()
                taken += 1
                wait_s = 0.0 if pace is None else pace.wait_s(loop_time())
                if wait_s > 0 or taken % FRAMES_PER_TURN == 0:
                    await asyncio.sleep(wait_s)
        except ConnectionClosed as closed:
            return _ended(closed)
        finally:
            await self._closed()

    async def take_each(
        self,
        take_text: Callable[[str], None],
        take_binary: Callable[[], None],
        pace: Pace,
        room: Room,
    ) -> Ended:
        """The same for a device: frames are taken the moment they come, while there is room for their readings."""
        websocket = self._websocket
        taker = Taker(take_text, take_binary, pace, room, failed=lambda: self.close(FAILED))
        if isinstance(websocket, DirectConnection):
            websocket.hand_to(taker)
        try:
            while True:
                await taker.take(websocket.recv)
        except ConnectionClosed as closed:
            return _ended(closed)
        finally:
            await self._closed()

    async def _closed(self) -> None:
        if self._closing is not None:
            await self._closing


def _ended(closed: ConnectionClosed) -> Ended:
    return Ended(None if closed.rcvd is None else closed.rcvd.code)


def _head_of_text(size: int) -> bytes:
    """What stands before a whole text message of a server (RFC 6455, section 5.2)."""
    if size < _TWO_BYTES:
        return bytes((0x81, size))
    return pack("!BBH", 0x81, 126, size) if size <= 0xFFFF else pack("!BBQ", 0x81, 127, size)
