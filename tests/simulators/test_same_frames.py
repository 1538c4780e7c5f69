"""The same seed gives the same frames, however fast the gateway's clock runs."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.wire.device import Readings
from simulators.feeds.address import Address
from simulators.feeds.clock import DeviceClock
from simulators.feeds.feed import Feed
from simulators.feeds.queue import FrameQueue
from simulators.scenarios.bed import build_bed
from simulators.scenarios.model import Scenario
from tests.simulators.contract_gateway import ContractGateway, until

FRAMES = 4
DISTURBED = Scenario.model_validate(
    {
        "title": "a little of everything",
        "minutes": 1,
        "room": [
            {
                "patient": {"draw": "strong"},
                "event": [
                    {"at": 0, "do": "skew", "offset_s": 40},
                    {"at": 1, "do": "motion", "for_s": 2},
                    {"at": 2, "do": "sensor_off", "for_s": 1},
                ],
            }
        ],
    }
)


async def frames_at(speed: float, directory: Path) -> list[dict[str, Any]]:
    """The first frames of a run, without what names it: its stream and when it was."""
    gateway = ContractGateway(clock_speed=speed)
    queue = FrameQueue(directory / "feed.queue")
    bed = build_bed(DISTURBED, 0)
    clock = DeviceClock(time.time, time.monotonic)
    stop = asyncio.Event()
    async with gateway.running():
        address = Address("bed", f"{gateway.url}/device", "t1")
        feed = Feed(address, bed, queue, clock, lambda _: None, network=bed.network)
        running = asyncio.create_task(feed.run(stop))
        await until(lambda: len(gateway.taken) >= FRAMES, "frames come")
        stop.set()
        await running
    queue.close()
    return [relative(frame, gateway.taken[0]) for frame in gateway.taken[:FRAMES]]


def relative(frame: Readings, first: Readings) -> dict[str, Any]:
    start = first.readings[0].measured_at
    readings = [
        {**one.model_dump(), "measured_at": one.measured_at - start} for one in frame.readings
    ]
    return {"seq": frame.seq, "sent_at": frame.sent_at - start, "readings": readings}


async def test_same_seed_is_the_same_frames_at_1x_and_60x(tmp_path: Path) -> None:
    slow = await frames_at(1, tmp_path / "slow")
    fast = await frames_at(60, tmp_path / "fast")
    for frame in (*slow, *fast):
        # Sent when it was measured, unless this machine stood still for longer than a device would.
        late = frame.pop("sent_at") - frame["readings"][0]["measured_at"]
        assert late == timedelta(0) or late > timedelta(seconds=0.2)
    assert slow == fast
    assert [frame["seq"] for frame in slow] == list(range(1, FRAMES + 1))


@pytest.mark.parametrize("seconds", [600])
def test_same_seed_is_the_same_trace_and_an_input_changes_only_what_it_is_about(
    seconds: int,
) -> None:
    calm = {"title": "x", "minutes": 10, "room": [{"patient": {"draw": "mild"}}]}
    event = {"at": 60, "do": "drive", "vital": "spo2", "to": 85}
    driven = {**calm, "room": [{"patient": {"draw": "mild"}, "event": [event]}]}
    one, same, other = (
        build_bed(Scenario.model_validate(written), 0) for written in (calm, calm, driven)
    )
    traces = [[list(bed.take()) for _ in range(seconds)] for bed in (one, same, other)]
    assert traces[0] == traces[1]
    assert without(traces[0], "spo2") == without(traces[2], "spo2")
    assert traces[0] != traces[2]


def without(trace: list[list[Any]], metric: str) -> list[list[Any]]:
    return [[one for one in taken if one.metric != metric] for taken in trace]
