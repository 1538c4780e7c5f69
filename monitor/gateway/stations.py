"""Which stations prove that they show the ward, and how long an alarm takes to be on one of them. No I/O.

A receipt counts as painted only while its page is visible. A hidden one (another tab in front, a minimised window, a
locked machine) proves that the page lives and what it sounded, never that somebody could have seen an alarm: it
confirms no alarm and no canary, and the station is one that does not confirm.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Protocol

from monitor.gateway.viewers import Viewer
from monitor.wire.live import AlarmView, Painted, Subscribe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.domain.readings import Instant
    from monitor.gateway.access import Guest

DELIVERY_BUCKETS_S = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
STATION = "station"
READER_CLOSED = 1001
"""A browser says this when its page is closed or left; nothing else does."""


class ScreenWatch(Protocol):
    """What the monitor is told about screens."""

    def screen_here(
        self, screen_id: str, operator: str, kind: str, now: Instant, *, station: str = ""
    ) -> None: ...

    def screen_receipt(self, screen_id: str, painted: Painted, now: Instant) -> None: ...

    def screen_gone(self, screen_id: str, now: Instant, *, closed: bool = False) -> None: ...


class Stations:
    """The subscribed screens of operators and locked stations, each with the connection that speaks for it."""

    def __init__(self, watch: ScreenWatch, clock_speed: float) -> None:
        self.deliveries = Deliveries(clock_speed)
        self._watch = watch
        self._viewers: dict[str, Viewer] = {}

    def here(self, viewer: Viewer, message: Subscribe, guest: Guest | None, now: Instant) -> None:
        """A screen subscribed. One that a program opened (no ``guest``) is nobody's to count on."""
        screen = str(message.screen)
        if viewer.screen != screen:
            self.gone(viewer, now, closed=False)
        viewer.screen, viewer.kind = screen, message.kind
        if guest is not None:
            self._viewers[screen] = viewer
            self._watch.screen_here(
                screen, guest.operator, message.kind, now, station=guest.station
            )

    def receipt(self, viewer: Viewer, receipt: Painted, now: Instant) -> None:
        """What a screen says it shows; the monitor hears of those who were here, by their newest connection."""
        viewer.take_receipt(receipt)
        if self._viewers.get(viewer.screen) is not viewer:
            return
        if receipt.hidden:
            receipt = receipt.model_copy(update={"alarms": [], "canary": None})
        elif viewer.kind == STATION:
            self.deliveries.painted(receipt.alarms, now)
        self._watch.screen_receipt(viewer.screen, receipt, now)

    def gone(self, viewer: Viewer, now: Instant, *, closed: bool) -> None:
        """A connection ended, ``closed`` by the reader of the page. Its screen may be back by a newer one already."""
        if self._viewers.get(viewer.screen) is viewer:
            del self._viewers[viewer.screen]
            self._watch.screen_gone(viewer.screen, now, closed=closed)


class Deliveries:
    """From an alarm's raising to the first station that had it on screen, in seconds of real time."""

    def __init__(self, clock_speed: float = 1.0) -> None:
        self.ended_unseen = 0
        self.sum_s = 0.0
        self._clock_speed = clock_speed
        self._counts = [0] * (len(DELIVERY_BUCKETS_S) + 1)
        # None once it was painted; kept until the alarm ends, because it is told again with each change.
        self._raised_at: dict[str, Instant | None] = {}

    @property
    def unseen(self) -> int:
        """Alarms with a signal that no station has shown yet."""
        return sum(raised_at is not None for raised_at in self._raised_at.values())

    def told(self, alarms: Iterable[AlarmView]) -> None:
        """These alarms were sent to the screens."""
        for alarm in alarms:
            if alarm.state != "ended":
                self._raised_at.setdefault(
                    alarm.id, None if alarm.painted_at is not None else alarm.raised_at
                )
            elif self._raised_at.pop(alarm.id, None) is not None:
                self.ended_unseen += 1

    def painted(self, alarms: Iterable[str], now: Instant) -> None:
        """A station shows these."""
        for alarm_id in alarms:
            raised_at = self._raised_at.get(alarm_id)
            if raised_at is not None:
                self._raised_at[alarm_id] = None
                self._count(max(0.0, (now - raised_at) / 1000 / self._clock_speed))

    def buckets(self) -> list[tuple[str, float]]:
        """Upper bound to how many took at most as long, the last without a bound; for Prometheus."""
        below, result = 0, []
        for bound, count in zip([*map(str, DELIVERY_BUCKETS_S), "+Inf"], self._counts, strict=True):
            below += count
            result.append((bound, float(below)))
        return result

    def _count(self, took_s: float) -> None:
        self.sum_s += took_s
        self._counts[bisect_left(DELIVERY_BUCKETS_S, took_s)] += 1
