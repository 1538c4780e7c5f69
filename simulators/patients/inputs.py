"""What is done to a patient, or happens to one: the pump, drugs, oxygen, people, and events of the body."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0, le=86_400)]
VitalName = Literal["pulse_rate", "spo2", "systolic", "diastolic", "resp_rate"]


class Input(BaseModel):
    """One input; it acts from the second in which it is given."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Pump(Input):
    """The pump's rate as a share of the planned one: 0 pauses or stops it, 1 goes on."""

    do: Literal["pump"] = "pump"
    rate: Annotated[float, Field(ge=0, le=10)]


class Labetalol(Input):
    """By vein: 15 mmHg systolic less for each 10 mg, most of it within five minutes."""

    do: Literal["labetalol"] = "labetalol"
    mg: Annotated[float, Field(gt=0, le=300)] = 10


class Clonidine(Input):
    """By mouth: 15 mmHg systolic less for each 0.1 mg, after 30 to 60 minutes."""

    do: Literal["clonidine"] = "clonidine"
    mg: Annotated[float, Field(gt=0, le=1)] = 0.1


class Oxygen(Input):
    """Oxygen through a cannula; 0 takes it off. It also ends an airway event."""

    do: Literal["oxygen"] = "oxygen"
    l_per_min: Annotated[float, Field(ge=0, le=15)] = 2


class Stimulate(Input):
    """Somebody speaks to the patient, or lifts the chin: an airway event ends."""

    do: Literal["stimulate"] = "stimulate"


class Reassure(Input):
    """Somebody calms the patient: a panic fades."""

    do: Literal["reassure"] = "reassure"


class Airway(Input):
    """The airway closes: SpO2 falls to ``lowest`` and stays until somebody acts, or for ``hold_s``."""

    do: Literal["airway"] = "airway"
    lowest: Annotated[float, Field(ge=40, le=95)] = 82
    fall_s: Seconds = 40
    hold_s: Seconds = 20
    recover_s: Seconds = 45


class Vasovagal(Input):
    """A faint: pulse and pressure fall to these values, and come back by themselves after ``for_s``."""

    do: Literal["vasovagal"] = "vasovagal"
    pulse_rate: Annotated[float, Field(ge=25, le=60)] = 38
    systolic: Annotated[float, Field(ge=50, le=100)] = 78
    for_s: Seconds = 120


class Panic(Input):
    """Panic: pulse and breathing rise to these values, the systolic pressure by ``systolic_rise``."""

    do: Literal["panic"] = "panic"
    pulse_rate: Annotated[float, Field(ge=80, le=190)] = 135
    resp_rate: Annotated[float, Field(ge=16, le=50)] = 26
    systolic_rise: Annotated[float, Field(ge=0, le=80)] = 30
    for_s: Seconds = 600


class Drive(Input):
    """A vital sign is taken to a value within ``over_s`` and held there, whatever the body would do."""

    do: Literal["drive"] = "drive"
    vital: VitalName
    to: Annotated[float, Field(ge=0, le=300)]
    over_s: Seconds = 0


class Release(Input):
    """A driven vital sign goes back to what the body does."""

    do: Literal["release"] = "release"
    vital: VitalName
    over_s: Seconds = 30


PatientInput = (
    Pump
    | Labetalol
    | Clonidine
    | Oxygen
    | Stimulate
    | Reassure
    | Airway
    | Vasovagal
    | Panic
    | Drive
    | Release
)
