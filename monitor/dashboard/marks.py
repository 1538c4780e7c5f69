"""What stands behind and across the traces: phases, alarm limits, and the moments of alarms. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from monitor.dashboard.theme import Palette
from monitor.domain.limits import RANK, Limit, Priority, Side
from monitor.domain.readings import Instant, Metric

_AXES = {Metric.NIBP: "y", Metric.PULSE_RATE: "y2", Metric.SPO2: "y3"}
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


def drawn_limits(limits: Iterable[Limit]) -> list[Limit]:
    """The mildest limit of each side that is worth a line: low priority is told, not drawn."""
    mildest: dict[tuple[str, str, Side, Priority], Limit] = {}
    for limit in sorted(limits, key=lambda limit: limit.severity):
        if RANK[limit.priority] >= RANK[Priority.MEDIUM] and limit.metric in _AXES:
            mildest.setdefault((limit.metric, limit.component, limit.side, limit.priority), limit)
    return list(mildest.values())


def shapes(
    phases: Sequence[PhaseSpan],
    marks: Sequence[Mark],
    limits: Iterable[Limit],
    palette: Palette,
    shift_ms: int,
) -> list[dict[str, Any]]:
    """Phase shading and starts, limit lines across each panel, and a line for each alarm."""
    shading = [
        {
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
        for phase in phases
        if phase.is_shaded
    ]
    starts = [_upright(phase.since + shift_ms, palette.accent, "solid") for phase in phases[1:]]
    alarms = [
        _upright(mark.at + shift_ms, palette.of_priority(mark.priority), "dot") for mark in marks
    ]
    return [
        *shading,
        *starts,
        *(_limit_line(limit, palette) for limit in drawn_limits(limits)),
        *alarms,
    ]


def labels(
    phases: Sequence[PhaseSpan],
    marks: Sequence[Mark],
    limits: Iterable[Limit],
    palette: Palette,
    shift_ms: int,
) -> list[dict[str, Any]]:
    """Names of phases, numbers of limits, and the priority marks of alarms."""
    names = [
        _at(phase.since + shift_ms, 1.0, phase.name, palette.accent, "left", "bottom")
        for phase in phases[1:]
        if phase.until - phase.since >= _shortest_named_ms(phases)
    ]
    alarms = [
        _at(
            mark.at + shift_ms,
            0.0,
            f"<b>{_PRIORITY_MARKS[mark.priority]}</b>",
            palette.of_priority(mark.priority),
            "center",
            "bottom",
        )
        for mark in marks
    ]
    return [*names, *(_limit_number(limit, palette) for limit in drawn_limits(limits)), *alarms]


def _shortest_named_ms(phases: Sequence[PhaseSpan]) -> float:
    """A phase that takes less of the axis has no room for its name; its line is drawn all the same."""
    return (phases[-1].until - phases[0].since) * 0.06 if phases else 0


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
