"""Orders about plan, course and entries of a session; see ``orders`` for the envelope."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from monitor.wire.base import (
    Message,
    Moment,
    Name,
    Number,
    PatientReference,
    Reason,
    ShortText,
    Showable,
    Worded,
)

Positive = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
Weight = Annotated[float, Field(gt=0, lt=500, allow_inf_nan=False)]
Note = Annotated[str, Field(max_length=500), Showable]


class PlanSeries(Message):
    """The first series of a patient, as the protocol spaces it. Answered with ``visits``, their ids by time.

    ``despite``, as in every order of the plan: why it is planned into a room that is another patient's at that time.
    """

    kind: Literal["plan_series"] = "plan_series"
    patient: PatientReference
    protocol: ShortText = "ketamine_iv"
    first_at: Moment
    room: Name | None = None
    zone: ShortText = "UTC"
    """The clinic's time zone (IANA): every visit is at the same time of its day there."""
    despite: Reason | None = None


class PlanVisit(Message):
    """One session to come, of maintenance or in between. Answered with ``visit``."""

    kind: Literal["plan_visit"] = "plan_visit"
    patient: PatientReference
    protocol: ShortText = "ketamine_iv"
    at: Moment
    room: Name | None = None
    despite: Reason | None = None


class MoveVisit(Message):
    """Another time or room. Answered with ``changed``: false where it stands there already."""

    kind: Literal["move_visit"] = "move_visit"
    visit: str
    at: Moment | None = None
    room: Name | None = None
    despite: Reason | None = None


class CancelVisit(Message):
    kind: Literal["cancel_visit"] = "cancel_visit"
    visit: str
    reason: Reason


class PlanInfusion(Message):
    """Dose and pump. Answered with the arithmetic: ``dose_mg``, ``volume_ml``, ``rate_ml_per_h``, ``needs_check``."""

    kind: Literal["plan_infusion"] = "plan_infusion"
    session: str
    weight_kg: Weight | None = None
    dose_mg_per_kg: Positive | None = None
    dose_mg: Positive | None = None
    """Only where the protocol does not dose by weight."""
    minutes: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
    concentration_mg_per_ml: Positive | None = None


class CheckDose(Message):
    """The second check of a dose, by another operator. ``dose_mg`` is what that operator has worked out."""

    kind: Literal["check_dose"] = "check_dose"
    session: str
    dose_mg: Positive


class AnswerCheck(Message):
    kind: Literal["answer_check"] = "answer_check"
    session: str
    item: ShortText
    answer: Literal["yes", "no", "not_applicable"]
    note: Note | None = None


class PauseInfusion(Message):
    kind: Literal["pause_infusion"] = "pause_infusion"
    session: str
    reason: Reason


class ResumeInfusion(Message):
    kind: Literal["resume_infusion"] = "resume_infusion"
    session: str


class StopInfusion(Message):
    """End it before its time; observation begins."""

    kind: Literal["stop_infusion"] = "stop_infusion"
    session: str
    reason: Reason


class MoveSession(Message):
    kind: Literal["move_session"] = "move_session"
    session: str
    room: Name
    reason: Reason


class CorrectPatient(Message):
    kind: Literal["correct_patient"] = "correct_patient"
    session: str
    patient: PatientReference
    reason: Reason


class EnterEvent(Message):
    """Something seen or told: one of the protocol's events, or ``other`` with a note."""

    kind: Literal["enter_event"] = "enter_event"
    entry: UUID
    session: str
    event: ShortText
    severity: Literal["mild", "moderate", "severe"] | None = None
    note: Note | None = None
    measured_at: Moment | None = None


class EnterMedication(Message):
    kind: Literal["enter_medication"] = "enter_medication"
    entry: UUID
    session: str
    drug: Annotated[str, Field(min_length=1, max_length=80), Showable]
    dose: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
    unit: Literal["mg", "ug", "g", "ml", "IU", "l/min", "drops", "puffs"]
    route: ShortText
    note: Note | None = None
    measured_at: Moment | None = None


class EnterIntervention(Message):
    kind: Literal["enter_intervention"] = "enter_intervention"
    entry: UUID
    session: str
    intervention: ShortText
    note: Note | None = None
    measured_at: Moment | None = None


class EnterNote(Message):
    kind: Literal["enter_note"] = "enter_note"
    entry: UUID
    session: str
    text: Annotated[str, Field(min_length=1, max_length=2000), Showable, Worded]
    measured_at: Moment | None = None


class EnterVitals(Message):
    """Values read by a person. ``entry`` makes a repeated send harmless; ``confirmed`` answers "is that right?"."""

    kind: Literal["enter_vitals"] = "enter_vitals"
    entry: UUID
    session: str
    measured_at: Moment | None = None
    pulse_rate: Number | None = None
    spo2: Number | None = None
    systolic: Number | None = None
    diastolic: Number | None = None
    mean: Number | None = None
    resp_rate: Number | None = None
    confirmed: bool = False


class EnterScore(Message):
    """A score of the protocol (MOAA/S: 5 responds readily to the name, 0 not at all)."""

    kind: Literal["enter_score"] = "enter_score"
    entry: UUID
    session: str
    score: ShortText = "moaas"
    value: Annotated[int, Field(ge=-100, le=100)]
    measured_at: Moment | None = None


AnyEntry = Annotated[
    EnterVitals | EnterScore | EnterEvent | EnterMedication | EnterIntervention | EnterNote,
    Field(discriminator="kind"),
]


class VoidEntry(Message):
    """It does not count; the original stays on record. After discharge this is an amendment."""

    kind: Literal["void_entry"] = "void_entry"
    session: str
    entry: UUID
    reason: Reason


class CorrectEntry(Message):
    """Void ``entry`` and enter ``replacement`` (with an id of its own) in one step."""

    kind: Literal["correct_entry"] = "correct_entry"
    session: str
    entry: UUID
    reason: Reason
    replacement: AnyEntry


class ProposeAssignment(Message):
    """Readings of a device from ``first_at`` to ``last_at`` belong to no session and to this one in truth.

    Answered with ``assignment``, its id.
    """

    kind: Literal["propose_assignment"] = "propose_assignment"
    device: str
    first_at: Moment
    last_at: Moment
    session: str
    reason: Reason


class ConfirmAssignment(Message):
    """The second signature, by another operator."""

    kind: Literal["confirm_assignment"] = "confirm_assignment"
    assignment: str


class WithdrawAssignment(Message):
    """A proposal that was wrong, taken back by anybody who might have made it."""

    kind: Literal["withdraw_assignment"] = "withdraw_assignment"
    assignment: str
    reason: Reason


CourseOrder = (
    PlanSeries
    | PlanVisit
    | MoveVisit
    | CancelVisit
    | PlanInfusion
    | CheckDose
    | AnswerCheck
    | PauseInfusion
    | ResumeInfusion
    | StopInfusion
    | MoveSession
    | CorrectPatient
    | EnterVitals
    | EnterScore
    | EnterEvent
    | EnterMedication
    | EnterIntervention
    | EnterNote
    | VoidEntry
    | CorrectEntry
    | ProposeAssignment
    | ConfirmAssignment
    | WithdrawAssignment
)
