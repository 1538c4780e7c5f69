"""What the figures of a series have in common. Pure."""

from __future__ import annotations

from typing import Any

from monitor.dashboard.theme import Palette

CONFIG: Any = {
    "displayModeBar": False,
    # Plotly offers by default to upload the chart to its maker; these are a patient's.
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "doubleClick": "reset",
}


def layout(palette: Palette, margin: dict[str, int]) -> dict[str, Any]:
    """The frame of a figure, in the colours of the theme."""
    return {
        "showlegend": False,
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "font": {"color": palette.muted, "size": 12, "family": "var(--font)"},
        "margin": margin,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": palette.panel, "font": {"color": palette.text, "size": 13}},
        "dragmode": False,
    }


def axis(palette: Palette, domain: tuple[float, float], **more: Any) -> dict[str, Any]:
    """An axis of values on a part of the height."""
    return {
        "domain": list(domain),
        "gridcolor": palette.grid,
        "zeroline": False,
        "fixedrange": True,
        **more,
    }


def title(text: str, top: float, palette: Palette) -> dict[str, Any]:
    """The name of a panel, at its upper left."""
    return {
        "text": f"<b>{text}</b>",
        "x": 0,
        "y": top,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": palette.muted, "size": 12},
    }
