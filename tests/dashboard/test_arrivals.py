"""A crowd of connections that ask for nothing, ask by half or read nothing keeps no staff out. Real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from monitor.dashboard.app import create_app
from monitor.dashboard.arrivals import Arrivals
from monitor.dashboard.server import server_config
from tests.dashboard.clinic import parts

ASKED = b"GET /sign-in HTTP/1.1\r\nHost: ward\r\n\r\n"
MOST = 64
CROWD = 1000

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def served(app: Any, most: int) -> AsyncIterator[tuple[Arrivals, int]]:
    arrivals = Arrivals(most)
    server = uvicorn.Server(server_config(app, arrivals, host="127.0.0.1", port=0))
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        task = asyncio.create_task(server.serve([listener]))
        async with asyncio.timeout(30):
            while not server.started:
                await asyncio.sleep(0.01)
        yield arrivals, listener.getsockname()[1]
        server.should_exit = server.force_exit = True
        await task


async def connect(port: int, said: bytes = b"") -> Streams:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    return reader, writer


async def status(streams: Streams) -> bytes:
    reader, writer = streams
    async with asyncio.timeout(30):
        writer.write(ASKED)
        return (await reader.readline()).split()[1]


async def is_cut(streams: Streams) -> bool:
    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionResetError):
            assert await streams[0].read() == b""
    return True


def leave(*everybody: Streams) -> None:
    for _, writer in everybody:
        writer.transport.abort()


async def test_a_thousand_connections_that_say_nothing_or_half_of_it_keep_nobody_out() -> None:
    halves = [
        b"",
        b"GET /",
        ASKED[:-2],
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na",
    ]
    async with served(create_app(parts()).server, MOST) as (arrivals, port):
        crowd = []
        for number in range(CROWD):
            crowd.append(await connect(port, halves[number % len(halves)]))
            if number % 250 == 249:
                staff = await connect(port)
                assert await status(staff) == b"200"
                crowd.append(staff)
        assert len(arrivals) <= MOST
        assert await is_cut(crowd[0])
        leave(*crowd)


async def hold(_scope: Any, _receive: Any, send: Any) -> None:
    """Answers with more than a socket holds, so that who does not read is never done."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    with contextlib.suppress(asyncio.CancelledError):
        for _ in range(64):
            await send({"type": "http.response.body", "body": bytes(1_000_000), "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def test_whoever_is_being_answered_is_not_cut_off_for_those_who_only_wait() -> None:
    async with served(hold, 16) as (arrivals, port):
        reading = await connect(port, ASKED)
        assert (await reading[0].readline()).split()[1] == b"200"
        crowd = [await connect(port) for _ in range(40)]
        assert await is_cut(crowd[0])
        taken = 0
        async with asyncio.timeout(60):
            while taken < 64_000_000:
                piece = await reading[0].read(1_000_000)
                assert piece
                taken += len(piece)
        assert len(arrivals) <= 16
        leave(reading, *crowd)


async def test_who_never_reads_an_answer_makes_way_in_the_end() -> None:
    async with served(hold, 16) as (arrivals, port):
        stuck = []
        for _ in range(40):
            streams = await connect(port, ASKED)
            assert (await streams[0].readline()).split()[1] == b"200"
            streams[1].transport.pause_reading()  # type: ignore[attr-defined]
            stuck.append(streams)
        assert len(arrivals) <= 16
        newcomer = await connect(port)
        assert await status(newcomer) == b"200"
        leave(*stuck, newcomer)


async def test_connections_that_are_closed_are_forgotten() -> None:
    async with served(create_app(parts()).server, MOST) as (arrivals, port):
        several = [await connect(port) for _ in range(8)]
        upgrade = b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        asked = ASKED[:-2] + upgrade + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        refused = await connect(port, asked)
        assert (await refused[0].readline()).split()[1] == b"403"
        assert [await status(each) for each in several] == [b"200"] * 8
        assert len(arrivals) == 8
        leave(refused, *several)
        async with asyncio.timeout(30):
            while len(arrivals):
                await asyncio.sleep(0.01)
