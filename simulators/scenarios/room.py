"""A room of a scenario: its patient and device, what is done there and when, and what must come of it."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from simulators.devices.faults import DeviceFault
from simulators.feeds.disturbances import NetworkDisturbance
from simulators.patients.inputs import PatientInput
from simulators.patients.patient import INFUSION_MIN
from simulators.scenarios.judged import AlarmMatch, Expected, Fact, Forbidden
from simulators.scenarios.parts import Name, Part, Words
from simulators.scenarios.persons import Baseline, PatientSpec
from simulators.scenarios.times import At
from simulators.scenarios.vocabulary import ORDER_KINDS

Share = Annotated[float, Field(ge=0, le=1)]
Scatter = Annotated[float, Field(ge=0, le=50)]
StartPhase = Literal["precheck", "baseline", "infusion", "observation"]


class DeviceSpec(Part):
    """Oximeter and cuff at the patient."""

    cuff_interval_s: Annotated[int, Field(ge=60, le=7200)] = 300
    cuff_scatter: tuple[Scatter, Scatter] = (4.0, 3.5)
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


def _is_an_order(order: dict[str, Any]) -> dict[str, Any]:
    if "kind" not in order:
        raise ValueError("kind: this key is missing")
    if order["kind"] not in ORDER_KINDS:
        raise ValueError(f"kind: there is no order {order['kind']!r}")
    if not _is_finite(order):
        raise ValueError("a finite number is wanted")
    return order


def _is_finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


GivenOrder = Annotated[
    dict[str, Any],
    AfterValidator(_is_an_order),
    Field(
        json_schema_extra={
            "properties": {"kind": {"enum": sorted(ORDER_KINDS)}},
            "required": ["kind"],
        }
    ),
]


class OrderAt(Part):
    """At a time of the room, staff give an order of the wire.

    ``session`` is filled in. An entry's id is ``"new"``, a room ``"this"``.
    """

    at: At
    by: str = ""
    """The operator's name; empty: an administrator at the machine."""
    order: GivenOrder
    refused: Words | None = None
    """A part of the sentence with which the monitor must refuse it."""


class AcknowledgeAt(Part):
    """At a time, somebody acknowledges the newest alarm of this kind that waits for it."""

    at: At
    alarm: AlarmMatch = AlarmMatch()


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
    baseline: Baseline | None = None
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

    def phase_at(self, minutes: float | None) -> StartPhase:
        """Where the session of a patient stands who begins so many minutes into the infusion (None: as written).

        As written where the patient begins as written; elsewhere what fits the minute.
        """
        if minutes is None or minutes == self.into_infusion_min:
            return self.phase
        if minutes < 0:
            return "baseline"
        return "infusion" if minutes < INFUSION_MIN else "observation"
