"""The journal's thread: what blocks on the disk is done there, one after the other, while the event loop goes on.

A thread pool would do; its futures, locks and counters cost four times as much processor time as the hop itself, with
each frame of each device.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Writer:
    """One thread, begun with the first thing to do. Asked from the event loop's thread alone."""

    def __init__(self, name: str) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        # Who ends without close() has lost interest in what is still to be written; nothing half done is kept.
        self._thread = Thread(target=self._run, name=name, daemon=True)

    async def do(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call ``function`` there; returns what it returned and raises what it raised."""
        if self._thread.ident is None:
            self._thread.start()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[R] = loop.create_future()

        def work() -> None:
            try:
                result = function(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                _tell(loop, _fail, done, error)
            else:
                _tell(loop, _succeed, done, result)

        self._work.put(work)
        return await done

    def close(self) -> None:
        """Return when the thread has ended, after all that it was given."""
        if self._thread.ident is not None:
            self._work.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()


def _tell(loop: asyncio.AbstractEventLoop, settle: Callable[..., None], *what: object) -> None:
    # A loop that has ended meanwhile has nobody left who waits.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(settle, *what)


def _succeed(done: asyncio.Future[R], result: R) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[R], error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)
