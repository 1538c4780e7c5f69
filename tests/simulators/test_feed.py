"""A feed against a gateway that keeps the contract, over real sockets, with every disturbance we can think of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.wire.base import milliseconds
from monitor.wire.device import DeviceReading
from simulators.devices.measurement import Measurement, Source
from simulators.feeds import link
from simulators.feeds.address import Address
from simulators.feeds.clock import DeviceClock
from simulators.feeds.feed import Feed
from simulators.feeds.frames import readings_text
from simulators.feeds.link import FeedRefusedError
from simulators.feeds.queue import FrameQueue
from simulators.scenarios.bed import build_bed
from simulators.scenarios.library import library
from tests.simulators.contract_gateway import ContractGateway, now_and_then, until


class Counting:
    """A source that counts, ``per_s`` times a second, up to ``last``."""

    model = "counting"
    position: str | None = None

    def __init__(self, last: int | None = None, per_s: float = 1.0) -> None:
        self.metrics: Mapping[str, float] = {"pulse_rate": 1 / per_s}
        self._last = last
        self._per_s = per_s
        self.taken = 0

    def due(self) -> float | None:
        return None if self.taken == self._last else self.taken / self._per_s

    def take(self) -> Sequence[Measurement]:
        self.taken += 1
        return (Measurement("pulse_rate", float(self.taken)),)


class WitnessedClock(DeviceClock):
    """A device's clock beside the gateway's, both by the same machine's clock, however busy that machine is.

    ``errors_ms``: by how much each time that it showed is not the gateway's less what the welcome was on its way.
    ``delays_ms``: how old each frame's ``sent_at`` was when the frame was written, by this clock.
    """

    def __init__(self, gateway: ContractGateway) -> None:
        super().__init__(time.time, time.monotonic)
        self._gateway = gateway
        self._on_its_way: tuple[int, int] | None = None
        self._shown = 0
        self.errors_ms: list[int] = []
        self.delays_ms: list[int] = []

    def set(self, server_time: int, speed: float) -> int:
        before = self._gateway.now()
        step = super().set(server_time, speed)
        self._on_its_way = before - server_time, self._gateway.now() - server_time
        return step

    def now(self) -> int:
        before = self._gateway.now()
        self._shown = super().now()
        if self._on_its_way is not None:
            least, most = self._on_its_way
            early = before - most - self._shown
            late = self._shown - (self._gateway.now() - least)
            self.errors_ms.append(max(early, late, 0))
        return self._shown

    def frame(self, seq: int, sent_at: int, readings: str) -> str:
        """What the feed writes right after it looked at its clock."""
        self.delays_ms.append(self._shown - sent_at)
        return readings_text(seq, sent_at, readings)


ROUNDING_MS = 2


class Bench:
    """A feed to try out, with what it said."""

    def __init__(
        self,
        gateway: ContractGateway,
        source: Source,
        directory: Path,
        clock: DeviceClock | None = None,
        patience_s: float | None = None,
    ) -> None:
        self.said: list[str] = []
        self.stop = asyncio.Event()
        self.queue = FrameQueue(directory / "feed.queue")
        self.clock = clock or DeviceClock(time.time, time.monotonic)
        address = Address("room 1", f"{gateway.url}/device", "t1")
        self.feed = Feed(
            address, source, self.queue, self.clock, self.said.append, patience_s=patience_s
        )

    async def run(self) -> None:
        try:
            await asyncio.wait_for(self.feed.run(self.stop), 30)
        finally:
            self.queue.close()


def pulses(gateway: ContractGateway) -> list[float | None]:
    """The stored pulse rates by (seq, index)."""
    stored = sorted(gateway.readings.items(), key=lambda item: item[0][2:])
    return [reading.value for _, reading in stored if reading.metric == "pulse_rate"]


def assert_sent_by_the_gateways_clock(gateway: ContractGateway, clock: WitnessedClock) -> None:
    assert clock.errors_ms
    assert max(clock.errors_ms) <= ROUNDING_MS
    assert len(clock.delays_ms) >= len(gateway.frames) > 0
    assert min(clock.delays_ms) >= 0
    assert max(clock.delays_ms) <= link._AT_ONCE_S * 1000 * gateway.clock_speed
    # Nothing comes from the gateway's future.
    assert min(gateway.clock_errors_ms) >= -ROUNDING_MS


@pytest.mark.parametrize("seed", range(6))
async def test_random_disconnects_and_repeated_acks_lose_and_double_nothing(
    seed: int, tmp_path: Path
) -> None:
    gateway = ContractGateway(clock_speed=60, disturb=now_and_then(seed, 0.03), duplicate_acks=True)
    async with gateway.running():
        bench = Bench(gateway, Counting(last=120), tmp_path)
        await bench.run()
    assert pulses(gateway) == list(range(1, 121))
    seqs = [seq for _, _, seq in gateway.frames]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len({hello.stream for hello in gateway.hellos}) == 1
    tally = bench.feed.tally
    assert tally.frames + tally.resumed == len(seqs)
    assert not bench.queue.pending


async def test_readings_of_an_outage_arrive_later_with_the_time_they_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ContractGateway(clock_speed=20)
    source, clock = Counting(), WitnessedClock(gateway)
    monkeypatch.setattr(link, "readings_text", clock.frame)
    async with gateway.running():
        bench = Bench(gateway, source, tmp_path, clock)
        running = asyncio.create_task(bench.run())
        await until(lambda: len(gateway.frames) > 3, "frames come")
        port = gateway.port
    taken = source.taken
    await until(lambda: source.taken > taken + 20, "the device measures on without the gateway")
    async with gateway.running(port):
        count = source.taken
        await until(lambda: len(pulses(gateway)) >= count, "the backlog comes")
        bench.stop.set()
        await running
    assert pulses(gateway) == list(range(1, source.taken + 1))
    times = [milliseconds(reading.measured_at) for reading in gateway.readings.values()]
    assert {later - earlier for earlier, later in pairwise(times)} == {1000}
    # A backlog is sent with the time of its sending, or the gateway would take it for a wrong clock.
    assert_sent_by_the_gateways_clock(gateway, clock)


@pytest.mark.parametrize("speed", [1.0, 60.0, 400.0])
async def test_same_seed_is_the_same_trace_whatever_the_speed(speed: float, tmp_path: Path) -> None:
    gateway = ContractGateway(clock_speed=speed)
    async with gateway.running():
        bench = Bench(
            gateway, build_bed(library()["ward"], 0, seed=5, into_infusion_min=10), tmp_path
        )
        running = asyncio.create_task(bench.run())
        await until(lambda: len(pulses(gateway)) >= 3, "three seconds of readings")
        bench.stop.set()
        await running
    alone = build_bed(library()["ward"], 0, seed=5, into_infusion_min=10)
    expected = [one for _ in pulses(gateway) for one in alone.take()]
    got = [
        Measurement(**reading.model_dump(exclude={"measured_at"}))
        for reading in gateway.readings.values()
    ]
    assert got == expected
    times = [milliseconds(reading.measured_at) for reading in gateway.values("spo2")]
    assert times == [times[0] + 1000 * second for second in range(len(times))]


@pytest.mark.parametrize("ahead_ms", [5 * 3_600_000, -5 * 3_600_000])
async def test_device_runs_on_the_gateways_clock(
    ahead_ms: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ContractGateway(clock_speed=30, ahead_ms=ahead_ms)
    clock = WitnessedClock(gateway)
    monkeypatch.setattr(link, "readings_text", clock.frame)
    async with gateway.running():
        await Bench(gateway, Counting(last=30), tmp_path, clock).run()
    assert_sent_by_the_gateways_clock(gateway, clock)
    # No hello of the connection that counts is early: it would be taken for the connection's least delay.
    assert gateway.hello_errors_ms[-1] >= -ROUNDING_MS


async def test_gateway_whose_clock_was_set_anew_gets_readings_of_its_own_time(
    tmp_path: Path,
) -> None:
    gateway = ContractGateway(clock_speed=20)
    async with gateway.running():
        bench = Bench(gateway, Counting(), tmp_path)
        running = asyncio.create_task(bench.run())
        await until(lambda: len(gateway.frames) > 3, "frames come")
        port = gateway.port
    gateway.ahead_ms += 3_600_000
    before = len(gateway.frames)
    async with gateway.running(port):
        await until(lambda: len(gateway.frames) > before + 60, "frames come again")
        bench.stop.set()
        await running
    newest = max(milliseconds(one.measured_at) for one in gateway.readings.values())
    assert abs(gateway.now() - newest) < 60_000
    assert len(gateway.readings) < 600, "the hour that was skipped was not measured"


async def test_refused_frame_is_dropped_and_the_rest_goes_on(tmp_path: Path) -> None:
    gateway = ContractGateway(
        clock_speed=60, refuse=lambda frame: "status demo" if frame.seq == 3 else None
    )
    async with gateway.running():
        bench = Bench(gateway, Counting(last=30), tmp_path)
        await bench.run()
    assert bench.feed.tally.errors == 1
    assert 3 not in [seq for _, _, seq in gateway.frames]
    assert any("frame 3 dropped: invalid_message: status demo" in line for line in bench.said)


async def test_rejected_readings_are_told_and_counted(tmp_path: Path) -> None:
    def five_is_too_low(reading: DeviceReading) -> str | None:
        return "pulse_rate 5 is outside 20 to 300" if reading.value == 5 else None

    gateway = ContractGateway(clock_speed=60, reject=five_is_too_low)
    async with gateway.running():
        bench = Bench(gateway, Counting(last=10), tmp_path)
        await bench.run()
    assert (bench.feed.tally.stored, bench.feed.tally.rejected) == (9, 1)
    assert any("out_of_range: pulse_rate 5 is outside" in line for line in bench.said)


@pytest.mark.parametrize(
    ("code", "words"), [(4000, "replaced by a newer connection"), (4003, "revoked")]
)
async def test_close_that_is_final_ends_the_feed(code: int, words: str, tmp_path: Path) -> None:
    gateway = ContractGateway(clock_speed=20)
    async with gateway.running():
        bench = Bench(gateway, Counting(), tmp_path)
        running = asyncio.create_task(bench.run())
        await until(lambda: len(gateway.frames) > 1, "frames come")
        await gateway.sockets["t1"].close(code)
        with pytest.raises(FeedRefusedError, match=words):
            await running
    assert len(gateway.hellos) == 1


@pytest.mark.parametrize("code", [1000, 1008, 1011, 1012, 4001])
async def test_any_other_close_is_followed_by_a_new_connection(code: int, tmp_path: Path) -> None:
    gateway = ContractGateway(clock_speed=20)
    async with gateway.running():
        bench = Bench(gateway, Counting(), tmp_path)
        running = asyncio.create_task(bench.run())
        await until(lambda: len(gateway.frames) > 1, "frames come")
        await gateway.sockets["t1"].close(code)
        await until(lambda: len(gateway.hellos) == 2, "the device comes back")
        before = len(gateway.frames)
        await until(lambda: len(gateway.frames) > before, "frames come again")
        bench.stop.set()
        await running
    assert any(f"closed ({code}" in line for line in bench.said)


async def test_feed_with_patience_gives_up_when_no_gateway_ever_answers(tmp_path: Path) -> None:
    gateway = ContractGateway()
    async with gateway.running():
        pass
    bench = Bench(gateway, Counting(), tmp_path, patience_s=0.0)
    with pytest.raises(FeedRefusedError, match="no gateway answers at ws://127"):
        await bench.run()


async def test_stopped_feed_waits_for_what_is_on_its_way(tmp_path: Path) -> None:
    gateway = ContractGateway(clock_speed=60)
    async with gateway.running():
        bench = Bench(gateway, Counting(), tmp_path)
        running = asyncio.create_task(bench.run())
        await until(lambda: len(gateway.frames) > 5, "frames come")
        bench.stop.set()
        await running
    assert not bench.queue.pending
    assert bench.feed.tally.frames == len(gateway.frames)
