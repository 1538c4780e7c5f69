"""The network between device, gateway and screen is slow, loses packets, goes silent or is cut."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults.bedroom import Bedroom
from tests.faults.line import Line
from tests.faults.report import note
from tests.processes import Device, Running, pulse, spo2, until

pytestmark = [pytest.mark.faults, pytest.mark.long]

FRAMES = 120
CUT_EVERY = 30
SILENCE_IS_LOW_S = 10
"""By the protocol: so long without a value, and there is an alarm of low priority."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("network") / "data", "gateway") as gateway:
        yield gateway


def test_a_half_open_connection_is_an_alarm_and_what_was_held_is_stored_once(
    gateway: Running,
) -> None:
    room = Bedroom(gateway, "silent")
    with Line(gateway.gateway_port) as line, Device(line.url, room.token) as device:
        for value in (80, 81, 82):
            device.deliver(pulse(value), spo2(97))
        line.hold()
        held_at = time.monotonic()
        for value in (83, 84, 85):
            device.send(pulse(value), spo2(97))
        alarm = room.alarmed(within_s=40, type="technical")
        told_s = time.monotonic() - held_at
        line.let_go()
        freed_at = time.monotonic()
        while device.heard()["seq"] < device.seq:
            pass
        device.deliver(pulse(86), spo2(97))
        gone = lambda: room.screen.alarms[alarm["id"]]["state"] == "ended" or None  # noqa: E731
        until(gone, within_s=30, what="the end of the alarm")
        recovery_s = time.monotonic() - freed_at
    assert room.stored() == [(seq, index) for seq in range(1, device.seq + 1) for index in (0, 1)]
    room.screen.close()
    note(
        "network gap (half-open: nobody is told)",
        held="nothing acknowledged while nothing came through; what was held is stored once",
        seen=f"a technical alarm after {told_s:.1f} s: {alarm['text']['en']}",
        recovery=f"all acknowledged and the alarm over {recovery_s:.1f} s after the network was back",
    )
    assert told_s < SILENCE_IS_LOW_S + 5


def test_over_a_line_with_half_a_second_losses_and_cuts_each_frame_is_stored_once(
    gateway: Running,
) -> None:
    room = Bedroom(gateway, "lossy")
    cuts, stream, acknowledged = 0, None, 0
    with Line(gateway.gateway_port, delay_s=0.5, loss=0.05) as line:
        while acknowledged < FRAMES:
            with suppress(ConnectionClosed), Device(line.url, room.token, stream) as device:
                known = device.welcome["last_seq"]
                assert known >= acknowledged
                stream, device.seq, acknowledged = device.stream, known, known
                for _ in range(min(CUT_EVERY, FRAMES - known)):
                    device.send(pulse(60 + (device.seq + 1) / 10), spo2(97))
                if known < FRAMES:
                    acknowledged = device.heard(within_s=20)["seq"]
                    line.cut()
                    cuts += 1
        with Device(line.url, room.token, stream, FRAMES) as device:
            since = time.monotonic()
            device.send(pulse(80), spo2(80))
            room.alarmed(metric="spo2", priority="high")
            alarmed_s = time.monotonic() - since
            device.heard(within_s=20)
        lost = line.lost
    wanted = [(seq, index) for seq in range(1, FRAMES + 2) for index in (0, 1)]
    assert room.stored() == wanted
    room.screen.close()
    assert alarmed_s < 5
    note(
        "500 ms each way, 5 % of pieces lost and resent, connections reset (a proxy of our own)",
        held=f"{FRAMES} frames stored once over {cuts} resets and {lost} losses",
        seen=f"an alarm for a deep saturation {alarmed_s:.1f} s after it was measured",
        recovery="at each reconnect, from the last durable frame on",
    )
