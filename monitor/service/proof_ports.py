"""What is on record of how a session's alarms came about, and what proves it; a part of ``ports.Records``."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from monitor.domain.facts import Fact
from monitor.domain.readings import Instant, Reading
from monitor.service.batches import ChainHead, RejectedReading


class RecordedFrame(NamedTuple):
    """A frame of a device as far as it belongs to one session: what was stored of it and what was kept apart."""

    batch: int
    at: Instant
    """When it arrived."""
    source: str
    stream: str
    seq: int
    readings: tuple[Reading, ...]
    rejected: tuple[RejectedReading, ...] = ()


class RecordedFact(NamedTuple):
    """A fact with the number of the batch it was committed in."""

    batch: int
    fact: Fact


class AlarmInputs(NamedTuple):
    """Everything that the alarms of one session were made from, each part in the order in which it came.

    Of the frames, those of devices: what staff entered is in the facts.
    """

    session_id: str
    facts: list[RecordedFact]
    frames: list[RecordedFrame]


class ProofRecords(Protocol):
    """Read-only views, as those of ``ports.Records``."""

    def alarm_inputs(self, session_id: str) -> AlarmInputs:
        """Without any for a session that does not exist."""

    def session_head(self, session_id: str) -> ChainHead:
        """The newest batch that holds anything of the session, with its hash; batch 0 where there is no session.

        As long as it is the same, so is the session's record.
        """
