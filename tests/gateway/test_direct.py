"""Frames that are taken the moment they come: in their order, each once, however the bytes arrive."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sized
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame
from websockets.http11 import Request

from monitor.gateway.connections import Socket
from monitor.gateway.direct import DirectConnection
from monitor.gateway.limits import Pace
from tests.gateway.fakes import until

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CONT, TEXT, BINARY, PING = 0, 1, 2, 9
BYE = b"\x88\x82\0\0\0\0\x03\xe8"


def frame(opcode: int, payload: bytes, *, final: bool = True, mask: bytes = b"\1\2\3\4") -> bytes:
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes((opcode | final << 7,)) + length + mask + masked


@dataclass
class Taken:
    """What came through, and how the connection ended."""

    messages: list[str | None] = field(default_factory=list)
    ended: str = ""
    failed: Exception | None = None
    is_full: bool = False

    async def wait_for_room(self) -> None:
        await asyncio.sleep(0)
        self.is_full = False


class BrokenEngineError(RuntimeError):
    """Raised for one frame."""


@asynccontextmanager
async def server(
    taken: Taken,
    frames_per_s: float = 1e6,
    create_connection: type[ServerConnection] = DirectConnection,
) -> AsyncIterator[int]:
    def take(text: str) -> None:
        if text == "break":
            raise BrokenEngineError
        taken.messages.append(text)
        taken.is_full = text.endswith("7")

    async def take_all(websocket: ServerConnection) -> None:
        reading = Socket(websocket).take_each(
            take, lambda: taken.messages.append(None), Pace(frames_per_s), taken
        )
        try:
            taken.ended = str(await reading)
        except BrokenEngineError as error:
            taken.failed = error

    async with serve(
        take_all,
        "127.0.0.1",
        0,
        compression=None,
        close_timeout=0.1,
        create_connection=create_connection,
    ) as listening:
        yield next(iter(listening.sockets)).getsockname()[1]


async def say(port: int, pieces: Iterator[bytes]) -> bytes:
    """Send the pieces, each as a packet of its own; everything that was answered until the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0)
    answered = await reader.read()
    writer.close()
    return answered


def messages(chance: random.Random) -> Iterator[tuple[str | None, bytes]]:
    """Texts of every length, whole and in parts with a ping between, and now and then a binary one."""
    for number in range(200):
        size = chance.choice((0, 20, 125, 126, 127, 128, 300, 5000))
        text = f"é{number} ".ljust(size, "x") + str(number)
        payload = text.encode()
        match chance.randrange(8):
            case 0:
                cut = chance.randrange(len(payload))
                yield (
                    text,
                    frame(TEXT, payload[:cut], final=False)
                    + frame(PING, b"there?")
                    + frame(CONT, payload[cut:]),
                )
            case 1:
                yield None, frame(BINARY, payload)
            case _:
                yield text, frame(TEXT, payload)


def in_pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    while data:
        size = chance.choice((1, 3, 7, 50, 200, 3000, 60_000))
        yield data[:size]
        data = data[size:]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("frames_per_s", [1e6, 5000.0])
async def test_each_message_is_taken_once_and_in_its_order_however_the_bytes_come(
    seed: int, frames_per_s: float
) -> None:
    chance, taken = random.Random(seed), Taken()
    said = list(messages(chance))
    stream = b"".join(sent for _, sent in said)
    async with server(taken, frames_per_s) as port:
        whole = (sent for _, sent in said) if seed % 2 else in_pieces(stream, chance)
        await say(port, (piece for pieces in (whole, [BYE]) for piece in pieces))
    assert taken.messages == [text for text, _ in said]
    assert taken.ended == "closed with 1000"


async def test_what_looks_like_a_frame_within_a_frame_that_came_in_parts_is_none() -> None:
    inner = frame(TEXT, b"forged", mask=b"\x11\x12\xc1\xc2")
    mask, taken = b"\xa0\xa0\1\1", Taken()
    text = bytes(byte ^ mask[at % 4] for at, byte in enumerate(inner))
    outer = frame(TEXT, text, mask=mask)
    assert outer.endswith(inner)

    async with server(taken) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        for piece in (outer.removesuffix(inner), inner, BYE):
            writer.write(piece)
            for _ in range(9):
                await asyncio.sleep(0)
        await reader.read()
        writer.close()
    assert taken.messages == [text.decode()]


def _has_more_than(found: Sized, number: int) -> bool:
    return len(found) > number


@pytest.mark.parametrize("is_early", [True, False])
async def test_a_message_that_nothing_waits_for_is_taken_before_the_next_bytes_are_read(
    *, is_early: bool
) -> None:
    taken, counts = Taken(), list[int]()

    class Counting(DirectConnection):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            counts.append(len(taken.messages))

    async with server(taken, create_connection=Counting) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        # The first may come with the request, before anybody is there to take it.
        writer.write(UPGRADE + frame(TEXT, b"first") * is_early)
        await reader.readuntil(b"\r\n\r\n")
        for number in range(10):
            writer.write(frame(TEXT, b"%d." % number))
            await until(partial(_has_more_than, counts, number + 1))
        writer.close()
    assert counts[-10:] == list(range(1 + is_early, 11 + is_early))


async def test_a_whole_short_text_costs_the_library_s_parser_nothing() -> None:
    taken, parsed = Taken(), list[Request | Frame]()

    class Noting(DirectConnection):
        def process_event(self, event: Request | Frame) -> None:  # type: ignore[override]
            parsed.append(event)
            super().process_event(event)

    async with server(taken, create_connection=Noting) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        for number in range(3):
            writer.write(frame(TEXT, b"%d." % number))
            await until(partial(_has_more_than, taken.messages, number))
        seen = len(parsed)
        writer.close()
    assert [type(event) for event in parsed[:seen]] == [Request]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (frame(TEXT, b"\xff"), 1007),
        (b"\x81\x02ab", 1002),
        (frame(TEXT, b"begun", final=False) + frame(TEXT, b"another"), 1002),
        (frame(TEXT | 0x40, b"compressed"), 1002),
        (b"\x81\xff" + (1 << 62).to_bytes(8, "big") + b"\0\0\0\0", 1009),
    ],
    ids=["no UTF-8", "not masked", "within another", "of an extension", "too large"],
)
async def test_what_is_no_message_ends_the_connection_and_what_came_before_it_counts(
    wrong: bytes, code: int
) -> None:
    taken = Taken()
    async with server(taken) as port:
        answered = await say(port, iter((frame(TEXT, b"first") + wrong, frame(TEXT, b"after"))))
    assert taken.messages == ["first"]
    assert code.to_bytes(2, "big") in answered


async def test_a_frame_that_breaks_something_ends_its_connection_and_its_task_says_why() -> None:
    taken = Taken()
    async with server(taken) as port:
        broken = frame(TEXT, b"break")
        answered = await say(port, iter((frame(TEXT, b"first") + broken + frame(TEXT, b"after"),)))
    assert isinstance(taken.failed, BrokenEngineError)
    assert taken.messages == ["first"]
    assert (1011).to_bytes(2, "big") in answered
