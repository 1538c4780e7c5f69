"""A small gateway that keeps the device contract, with a memory that outlives its connections, and disturbances."""

from __future__ import annotations

import asyncio
import http
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from monitor.wire.base import InvalidMessageError, milliseconds, rfc3339
from monitor.wire.device import (
    MAX_FRAME_BYTES,
    SUBPROTOCOL,
    Ack,
    DeviceReading,
    DeviceStatus,
    Error,
    Hello,
    Readings,
    RejectedReading,
    Welcome,
    parse_from_device,
)

Identity = tuple[str, UUID, int, int]


@dataclass
class ContractGateway:
    """``readings`` by (token, stream, seq, index); ``repeated`` counts frames that came again; ``hellos`` all hellos.

    ``disturb`` is asked before a frame is taken ("before"), after it is kept ("kept") and after its ack ("acked"):
    True cuts the connection there. ``reject`` may name a rejection of a reading.
    """

    clock_speed: float = 1.0
    ahead_ms: int = 0
    tokens: set[str] = field(default_factory=lambda: {"t1"})
    revoked: set[str] = field(default_factory=set)
    simulated: bool = True
    disturb: Callable[[str], bool] = lambda _: False
    duplicate_acks: bool = False
    reject: Callable[[DeviceReading], str | None] = lambda _: None
    refuse: Callable[[Readings], str | None] = lambda _: None
    readings: dict[Identity, DeviceReading] = field(default_factory=dict)
    frames: list[tuple[str, UUID, int]] = field(default_factory=list)
    repeated: int = 0
    hellos: list[Hello] = field(default_factory=list)
    hello_errors_ms: list[int] = field(default_factory=list)
    statuses: list[DeviceStatus] = field(default_factory=list)
    taken: list[Readings] = field(default_factory=list)
    clock_errors_ms: list[int] = field(default_factory=list)
    sockets: dict[str, ServerConnection] = field(default_factory=dict)
    port: int = 0
    _began: float = field(default_factory=time.monotonic)
    _wall: float = field(default_factory=time.time)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def now(self) -> int:
        elapsed = (time.monotonic() - self._began) * self.clock_speed
        return round((self._wall + elapsed) * 1000) + self.ahead_ms

    def last_seq(self, token: str, stream: UUID) -> int:
        return max((seq for of, s, seq in self.frames if (of, s) == (token, stream)), default=0)

    def values(self, metric: str) -> list[DeviceReading]:
        return [one for one in self.readings.values() if one.metric == metric]

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[ContractGateway]:
        server: Server = await serve(
            self._connection,
            "127.0.0.1",
            port,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            process_request=self._admit,
            max_size=MAX_FRAME_BYTES,
            compression=None,
            close_timeout=0.5,
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close(code=1012)
            await server.wait_closed()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if request.path != "/device":
            return connection.respond(http.HTTPStatus.NOT_FOUND, "")
        if token in self.revoked:
            return connection.respond(http.HTTPStatus.FORBIDDEN, "")
        if token not in self.tokens:
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, "")
        connection.token = token  # type: ignore[attr-defined]
        return None

    async def _connection(self, socket: ServerConnection) -> None:
        token: str = socket.token  # type: ignore[attr-defined]
        if token in self.sockets:
            await self.sockets[token].close(4000)
        self.sockets[token] = socket
        try:
            await self._converse(socket, token)
        except ConnectionClosed:
            pass
        finally:
            if self.sockets.get(token) is socket:
                del self.sockets[token]

    async def _converse(self, socket: ServerConnection, token: str) -> None:
        hello = parse_from_device(await _text(socket))
        assert isinstance(hello, Hello), "a frame came before hello"
        self.hellos.append(hello)
        self.hello_errors_ms.append(self.now() - milliseconds(hello.sent_at))
        await _tell(
            socket,
            Welcome(
                room="1",
                session=None,
                last_seq=self.last_seq(token, hello.stream),
                server_time=rfc3339(self.now()),
                clock_speed=self.clock_speed,
            ),
        )
        while True:
            text = await _text(socket)
            if self.disturb("before"):
                socket.transport.abort()
            try:
                frame = parse_from_device(text)
            except InvalidMessageError as error:
                await _tell(
                    socket, Error(seq=error.seq, code="invalid_message", message=error.message)
                )
                continue
            if isinstance(frame, DeviceStatus):
                # Not acknowledged.
                self.statuses.append(frame)
                continue
            assert isinstance(frame, Readings)
            await self._take(socket, token, hello.stream, frame)

    async def _take(
        self, socket: ServerConnection, token: str, stream: UUID, frame: Readings
    ) -> None:
        self.taken.append(frame)
        self.clock_errors_ms.append(self.now() - milliseconds(frame.sent_at))
        refusal = self.refuse(frame)
        if refusal is not None:
            await _tell(socket, Error(seq=frame.seq, code="invalid_message", message=refusal))
            return
        rejected: list[RejectedReading] = []
        stored = 0
        if (token, stream, frame.seq) in self.frames:
            self.repeated += 1
        else:
            self.frames.append((token, stream, frame.seq))
            rejected = self._keep(token, stream, frame)
            stored = len(frame.readings) - len(rejected)
        if self.disturb("kept"):
            socket.transport.abort()
        ack = Ack(seq=frame.seq, stored=stored, rejected=rejected)
        await _tell(socket, ack)
        if self.duplicate_acks:
            await _tell(socket, ack.model_copy(update={"stored": 0, "rejected": []}))
        if self.disturb("acked"):
            socket.transport.abort()

    def _keep(self, token: str, stream: UUID, frame: Readings) -> list[RejectedReading]:
        rejected = []
        for index, reading in enumerate(frame.readings):
            why = self.reject(reading)
            if why is None:
                self.readings[token, stream, frame.seq, index] = reading
            else:
                rejected.append(
                    RejectedReading(seq=frame.seq, index=index, code="out_of_range", message=why)
                )
        return rejected


async def _text(socket: ServerConnection) -> str:
    text = await socket.recv()
    assert isinstance(text, str)
    return text


async def _tell(socket: ServerConnection, message: Any) -> None:
    await socket.send(message.model_dump_json())


async def until(claim: Callable[[], bool], what: str, deadline_s: float = 15.0) -> None:
    """Wait until a claim holds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_s
    while not claim():
        assert loop.time() < end, f"not within {deadline_s} s: {what}"
        await asyncio.sleep(0.01)


def now_and_then(seed: int, chance: float) -> Callable[[str], bool]:
    """A disturbance by chance, the same for the same seed."""
    rng = random.Random(seed)
    return lambda _: rng.random() < chance
