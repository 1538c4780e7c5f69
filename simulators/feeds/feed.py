"""One device's feed: it measures on the gateway's clock, whether the network is there or not, and queues."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from simulators.devices.measurement import Source
from simulators.feeds.clock import DeviceClock
from simulators.feeds.frames import hello_text, reading_text
from simulators.feeds.link import Address, Link, Tally
from simulators.feeds.queue import FrameQueue
from simulators.feeds.tasks import cancel

GRACE_S = 2.0
"""How long a stopped feed waits for what is still on its way, in real seconds."""
_READINGS_PER_FRAME = 200
_SHORTEST_SLEEP_S = 0.02
_LONGEST_SLEEP_S = 1.0


class Feed:
    """A device with its queue and its connection (see ``Link`` for the arguments)."""

    def __init__(
        self,
        address: Address,
        source: Source,
        queue: FrameQueue,
        clock: DeviceClock,
        say: Callable[[str], None],
        *,
        patience_s: float | None = None,
    ) -> None:
        self._source = source
        self._queue = queue
        self._clock = clock
        self._link = Link(address, queue, clock, self._hello, say, patience_s)

    @property
    def tally(self) -> Tally:
        """What became of the frames so far."""
        return self._link.tally

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
                await asyncio.wait({sending}, timeout=GRACE_S)
            if sending.done():
                sending.result()
        finally:
            for task in (stopping, measuring, sending):
                await cancel(task)

    def _hello(self, sent_at: int) -> str:
        return hello_text(self._queue.stream, sent_at, self._source.model, self._source.metrics)

    async def _measure(self) -> None:
        await self._link.welcomed.wait()
        started_at = self._clock.now()
        while (due := self._source.due()) is not None:
            origin = started_at + self._link.stepped_ms
            wait = self._clock.seconds_until(origin + round(due * 1000))
            if wait > 0:
                # Awake at least once a second, because a welcome may set the clock meanwhile.
                await asyncio.sleep(min(max(wait, _SHORTEST_SLEEP_S), _LONGEST_SLEEP_S))
                continue
            self._queue_what_is_due(origin)
            await asyncio.sleep(0)
        self._link.end()

    def _queue_what_is_due(self, origin: int) -> None:
        now = self._clock.now()
        readings: list[str] = []
        while (due := self._source.due()) is not None and len(readings) < _READINGS_PER_FRAME:
            measured_at = origin + round(due * 1000)
            if measured_at > now:
                break
            readings += [reading_text(taken, measured_at) for taken in self._source.take()]
        if readings:
            seq = self._queue.add(f"[{','.join(readings)}]", self._source.position)
            self._link.send(seq)
