"""Several feeds in one process: they start together, stop together, and one that is refused leaves the others alone."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from simulators.devices.measurement import Source
from simulators.feeds.address import Address, Tally
from simulators.feeds.clock import DeviceClock
from simulators.feeds.disturbances import Network
from simulators.feeds.feed import Feed
from simulators.feeds.link import FeedRefusedError
from simulators.feeds.queue import FrameQueue, QueueError

_SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}


class AddressError(ValueError):
    """The gateway's address cannot be used."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of everything: the sum of all tallies, what is ``kept`` in the queues, how many feeds ``failed``."""

    tally: Tally
    kept: int
    failed: int
    stopped: bool

    def as_json(self) -> dict[str, int]:
        """The numbers by name."""
        return {**asdict(self.tally), "kept": self.kept, "failed": self.failed}

    def as_text(self) -> str:
        """The numbers as a sentence."""
        tally = self.tally
        resumed = f" (and {tally.resumed} found durable at a reconnect)" if tally.resumed else ""
        return (
            f"{tally.frames} frames acknowledged{resumed}: {tally.stored} readings stored, "
            f"{tally.rejected} rejected, {tally.errors} frames refused, {self.kept} frames kept"
        )


def device_url(gateway: str) -> str:
    """The address of the device feed at a gateway: ``ws://host:port`` becomes ``ws://host:port/device``.

    Raises AddressError.
    """
    parts = _split(gateway)
    if parts is None or parts.scheme not in _SCHEMES or not parts.hostname:
        raise AddressError(f"{gateway} is not an address like ws://127.0.0.1:8051")
    path = "/device" if parts.path in ("", "/") else parts.path
    return urlunsplit((_SCHEMES[parts.scheme], parts.netloc, path, parts.query, ""))


def _split(gateway: str) -> SplitResult | None:
    try:
        parts = urlsplit(gateway)
        # Read here, because a port that is none shows only then.
        return None if parts.port == 0 else parts
    except ValueError:
        return None


def queue_path(directory: Path, identity: str) -> Path:
    """A device's queue file. Its token or its id names it without being in it."""
    return directory / f"{hashlib.sha256(identity.encode()).hexdigest()[:24]}.queue"


@dataclass(slots=True)
class Member:
    """One feed of the fleet with its queue, and the network that it goes through where that is simulated too."""

    name: str
    token: str
    source: Source
    queue: FrameQueue
    network: Network | None = None


async def run_fleet(
    members: Sequence[Member],
    url: str,
    say: Callable[[str], None],
    *,
    patience_s: float | None = None,
    for_s: float | None = None,
) -> Summary:
    """Run all feeds until they end, or SIGTERM or SIGINT comes, or ``for_s`` real seconds are over."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if for_s is not None:
        loop.call_later(for_s, stop.set)
    feeds = [
        Feed(
            Address(member.name, url, member.token),
            member.source,
            member.queue,
            DeviceClock(time.time, time.monotonic),
            say,
            patience_s=patience_s,
            network=member.network,
        )
        for member in members
    ]
    outcomes = await asyncio.gather(
        *(_run(feed, member, stop, say) for feed, member in zip(feeds, members, strict=True))
    )
    kept = sum(len(member.queue.pending) for member in members)
    return Summary(_sum([feed.tally for feed in feeds]), kept, outcomes.count(False), stop.is_set())


async def _run(feed: Feed, member: Member, stop: asyncio.Event, say: Callable[[str], None]) -> bool:
    try:
        await feed.run(stop)
    except (FeedRefusedError, QueueError, OSError) as error:
        say(f"{member.name}: stopped: {error}")
        return False
    return True


def _sum(tallies: Sequence[Tally]) -> Tally:
    return Tally(*(sum(getattr(tally, one.name) for tally in tallies) for one in fields(Tally)))
