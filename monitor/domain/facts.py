"""Facts: what has happened, in the past tense. State is what the domain computes from them.

Every fact class is a frozen dataclass of plain JSON values; its ``kind`` in the journal is the class name in
snake case. A fact never changes; a correction is a new fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from monitor.domain.course_facts import (
    AssignmentConfirmed,
    AssignmentProposed,
    CheckAnswered,
    DischargeSigned,
    DoseChecked,
    EntryVoided,
    EventEntered,
    InfusionPaused,
    InfusionPlanned,
    InfusionResumed,
    InfusionStopped,
    InterventionEntered,
    MedicationEntered,
    NoteEntered,
    PatientCorrected,
    ProtocolAdopted,
    SessionMoved,
    VisitCancelled,
    VisitMoved,
    VisitPlanned,
)
from monitor.domain.readings import Instant

__all__ = [
    "AssignmentConfirmed",
    "AssignmentProposed",
    "CheckAnswered",
    "DischargeSigned",
    "DoseChecked",
    "EntryVoided",
    "EventEntered",
    "InfusionPaused",
    "InfusionPlanned",
    "InfusionResumed",
    "InfusionStopped",
    "InterventionEntered",
    "MedicationEntered",
    "NoteEntered",
    "PatientCorrected",
    "ProtocolAdopted",
    "SessionMoved",
    "VisitCancelled",
    "VisitMoved",
    "VisitPlanned",
]
"""Facts of ``course_facts``, found here with all others."""


@dataclass(frozen=True, slots=True)
class RoomAdded:
    room_id: str
    name: str


@dataclass(frozen=True, slots=True)
class RoomRenamed:
    room_id: str
    name: str


@dataclass(frozen=True, slots=True)
class RoomRetired:
    room_id: str


@dataclass(frozen=True, slots=True)
class DeviceAdded:
    device_id: str
    name: str
    room_id: str
    simulated: bool
    token_hash: str


@dataclass(frozen=True, slots=True)
class DeviceMoved:
    """From this fact's moment on the device's readings belong to the new room."""

    device_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class TokenRotated:
    device_id: str
    token_hash: str


@dataclass(frozen=True, slots=True)
class DeviceRevoked:
    device_id: str


@dataclass(frozen=True, slots=True)
class OperatorAdded:
    name: str
    role: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class RoleChanged:
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    name: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class OperatorDisabled:
    name: str


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    name: str
    language: str


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
    session_id: str
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
class AlarmChanged:
    """One transition of one occurrence, with the occurrence as it is after it."""

    session_id: str
    alarm_id: str
    event: str
    state: str
    alarm_kind: str
    metric: str | None
    source: str
    type: str
    priority: str
    onset: Instant
    raised_at: Instant | None
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    ended_at: Instant | None
    reason_code: str
    reason_values: dict[str, float | int | str | None]
    note: str | None


@dataclass(frozen=True, slots=True)
class AudioPaused:
    session_id: str
    until: Instant


@dataclass(frozen=True, slots=True)
class AlarmsPaused:
    session_id: str
    until: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class PauseEnded:
    """``pause`` audio or alarms; ``why`` expired, broken (by a new or worse condition), resumed or session."""

    session_id: str
    pause: str
    why: str


@dataclass(frozen=True, slots=True)
class AlarmsSwitched:
    session_id: str
    metric: str
    on: bool
    reason: str


@dataclass(frozen=True, slots=True)
class LimitChanged:
    """This patient's own value for a limit; ``value`` None where the limit was taken out."""

    session_id: str
    limit: str
    value: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class BaselineConfirmed:
    session_id: str
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class ScoreEntered:
    session_id: str
    entry: str
    score: str
    value: int
    measured_at: Instant


@dataclass(frozen=True, slots=True)
class HandoverOffered:
    session_id: str
    to: str


@dataclass(frozen=True, slots=True)
class HolderChanged:
    session_id: str
    holder: str


@dataclass(frozen=True, slots=True)
class HelpCalled:
    session_id: str


@dataclass(frozen=True, slots=True)
class AlarmsTested:
    pass


@dataclass(frozen=True, slots=True)
class AlarmShown:
    """The first station that had an alarm on screen, or the first that sounded it."""

    session_id: str
    alarm_id: str
    screen: str
    painted_at: Instant | None
    sounded_at: Instant | None


@dataclass(frozen=True, slots=True)
class SequenceGap:
    """Frames ``first`` to ``last`` of a device's queue have not come."""

    device_id: str
    stream: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class DeviceConnected:
    device_id: str
    stream: str
    model: str | None
    serial: str | None
    intervals: dict[str, float]


@dataclass(frozen=True, slots=True)
class DeviceDisconnected:
    device_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class FrameRefused:
    """A frame that was no valid message; at most one such fact per device and ten seconds, with their count."""

    device_id: str
    count: int
    message: str


@dataclass(frozen=True, slots=True)
class OrderRefused:
    order: str
    code: str
    message: str


FactBody = (
    RoomAdded
    | RoomRenamed
    | RoomRetired
    | DeviceAdded
    | DeviceMoved
    | TokenRotated
    | DeviceRevoked
    | OperatorAdded
    | RoleChanged
    | PasswordChanged
    | OperatorDisabled
    | LanguageChosen
    | SessionStarted
    | PhaseEntered
    | SessionCancelled
    | VitalsEntered
    | AlarmChanged
    | AudioPaused
    | AlarmsPaused
    | PauseEnded
    | AlarmsSwitched
    | LimitChanged
    | BaselineConfirmed
    | ScoreEntered
    | HandoverOffered
    | HolderChanged
    | HelpCalled
    | AlarmsTested
    | AlarmShown
    | SequenceGap
    | DeviceConnected
    | DeviceDisconnected
    | FrameRefused
    | OrderRefused
    | ProtocolAdopted
    | VisitPlanned
    | VisitMoved
    | VisitCancelled
    | InfusionPlanned
    | DoseChecked
    | CheckAnswered
    | InfusionPaused
    | InfusionResumed
    | InfusionStopped
    | SessionMoved
    | PatientCorrected
    | EventEntered
    | MedicationEntered
    | InterventionEntered
    | NoteEntered
    | EntryVoided
    | DischargeSigned
    | AssignmentProposed
    | AssignmentConfirmed
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact in its envelope: when (gateway's clock), who gave it, and whose session it belongs to."""

    SYSTEM: ClassVar[str] = "system"

    at: Instant
    by: str
    """An operator's name, ``console:<os user>``, ``device:<id>`` or ``system``."""
    session_id: str | None
    body: FactBody


def kind_of(body: type | object) -> str:
    """The journal's word for a fact class or a fact body: ``AlarmChanged`` is ``alarm_changed``."""
    name = body.__name__ if isinstance(body, type) else type(body).__name__
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
