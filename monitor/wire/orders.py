"""Orders of staff: one model per order, sent on ``/orders`` (dashboard, commands) or ``/live`` (a screen's buttons)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from monitor.wire.base import (
    Message,
    Moment,
    Name,
    Number,
    PatientReference,
    Reason,
    ShortText,
    Showable,
    invalid_message,
)
from monitor.wire.course_orders import (
    AnswerCheck,
    CancelVisit,
    CheckDose,
    ConfirmAssignment,
    CorrectEntry,
    CorrectPatient,
    CourseOrder,
    EnterEvent,
    EnterIntervention,
    EnterMedication,
    EnterNote,
    EnterScore,
    EnterVitals,
    MoveSession,
    MoveVisit,
    PauseInfusion,
    PlanInfusion,
    PlanSeries,
    PlanVisit,
    ProposeAssignment,
    ResumeInfusion,
    StopInfusion,
    VoidEntry,
    Weight,
)

__all__ = [
    "AnswerCheck",
    "CancelVisit",
    "CheckDose",
    "ConfirmAssignment",
    "CorrectEntry",
    "CorrectPatient",
    "EnterEvent",
    "EnterIntervention",
    "EnterMedication",
    "EnterNote",
    "EnterScore",
    "EnterVitals",
    "MoveSession",
    "MoveVisit",
    "PauseInfusion",
    "PlanInfusion",
    "PlanSeries",
    "PlanVisit",
    "ProposeAssignment",
    "ResumeInfusion",
    "StopInfusion",
    "VoidEntry",
]
"""Orders of ``course_orders``, found here with all others."""

Password = Annotated[str, Field(min_length=8, max_length=200)]
Role = Literal["nurse", "clinician", "tester", "administrator"]
Phase = Literal["baseline", "infusion", "observation", "discharged"]
Language = Literal["en", "nb"]

LOCKED = "locked"
"""Code of an order that was refused because nobody is signed in at the station that it came from."""
LOCKED_MESSAGE = "this station is locked: sign in to act"


class AddRoom(Message):
    kind: Literal["add_room"] = "add_room"
    name: Name


class RenameRoom(Message):
    kind: Literal["rename_room"] = "rename_room"
    room: Name
    name: Name


class RetireRoom(Message):
    kind: Literal["retire_room"] = "retire_room"
    room: Name


class AddDevice(Message):
    """Answered with ``id`` and the ``token`` (shown once, kept only as a hash)."""

    kind: Literal["add_device"] = "add_device"
    room: Name
    name: Name
    simulated: bool = False


class MoveDevice(Message):
    kind: Literal["move_device"] = "move_device"
    device: str
    room: Name


class RotateToken(Message):
    """Answered with the new ``token``; the old one stops at once."""

    kind: Literal["rotate_token"] = "rotate_token"
    device: str


class RevokeDevice(Message):
    kind: Literal["revoke_device"] = "revoke_device"
    device: str


class AddOperator(Message):
    kind: Literal["add_operator"] = "add_operator"
    name: Name
    role: Role
    password: Password


class ChangeRole(Message):
    kind: Literal["change_role"] = "change_role"
    operator: Name
    role: Role


class ChangePassword(Message):
    kind: Literal["change_password"] = "change_password"
    operator: Name
    password: Password


class DisableOperator(Message):
    kind: Literal["disable_operator"] = "disable_operator"
    operator: Name


class ChooseLanguage(Message):
    """An operator's own language."""

    kind: Literal["choose_language"] = "choose_language"
    language: Language


class StartSession(Message):
    """Answered with ``session``, the id of a session in precheck."""

    kind: Literal["start_session"] = "start_session"
    room: Name
    patient: PatientReference
    weight_kg: Weight | None = None
    protocol: ShortText = "ketamine_iv"
    visit: str | None = None
    """The planned visit that this is."""
    despite: Reason | None = None
    """Why it starts although the plan has this patient elsewhere, or another patient in this room."""
    paper_from: Moment | None = None
    """When it began, for a session that was kept on paper and is entered afterwards; nothing is watched in it."""


class EnterPhase(Message):
    kind: Literal["enter_phase"] = "enter_phase"
    session: str
    phase: Phase
    override: Reason | None = None
    at: Moment | None = None
    """When it was, for a session that was kept on paper."""


