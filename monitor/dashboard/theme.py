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


PALETTES = {
    "dark": Palette(
        text="#e6edf3",
        muted="#8b98a5",
        grid="#1c242d",
        pulse="#4ade80",
        spo2="#38bdf8",
        pressure="#d7dde3",
        accent="#7c9cff",
        high="#ff4d4f",
        medium="#ffc53d",
        low="#5eead4",
        shade="rgba(124, 156, 255, 0.06)",
    ),
    "light": Palette(
        text="#14202b",
        muted="#52606d",
        grid="#e3e8ee",
        pulse="#15803d",
        spo2="#0369a1",
        pressure="#27323d",
        accent="#3451c7",
        high="#c8102e",
        medium="#8a5a00",
        low="#0f766e",
        shade="rgba(52, 81, 199, 0.06)",
    ),
}

MANTINE_THEME: dict[str, Any] = {
    "fontFamily": "var(--font, system-ui, sans-serif)",
    "primaryColor": "indigo",
    "defaultRadius": "md",
    "cursorType": "pointer",
    "focusRing": "auto",
    "respectReducedMotion": True,
}
