"""What can be asked of the desk: one JSON text each, answered by one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from simulators.devices.faults import DeviceFault
from simulators.feeds.disturbances import NetworkDisturbance
from simulators.patients.inputs import PatientInput

LONGEST_ROOM_NAME = 100
FASTEST = 60
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_ROOM_NAME)]
Place = Annotated[int, Field(ge=0, le=999)]
StartMinute = Annotated[float, Field(ge=-240, le=600, allow_inf_nan=False)]
Happening = Annotated[PatientInput | DeviceFault | NetworkDisturbance, Field(discriminator="do")]
"""Anything that can be done to a patient, a device or a network."""


class NotDoneError(Exception):
    """What was asked is not done: one sentence, and the field that is at fault, if one is."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Ask(BaseModel):
    """One request; its ``id`` comes back with the answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int | str | None = None


class State(Ask):
    do: Literal["state"] = "state"


class Start(Ask):
    """Put a patient of a scenario into a room: ``place`` is the scenario's room, counted from 0."""

    do: Literal["start"] = "start"
    room: Words
    device: Words
    token: Annotated[str, Field(min_length=1, max_length=200)]
    scenario: Words
    place: Place = 0
    seed: Annotated[int, Field(ge=-(2**53), le=2**53)] = 1
    speed: Annotated[int, Field(ge=1, le=FASTEST)] = 1
    into_infusion_min: StartMinute | None = None


class Phase(Ask):
    """Where the session of such a patient stands."""

    do: Literal["phase"] = "phase"
    scenario: Words
    place: Place = 0
    into_infusion_min: StartMinute | None = None


class Stop(Ask):
    do: Literal["stop"] = "stop"
    room: str


class Happen(Ask):
    """Do this in the next second."""

    do: Literal["happen"] = "happen"
    room: str
    event: Happening


class Record(Ask):
    """Write down the rooms (None: all that run) as a scenario."""

    do: Literal["record"] = "record"
    title: Annotated[str, Field(min_length=1, max_length=120)]
    rooms: list[str] | None = None


Asked = State | Phase | Start | Stop | Happen | Record
_ASKED: TypeAdapter[Asked] = TypeAdapter(Annotated[Asked, Field(discriminator="do")])


def read(written: object) -> Asked:
    """A request from parsed JSON. Raises NotDoneError with the field that is at fault."""
    try:
        return _ASKED.validate_python(written)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise NotDoneError(_message(first), _field(first)) from None


def _message(error: Any) -> str:
    if error["type"] == "union_tag_invalid":
        return f"there is no {error['ctx']['tag']} to do"
    return str(error["msg"])


def _field(error: Any) -> str:
    """The path of the field in the request, without the kinds that pydantic puts between."""
    parts = [str(part) for part in error["loc"]][1:]
    if parts[:1] == ["event"]:
        parts = [parts[0], *parts[2:]]
    if error["type"].startswith("union_tag"):
        parts.append("do")
    return ".".join(parts)
