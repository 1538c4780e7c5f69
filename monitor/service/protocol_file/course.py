"""The course part of a protocol file: checks, gate, dose, scores, lists to choose from, discharge, series."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.service.protocol_file.parts import (
    PHASES,
    Flag,
    Id,
    Minutes,
    Moments,
    Part,
    Phases,
    Positive,
    Source,
    SourcedPhases,
    Text,
    Whole,
)

Day = Annotated[int, Field(strict=True, ge=0, le=3650)]
Pressure = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=280)]


class Check(Part):
    """One line of a checklist."""

    id: Id
    phase: Literal["precheck", "discharge"]
    """Before the infusion, or before the patient leaves."""
    wanted: Literal["yes", "no"]
    """The answer that lets the session go on: `yes` for a check, `no` for a contraindication."""
    may_not_apply: Flag = False
    """Whether "not applicable" is an answer too."""
    text: Text
    source: Source


class Gate(Part):
    """A baseline pressure above either number stops the infusion from starting, unless it is overridden."""

    systolic_above: Pressure
    """mmHg; the number itself still passes."""
    diastolic_above: Pressure
    note: Text | None = None
    """Shown where the gate stops somebody."""
    source: Source

    @model_validator(mode="after")
    def _is_a_pressure(self) -> Self:
        if self.diastolic_above >= self.systolic_above:
            raise ValueError("diastolic_above must be below systolic_above")
        return self


class Override(Part):
    """Who may pass a gate with a reason; the console always may."""

    roles: Annotated[
        tuple[Literal["nurse", "clinician", "administrator"], ...], Field(min_length=1)
    ]
    source: Source


class Dose(Part):
    """By weight (`usual_mg_per_kg`) or fixed (`usual_mg`): one of the two."""

    drug: Text | None = None
    """What is given, as it leaves in exports; left out: what the protocol is called."""
    usual_mg_per_kg: Positive | None = None
    usual_mg: Positive | None = None
    doses_mg: tuple[Positive, ...] = ()
    """The only doses there are, where it comes in devices; left out: any."""
    usual_minutes: Minutes
    """How long giving it takes; as `phase_minutes.infusion`."""
    concentration_mg_per_ml: Positive | None = None
    """Suggested; left out: asked for each time."""
    by_pump: Flag = True
    """Whether a pump gives it: then there are volume and rate, and it can be paused."""
    second_check_above_mg_per_kg: Positive | None = None
    """Above this another operator must work out the dose too."""
    second_check_above_mg: Positive | None = None
    most_mg_per_kg: Positive | None = None
    """Above this it is refused."""
    most_mg: Positive | None = None
    note: Text | None = None
    """Shown where the dose is entered."""
    source: Source

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.usual_mg_per_kg is None) == (self.usual_mg is None):
            raise ValueError("exactly one of usual_mg_per_kg, usual_mg is wanted")
        if self.usual_mg is not None and (self.second_check_above_mg_per_kg or self.most_mg_per_kg):
            raise ValueError("a dose that is not by weight has no mg_per_kg")
        if not self.by_pump and self.concentration_mg_per_ml is not None:
            raise ValueError("without a pump there is no concentration_mg_per_ml")
        self._does_not_fall("mg_per_kg")
        self._does_not_fall("mg")
        self._is_one_of_the_doses()
        return self

    def _does_not_fall(self, unit: str) -> None:
        names = (f"usual_{unit}", f"second_check_above_{unit}", f"most_{unit}")
        values = [(name, value) for name in names if (value := getattr(self, name)) is not None]
        for (name, value), (next_name, next_value) in pairwise(values):
            if next_value < value:
                raise ValueError(f"{next_name} {next_value:g} is below {name} {value:g}")

    def _is_one_of_the_doses(self) -> None:
        if not self.doses_mg:
            return
        if self.usual_mg not in self.doses_mg:
            raise ValueError("usual_mg must be one of doses_mg")
        if self.most_mg is not None and max(self.doses_mg) > self.most_mg:
            raise ValueError(f"a dose of {max(self.doses_mg):g} mg is above most_mg")


class Score(Part):
    """A score that is taken. Per phase again and again, or once."""

    id: Id
    lowest: Whole
    highest: Whole
    text: Text
    every_minutes: Phases = Phases()
    """From one to the next."""
    once_minutes: Moments = Moments()
    """Once, so long after the phase has begun."""
    source: Source

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.lowest >= self.highest:
            raise ValueError("lowest must be below highest")
        twice = set(self.every_minutes.milliseconds()) & set(self.once_minutes.milliseconds())
        if twice:
            raise ValueError(f"in {min(twice)} it is due every few minutes or once, not both")
        return self


class Choice(Part):
    """Something to pick when entering."""

    id: Id
    text: Text


class Event(Choice):
    """Something that is seen or told."""

    severity: Flag = False
    """Whether mild, moderate or severe is asked for."""


class PhaseWords(Part):
    """What phases are called on screens where the usual word is wrong; what sessions and orders call them stays."""

    precheck: Text | None = None
    baseline: Text | None = None
    infusion: Text | None = None
    observation: Text | None = None

    def given(self) -> dict[str, dict[str, str]]:
        """Phase to its word by language."""
        told = {phase: getattr(self, phase) for phase in PHASES}
        return {phase: text.by_language() for phase, text in told.items() if text is not None}


class Unlike(Part):
    """An entered value this far from what a device measured last is asked about once; left out: not asked."""

    pulse_rate: Positive | None = None
    spo2: Positive | None = None
    systolic: Positive | None = None
    diastolic: Positive | None = None
    within_minutes: Minutes = 10
    """How long before it the device's value may be measured."""
    source: Source

    def given(self) -> dict[str, float]:
        """Name to how far."""
        told = self.model_dump(exclude={"within_minutes", "source"})
        return {name: apart for name, apart in told.items() if apart is not None}


