"""What stands behind and across the traces: phases, alarm limits, and the moments of alarms. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from monitor.dashboard.entry_marks import (
    STRIP_TOP,
    WIDTH_PX,
    EntryMark,
    mark_labels,
    mark_lines,
)
from monitor.dashboard.theme import Palette
from monitor.domain.limits import RANK, Limit, Priority, Side
from monitor.domain.readings import Instant, Metric

_AXES = {Metric.NIBP: "y", Metric.PULSE_RATE: "y2", Metric.SPO2: "y3"}
_NUMBER_HEIGHT = {Metric.NIBP: 16.0, Metric.PULSE_RATE: 22.0, Metric.SPO2: 3.5}
"""What a limit's number may take of its axis, in the metric's unit, on a low window."""
_NUMBER_WIDTH_PX = 28
_MARK_WIDTH_PX = 20
_PRIORITY_MARKS = {"high": "!!!", "medium": "!!", "low": "!"}


class PhaseSpan(NamedTuple):
    """A phase with its name; ``until`` is its end, or the planned end while it lasts."""

    name: str
    since: Instant
    until: Instant
    is_shaded: bool


class Mark(NamedTuple):
    """An alarm at the moment it was raised."""

    at: Instant
    priority: str


class Band(NamedTuple):
    """The patient's confirmed resting pressure, from diastolic to systolic."""

    diastolic: float
    systolic: float


class Cuff(NamedTuple):
    """A whole cuff that lies beyond a limit, with the worst priority that it reaches."""

    at: Instant
    systolic: float
    diastolic: float
    priority: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that stands behind and across the traces of one session."""

    phases: Sequence[PhaseSpan] = ()
    marks: Sequence[Mark] = ()
    limits: Sequence[Limit] = ()
    baseline: Band | None = None
    beyond: Sequence[Cuff] = ()
    entries: Sequence[EntryMark] = ()
    shown: tuple[Instant, Instant] = (0, 1)
    """From when to when the axis reaches as it is drawn."""


def reached_priority(limits: Iterable[Limit], values: Mapping[str, float | None]) -> str | None:
    """The worst priority, of medium and high, of the limits that these values of a cuff cross; None inside all."""
    crossed = [
        limit.priority
        for limit in limits
        if limit.metric is Metric.NIBP
        and RANK[limit.priority] >= RANK[Priority.MEDIUM]
        and (value := values.get(limit.component)) is not None
        and limit.is_crossed_by(value)
    ]
    return max(crossed, key=lambda priority: RANK[priority], default=None)


def drawn_limits(limits: Iterable[Limit]) -> list[Limit]:
    """The limit of each side and priority that is crossed first; low priority is told, not drawn.

    A rise over a high baseline may lie farther out than a limit of the same priority that holds for everybody.
    """
    first: dict[tuple[str, str, Side, Priority], Limit] = {}
    for limit in limits:
        if RANK[limit.priority] < RANK[Priority.MEDIUM] or limit.metric not in _AXES:
            continue
        key = (limit.metric, limit.component, limit.side, limit.priority)
        known = first.get(key)
        if known is None or known.distance(limit.limit) < 0:
            first[key] = limit
    return sorted(first.values(), key=lambda limit: limit.severity)


def shapes(scene: Scene, palette: Palette, shift_ms: int) -> list[dict[str, Any]]:
    """Phase shading and starts, baseline, entries, limit lines across each panel, cuffs beyond them, alarms."""
    shading = [_shade(phase, palette, shift_ms) for phase in scene.phases if phase.is_shaded]
    starts = [
        _upright(phase.since + shift_ms, palette.accent, "solid") for phase in scene.phases[1:]
    ]
    alarms = [
        _upright(mark.at + shift_ms, palette.of_priority(mark.priority), "dot")
        for mark in scene.marks
    ]
    return [
        *shading,
        *([_baseline_band(scene.baseline, palette)] if scene.baseline else []),
        *starts,
        *mark_lines(scene.entries, palette, shift_ms),
        *(_limit_line(limit, palette) for limit in drawn_limits(scene.limits)),
        *alarms,
        *(_beyond_bar(cuff, palette, shift_ms) for cuff in scene.beyond),
    ]


def labels(scene: Scene, palette: Palette, shift_ms: int) -> list[dict[str, Any]]:
    """Names of phases, numbers of limits, the priority marks of alarms, what staff entered."""
    names = [
        _at(phase.since + shift_ms, 1.0, phase.name, palette.accent, "left", "bottom")
        for phase in scene.phases[1:]
        if phase.until - phase.since >= _shortest_named_ms(scene.phases)
    ]
    alarms = [
        _at(
            mark.at + shift_ms,
            STRIP_TOP,
            f"<b>{_PRIORITY_MARKS[mark.priority]}</b>",
            palette.of_priority(mark.priority),
            "center",
            "bottom",
        )
        | {"bgcolor": palette.panel, "borderpad": 1}
        for mark in told_marks(scene.marks, scene.shown)
    ]
    numbers = _limit_numbers(drawn_limits(scene.limits), palette)
    entered = mark_labels(scene.entries, palette, shift_ms, scene.shown)
    return [*names, *numbers, *alarms, *entered]


def told_marks(marks: Iterable[Mark], shown: tuple[Instant, Instant]) -> list[Mark]:
    """The marks that get their sign: of several that would touch, the worst. Each keeps its line."""
    room = (shown[1] - shown[0]) * _MARK_WIDTH_PX / WIDTH_PX
    told: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.at):
        if not told or mark.at - told[-1].at >= room:
            told.append(mark)
        elif RANK[Priority(mark.priority)] > RANK[Priority(told[-1].priority)]:
            told[-1] = mark
    return told


def _shortest_named_ms(phases: Sequence[PhaseSpan]) -> float:
    """A phase that takes less of the axis has no room for its name; its line is drawn all the same."""
    return (phases[-1].until - phases[0].since) * 0.06 if phases else 0


def _shade(phase: PhaseSpan, palette: Palette, shift_ms: int) -> dict[str, Any]:
    return {
        "type": "rect",
        "layer": "below",
        "xref": "x",
        "yref": "paper",
        "x0": phase.since + shift_ms,
        "x1": phase.until + shift_ms,
        "y0": 0,
        "y1": 1,
        "fillcolor": palette.shade,
        "line": {"width": 0},
    }


def _baseline_band(band: Band, palette: Palette) -> dict[str, Any]:
    return {
        "type": "rect",
        "layer": "below",
        "name": "baseline",
        "xref": "paper",
        "yref": _AXES[Metric.NIBP],
        "x0": 0,
        "x1": 1,
        "y0": band.diastolic,
        "y1": band.systolic,
        "fillcolor": palette.pressure,
        "opacity": 0.08,
        "line": {"width": 0},
    }


def _beyond_bar(cuff: Cuff, palette: Palette, shift_ms: int) -> dict[str, Any]:
    """The cuff's bar once more, in the colour of the alarm; the bar itself stays for the live script to extend."""
    return {
        "type": "line",
        "name": "beyond",
        "xref": "x",
        "yref": _AXES[Metric.NIBP],
        "x0": cuff.at + shift_ms,
        "x1": cuff.at + shift_ms,
        "y0": cuff.diastolic,
        "y1": cuff.systolic,
        "line": {"color": palette.of_priority(cuff.priority), "width": 5},
    }


