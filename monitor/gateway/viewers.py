"""What one screen is sent: updates by sequence number, as fast as it takes them and no faster.

A screen that falls behind gets its trend points thinned, never its alarms, rooms or due tasks; one that stays
behind is disconnected and starts again from a snapshot, because a late screen that looks live is worse than none.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from typing import NamedTuple, Protocol

from monitor.gateway.limits import MINUTE_S
from monitor.wire.live import Painted, Update

BUFFER_BYTES = 128 * 1024
"""Unsent bytes of one screen above which its updates wait here, where they can be thinned."""
BLOCKED_S = 5.0
THIN_EVERY = 256
POINTS_KEPT = 240
"""Newest points of one room, metric and source that a thinned queue keeps: four minutes at 1 Hz."""
MOST_PENDING = 4096
SNAPSHOTS_AT_ONCE_S = 5.0
"""So many seconds' worth of snapshots a screen may have at once: one that is opened and reconnects asks for some."""


class Sink(Protocol):
    """The socket of a screen."""

    def send(self, data: bytes) -> None:
        """Hand over one text message, UTF-8."""

    def unsent_bytes(self) -> int: ...


class _Pending(NamedTuple):
    update: Update
    data: bytes | None
    """The message as every screen gets it, or None when this one's was thinned."""


class Viewer:
    """One connected screen. ``now_s`` is the event loop's time."""

    def __init__(self, sink: Sink, *, snapshots_per_minute: float = math.inf) -> None:
        self.wants_snapshot = False
        self.screen = ""
        self.kind = "station"
        self.painted = 0
        self.painted_alarms: frozenset[str] = frozenset()
        self.hidden = False
        self._sink = sink
        self._snapshot_every_s = MINUTE_S / snapshots_per_minute
        self._snapshot_free_at_s = 0.0
        self._pending: deque[_Pending] = deque()
        self._since_thinning = 0
        self._in_sequence = False
        self._blocked_since_s: float | None = None

    def is_due_a_snapshot(self, now_s: float) -> bool:
        """Whether it wants one and may have it: not sooner than its pace, nor on top of what it has not taken yet."""
        return (
            self.wants_snapshot
            and now_s >= self._snapshot_free_at_s
            and self._sink.unsent_bytes() <= BUFFER_BYTES
        )

    def send_snapshot(self, data: bytes, now_s: float) -> None:
        """The new start; whatever waited is older and forgotten."""
        self._pending.clear()
        self.wants_snapshot = False
        earliest_s = max(self._snapshot_free_at_s, now_s - SNAPSHOTS_AT_ONCE_S)
        self._snapshot_free_at_s = earliest_s + self._snapshot_every_s
        self._in_sequence = True
        self._sink.send(data)

    def offer(self, update: Update, data: bytes, now_s: float) -> None:
        """The next update, ``data`` being its serialised form. Before its first snapshot a screen gets none."""
        if not self._in_sequence or self.wants_snapshot:
            return
        self._pending.append(_Pending(update, data))
        self.pump(now_s)
        if self._pending:
            self._thin_now_and_then()

    def send_heartbeat(self, data: bytes) -> None:
        """A heartbeat names the newest update, so a screen that still waits for older ones is not sent it."""
        if not self._pending and self._sink.unsent_bytes() <= BUFFER_BYTES:
            self._sink.send(data)

    def pump(self, now_s: float) -> None:
        """Send what fits; call it several times a second."""
        while self._sink.unsent_bytes() <= BUFFER_BYTES:
            self._blocked_since_s = None
            if not self._pending:
                return
            update, data = self._pending.popleft()
            self._sink.send(data if data is not None else update.model_dump_json().encode())
        if self._blocked_since_s is None:
            self._blocked_since_s = now_s

    def is_too_slow(self, now_s: float) -> bool:
        """Whether this screen is so far behind that it must start again."""
        if len(self._pending) > MOST_PENDING:
            return True
        return self._blocked_since_s is not None and now_s - self._blocked_since_s > BLOCKED_S

    def take_receipt(self, receipt: Painted) -> None:
        """What the screen says it shows."""
        self.painted = max(self.painted, receipt.seq)
        self.painted_alarms = frozenset() if receipt.hidden else frozenset(receipt.alarms)
        self.hidden = receipt.hidden

    def _thin_now_and_then(self) -> None:
        self._since_thinning += 1
        if self._since_thinning >= THIN_EVERY:
            self._since_thinning = 0
            self._pending = deque(thinned(self._pending))


def thinned(pending: deque[_Pending]) -> list[_Pending]:
    """The same updates with only the newest POINTS_KEPT points of each room, metric and source; all else stays."""
    kept: Counter[tuple[str, str, str]] = Counter()
    result = []
    for item in reversed(pending):
        points = []
        for point in reversed(item.update.points):
            key = (point[0], point[1], point[10])
            kept[key] += 1
            if kept[key] <= POINTS_KEPT:
                points.append(point)
        if len(points) == len(item.update.points):
            result.append(item)
        else:
            fewer = item.update.model_copy(update={"points": points[::-1]})
            result.append(_Pending(fewer, None))
    return result[::-1]
