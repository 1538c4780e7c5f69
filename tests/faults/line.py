"""A network between two programs that can be slow, go silent or be cut: a proxy of our own, which needs no rights.

A lost packet is one that comes later, as its sender would send it again; ``packets.py`` really loses them.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

_PIECE = 4096
_MOST_WAITING = 64
RESENT_AFTER_S = (0.2, 1.0)
"""How long a lost packet holds up those after it, as its sender notices."""


class Line:
    """Listens on a port of its own and hands on to ``port``. ``delay_s`` and ``loss`` hold for each way."""

    def __init__(self, port: int, *, delay_s: float = 0, loss: float = 0, seed: int = 1) -> None:
        self.delay_s, self.loss = delay_s, loss
        self.lost = 0
        self.port = 0
        self._target = port
        self._chance = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def is_idle(self) -> bool:
        """Whether both sides of every connection have ended it."""
        return not self._tasks

    def hold(self) -> None:
        """Nothing comes through any more, and neither side is told: a half-open connection."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def let_go(self) -> None:
        """What was held comes through, in order."""
        self._loop.call_soon_threadsafe(self._flowing.set)

    def cut(self) -> None:
        """Every connection is reset."""
        self._do(self._abort())

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            onward, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, back}
        for source, sink in ((reader, back), (onward, writer)):
            self._start(self._carry(source, sink))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_MOST_WAITING)
        handing = self._start(self._hand_on(waiting, sink))
        with suppress(OSError):
            while piece := await source.read(_PIECE):
                await waiting.put((self._loop.time() + self.delay_s + self._held_up_s(), piece))
        await waiting.put((self._loop.time() + self.delay_s, b""))
        await handing

    async def _hand_on(
        self, waiting: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter
    ) -> None:
        while True:
            due, piece = await waiting.get()
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            await self._flowing.wait()
            if not piece:
                sink.close()
                return
            with suppress(OSError):
                sink.write(piece)
                await sink.drain()

    def _held_up_s(self) -> float:
        if self._chance.random() >= self.loss:
            return 0.0
        self.lost += 1
        return self._chance.uniform(*RESENT_AFTER_S)

    async def _abort(self) -> None:
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _end(self) -> None:
        self._server.close()
        await self._abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
