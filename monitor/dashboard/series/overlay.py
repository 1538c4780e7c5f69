"""The patient's sessions over each other, from the beginning of each infusion. Pure.

A trace's ``meta`` says which session it is of and whether it is its ``line`` or its ``label``: the script makes the one
that is picked out stand out. Each session is told by its number, written beside its lines; never by a colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.dashboard.line_ends import halo, spread
from monitor.dashboard.series.looks import axis, layout, title
from monitor.dashboard.series.reading import BEFORE, Cuff, Curves, SeriesSession, Steps
from monitor.dashboard.theme import Palette
from monitor.domain.readings import MANUAL_SOURCE

_DOMAINS = {"y": (0.5, 0.965), "y2": (0.25, 0.445), "y3": (0.0, 0.195)}
_RANGES = {"y": (55.0, 200.0), "y2": (45.0, 130.0), "y3": (85.0, 101.0)}
"""What is always shown; a value beyond it widens its panel."""
_BEYOND = 4.0
_SHORTEST = 60.0
_APART = {"y": 11.0, "y2": 15.0, "y3": 3.0}
"""How far labels are apart, in the unit of their panel."""
_SHAPES = (
    ("circle", "●"),
    ("square", "■"),
    ("triangle-up", "▲"),
    ("cross", "✚"),
    ("triangle-down", "▼"),
    ("star", "★"),
)
LOUD, QUIET = {"opacity": 1.0, "width": 2.6}, {"opacity": 0.38, "width": 1.2}


def overlay_figure(
    sessions: Sequence[SeriesSession], names: Mapping[str, str], palette: Palette, picked: str
) -> dict[str, Any]:
    """The figure as plain JSON. ``names``: a text for ``pressure``, ``pulse``, ``spo2`` and ``session``."""
    drawn = [(one, one.curves) for one in sessions if one.curves is not None]
    traces = [
        trace | _look(trace, picked)
        for place, (one, curves) in enumerate(drawn)
        for trace in [
            *_session_traces(one, curves, names, palette, _marks(place)[0]),
        ]
    ]
    traces += _labels(drawn, palette)
    last = max((max(trace["x"]) for trace in traces), default=_SHORTEST)
    return {
        "data": traces,
        "layout": {
            **layout(palette, {"l": 40, "r": 14, "t": 6, "b": 30}),
            "meta": {"loud": LOUD, "quiet": QUIET},
            "uirevision": "series",
            "xaxis": {
                "range": [-BEFORE, max(_SHORTEST, last) + 4],
                "anchor": "y3",
                "ticksuffix": " min",
                "nticks": 11,
                "gridcolor": palette.grid,
                "zeroline": True,
                "zerolinecolor": palette.accent,
                "fixedrange": True,
            },
            **{
                name.replace("y", "yaxis"): axis(palette, domain, range=_range(traces, name))
                for name, domain in _DOMAINS.items()
            },
            "annotations": [
                title(names[name], _DOMAINS[place][1], palette)
                for name, place in (("pressure", "y"), ("pulse", "y2"), ("spo2", "y3"))
            ],
        },
    }


def _session_traces(
    one: SeriesSession,
    curves: Curves,
    names: Mapping[str, str],
    palette: Palette,
    shape: str,
) -> list[dict[str, Any]]:
    name = names["session"].format(n=one.session.number)
    meta = {"session": one.session.id, "part": "line"}
    base = {"type": "scatter", "connectgaps": False, "name": name, "meta": meta}
    lows = [cuff for cuff in curves.cuffs if cuff.diastolic is not None]
    found = [
        base
        | _cuff_line(
            curves.cuffs, [cuff.systolic for cuff in curves.cuffs], palette, (shape, "solid")
        ),
        base | _cuff_line(lows, [cuff.diastolic for cuff in lows], palette, (shape, "dot")),
        base | _steps_line(curves.pulse, "y2", palette.pulse),
        base | _steps_line(curves.spo2, "y3", palette.spo2),
    ]
    return [trace for trace in found if trace["x"]]


def _cuff_line(
    cuffs: Sequence[Cuff],
    values: Sequence[float | None],
    palette: Palette,
    look: tuple[str, str],
) -> dict[str, Any]:
    shape, dash = look
    shapes = ["diamond" if cuff.origin == MANUAL_SOURCE else shape for cuff in cuffs]
    return {
        "x": [cuff.minute for cuff in cuffs],
        "y": list(values),
        "yaxis": "y",
        "mode": "lines+markers",
        "line": {"color": palette.pressure, "dash": dash},
        "marker": {"symbol": shapes, "size": 7, "color": palette.pressure},
        "text": [
            f"{cuff.systolic:g}/–"
            if cuff.diastolic is None
            else f"{cuff.systolic:g}/{cuff.diastolic:g}"
            for cuff in cuffs
        ],
        "hovertemplate": "%{x:.0f} min<br>%{text} mmHg",
    }


def _steps_line(steps: Steps, place: str, colour: str) -> dict[str, Any]:
    # A minute that stands alone between two breaks is a point: a line would not show it.
    return {
        "x": [minute for minute, _value in steps],
        "y": [value for _minute, value in steps],
        "yaxis": place,
        "mode": "lines+markers",
        "line": {"color": colour},
        "marker": {"size": 2, "color": colour},
        "hovertemplate": "%{x:.0f} min<br>%{y:~g}",
    }


def _labels(
    drawn: Sequence[tuple[SeriesSession, Curves]], palette: Palette
) -> list[dict[str, Any]]:
    """Each session's number and mark at the end of each of its lines, none on top of another."""
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x + 0.8],
            "y": [y],
            "yaxis": place,
            "text": [f"<b>{one.session.number}</b> {_marks(number)[1]}"],
            "textposition": "middle right",
            "textfont": {"color": palette.text, "size": 12, "shadow": halo(palette.panel)},
            "hoverinfo": "skip",
            "cliponaxis": False,
            "meta": {"session": one.session.id, "part": "label"},
        }
        for place, least in _APART.items()
        for ends in [_ends(drawn, place)]
        for (number, one, x, _y), y in zip(
            ends, spread([end[3] for end in ends], least), strict=True
        )
    ]


def _ends(
    drawn: Sequence[tuple[SeriesSession, Curves]], place: str
) -> list[tuple[int, SeriesSession, float, float]]:
    found = []
    for number, (one, curves) in enumerate(drawn):
        points = {
            "y": [(cuff.minute, cuff.systolic) for cuff in curves.cuffs],
            "y2": [(minute, value) for minute, value in curves.pulse if value is not None],
            "y3": [(minute, value) for minute, value in curves.spo2 if value is not None],
        }[place]
        if points:
            found.append((number, one, *max(points)))
    return found


def _marks(number: int) -> tuple[str, str]:
    """The shape of a session's points, and the same as a character; diamonds are pressures read by hand."""
    return _SHAPES[number % len(_SHAPES)]


def _look(trace: Mapping[str, Any], picked: str) -> dict[str, Any]:
    if trace["meta"]["part"] == "label":
        return {}
    look = LOUD if trace["meta"]["session"] == picked else QUIET
    line = {**trace["line"], "width": look["width"]}
    return {"opacity": look["opacity"], "line": line}


def _range(traces: Sequence[Mapping[str, Any]], place: str) -> list[float]:
    low, high = _RANGES[place]
    lines = (t for t in traces if t["yaxis"] == place and t["meta"]["part"] == "line")
    values = [y for trace in lines for y in trace["y"] if y is not None]
    if values and min(values) < low:
        low = min(values) - _BEYOND
    if values and max(values) > high:
        high = max(values) + _BEYOND
    return [low, high]
