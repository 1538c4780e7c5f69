"""The device feed without I/O: one object per connection, frames and ``now`` in, texts and a close code out.

The driver's duties: give every frame to ``receive_text`` or ``receive_binary``; send what ``take_outgoing``
returns; close with ``close`` once it is set. For commits: ``seal`` when a batch is taken, ``committed`` when that
very batch is durable. Nothing is acknowledged, and no welcome given, in any other place.
"""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel

from monitor.domain.clocks import ClockOffset
from monitor.domain.readings import SECOND, Instant
from monitor.service.ports import RecordsUnavailableError
from monitor.wire.base import InvalidMessageError, milliseconds
from monitor.wire.device import (
    Ack,
    DeviceStatus,
    Error,
    Hello,
    Readings,
    RejectedReading,
    SessionChanged,
    Welcome,
    parse_from_device,
)

if TYPE_CHECKING:
    from monitor.domain.registry import Device
    from monitor.service.monitor import Monitor

MOST_ERRORS = 100
ERROR_WINDOW = 10 * SECOND
INVALID_MESSAGE = "invalid_message"


class Close(NamedTuple):
    """How a connection ends: a WebSocket close code and what it means, in words."""

    code: int
    reason: str


BINARY_FRAME = Close(1003, "text frames only")
TOO_MANY_ERRORS = Close(1008, f"more than {MOST_ERRORS} errors in {ERROR_WINDOW // SECOND} s")
ACKS_NOT_READ = Close(1008, "acknowledgements are not read")
RECORD_UNREADABLE = Close(1011, "the record cannot be read now")
RESTARTING = Close(1012, "the gateway restarts")
REPLACED = Close(4000, "a newer connection of this device")
HELLO_EXPECTED = Close(4001, "hello is the first frame, and comes once")
ROTATED = Close(1012, "this device has a new token")
REVOKED = Close(4003, "this device is revoked")


