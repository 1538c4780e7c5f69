"""A scenario file as data. The JSON Schema beside the library is made from these models."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulators.devices.faults import DeviceFault
from simulators.feeds.disturbances import NetworkDisturbance
from simulators.patients.inputs import PatientInput
from simulators.scenarios.times import At, Window

Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(gt=0, le=10)]
Name = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$")]
StartPhase = Literal["precheck", "baseline", "infusion", "observation"]


class Part(BaseModel):
    """A table of the file; a key that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PatientSpec(Part):
    """Who the patient is: the mean person, or one drawn from a cohort, with what is said here instead."""

    draw: Literal["strong", "mild"] | None = None
    """Drawn from the scenario's seed and the room's name."""
    drawn_as: Name | None = None
    """Drawn as in a room of this name."""
    same_as: Name | None = None
    """The name of an earlier room: the same person, on another day."""
    systolic: float | None = None
    diastolic: float | None = None
    pulse_rate: float | None = None
    spo2: float | None = None
    resp_rate: float | None = None
    systolic_rise: float | None = None
    diastolic_rise: float | None = None
    pulse_rise: float | None = None
    anxiety: float | None = None
    unrest: float | None = None
    weight_kg: Annotated[float, Field(ge=20, le=300)] | None = None
    clearance: Factor | None = None
    volume: Factor | None = None
    effect: Factor | None = None
    sensitivity: Factor | None = None
    dissociation: Factor | None = None
    infusion_number: Annotated[int, Field(ge=1, le=100)] | None = None


class DeviceSpec(Part):
    """Oximeter and cuff at the patient."""

    cuff_interval_s: Annotated[int, Field(ge=60, le=7200)] = 300
    cuff_scatter: tuple[float, float] = (4.0, 3.5)
    """SDs of systolic and diastolic from one cuff to the next, mmHg."""
    cuff_fails: Share = 0.0
    same_arm: bool = False
    breathing: bool = False
    bursts_per_hour: Annotated[float, Field(ge=0, le=600)] = 0.0
    marks_motion: bool = True


class Event(Part):
    """At a time of the room, something is done to the patient, the device or the network."""

    at: At
    what: Annotated[
        PatientInput | DeviceFault | NetworkDisturbance, Field(discriminator="do", alias="event")
    ]

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, written: Any) -> Any:
        """The file has ``at`` beside ``do`` and its parameters, in one table."""
        if not isinstance(written, dict) or "event" in written:
            return written
        return {
            **({"at": written["at"]} if "at" in written else {}),
            "event": {key: value for key, value in written.items() if key != "at"},
        }


class OrderAt(Part):
    """At a time of the room, staff give an order of the wire.

    ``session`` is filled in. An entry's id is ``"new"``, a room ``"this"``.
    """

    at: At
    by: str = ""
    """The operator's name; empty: an administrator at the machine."""
    order: dict[str, Any]
    refused: str | None = None
    """A part of the sentence with which the monitor must refuse it."""


class AlarmMatch(Part):
    """Which alarms are meant; what is not said matches any."""

    kind: str | None = None
    metric: str | None = None
    type: Literal["physiological", "technical"] | None = None
    priority: Literal["high", "medium", "low"] | None = None
    reason: str | None = None
    """Part of its words."""


class AcknowledgeAt(Part):
    """At a time, somebody acknowledges the newest alarm of this kind that waits for it."""

    at: At
    alarm: AlarmMatch = AlarmMatch()


class Expected(AlarmMatch):
    """Alarms that must be raised in a window of time."""

    raised: Window
    ended: Window | None = None
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    at_least: bool = False
    """Whether more than ``times`` are fine."""
    state: Literal["active", "acknowledged", "latched", "ended"] | None = None
    """How it stands at the scenario's end."""


class Forbidden(AlarmMatch):
    """Alarms that must not be raised, but for those that are expected."""

    during: Window | None = None


class Fact(Part):
    """Something that must be true at the end.

    ``readings`` counts rows of the session's CSV export, ``rejected`` and ``refused`` what the gateway told the device,
    ``phase`` and ``number`` are the session's, ``score`` is the highest that staff
    entered in the session.
    """

    what: Literal["readings", "rejected", "refused", "phase", "number", "score"]
    metric: str | None = None
    status: str | None = None
    late: bool | None = None
    score: str | None = None
    equals: str | int | None = None
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.equals is None and self.at_least is None and self.at_most is None:
            raise ValueError("equals, at_least or at_most is wanted")
        return self


class Room(Part):
    """One room with its patient, from its start to the scenario's end."""

    name: Name | None = None
    """Its number in the file where nothing is said; with the seed it makes the patient."""
    patient_reference: str | None = None
    seed: int | None = None
    """Instead of the scenario's, for this room."""
    starts_at: At = 0
    into_infusion_min: Annotated[float, Field(ge=-240, le=600)] = 0
    """Minutes into the infusion at the room's start; negative before it."""
    phase: StartPhase = "infusion"
    """Where the session stands at the room's start."""
    baseline: tuple[int, int] | None = None
    """Systolic and diastolic that staff have confirmed."""
    staff: Literal["attentive", "none"] = "attentive"
    """Attentive staff enter the scores when they are due and go on to the next phase in time."""
    patient: PatientSpec = PatientSpec()
    devices: DeviceSpec = DeviceSpec()
    event: tuple[Event, ...] = ()
    order: tuple[OrderAt, ...] = ()
    acknowledge: tuple[AcknowledgeAt, ...] = ()
    expected: tuple[Expected, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    fact: tuple[Fact, ...] = ()


class Scenario(Part):
    """A scenario file."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    minutes: Annotated[float, Field(gt=0, le=600)]
    """How long it is checked for; ``run`` goes on until it is stopped."""
    seed: int = 1
    room: Annotated[tuple[Room, ...], Field(min_length=1, max_length=1000)]

    @property
    def seconds(self) -> int:
        """Its length."""
        return round(self.minutes * 60)

    def room_name(self, place: int) -> str:
        """The name of the room at this place of the file."""
        return self.room[place].name or str(place + 1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = [self.room_name(place) for place in range(len(self.room))]
        if len(set(names)) < len(names):
            raise ValueError("two rooms have the same name")
        for place, room in enumerate(self.room):
            if room.patient.same_as is not None and room.patient.same_as not in names[:place]:
                raise ValueError(f"same_as: no earlier room is named {room.patient.same_as}")
        return self
