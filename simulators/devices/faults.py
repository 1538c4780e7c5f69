"""What goes wrong with a device, and what a hand does to it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Duration = Annotated[float, Field(gt=0, le=86_400)]
SingleMetric = Literal["pulse_rate", "spo2", "resp_rate", "temperature"]
Anything = Annotated[float, Field(ge=-1e9, le=1e9)]


class Fault(BaseModel):
    """One fault; it acts from the second in which it comes, for ``for_s`` seconds where it lasts."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DeviceWell(Fault):
    """Whatever was wrong with the device ends now; what the cuff was told for its next measurements too."""

    do: Literal["device_well"] = "device_well"


class SensorOff(Fault):
    """The probe is off the finger, and the device says so."""

    do: Literal["sensor_off"] = "sensor_off"
    for_s: Duration = 120


class SensorOn(Fault):
    """The probe is put back on."""

    do: Literal["sensor_on"] = "sensor_on"


class Motion(Fault):
    """The hand moves: the pulse jumps by this much, the saturation falls by up to this much and comes back.

    Old oximeters do not mark such values.
    """

    do: Literal["motion"] = "motion"
    for_s: Duration = 20
    spo2: Annotated[float, Field(ge=-40, le=0)] = -9
    pulse_rate: Annotated[float, Field(ge=-60, le=120)] = 25
    marked: bool = True


class CuffFails(Fault):
    """The next attempts of the cuff fail."""

    do: Literal["cuff_fails"] = "cuff_fails"
    times: Annotated[int, Field(ge=1, le=100)] = 3


class CuffNow(Fault):
    """Somebody presses the button: the cuff begins now."""

    do: Literal["cuff_now"] = "cuff_now"


class CuffSays(Fault):
    """The next cuff shows this pressure, whatever the patient's is."""

    do: Literal["cuff_says"] = "cuff_says"
    systolic: Anything
    diastolic: Anything


class Says(Fault):
    """A value is replaced by this one, possible or not: a sentinel, a wrong unit, a slipped finger."""

    do: Literal["says"] = "says"
    metric: SingleMetric
    value: Anything
    for_s: Duration = 10


class Stuck(Fault):
    """A value is repeated for ever: the picture of a patient who is well."""

    do: Literal["stuck"] = "stuck"
    metric: SingleMetric
    for_s: Duration = 300


class Freeze(Fault):
    """The device measures nothing any more; its connection stays open."""

    do: Literal["freeze"] = "freeze"
    for_s: Duration = 60


class Thaw(Fault):
    """A frozen device goes on."""

    do: Literal["thaw"] = "thaw"


class Slow(Fault):
    """The device gives its continuous values only every so many seconds."""

    do: Literal["slow"] = "slow"
    every_s: Annotated[int, Field(ge=2, le=600)] = 5
    for_s: Duration = 300


class Battery(Fault):
    """The battery stands at this percentage."""

    do: Literal["battery"] = "battery"
    percent: Annotated[float, Field(ge=0, le=100)]


DeviceFault = (
    SensorOff
    | SensorOn
    | Motion
    | CuffFails
    | CuffNow
    | CuffSays
    | Says
    | Stuck
    | Freeze
    | Thaw
    | Slow
    | Battery
    | DeviceWell
)