class CancelSession(Message):
    kind: Literal["cancel_session"] = "cancel_session"
    session: str
    reason: Reason


class AcknowledgeAlarm(Message):
    """Seen by this operator; again is harmless."""

    kind: Literal["acknowledge_alarm"] = "acknowledge_alarm"
    alarm: str
    note: Annotated[str, Field(max_length=500), Showable] | None = None


class PauseAudio(Message):
    """No sound from a room for at most two minutes; sight stays, and a new or worse condition ends the pause."""

    kind: Literal["pause_audio"] = "pause_audio"
    room: Name
    seconds: Annotated[int, Field(ge=1, le=120)] = 120


class ResumeAudio(Message):
    kind: Literal["resume_audio"] = "resume_audio"
    room: Name


class PauseAlarms(Message):
    """No new signals of a session for some minutes, for a planned reason (toilet, cuff change)."""

    kind: Literal["pause_alarms"] = "pause_alarms"
    session: str
    minutes: Annotated[int, Field(ge=1, le=10)]
    reason: Reason


class ResumeAlarms(Message):
    kind: Literal["resume_alarms"] = "resume_alarms"
    session: str


class SwitchAlarms(Message):
    """Alarm off, or on again, for the limits of one metric; it stays until it is switched back."""

    kind: Literal["switch_alarms"] = "switch_alarms"
    session: str
    metric: Literal["pulse_rate", "spo2", "nibp", "resp_rate", "temperature"]
    on: bool
    reason: Reason


class ChangeLimit(Message):
    """This patient's own value for a limit of the protocol; null takes the limit out."""

    kind: Literal["change_limit"] = "change_limit"
    session: str
    limit: ShortText
    value: Number | None
    reason: Reason


class ConfirmBaseline(Message):
    """The patient's own resting blood pressure, which the rise limits go by."""

    kind: Literal["confirm_baseline"] = "confirm_baseline"
    session: str
    systolic: Number
    diastolic: Number
    pulse_rate: Number | None = None
    spo2: Number | None = None


class OfferHandover(Message):
    """The session's holder (or anybody at the bedside, for an absent one) offers it to another operator."""

    kind: Literal["offer_handover"] = "offer_handover"
    session: str
    to: Name


class AcceptHandover(Message):
    """Given by the operator it was offered to."""

    kind: Literal["accept_handover"] = "accept_handover"
    session: str


class CallHelp(Message):
    """A person in the room wants somebody there at once."""

    kind: Literal["call_help"] = "call_help"
    room: Name


class TestAlarms(Message):
    """Every station shows and sounds a test alarm, marked as one."""

    kind: Literal["test_alarms"] = "test_alarms"


Order = Annotated[
    AddRoom
    | RenameRoom
    | RetireRoom
    | AddDevice
    | MoveDevice
    | RotateToken
    | RevokeDevice
    | AddOperator
    | ChangeRole
    | ChangePassword
    | DisableOperator
    | ChooseLanguage
    | StartSession
    | EnterPhase
    | CancelSession
    | AcknowledgeAlarm
    | PauseAudio
    | ResumeAudio
    | PauseAlarms
    | ResumeAlarms
    | SwitchAlarms
    | ChangeLimit
    | ConfirmBaseline
    | OfferHandover
    | AcceptHandover
    | CallHelp
    | TestAlarms
    | CourseOrder,
    Field(discriminator="kind"),
]


class OrderMessage(Message):
    """An order on its way. On ``/orders`` the local credential vouches for ``operator``, on ``/live`` the cookie."""

    type: Literal["order"] = "order"
    order_id: UUID
    operator: str | None = None
    order: Order


class OrderResult(Message):
    """What became of an order. ``code`` is empty when done; ``field`` names the input that was refused."""

    type: Literal["order_result"] = "order_result"
    order_id: UUID | None
    ok: bool
    code: str = ""
    message: str = ""
    field: str = ""
    result: dict[str, Any] = {}


_ORDER_MESSAGE: TypeAdapter[OrderMessage] = TypeAdapter(OrderMessage)


def parse_order(frame: str | bytes) -> OrderMessage:
    """A text frame as an order. Raises InvalidMessageError with the first fault and its path."""
    try:
        return _ORDER_MESSAGE.validate_json(frame)
    except ValidationError as error:
        raise invalid_message(error) from None
