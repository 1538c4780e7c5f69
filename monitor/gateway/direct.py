"""Frames of devices, taken the moment they have come: with each reading, a queue, a future and a task's turn less.

Only a message that waits for nothing goes this way: a whole text, behind no other one, from a device that owes no
waiting. Everything else is received as the library has it, in the order in which it came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.speedups import apply_mask
from websockets.streams import StreamReader

from monitor.gateway.limits import Pace

FRAMES_PER_TURN = 16
"""Frames of one connection that are taken before every other connection gets its turn."""


_BEGINNINGS = (Opcode.TEXT, Opcode.BINARY)
_FINAL_TEXT, _MASKED = 0x81, 0x80
_IN_TWO_BYTES, _IN_EIGHT_BYTES = 126, 127
_MASK = 4
_HEAD = 2 + _MASK
_BETWEEN_FRAMES = StreamReader.at_eof.__code__
"""What the library's parser waits in when it owes nothing; within a frame its buffer may be as empty."""


class Room(Protocol):
    """Where what a frame brings waits to become durable."""

    @property
    def is_full(self) -> bool: ...

    async def wait_for_room(self) -> None: ...


class Taker:
    """Takes the messages of one connection in their order, at once or when its task has received them."""

    def __init__(
        self,
        take_text: Callable[[str], None],
        take_binary: Callable[[], None],
        pace: Pace,
        room: Room,
        failed: Callable[[], None],
    ) -> None:
        """``failed`` must end the connection: what ``take_text`` raised is raised by the task once it has ended."""
        self._take_text = take_text
        self._take_binary = take_binary
        self._pace = pace
        self._room = room
        self._failed = failed
        self._now_s = asyncio.get_running_loop().time
        self._queued = 0
        self._taken = 0
        self._go_on_s = 0.0
        self._owes = False
        self._error: Exception | None = None

    def takes(self, text: bytes | bytearray | memoryview) -> bool:
        """Whether this message, a whole text, was taken at once; else it must be received, and given to ``take``."""
        if self._queued or self._owes:
            return False
        try:
            frame = str(text, "utf-8")
        except UnicodeDecodeError:
            # The library says what is wrong with it when it is received.
            return False
        try:
            self._take_text(frame)
        except Exception as error:  # noqa: BLE001 - raised by the connection's task
            self._error, self._owes = error, True
            self._failed()
        else:
            self._count()
        return True

    def leaves(self, messages: int = 1) -> None:
        """These were not taken at once: those behind them wait for them to be received."""
        self._queued += messages

    async def take(self, receive: Callable[[], Awaitable[str | bytes]]) -> None:
        """Take the next message that was not taken at once; raises what ``receive`` raises."""
        try:
            message = await receive()
        except ConnectionClosed:
            self._raise_error()
            raise
        self._raise_error()
        if self._owes:
            await self._wait()
        if isinstance(message, str):
            self._take_text(message)
        else:
            self._take_binary()
        self._count()
        self._queued -= 1

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _count(self) -> None:
        self._taken += 1
        now_s = self._now_s()
        wait_s = self._pace.wait_s(now_s)
        if wait_s > 0 or self._taken % FRAMES_PER_TURN == 0 or self._room.is_full:
            self._go_on_s, self._owes = now_s + wait_s, True

    async def _wait(self) -> None:
        """A flood on one connection starves nobody: others have their turn, and what comes too fast its time."""
        await asyncio.sleep(self._go_on_s - self._now_s())
        if self._room.is_full:
            await self._room.wait_for_room()
        self._owes = False


class DirectConnection(ServerConnection):
    """A connection whose messages may be given to a ``Taker``; without one it is the library's."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._taker: Taker | None = None
        self._early = 0
        self._is_between_frames = False

    def hand_to(self, taker: Taker) -> None:
        """Let it take what comes from now on; what came before is left to be received."""
        taker.leaves(self._early)
        self._taker = taker

    def data_received(self, data: bytes) -> None:
        """What has come: as a rule one whole message, which needs no parser that can wait for the rest of it."""
        if self._is_between_frames and self._taker is not None:
            data = data[_taken_of(data, self._taker, self.protocol) :]
        if data:
            super().data_received(data)
            # Nothing else moves the parser: asked once here, not with each frame that goes past it.
            self._is_between_frames = _is_between_frames(self.protocol.parser)

    def process_event(self, event: Request | Frame) -> None:  # type: ignore[override]
        """One part of what has come."""
        taker = self._taker
        if isinstance(event, Frame) and event.opcode in _BEGINNINGS:
            if taker is None:
                self._early += 1
            elif event.fin and event.opcode is Opcode.TEXT and taker.takes(event.data):
                return
            else:
                taker.leaves()
        super().process_event(event)


def _taken_of(data: bytes, taker: Taker, protocol: ServerProtocol) -> int:
    """How many bytes at the beginning were whole messages that could be taken at once.

    What it reads is a final text frame, masked as every client's, with the length as short ones have it (RFC 6455,
    section 5.2); whatever is not exactly that, also for being wrong, is the library's to read and to judge.
    """
    taken, size = 0, len(data)
    while taken + _HEAD <= size and data[taken] == _FINAL_TEXT and protocol.state is State.OPEN:
        length, start = data[taken + 1] - _MASKED, taken + 2
        if length == _IN_TWO_BYTES:
            length, start = int.from_bytes(data[start : start + 2], "big"), start + 2
        payload, end = start + _MASK, start + _MASK + length
        if not 0 <= length <= size - payload or data[taken + 1] == _MASKED + _IN_EIGHT_BYTES:
            break
        if not taker.takes(apply_mask(data[payload:end], data[start:payload])):
            break
        taken = end
    return taken


def _is_between_frames(parser: Generator[None]) -> bool:
    """Whether it waits for a frame's beginning: asked of the innermost of the generators that it is made of."""
    innermost: Generator[Any] = parser
    while (inner := getattr(innermost, "gi_yieldfrom", None)) is not None:
        innermost = inner
    return getattr(innermost, "gi_code", None) is _BETWEEN_FRAMES
