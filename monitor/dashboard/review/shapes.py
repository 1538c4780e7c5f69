"""What stands behind the review's traces: the infusion, the beginnings of phases, the time of each alarm. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from monitor.dashboard.marks import PhaseSpan
from monitor.dashboard.review.panels import UNITS, Panel
from monitor.dashboard.review.steps import StepLine
from monitor.dashboard.theme import Palette
from monitor.domain.limits import RANK
from monitor.domain.readings import Instant, Metric

Minutes = Callable[[Instant], float]
_SHORTEST_NAMED = 0.1
"""A phase that takes less of the axis has no room for its name."""


_NUMBER_HEIGHT = 0.03
"""The part of the figure's height that a number takes on a low window."""


class AlarmSpan(NamedTuple):
    """From when to when an alarm condition held; ``metric`` None where it is about no single one."""

    id: str
    priority: str
    metric: Metric | None
    since: Instant
    until: Instant
    raised_at: Instant


def shapes(
    phases: Sequence[PhaseSpan],
    alarms: Iterable[AlarmSpan],
    stand: Sequence[Panel],
    minutes: Minutes,
    palette: Palette,
) -> list[dict[str, Any]]:
    """Rectangles and uprights, the widest first."""
    shaded = [
        _rectangle(minutes(phase.since), minutes(phase.until), "paper", (stand[-1].domain[0], 1.0))
        | {"fillcolor": palette.shade, "name": "phase"}
        for phase in phases
        if phase.is_shaded
    ]
    starts = [
        _upright(minutes(phase.since), stand, palette.accent, "solid") | {"opacity": 0.45}
        for phase in phases[1:]
    ]
    spans = [shape for alarm in alarms for shape in _alarm(alarm, stand, minutes, palette)]
    return [*shaded, *starts, *spans]


def labels(
    phases: Sequence[PhaseSpan],
    stand: Sequence[Panel],
    minutes: Minutes,
    palette: Palette,
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The names of the phases at the top of the first panel, and of the panels at their right ends."""
    whole = phases[-1].until - phases[0].since if phases else 0
    told = [
        _label(minutes(phase.since), 1.0, phase.name.lower(), "left", palette.accent)
        | {"xref": "x", "xshift": 3}
        for phase in phases
        if phase.until - phase.since >= whole * _SHORTEST_NAMED
    ]
    titles = [
        _title(panel, f"<b>{names[panel.metric]} {UNITS[panel.metric]}</b>", palette.muted)
        for panel in stand
    ]
    return [*told, *titles]


def limit_numbers(
    lines: Iterable[StepLine], stand: Sequence[Panel], palette: Palette
) -> list[dict[str, Any]]:
    """The limits that held last, beside the panels; the worse one where two would touch."""
    told = []
    for panel in stand:
        low, high = panel.range
        room = _NUMBER_HEIGHT / (panel.domain[1] - panel.domain[0]) * (high - low)
        taken: list[float] = []
        mine = [line for line in lines if line.metric is panel.metric]
        for line in sorted(mine, key=lambda line: -RANK[line.priority]):
            limit = line.steps[-1].limit
            if low <= limit <= high and all(abs(limit - other) >= room for other in taken):
                taken.append(limit)
                told.append(_limit_number(limit, panel, palette.of_priority(line.priority)))
    return told


def _limit_number(limit: float, panel: Panel, colour: str) -> dict[str, Any]:
    label = _label(1, limit, f"{limit:g}", "left", colour)
    small = {"color": colour, "size": 11}
    return label | {"xref": "paper", "yref": panel.axis, "yanchor": "middle", "font": small}


def _title(panel: Panel, text: str, colour: str) -> dict[str, Any]:
    """At the right end; above its panel where another one leaves room for it, never over a trace."""
    is_first = panel.domain[1] == 1.0
    label = _label(0.998, panel.domain[1], text, "right", colour)
    return label | {"xref": "paper", "yanchor": "top" if is_first else "bottom"}


def _alarm(
    alarm: AlarmSpan, stand: Sequence[Panel], minutes: Minutes, palette: Palette
) -> list[dict[str, Any]]:
    colour = palette.of_priority(alarm.priority)
    mine = [panel for panel in stand if alarm.metric in (None, panel.metric)]
    marked = [
        _rectangle(minutes(alarm.since), minutes(alarm.until), "paper", panel.domain)
        | {"fillcolor": colour, "opacity": 0.16, "name": f"alarm {alarm.id}"}
        for panel in mine
    ]
    line = _upright(minutes(alarm.raised_at), stand, colour, "solid")
    return [*marked, line | {"opacity": 0.45}]


def _rectangle(begin: float, end: float, yref: str, between: tuple[float, float]) -> dict[str, Any]:
    return {
        "type": "rect",
        "layer": "below",
        "xref": "x",
        "yref": yref,
        "x0": begin,
        "x1": end,
        "y0": between[0],
        "y1": between[1],
        "line": {"width": 0},
    }


def _upright(x: float, stand: Sequence[Panel], colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "line",
        "layer": "below",
        "xref": "x",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": stand[-1].domain[0],
        "y1": 1,
        "line": {"color": colour, "width": 1, "dash": dash},
    }


def _label(x: float, y: float, text: str, xanchor: str, colour: str) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "y": y,
        "yref": "paper",
        "xanchor": xanchor,
        "yanchor": "top",
        "showarrow": False,
        "font": {"color": colour, "size": 12},
    }
