"""Outcome scales: how a patient does, by date and between the sessions. Higher is worse in both."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.readings import Instant

SCALES = {"madrs": (0, 60), "phq9": (0, 27)}
"""Scale to its lowest and highest sum: Montgomery-Åsberg depression rating scale, patient health questionnaire."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A score on a day (YYYY-MM-DD, the clinic's calendar). One that was voided stays, and does not count."""

    entry: str
    patient: str
    scale: str
    value: int
    on: str
    note: str | None
    entered_by: str
    entered_at: Instant
    voided_by: str | None = None
    voided_at: Instant | None = None
    void_reason: str | None = None

    @property
    def counts(self) -> bool:
        """Whether nobody has voided it."""
        return self.voided_at is None
