"""The alarm part of a protocol file: limits, rises, scores, delays."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.domain.limits import Priority
from monitor.domain.readings import (
    UNITS,
    Metric,
    implausible_pressure,
    implausible_value,
)
from monitor.service.protocol_file.parts import (
    Number,
    Part,
    PhaseName,
    Positive,
    Seconds,
    Source,
    Whole,
)

NotBelowZero = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1000)]
_COMPONENTS = {Metric.NIBP: ("systolic", "diastolic", "mean")}


class Burden(Part):
    """Raise by how deep and how long together, instead of after a fixed delay."""

    rule: Literal["sum", "index"]
    """`sum`: points beyond times seconds; `index`: distance plus one for each value beyond."""
    setting: Positive
    """What the sum or index must reach."""


class Rise(Part):
    """A limit over the patient's own confirmed baseline; without one it stands on the list of what is not watched."""

    component: Literal["systolic", "diastolic"]
    by: Positive
    """mmHg over the baseline."""
    priority: Priority
    source: Source


class ScoreLimit(Part):
    """A score that is an alarm at once. Exactly one of at_most, at_least."""

    score: str
    """A score of this file."""
    at_most: Whole | None = None
    """At or below this."""
    at_least: Whole | None = None
    """At or above this."""
    priority: Priority
    source: Source

    @model_validator(mode="after")
    def _is_one_limit(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("exactly one of at_most, at_least is wanted")
        return self


class Limit(Part):
    """One alarm limit. Exactly one of below, above, at_or_below, at_or_above; the unit is the metric's."""

    metric: Metric
    component: Literal["value", "systolic", "diastolic", "mean"] = "value"
    """Of a cuff: which of its values."""
    below: Number | None = None
    above: Number | None = None
    at_or_above: Number | None = None
    at_or_below: Number | None = None
    delay_s: Seconds = 0
    """How long values must be beyond before it is raised."""
    burden: Burden | None = None
    confirm_within_s: Seconds = 0
    """A second cuff beyond within this time is a worse condition of its own."""
    phases: Annotated[frozenset[PhaseName], Field(min_length=1)] | None = None
    """The phases it holds in; left out: all."""
    priority: Priority
    source: Source

    @model_validator(mode="after")
    def _is_one_limit(self) -> Self:
        if len(self.given()) != 1:
            raise ValueError("exactly one of below, above, at_or_below, at_or_above is wanted")
        allowed = _COMPONENTS.get(self.metric, ("value",))
        if self.component not in allowed:
            raise ValueError(f"component of {self.metric} is one of: {', '.join(allowed)}")
        (value,) = self.given().values()
        if not self._can_be_measured(value):
            unit = UNITS[self.metric]
            raise ValueError(f"no reading is ever {value:g} {unit}: this would not be a limit")
        return self

    def given(self) -> dict[str, float]:
        """The one comparison that is given, and its value."""
        named = ("below", "above", "at_or_below", "at_or_above")
        return {name: value for name in named if (value := getattr(self, name)) is not None}

    def _can_be_measured(self, value: float) -> bool:
        if self.metric is Metric.NIBP:
            return implausible_pressure(**_alone(self.component, value)) is None
        return implausible_value(self.metric, value) is None


def _alone(component: str, value: float) -> dict[str, float | None]:
    return {"systolic": None, "diastolic": None, "mean": None, component: value}


class Clear(Part):
    """How far inside, and for how long, before a condition ends."""

    margin: NotBelowZero = 0
    """In the unit of the metric."""
    delay_s: Seconds = 0
    source: Source


class Missing(Part):
    """How a value that does not come, or comes without a value, climbs."""

    stale_s: Seconds = 3
    low_s: Seconds = 10
    medium_s: Seconds = 30
    high_s: Seconds = 60
    source: Source

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        if not self.stale_s <= self.low_s <= self.medium_s <= self.high_s:
            raise ValueError("stale_s, low_s, medium_s and high_s must not fall")
        return self


class Clock(Part):
    """How far a device's clock may be off before it is told."""

    off_by_s: Seconds = 2
    source: Source


class Overdue(Part):
    """What was due and did not come: low after the grace, medium when the next one is due too."""

    grace_minutes: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=60)] = 3
    source: Source


class Disagreement(Part):
    """How far two sources of one value may be apart, in its unit."""

    pulse_rate: Positive | None = None
    spo2: Positive | None = None
    systolic: Positive | None = None
    diastolic: Positive | None = None
    source: Source

    def given(self) -> dict[str, float]:
        """Name to the most they may be apart."""
        return {
            name: most
            for name, most in self.model_dump(exclude={"source"}).items()
            if most is not None
        }


class AlarmTables(Part):
    """The tables of a file that are alarm settings."""

    limit: Annotated[tuple[Limit, ...], Field(min_length=1)]
    rise: tuple[Rise, ...] = ()
    score_limit: tuple[ScoreLimit, ...] = ()
    clear: dict[Metric, Clear] = Field(default_factory=dict)
    missing: Missing = Missing(source="the product's own")
    clock: Clock = Clock(source="the product's own")
    overdue: Overdue = Overdue(source="the product's own")
    disagreement: Disagreement = Disagreement(source="the product's own")
