"""The trace of a whole session: panels on one axis of minutes from the infusion's beginning. Pure.

A trace's ``meta`` says what it is: ``part`` (line, range, mean, point, late, limit, mark, own, published), ``metric``
and ``source``; the script finds by it which lines it may draw anew in full. ``layout.meta`` has what it must know.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from monitor.dashboard.review.lines import (
    MARKS_AXIS,
    late_hatches,
    line_traces,
    mark_trace,
    spot_traces,
    step_trace,
)
from monitor.dashboard.review.panels import Panel, panels
from monitor.dashboard.review.pressures import pressure_traces
from monitor.dashboard.review.scene import ReviewView
from monitor.dashboard.review.shapes import labels, limit_numbers, shapes
from monitor.dashboard.review.steps import StepLine, step_lines
from monitor.dashboard.theme import Palette
from monitor.domain.readings import HOUR, MINUTE, Metric

_TICKS = {Metric.NIBP: 9, Metric.RESP_RATE: 4, Metric.TEMPERATURE: 4}
"""How many numbers an axis has at most."""
_HOURS_FROM = 4
_HOUR_STEPS = (30, 60, 120, 180, 360, 720, 1440)
_MOST_HOURS = 12
_UNMEASURED = {"ticklabeloverflow": "allow"}
"""The margins have room for every number. Without this Plotly measures each, a quarter of the time that it draws."""


def review_figure(view: ReviewView) -> dict[str, Any]:
    """The figure as plain JSON for ``dcc.Graph``."""
    stand = panels(view.recorded)
    by_metric = {panel.metric: panel for panel in stand}
    lines = [line for line in step_lines(view.spans) if line.metric in by_metric]
    traces = [
        *late_hatches(view, by_metric),
        *(step_trace(view, line, by_metric[line.metric]) for line in lines),
        *line_traces(view, view.recorded.channels, by_metric),
        *pressure_traces(view, by_metric[Metric.NIBP]),
        *spot_traces(view, by_metric),
        mark_trace(view),
    ]
    return {"data": traces, "layout": _layout(view, stand, lines)}


def _layout(view: ReviewView, stand: Sequence[Panel], lines: Sequence[StepLine]) -> dict[str, Any]:
    palette = view.palette
    since, until = view.whole
    margin = max(0.4, (until - since) / MINUTE * 0.008)
    shown = [view.minutes(since) - margin, view.minutes(until) + margin]
    return {
        "showlegend": False,
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "font": {"color": palette.muted, "size": 12, "family": "var(--font)"},
        "margin": {"l": 40, "r": 34, "t": 4, "b": 6},
        "hovermode": "closest",
        "hoverdistance": 30,
        "hoverlabel": {"bgcolor": palette.panel, "font": {"color": palette.text, "size": 13}},
        "dragmode": "zoom",
        "uirevision": view.session_id,
        "meta": {
            "session": view.session_id,
            "whole": shown,
            "origin": view.origin,
            "hourly": hourly(until - since),
        },
        "xaxis": _time_axis(view, stand, shown),
        **{panel.layout_name: _value_axis(palette, panel) for panel in stand},
        MARKS_AXIS.replace("y", "yaxis"): {
            "domain": [0, 0.03],
            "range": [0, 1],
            "visible": False,
            "fixedrange": True,
        },
        "shapes": shapes(view.phases, view.alarms, stand, view.minutes, palette),
        "annotations": [
            *labels(view.phases, stand, view.minutes, palette, view.names),
            *limit_numbers(lines, stand, palette),
        ],
    }


def _time_axis(view: ReviewView, stand: Sequence[Panel], shown: Sequence[float]) -> dict[str, Any]:
    since, until = view.whole
    return {
        "range": shown,
        "minallowed": shown[0],
        "maxallowed": shown[1],
        "anchor": stand[-1].axis,
        **_UNMEASURED,
        "ticksuffix": " min",
        **_hours(view.minutes(until), hourly(until - since)),
        "tickformat": "~g",
        "nticks": 11,
        "showgrid": False,
        "zeroline": False,
        "linecolor": view.palette.grid,
        "showspikes": True,
        "spikemode": "across",
        "spikesnap": "cursor",
        "spikethickness": 1,
        "spikedash": "solid",
        "spikecolor": view.palette.grid,
    }


def hourly(length_ms: int) -> int | None:
    """Minutes from one number of the axis to the next while a session is shown whole that is told in hours."""
    hours = length_ms / HOUR
    if hours < _HOURS_FROM:
        return None
    return next((step for step in _HOUR_STEPS if hours * 60 / step <= _MOST_HOURS), _HOUR_STEPS[-1])


def _hours(last: float, step: int | None) -> dict[str, Any]:
    """In hours what would be many minutes, in the whole and in every stretch of it."""
    if step is None:
        return {}
    told = {
        f"{minute} min": f"{minute // 60} h" + (f" {minute % 60}" if minute % 60 else "")
        for minute in range(60, ceil(last) + step)
    }
    return {"tick0": 0, "dtick": step, "labelalias": told}


def _value_axis(palette: Palette, panel: Panel) -> dict[str, Any]:
    return {
        "domain": list(panel.domain),
        "range": list(panel.range),
        "fixedrange": True,
        "nticks": _TICKS.get(panel.metric, 5),
        **_UNMEASURED,
        "gridcolor": palette.grid,
        "zeroline": False,
    }
