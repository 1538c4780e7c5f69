"""Facts: what has happened, in the past tense. State is what the domain computes from them.

Every fact class is a frozen dataclass of plain JSON values; its ``kind`` in the journal is the class name in
snake case. A fact never changes; a correction is a new fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from monitor.domain.access_facts import AccessNoted, SignInRefused
from monitor.domain.alarm_facts import (
    AlarmChanged,
    AlarmShown,
    AlarmsPaused,
    AlarmsSwitched,
    AlarmsTested,
    AudioPaused,
    HandoverOffered,
    HelpCalled,
    HolderChanged,
    LimitChanged,
    PauseEnded,
)
from monitor.domain.course_facts import (
    AssignmentConfirmed,
    AssignmentProposed,
    AssignmentWithdrawn,
    BaselineConfirmed,
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
    PhaseEntered,
    ProtocolAdopted,
    ScoreEntered,
    SessionCancelled,
    SessionMoved,
    SessionStarted,
    VisitCancelled,
    VisitMoved,
    VisitPlanned,
    VitalsEntered,
)
from monitor.domain.erasure_facts import PatientErased
from monitor.domain.feed_facts import (
    ClockCompared,
    DeviceConnected,
    DeviceDisconnected,
    FeedExpected,
    FeedForgotten,
    FrameRefused,
    SequenceGap,
    WatchBegun,
    WatchResumed,
)
from monitor.domain.office_facts import (
    DeviceAdded,
    DeviceMoved,
    DeviceRevoked,
    JournalKeyRotated,
    LanguageChosen,
    OperatorAdded,
    OperatorDisabled,
    PasswordChanged,
    PinSet,
    RecordRestored,
    RoleChanged,
    RoomAdded,
    RoomRenamed,
    RoomRetired,
    SignedOutEverywhere,
    TokenRotated,
)
from monitor.domain.readings import Instant
from monitor.domain.review_facts import (
    OutcomeEntered,
    OutcomeVoided,
    ReviewCommented,
    ReviewSigned,
)

__all__ = [
    "AccessNoted",
    "AlarmChanged",
    "AlarmShown",
    "AlarmsPaused",
    "AlarmsSwitched",
    "AlarmsTested",
    "AssignmentConfirmed",
    "AssignmentProposed",
    "AssignmentWithdrawn",
    "AudioPaused",
    "BaselineConfirmed",
    "CheckAnswered",
    "ClockCompared",
    "DeviceAdded",
    "DeviceConnected",
    "DeviceDisconnected",
    "DeviceMoved",
    "DeviceRevoked",
    "DischargeSigned",
    "DoseChecked",
    "EntryVoided",
    "EventEntered",
    "Fact",
    "FactBody",
    "FeedExpected",
    "FeedForgotten",
    "FrameRefused",
    "HandoverOffered",
    "HelpCalled",
    "HolderChanged",
    "InfusionPaused",
    "InfusionPlanned",
    "InfusionResumed",
    "InfusionStopped",
    "InterventionEntered",
    "JournalKeyRotated",
    "LanguageChosen",
    "LimitChanged",
    "MedicationEntered",
    "NoteEntered",
    "OperatorAdded",
    "OperatorDisabled",
    "OrderRefused",
    "OutcomeEntered",
    "OutcomeVoided",
    "PasswordChanged",
    "PatientCorrected",
    "PatientErased",
    "PauseEnded",
    "PhaseEntered",
    "PinSet",
    "ProtocolAdopted",
    "RecordRestored",
    "ReviewCommented",
    "ReviewSigned",
    "RoleChanged",
    "RoomAdded",
    "RoomRenamed",
    "RoomRetired",
    "ScoreEntered",
    "SequenceGap",
    "SessionCancelled",
    "SessionMoved",
    "SessionStarted",
    "SignInRefused",
    "SignedOutEverywhere",
    "TokenRotated",
    "VisitCancelled",
    "VisitMoved",
    "VisitPlanned",
    "VitalsEntered",
    "WatchBegun",
    "WatchResumed",
    "kind_of",
]
"""Every fact, of whatever subject, is found here."""


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
    | JournalKeyRotated
    | RecordRestored
    | PatientErased
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
    | WatchBegun
    | WatchResumed
    | FeedExpected
    | FeedForgotten
    | ClockCompared
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
    | AssignmentWithdrawn
    | AssignmentConfirmed
    | ReviewCommented
    | ReviewSigned
    | AccessNoted
    | PinSet
    | SignedOutEverywhere
    | SignInRefused
    | OutcomeEntered
    | OutcomeVoided
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
