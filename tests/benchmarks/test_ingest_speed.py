"""How fast readings become durable and acknowledged, with the gateway on one core and the load on the other."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from monitor.data_directory import DataDirectory, create, wait_for_gateway
from tests.benchmarks.clinic import with_rooms
from tests.benchmarks.load import connected, percentile, send_at
from tests.benchmarks.processes import processor_seconds
from tests.benchmarks.report import note

pytestmark = pytest.mark.benchmark

GATEWAY_CORE, LOAD_CORE = 0, 1


@contextmanager
def gateway(directory: DataDirectory) -> Iterator[tuple[int, Popen[bytes]]]:
    """The gateway as a process of its own, on its own core."""
    command = [
        sys.executable,
        "-m",
        "monitor",
        "gateway",
        "--data",
        str(directory.path),
        "--gateway-port",
        "0",
    ]
    with (directory.path / "gateway.log").open("wb") as log:
        process = Popen(command, stdout=log, stderr=log)
    os.sched_setaffinity(process.pid, {GATEWAY_CORE})
    address = wait_for_gateway(directory, time.monotonic() + 60)
    assert address is not None
    try:
        yield address.gateway_port, process
    finally:
        process.terminate()
        process.wait(30)


async def measured(
    tokens: list[str], port: int, pid: int, rate: float, seconds: float, readings: int
) -> tuple[float, list[float], float]:
    """Sent frames per second, each frame's wait for its acknowledgement, processor share of the gateway."""
    devices = await connected(tokens, port, readings)
    await send_at(devices, min(rate, 1000), 1)
    for device in devices:
        device.waits.clear()
    before, start = processor_seconds(pid), time.perf_counter()
    sent = await send_at(devices, rate, seconds)
    share = (processor_seconds(pid) - before) / (time.perf_counter() - start)
    for device in devices:
        device.transport.close()
    await asyncio.sleep(0)
    return sent, [wait for device in devices for wait in device.waits], share


def run(
    tmp_path: Path, goal: str, rooms: int, rate: float, seconds: float, readings: int = 1
) -> tuple[float, float, float, float]:
    """Sent per second, p50 and p99 of the wait in ms, processor share."""
    directory = create(tmp_path / "data", simulated=False)
    tokens = with_rooms(directory, rooms)
    os.sched_setaffinity(0, {LOAD_CORE})
    try:
        with gateway(directory) as (port, process):
            sent, waits, share = asyncio.run(
                measured(tokens, port, process.pid, rate, seconds, readings)
            )
    finally:
        os.sched_setaffinity(0, {GATEWAY_CORE, LOAD_CORE})
    p50, p99 = percentile(waits, 0.5) * 1000, percentile(waits, 0.99) * 1000
    note(
        f"{rooms} devices, {rate:,.0f} frames/s of {readings}",
        goal=goal,
        measured=f"{sent:,.0f}/s sent, acknowledged after p50 {p50:.1f} ms, p99 {p99:.1f} ms",
        compared=f"gateway {share:.0%} of a core, {share / sent / readings * 1e6:.0f} us a reading",
    )
    assert len(waits) == round(rate * seconds)
    return sent, p50, p99, share


def test_ten_thousand_frames_a_second_from_900_devices_are_acknowledged_within_250_ms(
    tmp_path: Path,
) -> None:
    sent, _, p99, _ = run(tmp_path, "p99 under 250 ms", rooms=900, rate=10_000, seconds=6)
    assert sent > 9_500
    assert p99 < 250


def test_a_hundred_rooms_at_1_hz_take_less_than_a_fifth_of_a_core(tmp_path: Path) -> None:
    *_, share = run(tmp_path, "under 20 % of a core", 100, rate=100, seconds=10, readings=3)
    assert share < 0.2
