"""Pressures: bars with a dot, those that a person read told apart, those beyond a limit in its colour. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from monitor.dashboard.lines import PointRow
from monitor.dashboard.marks import reached_priority
from monitor.dashboard.review.panels import Panel
from monitor.dashboard.review.scene import CLOCKS, ReviewView, marker
from monitor.dashboard.review.steps import limits_at
from monitor.domain.readings import MANUAL_SOURCE, Metric


def pressure_traces(view: ReviewView, panel: Panel) -> list[dict[str, Any]]:
    """Bars and dots: those of devices and those that a person read, each within and beyond the limits of its time."""
    groups: dict[tuple[str, str], list[PointRow]] = {}
    for cuff in view.recorded.cuffs:
        groups.setdefault((cuff.origin, _reached(view, cuff)), []).append(cuff)
    return [
        trace
        for (origin, priority), cuffs in sorted(groups.items())
        for trace in _cuff_traces(view, panel, cuffs, origin, priority)
    ]


def _reached(view: ReviewView, cuff: PointRow) -> str:
    """The worst priority whose limit it crosses; empty for none."""
    values = {"systolic": cuff.systolic, "diastolic": cuff.diastolic, "mean": cuff.mean}
    return reached_priority(limits_at(view.spans, Metric.NIBP, cuff.at), values) or ""


def _cuff_traces(
    view: ReviewView, panel: Panel, cuffs: Sequence[PointRow], origin: str, priority: str
) -> list[dict[str, Any]]:
    by_hand = origin == MANUAL_SOURCE
    plain = view.palette.accent if by_hand else view.palette.pressure
    colour = view.palette.of_priority(priority) if priority else plain
    bars = [cuff for cuff in cuffs if cuff.systolic is not None and cuff.diastolic is not None]
    dots = [cuff for cuff in cuffs if cuff.mean is not None or cuff.systolic is not None]
    name = " · ".join([view.names[Metric.NIBP], *([view.names["manual"]] if by_hand else [])])
    range_trace = {
        "type": "scatter",
        "mode": "lines",
        "yaxis": panel.axis,
        "x": [x for cuff in bars for x in (view.minutes(cuff.at), view.minutes(cuff.at), None)],
        "y": [y for cuff in bars for y in (cuff.systolic, cuff.diastolic, None)],
        "line": {"color": colour, "width": 2 if by_hand else 3.2},
        "hoverinfo": "skip",
        "name": name,
        "meta": {"part": "range", "metric": panel.metric.value, "source": origin},
    }
    dot_trace = {
        "type": "scatter",
        "mode": "markers",
        "yaxis": panel.axis,
        "x": [view.minutes(cuff.at) for cuff in dots],
        "y": [_middle(cuff) for cuff in dots],
        "customdata": [[cuff.at + view.shift_ms, _cuff_text(cuff)] for cuff in dots],
        "marker": marker(colour, by_hand=by_hand),
        "hovertemplate": f"{CLOCKS} · %{{x:.1f}} min<br>%{{customdata[1]}} mmHg",
        "name": name,
        "meta": {"part": "mean", "metric": panel.metric.value, "source": origin},
    }
    return [trace for trace in (range_trace, dot_trace) if trace["x"]]


def _middle(cuff: PointRow) -> float | None:
    if cuff.mean is not None or cuff.systolic is None or cuff.diastolic is None:
        return cuff.mean
    return round((cuff.systolic + 2 * cuff.diastolic) / 3)


def _cuff_text(cuff: PointRow) -> str:
    mean = "" if cuff.mean is None else f" ({cuff.mean:g})"
    if cuff.systolic is None or cuff.diastolic is None:
        return mean.strip()
    return f"{cuff.systolic:g}/{cuff.diastolic:g}{mean}"
