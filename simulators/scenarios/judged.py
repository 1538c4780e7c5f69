"""What a scenario expects and forbids. A check that cannot fail would only look like one: it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from monitor.wire.device import Status
from simulators.scenarios.parts import Part, Words
from simulators.scenarios.times import Window, clock
from simulators.scenarios.vocabulary import (
    AlarmKind,
    AlarmMetric,
    AlarmPriority,
    AlarmState,
    AlarmType,
    Metric,
    ScoreName,
    SessionPhase,
    never_matches,
)


class AlarmMatch(Part):
    """Which alarms are meant; what is not said matches any."""

    kind: AlarmKind | None = None
    metric: AlarmMetric | None = None
    type: AlarmType | None = None
    priority: AlarmPriority | None = None
    reason: Words | None = None
    """Part of its words."""

    @model_validator(mode="after")
    def _can_match(self) -> Self:
        if why := never_matches(self.kind, self.metric, self.type):
            raise ValueError(why)
        return self


class Expected(AlarmMatch):
    """Alarms that must be raised in a window of time."""

    raised: Window
    ended: Window | None = None
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    at_least: bool = False
    """Whether more than ``times`` are fine."""
    state: AlarmState | None = None
    """How it stands at the scenario's end."""

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.ended is not None and self.ended[1] < self.raised[0]:
            raise ValueError(
                f"ended: {clock(self.ended[1])} is before it is raised at {clock(self.raised[0])}"
            )
        return self


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
    metric: Metric | None = None
    status: Status | None = None
    late: bool | None = None
    score: ScoreName | None = None
    equals: str | int | None = None
    """A phase, or a whole number of anything else."""
    at_least: float | None = None
    at_most: float | None = None

    @field_validator("equals", mode="before")
    @classmethod
    def _is_a_phase_or_a_number(cls, written: object) -> object:
        if written is None or (isinstance(written, str | int) and not isinstance(written, bool)):
            return written
        raise ValueError("a phase or a whole number is wanted")

    @model_validator(mode="after")
    def _is_a_check(self) -> Self:
        if self.equals is None and self.at_least is None and self.at_most is None:
            raise ValueError("equals, at_least or at_most is wanted")
        for key in ("metric", "status", "late", "score"):
            if getattr(self, key) is not None and key not in _KEYS.get(self.what, ()):
                raise ValueError(f"{key}: says nothing about {self.what}")
        if self.what == "score" and self.score is None:
            raise ValueError(f"score: this key is missing: one of {_listed(ScoreName)}")
        if why := self._fault_of_phase() if self.what == "phase" else self._fault_of_number():
            raise ValueError(why)
        return self

    def _fault_of_phase(self) -> str | None:
        if self.at_least is not None or self.at_most is not None:
            return "a phase is no number: equals is wanted, not at_least or at_most"
        if self.equals not in get_args(SessionPhase):
            return f"equals: {self.equals!r} is not one of {_listed(SessionPhase)}"
        return None

    def _fault_of_number(self) -> str | None:
        if isinstance(self.equals, str):
            return "equals: a whole number is wanted"
        if self.at_least is None:
            return None
        if self.at_most is not None and self.at_most < self.at_least:
            return f"at_most: {self.at_most:g} is below at_least, {self.at_least:g}"
        if self.equals is self.at_most is None and self.at_least <= _LOWEST.get(self.what, -1):
            return f"at_least: there are never fewer than {_LOWEST[self.what]}: this cannot fail"
        return None


_KEYS: Mapping[str, tuple[str, ...]] = {
    "readings": ("metric", "status", "late"),
    "score": ("score",),
}
_LOWEST = {"readings": 0, "rejected": 0, "refused": 0, "number": 1}


def _listed(words: object) -> str:
    return ", ".join(map(repr, get_args(words)))
