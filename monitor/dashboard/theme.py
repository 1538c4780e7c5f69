"""Colours for what Mantine and Plotly draw themselves; everything else takes them from ``assets/tokens.css``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as in the tokens of the style sheet."""

    text: str
    muted: str
    grid: str
    pulse: str
    spo2: str
    pressure: str
    accent: str
    high: str
    medium: str
    low: str
    shade: str
    panel: str
    published: str

    def of_priority(self, priority: str) -> str:
        """The colour of an alarm priority; never the only sign of it."""
        return {"high": self.high, "medium": self.medium, "low": self.low}[priority]


PALETTES = {
    "dark": Palette(
        text="#f2f5f8",
        muted="#a3adb8",
        grid="#1f2731",
        pulse="#4ade80",
        spo2="#38bdf8",
        pressure="#d5dade",
        accent="#7d9bff",
        high="#ff6b6b",
        medium="#ffc53d",
        low="#5ee0d8",
        shade="rgba(125, 155, 255, 0.07)",
        panel="#0d1016",
        published="#c7a6ff",
    ),
    "light": Palette(
        text="#10161d",
        muted="#4a5662",
        grid="#e0e6ec",
        pulse="#117a37",
        spo2="#0369a1",
        pressure="#4a5560",
        accent="#2f55d4",
        high="#b3151a",
        medium="#7a5600",
        low="#0a625d",
        shade="rgba(47, 85, 212, 0.06)",
        panel="#eef1f5",
        published="#6d28d9",
    ),
}
"""By theme; a test holds them to the tokens."""

MANTINE_THEME: dict[str, Any] = {
    "fontFamily": "var(--font, system-ui, sans-serif)",
    "primaryColor": "indigo",
    "defaultRadius": "md",
    "cursorType": "pointer",
    "focusRing": "auto",
    "respectReducedMotion": True,
    # An element without a role that takes the focus has no place in a menu: its first choice has the focus instead.
    "components": {"Menu": {"defaultProps": {"withInitialFocusPlaceholder": False}}},
}
