"""Floods, crowds and screens that do not read: nobody else's alarm waits for them, and memory stays bounded."""

from __future__ import annotations

import json
import os
import resource
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.faults.bedroom import Bedroom, resident_mb
from tests.faults.files import out_of_files
from tests.faults.report import note, spread
from tests.faults.ward import speaking
from tests.processes import Device, Running, moment, pulse, result, spo2, until

pytestmark = [pytest.mark.faults, pytest.mark.long]

ALARM_WITHIN_S = 2.0
IDLE = 10_000
STUCK = 8
KNOCKING = 50
SHUT_OUT = 6
CUT_OFF_WITHIN_S = 1.0
MOST_GROWTH_MB = 120


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path / "data", "gateway") as gateway:
        yield gateway


class Flood:
    """A device that sends frames of many readings as fast as it can, in a thread, until it is told to stop."""

    def __init__(self, url: str, token: str) -> None:
        self.sent = 0
        self._url, self._token = url, token
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self.sent > 20, within_s=30, what="a flood")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._stop.is_set():
            with suppress(ConnectionClosed, OSError), Device(self._url, self._token) as device:
                self._send(device)
            # A gateway may refuse a flood; it comes again.
            self._stop.wait(0.1)

    def _send(self, device: Device) -> None:
        while not self._stop.is_set():
            at = moment()
            readings = [{"metric": "pulse_rate", "value": 80, "measured_at": at}] * 100
            device.send(*readings)
            self.sent += 1
            if self.sent % 20 == 0:
                device.heard()


def alarm_after_s(room: Bedroom, value: float = 80) -> float:
    """How long after a deep saturation was sent its alarm stands on a screen."""
    with Device(room.gateway.url, room.token) as device:
        device.deliver(pulse(80), spo2(97))
        since = time.monotonic()
        device.send(pulse(80), spo2(value))
        room.alarmed(metric="spo2", priority="high")
        took_s = time.monotonic() - since
        device.heard()
    return took_s


def test_a_flood_from_one_device_does_not_slow_the_alarm_of_another(gateway: Running) -> None:
    room = Bedroom(gateway, "quiet")
    result(gateway.data, "room", "add", "loud")
    token = result(gateway.data, "device", "add", "--room", "loud", "--name", "F")
    before_mb = resident_mb(gateway.process.pid)
    with Flood(gateway.url, token) as flood:
        since, sent = time.monotonic(), flood.sent
        took_s = alarm_after_s(room)
        pace = (flood.sent - sent) * 100 / (time.monotonic() - since)
    growth_mb = resident_mb(gateway.process.pid) - before_mb
    room.screen.close()
    assert took_s < ALARM_WITHIN_S
    assert growth_mb < MOST_GROWTH_MB
    note(
        "a flood from one device",
        held=f"{pace:,.0f} readings a second were sent, memory grew by {growth_mb:.0f} MB",
        seen=f"another room's alarm stands {took_s * 1000:.0f} ms after it was measured",
        recovery="none needed",
    )


def test_a_device_that_is_shut_out_under_a_flood_is_cut_off_within_a_second(
    gateway: Running,
) -> None:
    room = Bedroom(gateway)
    loud = room.add_device(gateway, "F")
    times_s = []
    with Flood(gateway.url, loud), closing(speaking(gateway, "orders")) as office:
        for number in range(SHUT_OUT):
            added = ordered(office, kind="add_device", room=room.name, name=f"D{number}")
            order, code = (("revoke_device", 4003), ("rotate_token", 1012))[number % 2]
            with Device(gateway.url, added["token"]) as device:
                device.deliver(pulse(80))
                since = time.monotonic()
                ordered(office, kind=order, device=added["id"])
                assert cut_off_with(device) == code
                times_s.append(time.monotonic() - since)
            with pytest.raises(InvalidStatus, match="403" if code == 4003 else "401"):
                Device(gateway.url, added["token"])
    room.screen.close()
    # Where more programs want to run than there are processors, each of them gets its share.
    crowding = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert max(times_s) < CUT_OFF_WITHIN_S * crowding
    note(
        f"{SHUT_OUT} devices are revoked, or given a new token, under a flood from another",
        held="each was cut off in the middle of its frames, and its token opens nothing any more",
        seen=f"cut off after {spread(times_s)}, from when the order was sent",
        recovery="none needed",
    )


def cut_off_with(device: Device) -> int | None:
    """With which code a device is cut off that goes on sending."""
    while True:
        try:
            device.deliver(pulse(80))
        except ConnectionClosed as closed:
            return None if closed.rcvd is None else closed.rcvd.code


def ordered(office: ClientConnection, **order: str) -> dict[str, Any]:
    """The result of an order that is carried out."""
    message = {"type": "order", "order_id": str(uuid.uuid4()), "operator": "console:t"}
    office.send(json.dumps({**message, "order": order}))
    answer = json.loads(office.recv(timeout=20))
    assert answer["ok"], answer
    return dict(answer["result"])


