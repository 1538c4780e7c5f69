"""The machine's clock is set back and forth while a breach is under way: the alarm comes when it is due."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.faults.bedroom import Bedroom
from tests.faults.preloaded import Dial
from tests.faults.report import note
from tests.processes import Device, Running, pulse, spo2, until

pytestmark = [pytest.mark.faults, pytest.mark.long]

HOUR_S = 3600
DELAY_S = 15
"""Of the alarm for a saturation below 90, by the protocol."""


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dial:
    """How many seconds the gateway's wall clock is ahead of the machine's."""
    return Dial("skew", tmp_path, monkeypatch)


@pytest.fixture
def gateway(tmp_path: Path, clock: Dial) -> Iterator[Running]:
    with Running(tmp_path / "data", "gateway") as gateway:
        yield gateway


def test_a_clock_that_is_set_back_or_forth_keeps_no_alarm_from_coming(
    gateway: Running, clock: Dial
) -> None:
    room = Bedroom(gateway)
    with Device(gateway.url, room.token) as device, Feeding(device) as feeding:
        began = time.monotonic()
        until(lambda: feeding.frames > 5, within_s=20, what="a breach under way")
        clock.turn(-HOUR_S)
        alarm = room.alarmed(metric="spo2", priority="high", within_s=DELAY_S + 15)
        took_s = time.monotonic() - began
        assert alarm["raised_at"] - alarm["onset"] == pytest.approx(DELAY_S * 1000, abs=1500)
        assert room.is_well()

        clock.turn(HOUR_S)
        set_at = time.monotonic()
        seen = room.alarmed(type="technical")
        told_s = time.monotonic() - set_at
        assert room.screen.open_alarms().get(alarm["id"]) is not None
        until(lambda: _off(room), within_s=60, what="a device's clock that is told")
        frames = feeding.frames
        until(lambda: feeding.frames > frames + 5, within_s=20, what="acknowledgements")
    stored = room.stored()
    assert stored == [(seq, index) for seq in range(1, device.seq + 1) for index in (0, 1)]
    room.screen.close()
    note(
        "clock set back by an hour, then two hours forward",
        held=f"back: the {DELAY_S} s of an alarm under way ran on, it stood {took_s:.0f} s after the breach began; "
        "forward: the alarm stood on, each reading stored once",
        seen=f"back: nothing; forward: after {told_s:.1f} s a technical alarm: {seen['text']['en']}",
        recovery="none needed: acknowledgements went on",
    )


class Feeding:
    """Sends a low saturation every fifth of a second and hears each acknowledgement, in a thread."""

    def __init__(self, device: Device) -> None:
        self.frames = 0
        self._device = device
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(20)

    def _run(self) -> None:
        while not self._stop.wait(0.2):
            self._device.deliver(pulse(80), spo2(88))
            self.frames += 1


def _off(room: Bedroom) -> bool:
    """Whether staff are told that a clock is off: the device's is an hour behind the gateway's now."""
    return any("clock" in alarm["kind"] for alarm in list(room.screen.alarms.values()))
