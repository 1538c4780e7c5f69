"""What is on record of sessions as their reviewers look at them; a part of ``ports.Records``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from monitor.domain.outcomes import Outcome
from monitor.domain.readings import Instant
from monitor.domain.review.clinic import ClinicCounts
from monitor.domain.sessions import Phase
from monitor.domain.sign_off import ReviewState, SignOff


class SessionFigures(NamedTuple):
    """A session at a glance: mmHg, percent; None for what was not measured.

    ``baseline`` is the confirmed one. The peak is the highest systolic pressure since the infusion began (of the whole
    session where none was given), the lowest saturation that of the whole session; of equal ones the earliest.
    Voided entries do not count. ``alarms``: type and priority to how many were raised.
    """

    baseline_systolic: float | None
    baseline_diastolic: float | None
    peak_systolic: float | None
    peak_diastolic: float | None
    peak_at: Instant | None
    lowest_spo2: float | None
    lowest_spo2_at: Instant | None
    alarms: Mapping[tuple[str, str], int]


class Alarmed(StrEnum):
    """Sessions by the alarms that were raised in them."""

    HIGH = "high"
    """About the patient, of high priority."""
    MEDIUM = "medium"
    """About the patient, of medium priority at the least."""
    PATIENT = "patient"
    """About the patient, of any priority."""
    TECHNICAL = "technical"
    """About equipment or care, of any priority."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions are wanted; None and the empty set leave a question open.

    Texts are looked for anywhere in patient, room and protocol, whatever their case. The times are about the start;
    ``peak_from`` is the least peak systolic pressure in mmHg.
    """

    patient: str | None = None
    room: str | None = None
    protocol: str | None = None
    states: frozenset[SignOff] = frozenset()
    alarms: Alarmed | None = None
    peak_from: float | None = None
    since: Instant | None = None
    until: Instant | None = None


class SessionRow(NamedTuple):
    """One session of a list. ``room`` is the name of where it is, or was last.

    ``few``: 0 or 1 where no more readings than that have a value that counts; None for any other session.
    """

    id: str
    room: str
    patient: str
    protocol: str
    number: int
    started_at: Instant
    ended_at: Instant | None
    phase: Phase
    figures: SessionFigures
    state: SignOff
    signed_by: str | None
    signed_at: Instant | None
    few: int | None = None


class SessionPage(NamedTuple):
    """One page of the sessions, and how many there are in all."""

    total: int
    rows: list[SessionRow]


class ErasedSession(NamedTuple):
    """A session whose patient was erased: that is all that is known of it."""

    at: Instant
    by: str
    second: str


class ReviewRecords(Protocol):
    """Read-only views, as those of ``ports.Records``."""

    def session_list(
        self,
        which: SessionFilter,
        *,
        order_by: str = "started_at",
        descending: bool = True,
        offset: int = 0,
        limit: int = 100,
    ) -> SessionPage:
        """Sessions as one asks for them; those without a value to order by come last.

        ``order_by``: started_at, ended_at, patient, room, protocol, number, phase, baseline, peak, lowest_spo2,
        physiological and technical (alarms of that type, the worst first), state, signed_at. Raises KeyError for any
        other.
        """

    def erased_session(self, session_id: str) -> ErasedSession | None:
        """None for a session that exists, or never did."""

    def figures(self, session_id: str) -> SessionFigures | None:
        """None for a session that does not exist."""

    def review_state(self, session_id: str) -> ReviewState | None:
        """None for a session that does not exist."""

    def signers(self) -> dict[str, set[str]]:
        """Session to who has signed it since it last changed; sessions that nobody has signed so are left out."""

    def outcomes(self, patient: str | None = None) -> list[Outcome]:
        """By day, voided ones too; of one patient where one is given."""

    def clinic_counts(self, since: Instant, until: Instant, now: Instant) -> ClinicCounts:
        """What the sessions that began from ``since`` up to ``until`` add up to; open ones last until ``now``."""
