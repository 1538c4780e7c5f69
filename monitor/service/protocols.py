"""Clinical protocols as files: read, checked, and turned into the settings that the domain works with."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from monitor.domain.limits import (
    AlarmSettings,
    Burden,
    Clearing,
    Limit,
    MissingLadder,
    Priority,
    Rise,
    ScoreLimit,
    Side,
    severity,
)
from monitor.domain.readings import MINUTE, SECOND, Metric

PROTOCOLS_DIRECTORY = Path(__file__).parent.parent / "protocols"

Seconds = Annotated[float, Field(ge=0, le=3600)]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]
Source = Annotated[str, Field(min_length=1)]
PhaseName = Literal["precheck", "baseline", "infusion", "observation"]
_COMPONENTS = {
    Metric.NIBP: ("systolic", "diastolic", "mean"),
}


class ProtocolError(ValueError):
    """A protocol file that cannot be used, in one sentence with file, key and reason."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Head(_Part):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    version: Annotated[int, Field(ge=1)]
    title: str
    planned_sessions: Annotated[int, Field(ge=1)] | None = None


class _Burden(_Part):
    rule: Literal["sum", "index"]
    setting: Annotated[float, Field(gt=0)]


class _Rise(_Part):
    component: Literal["systolic", "diastolic"]
    by: Annotated[float, Field(gt=0)]
    priority: Priority
    source: Source


class _Score(_Part):
    score: Literal["moaas"]
    at_most: Annotated[int, Field(ge=0, le=5)]
    priority: Priority
    source: Source


class _Overdue(_Part):
    grace_minutes: Annotated[float, Field(ge=0)] = 3


class _Limit(_Part):
    metric: Metric
    component: Literal["value", "systolic", "diastolic", "mean"] = "value"
    below: float | None = None
    above: float | None = None
    at_or_above: float | None = None
    at_or_below: float | None = None
    delay_s: Seconds = 0
    burden: _Burden | None = None
    confirm_within_s: Seconds = 0
    phases: Annotated[frozenset[PhaseName], Field(min_length=1)] | None = None
    priority: Priority
    source: Source

    @model_validator(mode="after")
    def _is_one_limit(self) -> Self:
        if len(self.given()) != 1:
            raise ValueError("exactly one of below, above, at_or_below, at_or_above is wanted")
        allowed = _COMPONENTS.get(self.metric, ("value",))
        if self.component not in allowed:
            raise ValueError(f"component of {self.metric} is one of: {', '.join(allowed)}")
        return self

    def given(self) -> dict[str, float]:
        named = ("below", "above", "at_or_below", "at_or_above")
        return {name: value for name in named if (value := getattr(self, name)) is not None}


class _Clear(_Part):
    margin: Annotated[float, Field(ge=0)] = 0
    delay_s: Seconds = 0


class _Missing(_Part):
    stale_s: Seconds = 3
    low_s: Seconds = 10
    medium_s: Seconds = 30
    high_s: Seconds = 60

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        if not self.stale_s <= self.low_s <= self.medium_s <= self.high_s:
            raise ValueError("stale_s, low_s, medium_s and high_s must not fall")
        return self


class _Clock(_Part):
    off_by_s: Seconds = 2


class _File(_Part):
    protocol: _Head
    phase_minutes: dict[PhaseName, Minutes] = {}
    cuff_minutes: dict[PhaseName, Minutes] = {}
    clear: dict[Metric, _Clear] = {}
    missing: _Missing = _Missing()
    clock: _Clock = _Clock()
    overdue: _Overdue = _Overdue()
    disagreement: dict[
        Literal["pulse_rate", "spo2", "systolic", "diastolic"], Annotated[float, Field(gt=0)]
    ] = {}
    limit: Annotated[list[_Limit], Field(min_length=1)]
    rise: list[_Rise] = []
    score: list[_Score] = []


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a session is run by. Durations in ms; ``planned_sessions`` is the length of a series."""

    name: str
    version: int
    title: str
    planned_sessions: int | None
    phase_ms: dict[str, int]
    cuff_ms: dict[str, int]
    alarms: AlarmSettings


def load_protocols(directory: Path = PROTOCOLS_DIRECTORY) -> dict[str, Protocol]:
    """Every protocol of a directory by name. Raises ProtocolError for the first that cannot be used."""
    found = (load_protocol(path) for path in sorted(directory.glob("*.toml")))
    return {protocol.name: protocol for protocol in found}


def load_protocol(path: Path) -> Protocol:
    """One protocol file. Raises ProtocolError with file, key and reason."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProtocolError(f"{path.name}: {error}") from error
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ProtocolError(f"{path.name}: {key}: {first['msg']}") from error
    return _protocol(file)


