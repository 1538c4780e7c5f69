"""One device's feed: it measures on the gateway's clock, whether the network is there or not, and queues."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from simulators.devices.measurement import Source
from simulators.feeds.address import Address, Tally
from simulators.feeds.clock import DeviceClock
from simulators.feeds.disturbances import Network
from simulators.feeds.frames import hello_text, reading_text, status_text
from simulators.feeds.link import Link
from simulators.feeds.queue import FrameQueue
from simulators.feeds.tasks import cancel

GRACE_S = 2.0
_BATTERY_EVERY_S = 60
_SHORTEST_SLEEP_S = 0.02
_LONGEST_SLEEP_S = 1.0


async def _now(clock: DeviceClock) -> int:
    return clock.now()


class Feed:
    """A device with its queue and its connection (see ``Link`` for the arguments).

    ``begin`` is asked once the clock is the gateway's, and answers when the source's second 0 was on that clock: now,
    unless the source has gone on from earlier. ``grace_s``: how long a feed that is stopped waits for what is still on
    its way, in real seconds.
    """

    def __init__(
        self,
        address: Address,
        source: Source,
        queue: FrameQueue,
        clock: DeviceClock,
        say: Callable[[str], None],
        *,
        patience_s: float | None = None,
        network: Network | None = None,
        begin: Callable[[DeviceClock], Awaitable[int]] = _now,
        grace_s: float = GRACE_S,
    ) -> None:
        self._source = source
        self._begin = begin
        self._grace_s = grace_s
        self._queue = queue
        self._clock = clock
        self._network = network
        self._link = Link(address, queue, clock, self._hello, say, patience_s, network=network)

    @property
    def tally(self) -> Tally:
        """What became of the frames so far."""
        return self._link.tally

    @property
    def is_connected(self) -> bool:
        """Whether the gateway has welcomed the device on a connection that is open."""
        return self._link.connected

    async def run(self, stop: asyncio.Event) -> None:
        """Measure and send until the source ends and everything is acknowledged, or until ``stop``.

        Raises FeedRefusedError, QueueError and OSError (the queue's disk).
        """
        stopping = asyncio.create_task(stop.wait())
        measuring = asyncio.create_task(self._measure())
        sending = asyncio.create_task(self._link.run())
        try:
            await asyncio.wait({stopping, measuring, sending}, return_when=asyncio.FIRST_COMPLETED)
            if measuring.done():
                measuring.result()
                await asyncio.wait({stopping, sending}, return_when=asyncio.FIRST_COMPLETED)
            if stopping.done():
                await cancel(measuring)
                self._link.end()
                await asyncio.wait({sending}, timeout=self._grace_s)
            if sending.done():
                sending.result()
        finally:
            for task in (stopping, measuring, sending):
                await cancel(task)

    def _hello(self, sent_at: int) -> str:
        return hello_text(self._queue.stream, sent_at, self._source.model, self._source.metrics)

    async def _measure(self) -> None:
        await self._link.welcomed.wait()
        started_at = await self._begin(self._clock)
        while (due := self._source.due()) is not None:
            origin = started_at + self._link.stepped_ms
            wait = self._clock.seconds_until(origin + round(due * 1000))
            if wait > 0:
                # Awake at least once a second, because a welcome may set the clock meanwhile.
                await asyncio.sleep(min(max(wait, _SHORTEST_SLEEP_S), _LONGEST_SLEEP_S))
                continue
            self._queue_what_is_next(due, origin)
            await asyncio.sleep(0)
        self._link.end()

    def _queue_what_is_next(self, due: float, origin: int) -> None:
        """One frame for what is due at one time, however late it is: the same frames at every speed of the clock."""
        measured_at = origin + round(due * 1000)
        taken = self._source.take()
        if self._network is not None:
            self._clock.error_ms = self._network.clock_error_ms(due)
        if taken:
            written_at = measured_at + self._clock.error_ms
            readings = ",".join(reading_text(one, written_at) for one in taken)
            seq = self._queue.add(f"[{readings}]", self._source.position)
            self._link.send(seq, measured_at)
        self._link.go_on(due, self._aside(due, measured_at))

    def _aside(self, due: float, measured_at: int) -> str | None:
        battery = getattr(self._source, "battery_percent", None)
        if battery is None or due % _BATTERY_EVERY_S:
            return None
        return status_text(measured_at + self._clock.error_ms, battery)
