"""What is committed together, and what came of it: the shapes that cross the ports of the journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.domain.facts import Fact
from monitor.domain.readings import Instant, Reading


class StoredReading(NamedTuple):
    """A reading with its identity (source, stream, seq, index) and the session it belongs to, if any."""

    session_id: str | None
    stream: str
    seq: int
    index: int  # type: ignore[assignment]  # the wire's word; nobody asks these tuples for .index()
    reading: Reading


class RejectedReading(NamedTuple):
    """A reading that cannot be true; kept apart, as it came."""

    session_id: str | None
    source: str
    stream: str
    seq: int
    index: int  # type: ignore[assignment]  # the wire's word; nobody asks these tuples for .index()
    received_at: Instant
    code: str
    message: str
    raw: str
    """The reading as JSON."""


class StreamPosition(NamedTuple):
    """How far a queue is durable: the highest seq, and the holes below it as (first, last), newest last."""

    source: str
    stream: str
    last_seq: int
    holes: tuple[tuple[int, int], ...] = ()


class Checkpoint(NamedTuple):
    """The alarm state of one session as JSON, after everything committed before and with this batch."""

    session_id: str
    state: str


@dataclass(slots=True)
class Batch:
    """What is committed in one transaction, in this order."""

    at: Instant
    readings: list[StoredReading] = field(default_factory=list)
    rejected: list[RejectedReading] = field(default_factory=list)
    positions: dict[tuple[str, str], StreamPosition] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def is_empty(self) -> bool:
        return not (
            self.readings or self.rejected or self.positions or self.facts or self.checkpoints
        )


class Commit(NamedTuple):
    """What became of a batch: its number, and the rows that could not be stored with the reason of each."""

    batch_id: int
    poisoned: tuple[tuple[StoredReading | RejectedReading | Fact, str], ...] = ()


class ChainHead(NamedTuple):
    """The newest committed batch and its keyed hash as hex; batch 0 with an empty hash before the first."""

    batch_id: int
    mac: str
