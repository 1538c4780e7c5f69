"""Facts of reviewing sessions, and of how patients do between them. See ``facts`` for what a fact is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReviewCommented:
    """What somebody who has read the session thinks of it; no part of what happened in it."""

    session_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ReviewSigned:
    """A clinician has read the whole record as it was then. The nurse's sign-off is ``DischargeSigned``."""

    session_id: str


@dataclass(frozen=True, slots=True)
class OutcomeEntered:
    """A score of an outcome scale; ``on`` is the day it speaks of, as YYYY-MM-DD by the clinic's calendar."""

    entry: str
    patient: str
    scale: str
    value: int
    on: str
    note: str | None


@dataclass(frozen=True, slots=True)
class OutcomeVoided:
    """It does not count; the original stays on record."""

    entry: str
    reason: str
