"""Who lies in a room of a scenario: values that a living person can have."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from simulators.patients.individual import Individual
from simulators.scenarios.parts import Name, Part

Factor = Annotated[float, Field(gt=0, le=10)]
_LOWEST_SYSTOLIC, _HIGHEST_SYSTOLIC = 60, 240
_LOWEST_DIASTOLIC, _HIGHEST_DIASTOLIC = 30, 140
_MEAN = Individual()


def _is_a_pressure(pair: tuple[int, int]) -> tuple[int, int]:
    if pair[0] <= pair[1]:
        raise ValueError(f"{pair[0]}/{pair[1]}: systolic is above diastolic")
    return pair


Baseline = Annotated[
    tuple[
        Annotated[int, Field(ge=_LOWEST_SYSTOLIC, le=_HIGHEST_SYSTOLIC)],
        Annotated[int, Field(ge=_LOWEST_DIASTOLIC, le=_HIGHEST_DIASTOLIC)],
    ],
    AfterValidator(_is_a_pressure),
]
"""Systolic and diastolic."""


class PatientSpec(Part):
    """Who the patient is: the mean person, or one drawn from a cohort, with what is said here instead."""

    draw: Literal["strong", "mild"] | None = None
    """Drawn from the scenario's seed and the room's name."""
    drawn_as: Name | None = None
    """Drawn as in a room of this name."""
    same_as: Name | None = None
    """The name of an earlier room: the same person, on another day."""
    systolic: Annotated[float, Field(ge=_LOWEST_SYSTOLIC, le=_HIGHEST_SYSTOLIC)] | None = None
    diastolic: Annotated[float, Field(ge=_LOWEST_DIASTOLIC, le=_HIGHEST_DIASTOLIC)] | None = None
    pulse_rate: Annotated[float, Field(ge=30, le=200)] | None = None
    spo2: Annotated[float, Field(ge=50, le=100)] | None = None
    resp_rate: Annotated[float, Field(ge=4, le=60)] | None = None
    systolic_rise: Annotated[float, Field(ge=-60, le=120)] | None = None
    diastolic_rise: Annotated[float, Field(ge=-40, le=80)] | None = None
    pulse_rise: Annotated[float, Field(ge=-40, le=100)] | None = None
    anxiety: Annotated[float, Field(ge=0, le=60)] | None = None
    unrest: Annotated[float, Field(ge=0, le=10)] | None = None
    weight_kg: Annotated[float, Field(ge=20, le=300)] | None = None
    clearance: Factor | None = None
    volume: Factor | None = None
    effect: Factor | None = None
    sensitivity: Factor | None = None
    dissociation: Factor | None = None
    infusion_number: Annotated[int, Field(ge=1, le=100)] | None = None

    @model_validator(mode="after")
    def _is_one_person(self) -> Self:
        if self.draw is not None and self.same_as is not None:
            raise ValueError("draw: the person of an earlier room (same_as) is not drawn")
        if self.drawn_as is not None and self.draw is None:
            raise ValueError("drawn_as: draw is missing: from which cohort")
        if self.draw is None and self.same_as is None:
            systolic = _MEAN.systolic if self.systolic is None else self.systolic
            diastolic = _MEAN.diastolic if self.diastolic is None else self.diastolic
            if systolic <= diastolic:
                raise ValueError(f"{systolic:g}/{diastolic:g}: systolic is above diastolic")
        return self