def _protocol(file: _File) -> Protocol:
    return Protocol(
        name=file.protocol.name,
        version=file.protocol.version,
        title=file.protocol.title,
        planned_sessions=file.protocol.planned_sessions,
        phase_ms={phase: round(value * MINUTE) for phase, value in file.phase_minutes.items()},
        cuff_ms={phase: round(value * MINUTE) for phase, value in file.cuff_minutes.items()},
        alarms=_alarm_settings(file),
    )


def _alarm_settings(file: _File) -> AlarmSettings:
    return AlarmSettings(
        limits=_numbered([_limit(limit) for limit in file.limit]),
        rises=tuple(
            Rise(Metric.NIBP, rise.component, rise.by, rise.priority, rise.source)
            for rise in file.rise
        ),
        scores=tuple(
            ScoreLimit(
                known.score,
                known.at_most,
                known.priority,
                severity(known.priority, 0),
                known.source,
            )
            for known in file.score
        ),
        clearing={
            str(metric): Clearing(clear.margin, round(clear.delay_s * SECOND))
            for metric, clear in file.clear.items()
        },
        ladder=MissingLadder(
            stale_ms=round(file.missing.stale_s * SECOND),
            low_ms=round(file.missing.low_s * SECOND),
            medium_ms=round(file.missing.medium_s * SECOND),
            high_ms=round(file.missing.high_s * SECOND),
        ),
        clock_ms=round(file.clock.off_by_s * SECOND),
        cuff_ms={phase: round(value * MINUTE) for phase, value in file.cuff_minutes.items()},
        overdue_grace_ms=round(file.overdue.grace_minutes * MINUTE),
        disagreement={str(name): most for name, most in file.disagreement.items()},
    )


def _limit(limit: _Limit) -> Limit:
    ((kind, value),) = limit.given().items()
    return Limit(
        metric=limit.metric,
        component=limit.component,
        side=Side.BELOW if kind.endswith("below") else Side.ABOVE,
        limit=value,
        delay_ms=round(limit.delay_s * SECOND),
        priority=limit.priority,
        severity=0,
        inclusive=kind.startswith("at_or"),
        source=limit.source,
        phases=limit.phases,
        confirm_within_ms=round(limit.confirm_within_s * SECOND),
        burden=None if limit.burden is None else Burden(limit.burden.rule, limit.burden.setting),
    )


def _numbered(limits: list[Limit]) -> tuple[Limit, ...]:
    """Number the rungs of each component and side from the mildest on: the farther out, the worse.

    A limit that asks for a repeat is two rungs: the first value beyond, and the second that confirms it.
    """
    sides = defaultdict(list)
    for limit in limits:
        sides[limit.metric, limit.component, limit.side].append(limit)
    numbered = []
    for (metric, component, side), rungs in sides.items():
        rungs.sort(key=lambda limit: limit.limit, reverse=side is Side.BELOW)
        name = component if component != "value" else str(metric)
        for number, limit in enumerate(rungs, 1):
            same = [known for known in rungs[: number - 1] if known.priority is limit.priority]
            worse = severity(limit.priority, 1 + 2 * len(same))
            first = replace(
                limit, severity=worse, id=f"{name}_{side}_{number}", confirm_within_ms=0
            )
            numbered.append(first)
            if limit.confirm_within_ms:
                confirmed = replace(
                    limit, severity=worse + 1, id=f"{first.id}_repeat", kind="repeat"
                )
                numbered.append(confirmed)
    return tuple(numbered)
