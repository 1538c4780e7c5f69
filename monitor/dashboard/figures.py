"""The trace of a session: three panels on one time axis, drawn from stored readings. Pure.

Times on the axis are the clinic's wall clock: Plotly's date axis knows no zones, so every x is the instant plus
``shift_ms``, which the figure carries in ``layout.meta`` for the script that extends it live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from monitor.dashboard.entry_marks import STRIP_TOP, EntryMark
from monitor.dashboard.lines import Line, PointRow, continuous_line, dots, pressure_bars, thinned
from monitor.dashboard.marks import (
    Band,
    Cuff,
    Mark,
    PhaseSpan,
    Scene,
    labels,
    reached_priority,
    shapes,
)
from monitor.dashboard.theme import Palette
from monitor.domain.limits import Limit
from monitor.domain.readings import MANUAL_SOURCE, MINUTE, Metric


@dataclass(frozen=True, slots=True)
class TraceView:
    """What the figure of one session shows. ``names`` has words for the metrics, ``mean``, ``manual``, ``late``."""

    session_id: str
    batch: int
    points: Sequence[PointRow]
    limits: Sequence[Limit]
    stale_ms: int
    shift_ms: int
    names: Mapping[str, str]
    palette: Palette
    phases: Sequence[PhaseSpan] = field(default_factory=tuple)
    marks: Sequence[Mark] = field(default_factory=tuple)
    baseline: Band | None = None
    entries: Sequence[EntryMark] = field(default_factory=tuple)


class TraceKind(NamedTuple):
    """One trace of the figure, as its ``meta`` names it."""

    metric: Metric
    origin: str
    part: str


TRACES = (
    TraceKind(Metric.NIBP, "device", "range"),
    TraceKind(Metric.NIBP, "device", "mean"),
    TraceKind(Metric.PULSE_RATE, "device", "line"),
    TraceKind(Metric.SPO2, "device", "line"),
    TraceKind(Metric.NIBP, MANUAL_SOURCE, "range"),
    TraceKind(Metric.NIBP, MANUAL_SOURCE, "mean"),
    TraceKind(Metric.PULSE_RATE, MANUAL_SOURCE, "point"),
    TraceKind(Metric.SPO2, MANUAL_SOURCE, "point"),
    TraceKind(Metric.PULSE_RATE, "device", "late"),
    TraceKind(Metric.SPO2, "device", "late"),
    TraceKind(Metric.NIBP, "device", "late"),
)
"""In this order for good: the script that extends the traces live finds them by place and checks their ``meta``."""

_PANELS = {
    Metric.NIBP: ("y", (0.59, 1.0), (40, 200), 10, (20, 240)),
    Metric.PULSE_RATE: ("y2", (0.345, 0.53), (40, 140), 6, (30, 165)),
    Metric.SPO2: ("y3", (STRIP_TOP, 0.285), (84, 101), 5, (60, 101)),
}
"""Metric to axis, its part of the height, the range that is always shown, how many ticks at most,
and the ends that only a reading passes."""
UNITS = {Metric.NIBP: "mmHg", Metric.PULSE_RATE: "/min", Metric.SPO2: "%"}


def session_figure(view: TraceView) -> dict[str, Any]:
    """The figure of a session, as plain JSON for ``dcc.Graph``."""
    return {"data": [_trace(view, kind) for kind in TRACES], "layout": _layout(view)}


def marks_layout(view: TraceView) -> dict[str, Any]:
    """The part of the layout that changes while a session goes on."""
    begin, end = _shown_time(view)
    scene = Scene(
        phases=view.phases,
        marks=view.marks,
        limits=view.limits,
        baseline=view.baseline,
        beyond=cuffs_beyond(view),
        entries=view.entries,
        shown=(begin - view.shift_ms, end - view.shift_ms),
    )
    return {
        "shapes": shapes(scene, view.palette, view.shift_ms),
        "annotations": [*labels(scene, view.palette, view.shift_ms), *_panel_titles(view)],
    }


def cuffs_beyond(view: TraceView) -> list[Cuff]:
    """The whole cuffs that lie beyond a limit now in force."""
    found = []
    for point in view.points:
        if point.metric != Metric.NIBP or point.systolic is None or point.diastolic is None:
            continue
        values = {
            "systolic": point.systolic,
            "diastolic": point.diastolic,
            "mean": point.mean,
        }
        priority = reached_priority(view.limits, values)
        if priority is not None:
            found.append(Cuff(point.at, point.systolic, point.diastolic, priority))
    return found


def _coordinates(view: TraceView, kind: TraceKind) -> Line:
    if kind.part == "line":
        line = continuous_line(view.points, kind.metric, view.stale_ms)
        return thinned(line, max((point.at for point in view.points), default=0))
    if kind.part == "range":
        return pressure_bars(view.points, kind.origin)
    late_only = kind.part == "late"
    return dots(
        point
        for point in view.points
        if point.metric == kind.metric
        and point.origin == kind.origin
        and (point.late or not late_only)
    )


def _trace(view: TraceView, kind: TraceKind) -> dict[str, Any]:
    line = _coordinates(view, kind)
    return {
        "type": "scatter",
        "x": [x + view.shift_ms for x in line.x],
        "y": line.y,
        "yaxis": _PANELS[kind.metric][0],
        "name": _name(view, kind),
        "hovertemplate": f"%{{x|%H:%M:%S}}  %{{y}} {UNITS[kind.metric]}",
        "connectgaps": False,
        "showlegend": False,
        "meta": {"metric": kind.metric.value, "source": kind.origin, "part": kind.part},
        **_look(view.palette, kind),
    }


def _look(palette: Palette, kind: TraceKind) -> dict[str, Any]:
    colour = {
        Metric.NIBP: palette.pressure,
        Metric.PULSE_RATE: palette.pulse,
        Metric.SPO2: palette.spo2,
    }[kind.metric]
    if kind.origin == MANUAL_SOURCE:
        colour = palette.accent
    if kind.part == "line":
        return {"mode": "lines", "line": {"color": colour, "width": 1.8}}
    if kind.part == "range":
        return {"mode": "lines", "line": {"color": colour, "width": 3.5}}
    if kind.part == "late":
        cross = {"symbol": "x-thin", "size": 6, "line": {"width": 1.2, "color": palette.muted}}
        return {"mode": "markers", "marker": cross}
    symbol = "diamond" if kind.origin == MANUAL_SOURCE else "circle"
    size = 10 if kind.origin == MANUAL_SOURCE else 8
    return {"mode": "markers", "marker": {"symbol": symbol, "size": size, "color": colour}}


def _name(view: TraceView, kind: TraceKind) -> str:
    words = [
        view.names["mean" if kind.metric is Metric.NIBP and kind.part != "range" else kind.metric]
    ]
    if kind.origin == MANUAL_SOURCE:
        words.append(view.names["manual"])
    if kind.part == "late":
        words.append(view.names["late"])
    return " · ".join(words)


def _layout(view: TraceView) -> dict[str, Any]:
    palette = view.palette
    axes = {f"yaxis{axis[1:]}": _value_axis(view, metric) for metric, (axis, *_) in _PANELS.items()}
    return {
        "uirevision": view.session_id,
        "meta": {"batch": view.batch, "shift_ms": view.shift_ms},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": palette.muted, "size": 12, "family": "inherit"},
        "margin": {"l": 44, "r": 14, "t": 24, "b": 28},
        "hovermode": "x",
        "hoverdistance": 12,
        "hoverlabel": {"bgcolor": palette.panel, "font": {"color": palette.text}},
        "dragmode": "zoom",
        "modebar": {
            "bgcolor": "rgba(0,0,0,0)",
            "color": palette.muted,
            "activecolor": palette.text,
        },
        "xaxis": {
            "type": "date",
            # Below the marks of what staff entered.
            "anchor": "free",
            "position": 0,
            "range": _shown_time(view),
            "tickformat": "%H:%M",
            "showgrid": False,
            "zeroline": False,
            "linecolor": palette.grid,
            "hoverformat": "%H:%M:%S",
        },
        **axes,
        **marks_layout(view),
    }


def _shown_time(view: TraceView) -> list[int]:
    """What the time axis shows even while nothing has come: the planned phases, half an hour at least, and a little."""
    moments = [point.at for point in view.points] + [phase.since for phase in view.phases]
    begin = min(moments, default=0)
    end = max([begin + 30 * MINUTE, *moments, *(phase.until for phase in view.phases)])
    return [begin - MINUTE // 2 + view.shift_ms, end + 2 * MINUTE + view.shift_ms]


def _value_axis(view: TraceView, metric: Metric) -> dict[str, Any]:
    _, domain, usual, ticks, (lowest, highest) = _PANELS[metric]
    read = [
        value
        for point in view.points
        for value in (point.value, point.systolic, point.diastolic)
        if point.metric == metric and value is not None
    ]
    return {
        "domain": list(domain),
        # The usual range is always shown; a value beyond it, a live one too, widens the panel.
        "autorange": True,
        # What is written at a line would widen a low panel to values that nobody has; a reading never is cut off.
        "autorangeoptions": {
            "include": list(usual),
            "clipmin": min([lowest, *(value - 2 for value in read)]),
            "clipmax": max([highest, *(value + 2 for value in read if value >= highest)]),
        },
        "nticks": ticks,
        "gridcolor": view.palette.grid,
        "zeroline": False,
    }


def _panel_titles(view: TraceView) -> list[dict[str, Any]]:
    return [
        {
            "text": f"<b>{view.names[metric]} {UNITS[metric]}</b>",
            "xref": "paper",
            "yref": "paper",
            "x": 0.006,
            # Above its panel; the first has the names of the phases there. Never over a trace.
            "y": domain[1],
            "xanchor": "left",
            "yanchor": "top" if domain[1] == 1.0 else "bottom",
            "showarrow": False,
            "bgcolor": view.palette.panel,
            "borderpad": 0,
            "font": {"color": view.palette.muted, "size": 12},
        }
        for metric, (_axis, domain, *_rest) in _PANELS.items()
    ]
