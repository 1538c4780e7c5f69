"""The page that both Dash peers show: a cell for each metric of each room."""

from __future__ import annotations

from typing import Any

from dash import html

from tests.benchmarks.peers.frames import METRICS, NOTHING, rooms

_GRID = {"display": "grid", "gridTemplateColumns": "repeat(4, 1fr)", "gap": "12px"}


def cell(room: str, metric: str) -> str:
    """The id of a cell."""
    return f"{room}-{metric}"


def ward(count: int) -> html.Div:
    """All rooms."""
    return html.Div([_tile(room) for room in rooms(count)], style=_GRID)


def _tile(room: str) -> html.Div:
    cells = [
        html.Span(NOTHING, id=cell(room, metric), **_mark(metric=metric)) for metric in METRICS
    ]
    return html.Div(cells, **_mark(room=room))


def _mark(**values: str) -> dict[str, Any]:
    return {f"data-{name}": value for name, value in values.items()}
