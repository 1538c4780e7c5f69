"""A load of many devices from one process: bare sockets, because a websocket library would be what is measured."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from typing import cast
from uuid import uuid4

SMALL = 126
DRAIN_S = 30.0
METRICS = ("pulse_rate", "spo2", "resp_rate")


def text_frame(text: str) -> bytes:
    """A client's text frame; its mask is zero, which leaves the payload as it is (RFC 6455, section 5.3)."""
    payload = text.encode()
    size = len(payload)
    head = (
        struct.pack("!BB", 0x81, 0x80 | size)
        if size < SMALL
        else struct.pack("!BBH", 0x81, 0x80 | SMALL, size)
    )
    return head + bytes(4) + payload


def moment() -> str:
    """Now, as the feed writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_INTERVAL_S = 60
"""What is said of the pace: ten thousand devices that take turns speak seldom, and silence is not what is measured."""


@dataclass(eq=False)
class Device(asyncio.Protocol):
    """One device: sends frames when told to, and notes how long each waited for its acknowledgement."""

    token: str
    readings: int = 1
    is_cumulative: bool = True
    """Whether an acknowledgement covers every frame up to its own; else its own alone, in any order."""
    seq: int = 0
    acknowledged: int = 0
    waits: list[float] = field(default_factory=list)
    when_acknowledged: Callable[[], None] | None = None
    """Called for each frame that is."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: dict[int, float] = field(default_factory=dict)
    _received: bytes = b""
    _upgraded: bool = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(b"0123456789abcdef").decode()
        self.transport.write(
            f"GET /device HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {self.token}\r\n"
            f"Sec-WebSocket-Protocol: infusion-monitor.v1\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._upgraded:
            head, found, rest = self._received.partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head.split(b"\r\n")[0], head
            self._upgraded, self._received = True, rest
            metrics = dict.fromkeys(METRICS[: self.readings], _INTERVAL_S)
            hello = {
                "type": "hello",
                "stream": str(uuid4()),
                "sent_at": moment(),
                "metrics": metrics,
            }
            self.transport.write(text_frame(json.dumps(hello)))
        self._take_frames()

    def _take_frames(self) -> None:
        while len(self._received) >= 2:
            opcode, size, start = self._received[0] & 15, self._received[1], 2
            if size == SMALL:
                size, start = struct.unpack_from("!H", self._received, 2)[0], 4
            if len(self._received) < start + size:
                return
            payload, self._received = (
                self._received[start : start + size],
                self._received[start + size :],
            )
            if opcode == 1:
                self._take(json.loads(payload))
            elif opcode == 9:
                self.transport.write(struct.pack("!BB", 0x8A, 0x80 | size) + bytes(4) + payload)

    def _take(self, message: dict[str, object]) -> None:
        if message["type"] == "welcome":
            self.ready.set()
        elif message["type"] == "ack":
            now, seq = time.perf_counter(), message["seq"]
            assert isinstance(seq, int)
            first = self.acknowledged + 1 if self.is_cumulative else seq
            for covered in range(first, seq + 1):
                self.acknowledged += 1
                self.waits.append(now - self._sent.pop(covered))
                if self.when_acknowledged is not None:
                    self.when_acknowledged()

    def send(self, pulse_rate: int) -> None:
        """One frame."""
        self.seq += 1
        at = moment()
        values = (pulse_rate, 97, 14)
        # Written by hand: a library's encoder would be much of what the load costs.
        readings = ",".join(
            f'{{"metric":"{metric}","value":{value},"measured_at":"{at}"}}'
            for metric, value in zip(METRICS[: self.readings], values, strict=False)
        )
        head = f'{{"type":"readings","seq":{self.seq},"sent_at":"{at}","readings":['
        self._sent[self.seq] = time.perf_counter()
        self.transport.write(text_frame(f"{head}{readings}]}}"))


def _itself(device: Device) -> Device:
    return device


async def connected(
    tokens: list[str], port: int, readings: int, *, is_cumulative: bool = True
) -> list[Device]:
    """All devices, each welcomed."""
    loop, devices = asyncio.get_running_loop(), []
    for token in tokens:
        device = Device(token, readings, is_cumulative)
        await loop.create_connection(partial(_itself, device), "127.0.0.1", port)
        devices.append(device)
        if len(devices) % 50 == 0:
            await device.ready.wait()
    await asyncio.gather(*(device.ready.wait() for device in devices))
    return devices


async def send_at(devices: list[Device], frames_per_s: float, seconds: float) -> float:
    """Frames at a steady rate, devices in turn, whatever comes back; the rate that was really sent."""
    start = time.perf_counter()
    sent, total = 0, round(frames_per_s * seconds)
    while sent < total:
        due = min(total, int((time.perf_counter() - start) * frames_per_s))
        while sent < due:
            devices[sent % len(devices)].send(70 + sent % 30)
            sent += 1
        await asyncio.sleep(0.002)
    rate = sent / (time.perf_counter() - start)
    deadline = time.perf_counter() + 30
    while (
        any(device.acknowledged < device.seq for device in devices)
        and time.perf_counter() < deadline
    ):
        await asyncio.sleep(0.01)
    return rate


class Closed:
    """A closed loop: so many frames are under way, the next goes out from the next device when one is acknowledged."""

    def __init__(self, devices: list[Device]) -> None:
        self.acknowledged = 0
        self._devices, self._next = devices, cycle(devices)
        self._is_sending = False
        for device in devices:
            device.when_acknowledged = self._acknowledged

    async def run(self, under_way: int, seconds: float) -> tuple[float, list[float]]:
        """Frames acknowledged per second while it sent, and how long each waited, in seconds."""
        for device in self._devices:
            device.waits.clear()
        self.acknowledged, self._is_sending = 0, True
        begun = time.perf_counter()
        for _ in range(under_way):
            self._send()
        await asyncio.sleep(seconds)
        rate = self.acknowledged / (time.perf_counter() - begun)
        self._is_sending = False
        deadline = time.perf_counter() + DRAIN_S
        while any(device.acknowledged < device.seq for device in self._devices):
            assert time.perf_counter() < deadline, "frames were never acknowledged"
            await asyncio.sleep(0.01)
        return rate, [wait for device in self._devices for wait in device.waits]

    def _acknowledged(self) -> None:
        self.acknowledged += 1
        if self._is_sending:
            self._send()

    def _send(self) -> None:
        device = next(self._next)
        device.send(70 + device.seq % 30)


def percentile(values: list[float], share: float) -> float:
    """The value below which that share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
