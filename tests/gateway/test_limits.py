"""What one peer may ask for is bounded, and the others notice nothing of one that asks for more."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.gateway.limits import Limits, OrderCount, Pace
from monitor.wire import orders
from tests.gateway.clinic import Clinic
from tests.gateway.conftest import running

IDLE = int(os.environ.get("IDLE", "2000"))
"""Ten thousand when it is asked for: they cost half a minute of a busy machine."""
WAITING = 64


@asynccontextmanager
async def limited(tmp_path: Path, limits: Limits) -> AsyncIterator[Clinic]:
    async with running(Clinic(tmp_path, limits=limits)) as clinic:
        yield clinic


def memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1_000_000


async def test_thousands_of_connections_that_say_nothing_keep_nobody_out(tmp_path: Path) -> None:
    async with limited(tmp_path, Limits(waiting_connections=WAITING)) as clinic:
        held: list[asyncio.StreamWriter] = []
        # All at once where this machine allows a process that many.
        most_held = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2
        before_mb = memory_mb()
        open_at_once = 0
        async with clinic.device() as feed:
            for number in range(IDLE):
                _, writer = await asyncio.open_connection("127.0.0.1", clinic.port)
                held.append(writer)
                if len(held) > most_held:
                    held.pop(0).close()
                open_at_once = max(open_at_once, len(held))
                if number % 500 == 0:
                    await feed.readings(number + 1, 82)
                    assert (await feed.ack())["stored"] == 1
            assert (await clinic.health())[0] == 200
            async with clinic.screen() as screen:
                await screen.snapshot()
        assert open_at_once > WAITING
        assert memory_mb() - before_mb < 100
        for writer in held:
            writer.close()


async def test_of_those_who_say_nothing_the_one_that_waited_longest_goes(tmp_path: Path) -> None:
    async with limited(tmp_path, Limits(waiting_connections=16)) as clinic:
        first_reader, first = await asyncio.open_connection("127.0.0.1", clinic.port)
        others = [await asyncio.open_connection("127.0.0.1", clinic.port) for _ in range(16)]
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionResetError):
                assert await first_reader.read() == b""
        newest_reader, newest = others[-1]
        newest.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(10):
            assert b"200" in await newest_reader.readline()
        for _, writer in [(first_reader, first), *others]:
            writer.close()


async def test_one_operators_screens_are_bounded_and_another_ones_are_not_touched(
    tmp_path: Path,
) -> None:
    async with (
        limited(tmp_path, Limits(screens_per_operator=3)) as clinic,
        AsyncExitStack() as open_,
    ):
        for _ in range(3):
            screen = await open_.enter_async_context(clinic.screen())
            await screen.snapshot()
        one_more = await open_.enter_async_context(clinic.screen(subscribe=False))
        assert await one_more.closed_with() == 1013
        station = await open_.enter_async_context(clinic.screen(None, station="desk"))
        await station.snapshot()


async def test_an_operator_who_gives_too_many_orders_is_told_so_and_the_console_is_not(
    tmp_path: Path,
) -> None:
    async with (
        limited(tmp_path, Limits(orders_per_minute=2)) as clinic,
        clinic.screen() as screen,
    ):
        codes = [(await screen.order(orders.AddRoom(name=f"{n}")))["code"] for n in range(4)]
        assert codes[:2] == ["not_allowed", "not_allowed"]
        assert codes[2:] == ["too_many_orders", "too_many_orders"]
        for number in range(4):
            assert (await clinic.order(orders.AddRoom(name=f"Room {number}")))["ok"]


async def test_a_device_that_floods_is_read_at_its_pace_and_loses_nothing(tmp_path: Path) -> None:
    async with (
        limited(tmp_path, Limits(device_frames_per_s=50)) as clinic,
        clinic.device() as feed,
    ):
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for seq in range(1, 101):
            await feed.readings(seq, 82)
        acknowledged = stored = 0
        while acknowledged < 100:
            ack = await feed.ack()
            acknowledged, stored = ack["seq"], stored + ack["stored"]
        # Fifty at once, then fifty within the next second.
        assert loop.time() - began_s > 0.8
        assert stored == clinic.readings() == 100


@given(st.lists(st.floats(0, 0.1), max_size=300), st.floats(1, 1000))
def test_no_more_frames_are_taken_than_the_pace_and_a_seconds_worth_allow(
    pauses: list[float], frames_per_s: float
) -> None:
    pace, now_s = Pace(frames_per_s), 1000.0
    began_s = now_s
    for taken, pause in enumerate(pauses, start=1):
        now_s += pause + pace.wait_s(now_s)
        assert taken <= (now_s - began_s + 1.0) * frames_per_s + 1.001


def test_orders_are_counted_for_each_operator_and_forgotten_after_a_minute() -> None:
    count = OrderCount(2)
    assert [count.is_too_many("anna", second) for second in (0, 1, 2)] == [False, False, True]
    assert not count.is_too_many("kari", 2)
    assert not count.is_too_many("anna", 60.5)


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_a_pace_that_is_kept_to_is_never_held_up(speed: float) -> None:
    pace = Pace(speed)
    assert all(pace.wait_s(1000 + n / speed) == 0 for n in range(100))
