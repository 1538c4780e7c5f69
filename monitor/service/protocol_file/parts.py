"""What all parts of a protocol file share: closed tables, numbers that are numbers, sources, texts, phases."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from monitor.domain.readings import MINUTE
from monitor.wire.base import Showable

PhaseName = Literal["precheck", "baseline", "infusion", "observation"]
PHASES = ("precheck", "baseline", "infusion", "observation")

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""``nan`` is TOML too, and a limit that is not a number would never be crossed."""
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=100_000)]
Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=3600)]
Minutes = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=24 * 60)]
MinutesAfter = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=24 * 60)]
Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


def _is_not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("there is nothing to read")
    return text


Source = Annotated[str, Field(max_length=300), AfterValidator(_is_not_blank), Showable]
Words = Annotated[str, Field(max_length=200), AfterValidator(_is_not_blank), Showable]


class Part(BaseModel):
    """A table whose keys are all known; one that is not may be a misspelt one."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Text(Part):
    """What people read, in every language that the screens speak."""

    en: Words
    nb: Words

    def by_language(self) -> dict[str, str]:
        """Language tag to text."""
        return {"en": self.en, "nb": self.nb}


class Phases(Part):
    """Minutes for some of the phases."""

    precheck: Minutes | None = None
    baseline: Minutes | None = None
    infusion: Minutes | None = None
    observation: Minutes | None = None

    @model_validator(mode="before")
    @classmethod
    def _names_phases(cls, given: Any) -> Any:
        unknown = sorted(set(given) - set(cls.model_fields)) if isinstance(given, dict) else []
        if unknown:
            raise ValueError(f"{unknown[0]} is not a phase: {', '.join(PHASES)} are")
        return given

    def milliseconds(self) -> dict[str, int]:
        """Phase to milliseconds, for the phases that are given."""
        minutes = {phase: getattr(self, phase) for phase in PHASES}
        return {phase: round(m * MINUTE) for phase, m in minutes.items() if m is not None}


class Moments(Phases):
    """Minutes after some of the phases have begun; 0 is at once."""

    precheck: MinutesAfter | None = None
    baseline: MinutesAfter | None = None
    infusion: MinutesAfter | None = None
    observation: MinutesAfter | None = None


class SourcedPhases(Phases):
    """Minutes for some of the phases, and where the numbers are from."""

    source: Source | None = None
    """Where the numbers are from; wanted as soon as there is one."""

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        if self.milliseconds() and self.source is None:
            raise ValueError("source is missing: every number has one")
        return self
