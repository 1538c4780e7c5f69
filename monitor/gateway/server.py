"""The running gateway: one port, the commit loop and the alarm engine's clockwork, from start to an orderly end."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import structlog
from websockets.asyncio.server import Server, serve

from monitor.gateway.arrivals import Arrivals
from monitor.gateway.compaction import keep_compact
from monitor.gateway.feed_protocol import RESTARTING
from monitor.gateway.routes import Routes, choose_subprotocol
from monitor.gateway.spare_files import keep_files_to_spare
from monitor.tidying import keep_tidy
from monitor.wire.device import MAX_FRAME_BYTES

if TYPE_CHECKING:
    from monitor.gateway.core import Core

_log = structlog.get_logger("monitor.gateway")

TICK_S = 0.1
TICKS_PER_HEARTBEAT = 10
PING_S = 20
"""A peer whose machine is gone is noticed after at most two of these; a silent feed is noticed by the alarm system."""
CLOSE_TIMEOUT_S = 2
LAST_COMMIT_S = 2.0
BACKLOG = 1024
"""Devices that may knock at the same moment: after a restart all of them do."""
KERNEL_BUFFER_BYTES = 64 * 1024
"""Per connection and direction. One read of a flood holds everybody up while it is parsed, so reads are kept small;
and what the kernel holds for a slow screen can no longer be thinned."""


def settle_memory() -> None:
    """Let Python's cycle collector look at new objects only; call it once, when the monitor has been restored.

    Readings make many short-lived objects and few cycles. With the defaults the collector walks the whole ward
    several times a second, which at ten thousand readings a second cost a third of the gateway's time. Not collected
    first: that walk holds up the start by a twentieth of a second, and finds some fifty objects.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


class ListensAt(NamedTuple):
    """Where a gateway takes connections; with ``tls`` over wss and https only."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


async def serve_gateway(
    routes: Routes,
    at: ListensAt,
    *,
    ready: Callable[[int], None],
    stop: asyncio.Event,
    alive: Callable[[], None] = lambda: None,
) -> None:
    """Serve until ``stop`` is set; then commit what waits, say 1012 to everybody and close the journal.

    ``ready`` is called with the port once connections are taken, ``alive`` each second after a run of the alarm
    engine. Raises OSError when the port cannot be had, and whatever the alarm engine or the journal raised: a gateway
    without alarms must end, and be seen to.
    """
    core, arrivals = routes.core, Arrivals(routes.core.limits.waiting_connections)
    async with _at_work(core, arrivals, alive) as work:
        async with _listen(routes, arrivals, at) as server:
            ready(next(iter(server.sockets)).getsockname()[1])
            await _until_told_or_failed(stop, work)
            # What was taken is acknowledged before anybody is told to come back later.
            await _commit_what_waits(core, work.committing)
            server.close(code=RESTARTING.code, reason=RESTARTING.reason)
            arrivals.end()
        await _commit_what_waits(core, work.committing)


class _Work(NamedTuple):
    """Without either of these two there is no monitoring."""

    committing: asyncio.Task[None]
    ticking: asyncio.Task[None]


@asynccontextmanager
async def _at_work(
    core: Core, arrivals: Arrivals, alive: Callable[[], None]
) -> AsyncIterator[_Work]:
    """Commit, tick and tidy meanwhile; then close the journal. Raises what one of these raised by itself."""
    work = _Work(
        asyncio.create_task(core.commits.run()), asyncio.create_task(_keep_time(core, alive))
    )
    compacting = asyncio.create_task(keep_compact(core.commits, core.clock))
    tidying = asyncio.create_task(keep_tidy())
    sparing = asyncio.create_task(keep_files_to_spare(core.health, arrivals))
    try:
        yield work
    finally:
        try:
            await _end(*work, compacting, tidying, sparing)
        finally:
            await core.recount.end()
            await core.commits.close()


async def _until_told_or_failed(stop: asyncio.Event, work: _Work) -> None:
    """Return when the gateway is told to stop, or cannot go on."""
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopped, *work}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()


async def _keep_time(core: Core, alive: Callable[[], None]) -> None:
    """Tick for ever. Whatever the engine raises ends the gateway: it must not run on without alarms."""
    ticks = 0
    while True:
        try:
            core.tick()
        except Exception as error:
            core.health.engine_failed(type(error).__name__)
            raise
        ticks += 1
        if ticks % TICKS_PER_HEARTBEAT == 0:
            core.heartbeat()
            alive()
        await asyncio.sleep(TICK_S)


async def _commit_what_waits(core: Core, committing: asyncio.Task[None]) -> None:
    """Return when everything taken so far is durable and told, or when that is not to be had."""
    if committing.done():
        return
    durable = asyncio.Event()
    core.after_commit(durable.set)
    waiting = asyncio.create_task(durable.wait())
    await asyncio.wait(
        {waiting, committing}, timeout=LAST_COMMIT_S, return_when=asyncio.FIRST_COMPLETED
    )
    if not durable.is_set():
        waiting.cancel()
        _log.error("the last readings are not durable; their devices still have them")


async def _end(*tasks: asyncio.Task[object]) -> None:
    """End the gateway's tasks; raises what one of them had raised by itself."""
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            _log.error("the gateway cannot go on", error=type(outcome).__name__)
            raise outcome


def _listen(routes: Routes, arrivals: Arrivals, at: ListensAt) -> Server:
    quiet = logging.getLogger("monitor.gateway.websockets")
    # Below this level the library logs frames, and frames are patients' values.
    quiet.setLevel(logging.WARNING)
    return serve(
        routes.serve,
        sock=_bind(at.host, at.port),
        ssl=at.tls,
        process_request=routes.answer,
        select_subprotocol=choose_subprotocol,
        compression=None,
        max_size=MAX_FRAME_BYTES,
        ping_interval=PING_S,
        ping_timeout=PING_S,
        backlog=BACKLOG,
        close_timeout=CLOSE_TIMEOUT_S,
        server_header=None,
        logger=quiet,
        # Declared as a class; what is wanted, and documented, is a factory.
        create_connection=arrivals.connection,  # type: ignore[arg-type]
    )


def _bind(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit these; a listening socket's cannot be set later, for the window is agreed on first.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER_BYTES)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener
