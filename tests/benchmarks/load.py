"""A load of many devices from one process: bare sockets, because a websocket library would be what is measured."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

SMALL = 126
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


@dataclass(eq=False)
class Device(asyncio.Protocol):
    """One device: sends frames when told to, and notes how long each waited for its acknowledgement."""

    token: str
    readings: int = 1
    seq: int = 0
    acknowledged: int = 0
    waits: list[float] = field(default_factory=list)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: dict[int, float] = field(default_factory=dict)
    _received: bytes = b""
    _upgraded: bool = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(b"0123456789abcdef").decode()
        transport.write(
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
            metrics = dict.fromkeys(METRICS[: self.readings], 1)
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
            for covered in range(self.acknowledged + 1, seq + 1):
                self.waits.append(now - self._sent.pop(covered))
            self.acknowledged = seq

    def send(self, pulse_rate: int) -> None:
        """One frame."""
        self.seq += 1
        at = moment()
        values = (pulse_rate, 97, 14)
        readings = [
            {"metric": metric, "value": value, "measured_at": at}
            for metric, value in zip(METRICS[: self.readings], values, strict=False)
        ]
        self._sent[self.seq] = time.perf_counter()
        message = {"type": "readings", "seq": self.seq, "sent_at": at, "readings": readings}
        self.transport.write(text_frame(json.dumps(message)))


def _itself(device: Device) -> Device:
    return device


async def connected(tokens: list[str], port: int, readings: int) -> list[Device]:
    """All devices, each welcomed."""
    loop, devices = asyncio.get_running_loop(), []
    for token in tokens:
        device = Device(token, readings)
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


def percentile(values: list[float], share: float) -> float:
    """The value below which that share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
