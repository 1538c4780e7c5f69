"""What changes from session to session: pressures, dose and scores against the session's number. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.dashboard.series.looks import axis, layout, title
from monitor.dashboard.series.reading import SeriesSession
from monitor.dashboard.theme import Palette
from monitor.dashboard.words import Words

_DOMAINS = {
    "rise": ("y", (0.6, 0.965)),
    "dose": ("y2", (0.4, 0.54)),
    "cadss6": ("y3", (0.26, 0.34)),
    "dissociation": ("y4", (0.13, 0.21)),
    "moaas": ("y5", (0.0, 0.08)),
}
_SCALES = {"cadss6": (0, 24), "dissociation": (0, 10), "moaas": (0, 5)}
_MOST_WRITTEN = 14
"""Of more sessions the values would stand on top of each other: they are told where one points."""


def by_number_figure(
    words: Words, sessions: Sequence[SeriesSession], names: Mapping[str, str], palette: Palette
) -> dict[str, Any]:
    """The figure as plain JSON. ``names``: the panels' titles, by what they show."""
    counted = [one for one in sessions if one.counts]
    is_written = len(counted) <= _MOST_WRITTEN
    traces = [
        *_pressures(words, counted, palette),
        *_doses(words, counted, palette, is_written=is_written),
        *(trace for score in _SCALES for trace in _scores(counted, score, palette)),
    ]
    numbers = [one.session.number for one in counted]
    first, last = min(numbers, default=1), max(numbers, default=1)
    return {
        "data": traces,
        "layout": {
            **layout(palette, {"l": 40, "r": 14, "t": 6, "b": 30}),
            "xaxis": {
                "range": [first - 0.6, max(last, first + 3) + 0.6],
                "anchor": "y5",
                "dtick": 1 if is_written else None,
                "tickformat": "d",
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            **{
                place.replace("y", "yaxis"): axis(palette, domain, **_scale(name, counted))
                for name, (place, domain) in _DOMAINS.items()
            },
            "annotations": [
                title(names[name], domain[1] + 0.006, palette)
                for name, (_place, domain) in _DOMAINS.items()
            ],
        },
    }


def _scale(name: str, sessions: Sequence[SeriesSession]) -> dict[str, Any]:
    if name == "rise":
        return {"nticks": 6}
    if name == "dose":
        most = max((one.dose.mg for one in sessions if one.dose is not None), default=40.0)
        return {"range": [0, most * 1.7], "nticks": 3}
    low, high = _SCALES[name]
    margin = (high - low) * 0.25
    return {"range": [low - margin, high + margin], "tickvals": [low, high]}


def _pressures(
    words: Words, sessions: Sequence[SeriesSession], palette: Palette
) -> list[dict[str, Any]]:
    """Baseline hollow, peak full; systolic a circle, diastolic a square, joined by what lies between."""
    _ = words.gettext
    kinds = (
        (_("peak systolic"), "peak_systolic", "circle"),
        (_("peak diastolic"), "peak_diastolic", "square"),
        (_("baseline systolic"), "baseline_systolic", "circle-open"),
        (_("baseline diastolic"), "baseline_diastolic", "square-open"),
    )
    return [
        *(_rise(sessions, part, palette) for part in ("systolic", "diastolic")),
        *(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [one.session.number for one in sessions],
                "y": [getattr(one.row.figures, name) for one in sessions],
                "name": text,
                "marker": {"symbol": symbol, "size": 9, "color": palette.pressure},
                "hovertemplate": "%{x}: %{y:~g} mmHg",
                "yaxis": "y",
            }
            for text, name, symbol in kinds
        ),
    ]


def _rise(sessions: Sequence[SeriesSession], part: str, palette: Palette) -> dict[str, Any]:
    x: list[int | None] = []
    y: list[float | None] = []
    for one in sessions:
        rest = getattr(one.row.figures, f"baseline_{part}")
        peak = getattr(one.row.figures, f"peak_{part}")
        x += [one.session.number, one.session.number, None]
        y += [rest, peak, None]
    line = {"color": palette.pressure, "width": 1.4}
    shape = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "opacity": 0.5}
    return {**shape, "x": x, "y": y, "line": line, "yaxis": "y"}


def _doses(
    words: Words, sessions: Sequence[SeriesSession], palette: Palette, *, is_written: bool
) -> list[dict[str, Any]]:
    """A dose of an infusion that was stopped early is hatched: less than this was given."""
    known = [(one.session.number, one.dose) for one in sessions if one.dose is not None]
    told = [
        f"<b>{words.number(dose.mg)}</b>"
        + ("" if dose.mg_per_kg is None else f"<br>{words.number(dose.mg_per_kg)}/kg")
        for _number, dose in known
    ]
    return [
        {
            "type": "bar",
            "x": [number for number, _dose in known],
            "y": [dose.mg for _number, dose in known],
            "width": 0.5,
            "text": told,
            "textposition": "outside" if is_written else "none",
            "textfont": {"color": palette.text, "size": 11},
            "cliponaxis": False,
            "marker": {
                "color": palette.accent,
                "pattern": {"shape": ["" if dose.is_whole else "/" for _number, dose in known]},
            },
            "hovertemplate": "%{x}: %{text}<extra></extra>",
            "yaxis": "y2",
        }
    ]


def _scores(
    sessions: Sequence[SeriesSession], score: str, palette: Palette
) -> list[dict[str, Any]]:
    known = [(one.session.number, one.scores[score]) for one in sessions if score in one.scores]
    return [
        {
            "type": "scatter",
            "mode": "lines+markers+text",
            "x": [number for number, _value in known],
            "y": [value for _number, value in known],
            "text": [f"<b>{value}</b>" for _number, value in known],
            "textposition": "top center" if score != "moaas" else "bottom center",
            "textfont": {"color": palette.text, "size": 11},
            "cliponaxis": False,
            "line": {"color": palette.muted, "width": 1},
            "marker": {"color": palette.published, "size": 7},
            "hovertemplate": "%{x}: %{y}<extra></extra>",
            "yaxis": _DOMAINS[score][0],
        }
    ]
