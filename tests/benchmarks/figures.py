"""The results as figures, one page for each workload in ``build/benchmarks``: every turn a point, the median a line."""

from __future__ import annotations

from pathlib import Path

import plotly.graph_objects as go  # type: ignore[import-untyped]
from plotly.subplots import make_subplots  # type: ignore[import-untyped]

from tests.benchmarks.contest import Figures
from tests.benchmarks.results import FOLDER, Results, figures_of

PAGES = FOLDER.parents[1] / "build" / "benchmarks"
_COLOURS = {"ours": "#1f77b4", "peer": "#9e9e9e", "limit": "#2ca02c"}
_ROW_PX = 260


def draw(results: Results, folder: Path = PAGES) -> list[Path]:
    """A page of each workload; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, dict[str, Figures]] = {}
    for what, part in results.parts.items():
        parts.setdefault(what.split()[0], {})[what] = figures_of(part)
    pages = []
    for workload, its in parts.items():
        page = folder / f"{workload.lower()}.html"
        _figure(its).write_html(page, include_plotlyjs="directory")
        pages.append(page)
    return pages


def _figure(parts: dict[str, Figures]) -> go.Figure:
    """A row for each measure, a column for each part."""
    measures = list(
        dict.fromkeys(
            m for its in parts.values() for turns in its.turns.values() for t in turns for m in t
        )
    )
    figure = make_subplots(rows=len(measures), cols=len(parts), column_titles=list(parts))
    for column, its in enumerate(parts.values(), 1):
        for row, measure in enumerate(measures, 1):
            for name, turns in its.turns.items():
                values = [turn[measure] for turn in turns if measure in turn]
                box = go.Box(y=values, name=name, boxpoints="all", showlegend=False)
                box.marker.color = _COLOURS[its.roles[name]]
                figure.add_trace(box, row=row, col=column)
            figure.update_yaxes(title_text=measure, rangemode="tozero", row=row, col=column)
    figure.update_layout(height=_ROW_PX * len(measures) + 120, template="plotly_white")
    return figure
