"""A feed through a disturbed network, over real sockets: everything arrives in the end, once."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulators.feeds.address import Address
from simulators.feeds.clock import DeviceClock
from simulators.feeds.feed import Feed
from simulators.feeds.queue import FrameQueue
from simulators.scenarios.bed import build_bed
from simulators.scenarios.model import Scenario
from tests.simulators.contract_gateway import ContractGateway, until

SECONDS = 60


async def run(event: dict[str, Any], directory: Path) -> tuple[ContractGateway, Feed]:
    """A minute or more of a bed to which this happens in its tenth second."""
    written = {"title": "x", "minutes": 1, "room": [{"event": [{"at": 10, **event}]}]}
    bed = build_bed(Scenario.model_validate(written), 0)
    gateway = ContractGateway(clock_speed=20)
    queue = FrameQueue(directory / "feed.queue")
    clock = DeviceClock(time.time, time.monotonic)
    stop = asyncio.Event()
    async with gateway.running():
        address = Address("bed", f"{gateway.url}/device", "t1")
        feed = Feed(address, bed, queue, clock, lambda _: None, network=bed.network)
        running = asyncio.create_task(feed.run(stop))
        await until(lambda: len(seconds_of(gateway)) >= SECONDS, "a minute of readings")
        stop.set()
        await running
    queue.close()
    return gateway, feed


def seconds_of(gateway: ContractGateway) -> set[float]:
    """The seconds, from the first one on, of which there is a saturation."""
    at = [one.measured_at.timestamp() for one in gateway.values("spo2")]
    return {round(one - min(at), 3) for one in at}


def is_whole(gateway: ContractGateway) -> bool:
    found = seconds_of(gateway)
    return found == {float(second) for second in range(len(found))}


@pytest.mark.parametrize(
    "event",
    [
        {"do": "network_gap", "for_s": 20},
        {"do": "duplicates", "for_s": 20},
        {"do": "delay", "for_s": 20, "delay_s": 3},
    ],
    ids=lambda event: event["do"],
)
async def test_everything_arrives_and_counts_once(event: dict[str, Any], tmp_path: Path) -> None:
    gateway, feed = await run(event, tmp_path)
    assert is_whole(gateway)
    assert feed.tally.errors == 0


async def test_gap_is_a_second_connection_with_a_backlog(tmp_path: Path) -> None:
    gateway, _ = await run({"do": "network_gap", "for_s": 20}, tmp_path)
    assert len(gateway.hellos) == 2
    assert len({hello.stream for hello in gateway.hellos}) == 1


async def test_garbage_is_refused_and_what_is_whole_goes_on(tmp_path: Path) -> None:
    gateway, feed = await run({"do": "garbage", "for_s": 20, "every_s": 4}, tmp_path)
    assert is_whole(gateway)
    assert feed.tally.errors >= 4


async def test_clock_that_is_off_writes_wrong_times_and_keeps_its_pace(tmp_path: Path) -> None:
    gateway, _ = await run({"do": "skew", "offset_s": -300}, tmp_path)
    times = [one.measured_at.timestamp() for one in gateway.values("spo2")]
    steps = {round(later - one) for one, later in pairwise(times)}
    assert steps == {1, -299}


async def test_battery_is_told_about_once_a_minute(tmp_path: Path) -> None:
    gateway, _ = await run({"do": "battery", "percent": 30}, tmp_path)
    assert gateway.statuses[0].battery_percent == 100
    assert len(gateway.statuses) <= 2