class DeviceFeed:
    """One connection of one device, from its handshake to its end."""

    def __init__(self, monitor: Monitor, device: Device) -> None:
        self.device = device
        self.close: Close | None = None
        self._monitor = monitor
        self._offset = ClockOffset()
        self._outgoing: list[str] = []
        self._greeted = False
        self._error_times: deque[Instant] = deque(maxlen=MOST_ERRORS + 1)
        self._awaiting = _Awaiting()
        self._sealed = _Awaiting()

    # What comes in

    def receive_text(self, frame: str, now: Instant) -> int:
        """Take one text frame; returns how many readings now wait to be made durable."""
        if self.close is not None:
            return 0
        try:
            message = parse_from_device(frame)
        except InvalidMessageError as error:
            if self._greeted or _claims_to_be_hello(frame):
                self._refuse(error, now)
            else:
                self.end(HELLO_EXPECTED, now)
            return 0
        if isinstance(message, Hello) is self._greeted:
            self.end(HELLO_EXPECTED, now)
            return 0
        offset_ms = self._offset.observe(milliseconds(message.sent_at), now)
        if isinstance(message, Readings):
            return self._record(message, offset_ms, now)
        if isinstance(message, DeviceStatus):
            self._monitor.device_status(self.device.id, message.battery_percent, offset_ms, now)
        else:
            self._greet(message, now)
        return 0

    def _greet(self, hello: Hello, now: Instant) -> None:
        try:
            self._awaiting.welcome = self._monitor.welcome(self.device.id, hello, now)
            self._greeted = True
        except RecordsUnavailableError:
            self.end(RECORD_UNREADABLE, now)

    def receive_binary(self, now: Instant) -> None:
        """A binary frame ends the connection."""
        self.end(BINARY_FRAME, now)

    def lost(self, reason: str, now: Instant) -> None:
        """The socket is gone, whoever closed it; repeated calls change nothing."""
        if self._greeted:
            self._greeted = False
            self._monitor.disconnected(self.device.id, reason, now)
        if self.close is None:
            self.close = Close(1006, reason)

    def end(self, close: Close, now: Instant) -> None:
        """Close the connection for a reason of the gateway's; the first reason stands."""
        if self.close is None:
            self.close = close
            self.lost(close.reason, now)

    # Commits

    @property
    def awaits_commit(self) -> bool:
        """Whether something must be told once the pending batch is durable."""
        return self._awaiting.seq > 0 or self._awaiting.welcome is not None

    def seal(self) -> None:
        """The pending batch was taken: what was recorded until now is told when ``committed`` is called."""
        self._sealed, self._awaiting = self._awaiting, self._sealed
        self._awaiting.clear()

    def committed(self, poisoned: int = 0) -> None:
        """What was sealed is durable; ``poisoned`` of its readings could not be stored and are not counted."""
        sealed = self._sealed
        if self.close is None:
            if sealed.welcome is not None:
                self._send(sealed.welcome)
            if sealed.seq:
                stored = max(0, sealed.stored - poisoned)
                self._acknowledge(sealed.seq, stored, sealed.rejected)
        sealed.clear()

    def session_changed(self, session: str | None) -> None:
        """Tell the device which session its room has now."""
        if self._greeted:
            self._send(SessionChanged(session=session))

    # What goes out

    def take_outgoing(self) -> list[str]:
        """The texts to send now, in order."""
        if not self._outgoing:
            return []
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def _record(self, message: Readings, offset_ms: int, now: Instant) -> int:
        if not self.device.simulated:
            for index, reading in enumerate(message.readings):
                if reading.status == "demo":
                    self._refuse(_demo_refused(index, message.seq), now)
                    return 0
        outcome = self._monitor.record_frame(self.device.id, message, offset_ms, now)
        self._awaiting.add(message.seq, outcome.stored, outcome.rejected)
        return outcome.stored + len(outcome.rejected)

    def _refuse(self, error: InvalidMessageError, now: Instant) -> None:
        self._monitor.frame_refused(self.device.id, error.message, now)
        self._send(
            Error(seq=error.seq, code=INVALID_MESSAGE, message=error.message, path=error.path)
        )
        times = self._error_times
        times.append(now)
        if len(times) > MOST_ERRORS and now - times[0] <= ERROR_WINDOW:
            self.end(TOO_MANY_ERRORS, now)

    def _acknowledge(self, seq: int, stored: int, rejected: list[RejectedReading]) -> None:
        if rejected:
            self._send(Ack(seq=seq, stored=stored, rejected=rejected))
        else:
            # What nearly every frame is told: a model of it, checked and written, costs twenty times as much.
            self._outgoing.append(f'{{"type":"ack","seq":{seq},"stored":{stored},"rejected":[]}}')

    def _send(self, message: BaseModel) -> None:
        self._outgoing.append(message.model_dump_json())


class _Awaiting:
    """What a device is told when the batch that carries it is durable."""

    __slots__ = ("rejected", "seq", "stored", "welcome")

    def __init__(self) -> None:
        self.rejected: list[RejectedReading] = []
        self.clear()

    def clear(self) -> None:
        """As before anything was to be told. Two of these take turns: with each frame none is made anew."""
        self.welcome: Welcome | None = None
        self.seq = 0
        self.stored = 0
        if self.rejected:
            self.rejected = []

    def add(self, seq: int, stored: int, rejected: list[RejectedReading]) -> None:
        self.seq = max(self.seq, seq)
        self.stored += stored
        if rejected:
            self.rejected += rejected


def _claims_to_be_hello(frame: str) -> bool:
    """Whether an invalid frame was meant as the hello; then its sender learns what is wrong with it."""
    try:
        loose = json.loads(frame)
    except (ValueError, RecursionError):
        return False
    return isinstance(loose, dict) and loose.get("type") == "hello"


def _demo_refused(index: int, seq: int) -> InvalidMessageError:
    return InvalidMessageError(
        f"readings[{index}].status: demo is for simulated devices only",
        f"readings.{index}.status",
        seq,
    )
