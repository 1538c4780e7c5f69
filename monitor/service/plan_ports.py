"""What is on record of the plan and of the course of sessions; a part of ``ports.Records``."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from monitor.domain.assignments import Assignment
from monitor.domain.readings import Instant
from monitor.domain.visits import Visit
from monitor.service.batches import StoredReading


class UnassignedSpan(NamedTuple):
    """Readings of one device that belong to no session, from the first to the last, both included."""

    device_id: str
    first_at: Instant
    last_at: Instant
    readings: int


class PlanRecords(Protocol):
    """Read-only views, as those of ``ports.Records``."""

    def visits(self, *, open_only: bool = False, patient: str | None = None) -> list[Visit]:
        """By the time they are planned for; ``open_only`` leaves out the cancelled and those that became sessions."""

    def assignments(self, *, open_only: bool = False) -> list[Assignment]:
        """By the time they were proposed; ``open_only`` keeps those that wait for the second signature."""

    def unassigned_spans(self, gap_ms: int, limit: int = 100) -> list[UnassignedSpan]:
        """The readings of nobody by device and time, newest first; a span ends where nothing came for ``gap_ms``."""

    def unassigned_span(self, device_id: str, first_at: Instant, last_at: Instant) -> int:
        """How many of the device's readings of this time, both ends included, belong to no session."""

    def assigned_readings(self, assignment_id: str) -> list[StoredReading]:
        """The readings that an assignment speaks of, as they are its session's: late. By corrected time."""

    def protocol_texts(self) -> dict[str, str]:
        """Edition to text of every protocol that a session was ever run by."""

    def voided_seqs(self, session_id: str) -> set[int]:
        """The seqs of the session's manual readings whose entries do not count; the readings stay on record."""
