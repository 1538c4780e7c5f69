"""Stopping waits for what was taken, and for nobody who has not asked for anything."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.gateway.clinic import Clinic

HALF_A_REQUEST = b"GET /device HTTP/1.1\r\nHost: clinic\r\n"


@pytest.mark.parametrize("said", [b"", HALF_A_REQUEST], ids=["silent", "half a request"])
async def test_a_connection_that_asks_for_nothing_does_not_hold_the_stop(
    tmp_path: Path, said: bytes
) -> None:
    clinic = Clinic(tmp_path)
    await clinic.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", clinic.port)
    writer.write(said)
    await writer.drain()
    # One answered request later the gateway has seen the first connection too.
    await clinic.health()
    began = time.monotonic()
    await clinic.close()
    assert time.monotonic() - began < 1
    assert await reader.read() == b""
    writer.close()


async def test_a_connection_that_asked_for_nothing_and_left_is_forgotten(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    await clinic.open()
    for said in (b"", HALF_A_REQUEST):
        _, writer = await asyncio.open_connection("127.0.0.1", clinic.port)
        writer.write(said)
        writer.close()
        await writer.wait_closed()
    assert (await clinic.health())[0] == 200
    await clinic.close()
