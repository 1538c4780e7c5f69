"""Orders of staff: one model per order, sent on ``/orders`` (dashboard, commands) or ``/live`` (a screen's buttons)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from monitor.wire.access_orders import NoteAccess
from monitor.wire.base import (
    Message,
    Moment,
    Name,
    Number,
    PatientReference,
    Reason,
    ShortText,
    invalid_message,
)
from monitor.wire.control_orders import (
    AcceptHandover,
    AcknowledgeAlarm,
    CallHelp,
    ChangeLimit,
    OfferHandover,
    PauseAlarms,
    PauseAudio,
    ResumeAlarms,
    ResumeAudio,
    SwitchAlarms,
    TestAlarms,
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
    WithdrawAssignment,
)
from monitor.wire.office_orders import (
    AddDevice,
    AddOperator,
    AddRoom,
    ChangePassword,
    ChangeRole,
    ChooseLanguage,
    DisableOperator,
    Language,
    MoveDevice,
    Password,
    RenameRoom,
    ResetPin,
    RetireRoom,
    RevokeDevice,
    Role,
    RotateToken,
    SetPin,
    SignOutEverywhere,
)
from monitor.wire.review_orders import (
    CommentReview,
    EnterOutcome,
    ReviewOrder,
    SignReview,
    VoidOutcome,
)

__all__ = [
    "LOCKED",
    "LOCKED_MESSAGE",
    "AcceptHandover",
    "AcknowledgeAlarm",
    "AddDevice",
    "AddOperator",
    "AddRoom",
    "AnswerCheck",
    "CallHelp",
    "CancelSession",
    "CancelVisit",
    "ChangeLimit",
    "ChangePassword",
    "ChangeRole",
    "CheckDose",
    "ChooseLanguage",
    "CommentReview",
    "ConfirmAssignment",
    "ConfirmBaseline",
    "CorrectEntry",
    "CorrectPatient",
    "DisableOperator",
    "EnterEvent",
    "EnterIntervention",
    "EnterMedication",
    "EnterNote",
    "EnterOutcome",
    "EnterPhase",
    "EnterScore",
    "EnterVitals",
    "Language",
    "MoveDevice",
    "MoveSession",
    "MoveVisit",
    "NoteAccess",
    "OfferHandover",
    "Order",
    "OrderMessage",
    "OrderResult",
    "Password",
    "PauseAlarms",
    "PauseAudio",
    "PauseInfusion",
    "Phase",
    "PlanInfusion",
    "PlanSeries",
    "PlanVisit",
    "ProposeAssignment",
    "RenameRoom",
    "ResetPin",
    "ResumeAlarms",
    "ResumeAudio",
    "ResumeInfusion",
    "RetireRoom",
    "RevokeDevice",
    "Role",
    "RotateToken",
    "SetPin",
    "SignOutEverywhere",
    "SignReview",
    "StartSession",
    "StopInfusion",
    "SwitchAlarms",
    "TestAlarms",
    "VoidEntry",
    "VoidOutcome",
    "WithdrawAssignment",
    "parse_order",
]
"""Every order, of whatever subject, is found here."""

Phase = Literal["baseline", "infusion", "observation", "discharged"]

LOCKED = "locked"
"""Code of an order that was refused because nobody is signed in at the station that it came from."""
LOCKED_MESSAGE = "this station is locked: sign in to act"


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
    """``override``: why it ends although a high alarm waits; the reason for cancelling is no answer to that."""

    kind: Literal["cancel_session"] = "cancel_session"
    session: str
    reason: Reason
    override: Reason | None = None


class ConfirmBaseline(Message):
    """The patient's own resting blood pressure, which the rise limits go by."""

    kind: Literal["confirm_baseline"] = "confirm_baseline"
    session: str
    systolic: Number
    diastolic: Number
    pulse_rate: Number | None = None
    spo2: Number | None = None


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
    | SetPin
    | ResetPin
    | SignOutEverywhere
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
    | NoteAccess
    | CourseOrder
    | ReviewOrder,
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
