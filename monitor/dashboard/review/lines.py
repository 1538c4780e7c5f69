"""Lines, single points, limits, late stretches and the signs under the axis, as Plotly traces. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.dashboard.lines import PointRow
from monitor.dashboard.review.channels import MOST_POINTS, Channel, curve, late_spans
from monitor.dashboard.review.panels import UNITS, Panel
from monitor.dashboard.review.scene import CLOCKS, ReviewView, hover, marker, packed
from monitor.dashboard.review.steps import StepLine
from monitor.dashboard.theme import Palette
from monitor.domain.readings import MANUAL_SOURCE, MINUTE, Metric

MARKS_AXIS = "y9"


def line_traces(
    view: ReviewView,
    channels: Iterable[Channel],
    by_metric: Mapping[Metric, Panel],
    most: int = MOST_POINTS,
) -> list[dict[str, Any]]:
    """The lines of these channels, with at most about so many points each."""
    return [
        line_points(view, channel, most)
        | {
            "type": "scatter",
            "mode": "lines",
            "yaxis": by_metric[channel.metric].axis,
            "name": view.names[channel.metric],
            "line": {"color": _colour(view.palette, channel.metric), "width": 1.6},
            "connectgaps": False,
            "hovertemplate": hover(f"%{{y:~g}} {UNITS[channel.metric]}"),
        }
        for channel in channels
    ]


def line_points(view: ReviewView, channel: Channel, most: int = MOST_POINTS) -> dict[str, Any]:
    """The points of a line alone, with the ``meta`` by which the script knows whose they are."""
    drawn = curve(channel, most)
    return {
        "x": packed((drawn.at - view.origin) / MINUTE),
        "y": packed(drawn.values),
        "customdata": packed(drawn.at + view.shift_ms),
        "meta": {
            "part": "line",
            "metric": channel.metric.value,
            "source": channel.source,
            "whole": drawn.is_whole,
        },
    }


def spot_traces(view: ReviewView, by_metric: Mapping[Metric, Panel]) -> list[dict[str, Any]]:
    """What a person read of a continuous metric, as single points."""
    by_panel: dict[Metric, list[PointRow]] = {}
    for spot in view.recorded.spots:
        if spot.value is not None:
            by_panel.setdefault(Metric(spot.metric), []).append(spot)
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "yaxis": by_metric[metric].axis,
            "x": [view.minutes(spot.at) for spot in spots],
            "y": [spot.value for spot in spots],
            "customdata": [spot.at + view.shift_ms for spot in spots],
            "marker": marker(view.palette.accent, by_hand=True),
            "hovertemplate": hover(f"%{{y:~g}} {UNITS[metric]}"),
            "name": f"{view.names[metric]} · {view.names['manual']}",
            "meta": {"part": "point", "metric": metric.value, "source": MANUAL_SOURCE},
        }
        for metric, spots in by_panel.items()
    ]


def step_trace(view: ReviewView, line: StepLine, panel: Panel) -> dict[str, Any]:
    """A limit over the time in which it held."""
    x: list[float | None] = []
    y: list[float | None] = []
    for step in line.steps:
        if x and x[-1] != view.minutes(step.since):
            x.append(None)
            y.append(None)
        x += [view.minutes(step.since), view.minutes(step.until)]
        y += [step.limit, step.limit]
    what = view.names[line.component] if line.component != "value" else view.names[line.metric]
    return {
        "type": "scatter",
        "mode": "lines",
        "yaxis": panel.axis,
        "x": x,
        "y": y,
        "connectgaps": False,
        "zorder": -2,
        "opacity": 0.7,
        "line": {"color": view.palette.of_priority(line.priority), "width": 1, "dash": "dash"},
        "hovertemplate": f"{view.names['limit']}: {what} %{{y:~g}} {UNITS[line.metric]}<extra></extra>",
        "name": view.names["limit"],
        "meta": {"part": "limit", "metric": line.metric.value, "source": ""},
    }


def late_hatches(view: ReviewView, by_metric: Mapping[Metric, Panel]) -> list[dict[str, Any]]:
    """What came too late to be watched, hatched over the height of its panel."""
    traces = []
    for channel in view.recorded.channels:
        spans = late_spans(channel)
        if not spans:
            continue
        panel = by_metric[channel.metric]
        low, high = panel.range
        x: list[float | None] = []
        y: list[float | None] = []
        for since, until in spans:
            begin, end = view.minutes(since), view.minutes(until)
            x += [begin, begin, end, end, begin, None]
            y += [low, high, high, low, low, None]
        traces.append(
            {
                "type": "scatter",
                "mode": "none",
                "fill": "toself",
                "fillcolor": "rgba(0, 0, 0, 0)",
                "fillpattern": {
                    "shape": "/",
                    "size": 7,
                    "solidity": 0.22,
                    "fgcolor": view.palette.muted,
                    "bgcolor": "rgba(0, 0, 0, 0)",
                },
                "yaxis": panel.axis,
                "x": x,
                "y": y,
                "zorder": -3,
                "hoveron": "fills",
                "hoverinfo": "name",
                "name": view.names["late"],
                "meta": {"part": "late", "metric": channel.metric.value, "source": channel.source},
            }
        )
    return traces


def mark_trace(view: ReviewView) -> dict[str, Any]:
    """The signs under the axis; a script zooms to an alarm by its id."""
    tones = {"event": view.palette.published, "phase": view.palette.accent}
    return {
        "type": "scatter",
        "mode": "markers",
        "yaxis": MARKS_AXIS,
        "cliponaxis": False,
        "x": [view.minutes(mark.at) for mark in view.marks],
        "y": [0.5] * len(view.marks),
        "customdata": [
            [mark.at + view.shift_ms, mark.text.replace("<", "‹"), mark.alarm]
            for mark in view.marks
        ],
        "marker": {
            "symbol": ["triangle-up" if mark.alarm else "diamond-tall" for mark in view.marks],
            "size": 11,
            "color": [
                tones[mark.tone] if mark.tone in tones else view.palette.of_priority(mark.tone)
                for mark in view.marks
            ],
        },
        "hovertemplate": f"{CLOCKS} · %{{x:.1f}} min<br>%{{customdata[1]}}<extra></extra>",
        "name": "",
        "meta": {"part": "mark", "metric": "", "source": ""},
    }


def _colour(palette: Palette, metric: Metric) -> str:
    return {
        Metric.PULSE_RATE: palette.pulse,
        Metric.SPO2: palette.spo2,
        Metric.RESP_RATE: palette.text,
    }.get(metric, palette.muted)
