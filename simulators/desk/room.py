"""One room of the desk: a bed with its feed, running or stopped, and what has been done to it by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulators.desk.asked import Happening
from simulators.desk.kept import Done, Kept
from simulators.desk.names import plain_name
from simulators.feeds.address import Address, Tally
from simulators.feeds.clock import DeviceClock
from simulators.feeds.feed import Feed
from simulators.feeds.link import FeedRefusedError
from simulators.feeds.queue import FrameQueue, QueueError
from simulators.fleet import queue_path
from simulators.rooms import find_scenario
from simulators.scenarios.bed import Bed, build_bed
from simulators.scenarios.room import Event

STOPPED = "stopped by hand"
LOG_LENGTH = 50
_GRACE_S = 0.5
"""Whoever stops a room waits for the answer; what is not sent by then is kept in the queue."""
_AT_A_TIME = 500
"""So many seconds are lived through before others get their turn."""


class DeskRoom:
    """Made with what is kept of it; ``keep`` is called whenever that has changed. ``run`` is its life."""

    def __init__(
        self,
        kept: Kept,
        url: str,
        queues: Path,
        keep: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self.kept = kept
        self.bed = _bed(kept)
        self.clock = DeviceClock(time.time, time.monotonic)
        self._address = Address(f"room {kept.room}", url, kept.token)
        self._queues = queues
        self._keep = keep
        self._say = say
        self._feed: Feed | None = None
        self._stop = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self.kept.stopped_because is None

    @property
    def is_on_the_wards_clock(self) -> bool:
        """Whether a gateway has told it the time."""
        return self.running and self.kept.began_at_ms is not None

    async def run(self) -> None:
        """Live until ``stop``, or until the gateway will not have the device."""
        try:
            queue = FrameQueue(queue_path(self._queues, self.kept.device))
            try:
                self._feed = Feed(
                    *(self._address, self.bed, queue, self.clock, self._say),
                    network=self.bed.network,
                    begin=self._begin,
                    grace_s=_GRACE_S,
                )
                await self._feed.run(self._stop)
            finally:
                queue.close()
        except (FeedRefusedError, QueueError, OSError) as error:
            self.ended(str(error), refused=isinstance(error, FeedRefusedError))
            self._say(f"{self._address.name}: stopped: {error}")
        else:
            self.ended(STOPPED)

    def stop(self) -> None:
        """Let ``run`` come to its end."""
        self._stop.set()

    def ended(self, why: str, *, refused: bool = False) -> None:
        """It lives no longer."""
        self.kept.stopped_because, self.kept.refused = why, refused
        self._keep()

    def happen(self, event: Happening) -> Done:
        """Do this in the bed's next second; the second in which it acts."""
        done = Done(second=self.bed.bedside.second, at_ms=self.clock.now(), event=event)
        self.bed.plan(_planned(done))
        self.kept.done.append(done)
        self._keep()
        return done

    def state(self) -> dict[str, Any]:
        """What a screen shows of it."""
        kept, bedside = self.kept, self.bed.bedside
        tally = self._feed.tally if self._feed else Tally()
        return {
            **kept.model_dump(include=_SHOWN),
            "running": self.running,
            "link": self._link(),
            "second": bedside.second,
            "minutes": round(self.bed.patient.into_infusion_min, 2),
            "vitals": self._vitals(),
            "driven": self.bed.patient.driven,
            "probe": "off" if bedside.probe_is_off else "on",
            "frozen": bedside.is_frozen,
            "network": "up" if self.bed.network.is_up(self.bed.due()) else "cut",
            "clock_error_ms": self.bed.network.clock_error_ms(self.bed.due()),
            "battery_percent": bedside.battery_percent,
            "events": len(kept.done),
            "log": [one.model_dump(mode="json") for one in kept.done[-LOG_LENGTH:]],
            "frames": tally.frames,
            "stored": tally.stored,
            "rejected": tally.rejected,
        }

    def _link(self) -> str | None:
        if not self.running:
            return "refused" if self.kept.refused else None
        if not self.bed.network.is_up(self.bed.due()):
            return "cut"
        return "connected" if self._feed is not None and self._feed.is_connected else "connecting"

    def _vitals(self) -> dict[str, float] | None:
        vitals = self.bed.bedside.vitals
        if vitals is None or not self.running:
            return None
        return {name: round(value, 1) for name, value in vitals._asdict().items()}

    async def _begin(self, clock: DeviceClock) -> int:
        """When the bed's second 0 was. A bed of an earlier process lives through what it has missed, unmeasured."""
        began_at = self.kept.began_at_ms
        if began_at is None or began_at > clock.now():
            self.kept.began_at_ms = began_at = clock.now() - self.bed.due() * 1000
            self._keep()
        while began_at + self.bed.due() * 1000 < clock.now():
            for _ in range(_AT_A_TIME):
                if began_at + self.bed.due() * 1000 >= clock.now():
                    break
                self.bed.take()
            await asyncio.sleep(0)
        return began_at


_SHOWN = {
    *("room", "device", "scenario", "place", "seed", "speed"),
    *("into_infusion_min", "stopped_because"),
}


def _bed(kept: Kept) -> Bed:
    """The bed as it was started, with everything planned that was done to it."""
    bed = build_bed(
        find_scenario(kept.scenario),
        kept.place,
        seed=kept.seed,
        name=plain_name(kept.room),
        into_infusion_min=kept.into_infusion_min,
        speed=kept.speed,
    )
    for done in kept.done:
        bed.plan(_planned(done))
    return bed


def _planned(done: Done) -> Event:
    # Not validated: a file's events end after a day, a patient who lives sixty times as fast does not.
    return Event.model_construct(at=done.second, what=done.event)