def _limit_line(limit: Limit, palette: Palette) -> dict[str, Any]:
    return {
        "type": "line",
        "layer": "below",
        "xref": "paper",
        "yref": _AXES[limit.metric],
        "x0": 0,
        "x1": 1,
        "y0": limit.limit,
        "y1": limit.limit,
        "opacity": 0.55,
        "line": {"color": palette.of_priority(limit.priority), "width": 1, "dash": "dash"},
    }


def _limit_numbers(limits: Iterable[Limit], palette: Palette) -> list[dict[str, Any]]:
    """The numbers at the right end of the lines; one that would touch another stands further left."""
    taken: dict[tuple[str, int], list[tuple[float, float]]] = {}
    numbers = []
    for limit in sorted(limits, key=lambda limit: (limit.metric, limit.limit)):
        height = _NUMBER_HEIGHT[limit.metric]
        low = limit.limit if limit.side is Side.ABOVE else limit.limit - height
        column = 0
        while any(low < b and a < low + height for a, b in taken.get((limit.metric, column), [])):
            column += 1
        taken.setdefault((limit.metric, column), []).append((low, low + height))
        numbers.append(_limit_number(limit, palette) | {"xshift": -_NUMBER_WIDTH_PX * column})
    return numbers


def _limit_number(limit: Limit, palette: Palette) -> dict[str, Any]:
    return {
        "text": f"{limit.limit:g}",
        "xref": "paper",
        "yref": _AXES[limit.metric],
        "x": 1,
        "y": limit.limit,
        "xanchor": "right",
        "yanchor": "bottom" if limit.side is Side.ABOVE else "top",
        "showarrow": False,
        # Another limit's line may run here: the number stays readable.
        "bgcolor": palette.panel,
        "borderpad": 0,
        "font": {"color": palette.of_priority(limit.priority), "size": 11},
    }


def _upright(x: int, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "opacity": 0.8,
        "line": {"color": colour, "width": 1, "dash": dash},
    }


def _at(x: int, y: float, text: str, colour: str, xanchor: str, yanchor: str) -> dict[str, Any]:
    return {
        "text": text,
        "xref": "x",
        "yref": "paper",
        "x": x,
        "y": y,
        "xanchor": xanchor,
        "yanchor": yanchor,
        "xshift": 1 if xanchor == "left" else 0,
        "showarrow": False,
        "font": {"color": colour, "size": 11},
    }
