"""Assignments: readings that belonged to no session and are given to one afterwards, by two people."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.readings import Instant, Reading


@dataclass(frozen=True, slots=True)
class Assignment:
    """The device's readings from ``first_at`` to ``last_at``, both included and by corrected time, for a session.

    It holds for every reading of that time that belongs to no session, one that arrives later too; and only once
    it is confirmed, which somebody else does than who proposed it.
    """

    id: str
    device_id: str
    first_at: Instant
    last_at: Instant
    session_id: str
    proposed_by: str
    proposed_at: Instant
    reason: str
    confirmed_by: str | None = None
    confirmed_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether the second signature is still missing."""
        return self.confirmed_at is None

    def overlaps(self, device_id: str, first_at: Instant, last_at: Instant) -> bool:
        """Whether it speaks of readings of the same device and time."""
        return self.device_id == device_id and self.first_at <= last_at and first_at <= self.last_at

    def gives(self, reading: Reading) -> bool:
        """Whether a reading of nobody is the session's by this."""
        return not self.is_open and self.overlaps(reading.source, reading.at, reading.at)
