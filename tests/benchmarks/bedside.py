"""A device at the bedside for the benchmarks: it says hello, listens, and sends once a second until it is stopped."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.benchmarks.load import moment


class Bed(NamedTuple):
    """A room's device: where it connects and with which token."""

    room: str
    url: str
    token: str


@asynccontextmanager
async def device(bed: Bed, intervals: Mapping[str, int]) -> AsyncIterator[ClientConnection]:
    """Its connection, after the hello; an answer that is an error fails."""
    connection = connect(
        bed.url,
        compression=None,
        subprotocols=[Subprotocol("infusion-monitor.v1")],
        additional_headers={"Authorization": f"Bearer {bed.token}"},
    )
    async with connection as socket:
        listening = asyncio.create_task(_listen(socket))
        hello = {"type": "hello", "stream": str(uuid.uuid4()), "metrics": intervals}
        await socket.send(json.dumps({**hello, "sent_at": moment()}))
        yield socket
        listening.cancel()


async def each_second(start: float, stop: asyncio.Event) -> AsyncIterator[int]:
    """1, 2, 3 ..., a second apart from ``start`` (of the monotonic clock) on, until stopped."""
    second = 0
    while not await _stopped_before(stop, start + second):
        second += 1
        yield second


async def _stopped_before(stop: asyncio.Event, when: float) -> bool:
    try:
        await asyncio.wait_for(stop.wait(), max(0.0, when - time.monotonic()))
    except TimeoutError:
        return False
    return True


async def _listen(socket: ClientConnection) -> None:
    try:
        async for answer in socket:
            assert '"error"' not in str(answer), answer
    except ConnectionClosed:
        return
