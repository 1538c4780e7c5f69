"""Packets are really lost between bedside and ward: the kernel's TCP sends them again, or finds a gap."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.faults.bedroom import Bedroom
from tests.faults.packets import NEAR, Link, Network, ward_and_bedside
from tests.faults.report import note
from tests.faults.ward import Screen
from tests.processes import Device, Running, pulse, spo2, until

pytestmark = [pytest.mark.faults, pytest.mark.long]

DELAY_S, LOSS = 0.1, 0.1
FRAMES = 300
AHEAD = 20
GAP_S = 12


@dataclass
class Far:
    """A room whose device and second screen are behind the link."""

    room: Bedroom
    url: str
    bedside: Network
    link: Link

    def device(self, stream: str | None = None, seq: int = 0) -> Device:
        with self.bedside.entered():
            return Device(self.url, self.room.token, stream, seq)

    def screen(self) -> Screen:
        with self.bedside.entered():
            return Screen(self.room.gateway, self.url)


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    data = tmp_path_factory.mktemp("packets") / "data"
    with (
        ward_and_bedside(delay_s=DELAY_S, loss=LOSS) as (bedside, link),
        Running(data, "gateway", "--host", "0.0.0.0") as gateway,  # noqa: S104 - in a network of its own
    ):
        room = Bedroom(gateway)
        yield Far(room, f"ws://{NEAR}:{gateway.gateway_port}", bedside, link)
        room.screen.close()


def test_over_a_link_that_loses_a_tenth_of_all_packets_each_frame_is_stored_once_and_alarms_come(
    far: Far,
) -> None:
    screen = far.screen()
    screen.wait_for_snapshot()
    began = time.monotonic()
    with far.device() as device:
        acknowledged = 0
        for number in range(FRAMES):
            device.send(pulse(60 + number / 10), spo2(97))
            while device.seq - acknowledged >= AHEAD:
                acknowledged = device.heard(within_s=60)["seq"]
        while acknowledged < FRAMES:
            acknowledged = device.heard(within_s=60)["seq"]
        took_s = time.monotonic() - began
        since = time.monotonic()
        device.send(pulse(80), spo2(80))
        alarm = far.room.alarmed(metric="spo2", priority="high")
        near_s = time.monotonic() - since
        shown = lambda: alarm["id"] in screen.open_alarms() or None  # noqa: E731
        until(shown, within_s=60, what="the alarm on the screen behind the link")
        far_s = time.monotonic() - since
    stored = far.room.stored()
    assert stored == [(seq, index) for seq in range(1, FRAMES + 2) for index in (0, 1)]
    assert far.link.lost
    screen.close()
    note(
        f"{LOSS * 100:.0f} % of all packets really lost, {DELAY_S * 1000:.0f} ms each way (the kernel's own TCP)",
        held=f"{FRAMES} frames stored once, in {took_s:.0f} s; {far.link.lost} of "
        f"{far.link.lost + far.link.carried} packets were lost",
        seen=f"an alarm for a deep saturation {near_s:.1f} s after it was measured in the ward, {far_s:.1f} s on a "
        "screen behind the same link",
        recovery="none needed",
    )


def test_in_a_gap_the_ward_is_told_and_afterwards_each_frame_is_stored_once(far: Far) -> None:
    before = far.room.stored()
    with far.device() as device:
        device.deliver(pulse(80), spo2(97))
        far.link.is_cut = True
        cut_at = time.monotonic()
        for value in range(3):
            device.send(pulse(81 + value), spo2(97))
        alarm = far.room.alarmed(within_s=40, type="technical")
        told_s = time.monotonic() - cut_at
        threading.Event().wait(max(0.0, cut_at + GAP_S - time.monotonic()))
        far.link.is_cut = False
        back_at = time.monotonic()
        while device.heard(within_s=60)["seq"] < device.seq:
            pass
        recovery_s = time.monotonic() - back_at
        device.deliver(pulse(85), spo2(97))
        ended = lambda: far.room.screen.alarms[alarm["id"]]["state"] == "ended" or None  # noqa: E731
        until(ended, within_s=60, what="the end of the alarm")
        again = {(seq, index) for seq in range(1, device.seq + 1) for index in (0, 1)}
    assert sorted(far.room.stored()) == sorted([*before, *again])
    note(
        f"network gap of {GAP_S} s in which every packet is lost (the kernel's own TCP)",
        held="nothing acknowledged meanwhile; afterwards each frame stored once, over the same connection",
        seen=f"a technical alarm after {told_s:.1f} s: {alarm['text']['en']}",
        recovery=f"all acknowledged {recovery_s:.1f} s after the network was back, when TCP tried again",
    )
