"""Orders about alarms: answered, paused, set for a patient, handed over; see ``orders`` for the envelope."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monitor.wire.base import Message, Name, Number, Reason, ShortText, Showable


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
