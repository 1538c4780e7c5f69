"""Facts of the plan, the course and the entries of sessions. See ``facts`` for what a fact is."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.readings import Instant


@dataclass(frozen=True, slots=True)
class ProtocolAdopted:
    """The text of a protocol file, the first time a session is run by it: sessions keep what they started with."""

    edition: str
    name: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class VisitPlanned:
    """``number`` counts within the first series; None for maintenance.

    ``despite`` is the reason given for a room that is another patient's at that time.
    """

    visit_id: str
    patient: str
    protocol: str
    planned_at: Instant
    room_id: str | None
    number: int | None
    despite: str | None = None


@dataclass(frozen=True, slots=True)
class VisitMoved:
    visit_id: str
    planned_at: Instant
    room_id: str | None
    despite: str | None = None


@dataclass(frozen=True, slots=True)
class VisitCancelled:
    visit_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class SessionStarted:
    session_id: str
    room_id: str
    patient: str
    weight_kg: float | None
    protocol: str
    edition: str = ""
    """Which text of the protocol; empty for a session of before there were editions."""
    visit: str | None = None
    despite: str | None = None
    paper_from: Instant | None = None
    """When it began in truth, for a session that was kept on paper."""


@dataclass(frozen=True, slots=True)
class PhaseEntered:
    """``override`` is the reason given for passing a gate; None when no gate stood in the way."""

    session_id: str
    phase: str
    override: str | None
    entered_at: Instant | None = None
    """When the phase began in truth, for a session that was kept on paper."""


@dataclass(frozen=True, slots=True)
class SessionCancelled:
    """``override`` is the reason given for leaving a high alarm unanswered; None when none waited."""

    session_id: str
    reason: str
    override: str | None = None


@dataclass(frozen=True, slots=True)
class BaselineConfirmed:
    session_id: str
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class InfusionPlanned:
    """Dose and pump as computed from weight, dose and concentration; None where the way of giving has none."""

    session_id: str
    weight_kg: float | None
    dose_mg_per_kg: float | None
    dose_mg: float
    minutes: float
    concentration_mg_per_ml: float | None
    volume_ml: float | None
    rate_ml_per_h: float | None
    needs_check: bool


@dataclass(frozen=True, slots=True)
class DoseChecked:
    """By another operator than the one who planned it."""

    session_id: str


@dataclass(frozen=True, slots=True)
class CheckAnswered:
    """``answer`` yes, no or not_applicable; a later answer to the same item replaces it."""

    session_id: str
    item: str
    answer: str
    note: str | None


@dataclass(frozen=True, slots=True)
class InfusionPaused:
    session_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class InfusionResumed:
    session_id: str


@dataclass(frozen=True, slots=True)
class InfusionStopped:
    """Ended before its time; the phase that follows is a fact of its own."""

    session_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class SessionMoved:
    """From this moment on the session, with its patient, is in another room."""

    session_id: str
    room_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class PatientCorrected:
    """The session was started under a wrong reference."""

    session_id: str
    patient: str
    reason: str


@dataclass(frozen=True, slots=True)
class VitalsEntered:
    """A person's entry; its values are stored as readings with the manual source."""

    session_id: str
    entry: str
    measured_at: Instant
    values: dict[str, float]
    seq: int = 0
    """The place of its readings in the session's queue of manual ones; 0 where it was not noted."""


@dataclass(frozen=True, slots=True)
class ScoreEntered:
    session_id: str
    entry: str
    score: str
    value: int
    measured_at: Instant


@dataclass(frozen=True, slots=True)
class EventEntered:
    session_id: str
    entry: str
    event: str
    severity: str | None
    note: str | None
    measured_at: Instant


@dataclass(frozen=True, slots=True)
class MedicationEntered:
    """What was given; the product records it and prescribes nothing."""

    session_id: str
    entry: str
    drug: str
    dose: float
    unit: str
    route: str
    note: str | None
    measured_at: Instant


@dataclass(frozen=True, slots=True)
class InterventionEntered:
    session_id: str
    entry: str
    intervention: str
    note: str | None
    measured_at: Instant


@dataclass(frozen=True, slots=True)
class NoteEntered:
    session_id: str
    entry: str
    text: str
    measured_at: Instant


@dataclass(frozen=True, slots=True)
class EntryVoided:
    """An entry that does not count; the original stays on record. ``replaced_by`` is the corrected entry, if any."""

    session_id: str
    entry: str
    reason: str
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class DischargeSigned:
    """The nurse's sign-off with what was met and what was not, as it was shown."""

    session_id: str
    met: list[str]
    not_met: list[str]


@dataclass(frozen=True, slots=True)
class AssignmentProposed:
    """Readings of a device that belong to no session are to be given to one; first of two signatures."""

    assignment_id: str
    device_id: str
    first_at: Instant
    last_at: Instant
    session_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AssignmentWithdrawn:
    """A proposal that nobody confirms any more; its readings are as they were."""

    assignment_id: str
    session_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AssignmentConfirmed:
    """Second signature, by somebody else: the readings count as the session's, marked as late."""

    assignment_id: str
    device_id: str
    first_at: Instant
    last_at: Instant
    session_id: str
