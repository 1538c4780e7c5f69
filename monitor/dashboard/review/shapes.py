"""What stands behind the review's traces: the infusion, the beginnings of phases, the time of each alarm. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from monitor.dashboard.marks import PhaseSpan
from monitor.dashboard.review.panels import UNITS, Panel
from monitor.dashboard.review.steps import StepLine
from monitor.dashboard.theme import Palette
from monitor.domain.limits import RANK, Priority
from monitor.domain.readings import Instant, Metric

Minutes = Callable[[Instant], float]
_SHORTEST_NAMED = 0.1
"""A phase that takes less of the axis has no room for its name."""


_NUMBER_HEIGHT = 0.03
"""The part of the figure's height that a number takes on a low window."""


_STRIP = 0.012
"""The part of the figure's height that a strip of alarms takes."""
_ABOUT_ALL = 0.035
"""Where the strip of alarms that are about no single metric stands: under the numbers of the axis."""
_OPACITY = 0.16
"""Of the shading behind a value that was beyond, however many alarms say so."""


class AlarmSpan(NamedTuple):
    """From when to when an alarm condition held; ``metric`` None where it is about no single one.

    ``rungs``: its priorities, each with when it was reached. ``stood_until``: until when its signal stood after that.
    """

    id: str
    metric: Metric | None
    is_physiological: bool
    since: Instant
    rungs: tuple[tuple[str, Instant], ...]
    until: Instant
    stood_until: Instant | None = None

    def pieces(self) -> Iterator[Piece]:
        """The condition piece by piece, each with the priority that it had reached; the first from its onset."""
        begins = [self.since, *(since for _, since in self.rungs[1:])]
        for (priority, _), begin, end in zip(
            self.rungs, begins, [*begins[1:], self.until], strict=True
        ):
            if begin < end:
                yield Piece(begin, end, priority)


class Piece(NamedTuple):
    """A stretch of time with a priority."""

    since: Instant
    until: Instant
    priority: str


def layered(pieces: Iterable[Piece]) -> list[Piece]:
    """The same time with no two on top of each other: where several overlap, the worst priority stands."""
    known = sorted(pieces)
    cuts = sorted({at for piece in known for at in (piece.since, piece.until)})
    found: list[Piece] = []
    for begin, end in pairwise(cuts):
        priorities = [p.priority for p in known if p.since <= begin and end <= p.until]
        if not priorities:
            continue
        worst = max(priorities, key=lambda priority: RANK[Priority(priority)])
        if found and found[-1].until == begin and found[-1].priority == worst:
            found[-1] = found[-1]._replace(until=end)
        else:
            found.append(Piece(begin, end, worst))
    return found


def shapes(
    phases: Sequence[PhaseSpan],
    alarms: Iterable[AlarmSpan],
    stand: Sequence[Panel],
    minutes: Minutes,
    palette: Palette,
) -> list[dict[str, Any]]:
    """Rectangles and uprights, the widest first.

    Alarms stand in strips: one in each panel for its metric, one under the axis for those about no single one. Only a
    value that was beyond shades its panel, once.
    """
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
    known = list(alarms)
    drawn = list(_about_all(known, minutes, palette))
    for panel in stand:
        mine = [alarm for alarm in known if alarm.metric is panel.metric]
        drawn += _of_panel(mine, panel, minutes, palette)
    return [*shaded, *starts, *drawn]


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


def _of_panel(
    alarms: Sequence[AlarmSpan], panel: Panel, minutes: Minutes, palette: Palette
) -> Iterator[dict[str, Any]]:
    bottom, top = panel.domain
    beyond = [alarm for alarm in alarms if alarm.is_physiological]
    for piece in layered(piece for alarm in beyond for piece in alarm.pieces()):
        span = minutes(piece.since), minutes(piece.until)
        fill = {"fillcolor": palette.of_priority(piece.priority), "opacity": _OPACITY}
        yield _rectangle(*span, "paper", panel.domain) | fill | {"name": "beyond"}
    for alarm in beyond:
        for priority, since in alarm.rungs:
            line = _upright(minutes(since), [panel], palette.of_priority(priority), "solid")
            yield line | {"y1": top, "opacity": 0.6, "name": f"alarm {alarm.id}"}
    yield from _strip(alarms, (bottom, bottom + _STRIP), minutes, palette)


def _about_all(
    alarms: Sequence[AlarmSpan], minutes: Minutes, palette: Palette
) -> Iterator[dict[str, Any]]:
    about_all = [alarm for alarm in alarms if alarm.metric is None]
    yield from _strip(about_all, (_ABOUT_ALL, _ABOUT_ALL + _STRIP), minutes, palette)


def _strip(
    alarms: Sequence[AlarmSpan],
    between: tuple[float, float],
    minutes: Minutes,
    palette: Palette,
) -> Iterator[dict[str, Any]]:
    """Conditions as bars, and signals that stood after them, unseen, as a dotted line."""
    stood = [
        Piece(alarm.until, alarm.stood_until, alarm.rungs[-1][0])
        for alarm in alarms
        if alarm.stood_until is not None
    ]
    middle = sum(between) / 2
    for piece in layered(stood):
        line = _upright(0, [], palette.of_priority(piece.priority), "dot")
        ends = {"x0": minutes(piece.since), "x1": minutes(piece.until), "y0": middle, "y1": middle}
        yield line | ends | {"name": "unseen"}
    for piece in layered(piece for alarm in alarms for piece in alarm.pieces()):
        bar = _rectangle(minutes(piece.since), minutes(piece.until), "paper", between)
        # A moment of an hour would be no pixel wide without an edge.
        colour = palette.of_priority(piece.priority)
        yield bar | {"fillcolor": colour, "line": {"width": 1, "color": colour}, "name": "alarm"}


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
        "y0": stand[-1].domain[0] if stand else 0,
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
