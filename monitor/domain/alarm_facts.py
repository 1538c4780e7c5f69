"""Facts of alarms and of what staff set on them. See ``facts`` for what a fact is."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.readings import Instant


@dataclass(frozen=True, slots=True)
class AlarmChanged:
    """One transition of one occurrence, with the occurrence as it is after it."""

    session_id: str
    alarm_id: str
    event: str
    state: str
    alarm_kind: str
    metric: str | None
    source: str
    type: str
    priority: str
    onset: Instant
    raised_at: Instant | None
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    ended_at: Instant | None
    reason_code: str
    reason_values: dict[str, float | int | str | None]
    note: str | None


@dataclass(frozen=True, slots=True)
class AudioPaused:
    session_id: str
    until: Instant


@dataclass(frozen=True, slots=True)
class AlarmsPaused:
    session_id: str
    until: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class PauseEnded:
    """``pause`` audio or alarms; ``why`` expired, broken (by a new or worse condition), resumed or session."""

    session_id: str
    pause: str
    why: str


@dataclass(frozen=True, slots=True)
class AlarmsSwitched:
    session_id: str
    metric: str
    on: bool
    reason: str


@dataclass(frozen=True, slots=True)
class LimitChanged:
    """This patient's own value for a limit; ``value`` None where the limit was taken out."""

    session_id: str
    limit: str
    value: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class HandoverOffered:
    session_id: str
    to: str


@dataclass(frozen=True, slots=True)
class HolderChanged:
    session_id: str
    holder: str


@dataclass(frozen=True, slots=True)
class HelpCalled:
    session_id: str


@dataclass(frozen=True, slots=True)
class AlarmsTested:
    pass


@dataclass(frozen=True, slots=True)
class AlarmShown:
    """The first station that had an alarm on screen, or the first that sounded it."""

    session_id: str
    alarm_id: str
    screen: str
    painted_at: Instant | None
    sounded_at: Instant | None