def test_screens_that_do_not_read_are_cut_off_and_hold_nobody_up(gateway: Running) -> None:
    room = Bedroom(gateway, "1")
    loud = room.add_device(gateway, "F")
    before_mb = resident_mb(gateway.process.pid)
    with ExitStack() as opened:
        stuck = [opened.enter_context(_stuck_screen(gateway)) for _ in range(STUCK)]
        with Flood(gateway.url, loud):
            since = time.monotonic()
            took_s = alarm_after_s(room)
            until(lambda: _metric(gateway, "slow") >= STUCK or None, within_s=60, what="cut off")
            cut_s = time.monotonic() - since
        growth_mb = resident_mb(gateway.process.pid) - before_mb
        assert len(stuck) == STUCK
    room.screen.close()
    assert took_s < ALARM_WITHIN_S
    assert growth_mb < MOST_GROWTH_MB
    note(
        f"{STUCK} screens that do not read, under a flood",
        held=f"each was cut off within {cut_s:.0f} s, memory grew by {growth_mb:.0f} MB",
        seen=f"an alarm stands {took_s * 1000:.0f} ms after it was measured on the screen that reads",
        recovery="a screen that was cut off says so and starts again from a whole picture",
    )


def test_ten_thousand_idle_connections_keep_nobody_from_being_heard(gateway: Running) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < IDLE + 500:
        pytest.skip(f"this machine lets a process open {hard} files at most")
    room = Bedroom(gateway)
    before_mb = resident_mb(gateway.process.pid)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, IDLE + 500), hard))
    try:
        with ExitStack() as opened:
            since = time.monotonic()
            for _ in range(IDLE):
                with suppress(OSError):
                    opened.enter_context(socket.create_connection(_address(gateway), 5))
            took_open_s = time.monotonic() - since
            took_s = alarm_after_s(room)
            growth_mb = resident_mb(gateway.process.pid) - before_mb
        until(room.is_well, within_s=30, what="a gateway that is well")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room.screen.close()
    assert took_s < ALARM_WITHIN_S
    assert growth_mb < 2 * MOST_GROWTH_MB
    note(
        f"{IDLE:,} connections that say nothing",
        held=f"opened in {took_open_s:.0f} s, memory grew by {growth_mb:.0f} MB",
        seen=f"an alarm stands {took_s * 1000:.0f} ms after it was measured",
        recovery="none needed",
    )


def test_out_of_file_descriptors_the_gateway_says_so_and_goes_on_for_those_who_are_connected(
    gateway: Running,
) -> None:
    room = Bedroom(gateway)
    other = room.add_device(gateway, "later")
    with Device(gateway.url, room.token) as device:
        device.deliver(pulse(80), spo2(97))
        short_at = time.monotonic()
        with out_of_files(gateway.process.pid), ExitStack() as opened:
            for _ in range(KNOCKING):
                opened.enter_context(socket.create_connection(_address(gateway), 5))
            reason = room.told("file descriptors")
            told_s = time.monotonic() - short_at
            assert until(gateway.health, within_s=10, what="health")["reasons"] == [reason]
            for value in range(20):
                assert device.deliver(pulse(80 + value), spo2(97))["stored"] == 2
            device.send(pulse(80), spo2(80))
            room.alarmed(metric="spo2", priority="high")
            device.heard()
            with pytest.raises(InvalidStatus, match="503"):
                Device(gateway.url, other)
        since = time.monotonic()
        until(room.is_well, within_s=30, what="a gateway that is well")
        with Device(gateway.url, other) as late:
            assert late.deliver(pulse(80))["stored"] == 1
        recovery_s = time.monotonic() - since
    # Both devices begin their numbers at 1.
    wanted = [(1, 0), *((seq, index) for seq in range(1, 23) for index in (0, 1))]
    assert room.stored() == sorted(wanted)
    room.screen.close()
    note(
        "out of file descriptors",
        held="who was connected is acknowledged on, each reading stored once; a new device is refused (503)",
        seen=f"after {told_s:.1f} s on every screen that is open, where alarms come on, and in /healthz: {reason}",
        recovery=f"a new device is heard {recovery_s:.1f} s after there were some again",
    )


def _stuck_screen(gateway: Running) -> socket.socket:
    """A screen that has subscribed and reads no more: its socket alone, taken out of the library's hands."""
    address = json.loads((gateway.data / "gateway.json").read_text())
    opened = socket.create_connection(_address(gateway), 5)
    opened.sendall(
        (
            f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{gateway.gateway_port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {address['credential']}\r\n\r\n"
        ).encode()
    )
    message = '{"type":"subscribe","screen":"6f0d6a0e-3a52-4f0e-9c39-0d8f3a1b2c4d","kind":"quiet"}'
    # Masked with zeros, as a browser's frame with a poor mask would be.
    opened.sendall(bytes([0x81, 0x80 | len(message), 0, 0, 0, 0]) + message.encode())
    return opened


def _address(gateway: Running) -> tuple[str, int]:
    return ("127.0.0.1", gateway.gateway_port)


def _metric(gateway: Running, word: str) -> float:
    with urlopen(f"http://127.0.0.1:{gateway.gateway_port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    found = [line for line in lines if word in line and not line.startswith("#")]
    assert found, f"no metric {word}"
    return float(found[0].split()[-1])