class _Criterion(Part):
    """A condition of discharge."""

    id: Id
    text: Text
    source: Source


class WithinBaseline(_Criterion):
    """Every value near the confirmed baseline, for some time."""

    kind: Literal["within_baseline"]
    metric: Literal["nibp", "pulse_rate", "spo2"]
    component: Literal["systolic", "diastolic"] | None = None
    """Of a cuff: which of its values."""
    percent: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=100)]
    """Up or down."""
    for_minutes: Minutes

    @model_validator(mode="after")
    def _names_a_value(self) -> Self:
        if (self.metric == "nibp") != (self.component is not None):
            raise ValueError("component is systolic or diastolic for nibp, and only there")
        return self


class AtLeast(_Criterion):
    """Every value at or above a number, for some time."""

    kind: Literal["at_least"]
    metric: Literal["pulse_rate", "spo2"]
    value: Positive
    for_minutes: Minutes


class ScoreBound(_Criterion):
    """The newest value of a score, taken in observation, at or above (at or below) a number."""

    kind: Literal["score_at_least", "score_at_most"]
    score: str
    """The score's id."""
    value: Whole


class After(_Criterion):
    """So long since the infusion ended, or began."""

    kind: Literal["after_end", "after_start"]
    for_minutes: Minutes


class Checked(_Criterion):
    """A check of the discharge list answered as wanted."""

    kind: Literal["checked"]
    item: str
    """The check's id."""


class NoAlarms(_Criterion):
    """No alarm waits to be acknowledged."""

    kind: Literal["alarms"]


Criterion = Annotated[
    WithinBaseline | AtLeast | ScoreBound | After | Checked | NoAlarms, Field(discriminator="kind")
]


class Series(Part):
    """The sessions of a first series, and those after it."""

    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=100)]
    """Counted from the first session, which is on day 0."""
    maintenance_days: Annotated[int, Field(strict=True, ge=1, le=3650)] | None = None
    """From one session to the next after the series."""
    source: Source

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.days[0] != 0:
            raise ValueError("the first day is 0")
        if tuple(sorted(set(self.days))) != self.days:
            raise ValueError("days must rise")
        return self


class CourseTables(Part):
    """The tables of a file that are no alarm settings."""

    phase_words: PhaseWords = PhaseWords()
    phase_minutes: SourcedPhases = SourcedPhases()
    cuff_minutes: SourcedPhases = SourcedPhases()
    check: tuple[Check, ...] = ()
    gate: Gate | None = None
    override: Override
    dose: Dose | None = None
    unlike: Unlike | None = None
    score: tuple[Score, ...] = ()
    event: tuple[Event, ...] = ()
    intervention: tuple[Choice, ...] = ()
    drug: tuple[Choice, ...] = ()
    route: tuple[Choice, ...] = ()
    discharge: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    series: Series | None = None
