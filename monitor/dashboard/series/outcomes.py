"""How a patient does between the sessions: outcome scales by date, as a figure and as a list. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from monitor.dashboard.series.looks import axis, layout
from monitor.dashboard.theme import Palette
from monitor.dashboard.words import Words
from monitor.domain.outcomes import SCALES, Outcome
from monitor.domain.readings import Instant

NAMES = {"madrs": "MADRS", "phq9": "PHQ-9"}
_SYMBOLS = {"madrs": "circle", "phq9": "square"}


def outcome_figure(
    words: Words, outcomes: Iterable[Outcome], session_days: Iterable[Instant], palette: Palette
) -> dict[str, Any]:
    """The scores that count; each scale has its own shape and its name beside its last score, sessions a line each."""
    known = [one for one in outcomes if one.counts]
    colours = {"madrs": palette.text, "phq9": palette.accent}
    traces = [
        _trace(scale, [one for one in known if one.scale == scale], colours[scale])
        for scale in SCALES
        if any(one.scale == scale for one in known)
    ]
    highest = max(high for _low, high in SCALES.values())
    days = {words.local(at).date().isoformat() for at in session_days}
    return {
        "data": traces,
        "layout": {
            **layout(palette, {"l": 30, "r": 86, "t": 8, "b": 26}),
            "xaxis": {"type": "date", "showgrid": False, "fixedrange": True, "tickformat": "%d/%m"},
            "yaxis": axis(palette, (0, 1), range=[-2, highest + 2], dtick=20),
            "shapes": [_day_line(day, palette) for day in sorted(days)],
        },
    }


def day_text(words: Words, day: str) -> str:
    """A day of the clinic's calendar, as the language writes it."""
    noon = datetime.combine(date.fromisoformat(day), time(12), words.zone)
    return words.day(round(noon.timestamp() * 1000))


def _trace(scale: str, scores: Sequence[Outcome], colour: str) -> dict[str, Any]:
    name, last = NAMES[scale], scores[-1]
    return {
        "type": "scatter",
        "mode": "lines+markers+text",
        "name": name,
        "x": [one.on for one in scores],
        "y": [one.value for one in scores],
        "text": [f"  <b>{name} {one.value}</b>" if one is last else "" for one in scores],
        "textposition": "middle right",
        "textfont": {"color": colour, "size": 12},
        "cliponaxis": False,
        "line": {"color": colour, "width": 1.6},
        "marker": {"symbol": _SYMBOLS[scale], "size": 9, "color": colour},
        "hovertemplate": f"{name} %{{y}}<extra></extra>",
    }


def _day_line(day: str, palette: Palette) -> dict[str, Any]:
    return {
        "type": "line",
        "layer": "below",
        "x0": day,
        "x1": day,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": palette.grid, "width": 2},
    }
