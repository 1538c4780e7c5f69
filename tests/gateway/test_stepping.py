"""The stepped clock: a simulated day waits for whoever checks it, and nobody else can take it on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from monitor.gateway.clock import SteppedClock
from monitor.wire.base import rfc3339
from tests.gateway.clinic import CREDENTIAL, Clinic, JumpingClock
from tests.gateway.conftest import running


@pytest.fixture
async def stepped(tmp_path: Path) -> AsyncIterator[Clinic]:
    clinic = Clinic(tmp_path, simulated=True)
    clinic.clock = cast("JumpingClock", SteppedClock(100))
    async with running(clinic) as opened:
        yield opened


def steps_of(clinic: Clinic, credential: str = CREDENTIAL) -> connect:
    headers = {"Authorization": f"Bearer {credential}"}
    return connect(f"ws://127.0.0.1:{clinic.port}/clock", additional_headers=headers, proxy=None)


async def told(socket: ClientConnection, moment: str) -> dict[str, str]:
    await socket.send(moment)
    answer: dict[str, str] = json.loads(await socket.recv())
    return answer


async def test_clock_stands_until_it_is_told_and_then_shows_that_time(stepped: Clinic) -> None:
    stood = stepped.clock.now()
    async with steps_of(stepped) as socket:
        assert await told(socket, rfc3339(stood + 61_000)) == {"now": rfc3339(stood + 61_000)}
    assert stepped.clock.now() == stood + 61_000


@pytest.mark.parametrize("moment", ["2020-01-01T00:00:00Z", "soon"])
async def test_clock_does_not_run_backwards_and_says_how_late_it_is(
    moment: str, stepped: Clinic
) -> None:
    stood = stepped.clock.now()
    async with steps_of(stepped) as socket:
        answer = await told(socket, moment)
    assert answer["now"] == rfc3339(stood)
    assert answer["error"]


async def test_clock_is_nobodys_without_the_credential(stepped: Clinic) -> None:
    with pytest.raises(InvalidStatus, match="401"):
        await steps_of(stepped, "guessed").__aenter__()


async def test_clock_of_real_time_cannot_be_told_anything(simulated_clinic: Clinic) -> None:
    with pytest.raises(InvalidStatus, match="404"):
        await steps_of(simulated_clinic).__aenter__()
