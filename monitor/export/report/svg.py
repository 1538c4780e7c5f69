"""A few shapes of SVG, in points."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

FONT = "Libertinus Serif"
"""It comes with the typesetter, so that a page looks the same on every machine."""


def element(name: str, content: str = "", /, **attributes: object) -> str:
    """One element; ``_`` in a name of an attribute is a hyphen."""
    said = " ".join(
        f"{key.replace('_', '-')}={quoteattr(_short(value))}" for key, value in attributes.items()
    )
    return f"<{name} {said}>{content}</{name}>" if content else f"<{name} {said}/>"


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, **more: object) -> str:
    """A straight one."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **more)


def text(x: float, y: float, words: str, size: float = 7, **more: object) -> str:
    """A label, its base line at y."""
    return element(
        "text", escape(words), x=x, y=y, font_family=FONT, font_size=size, **{"fill": "#444"} | more
    )


def legible(x: float, y: float, words: str, size: float, **more: object) -> str:
    """A label that keeps clear of the lines that run behind it."""
    behind = {"fill": "white", "stroke": "white", "stroke_width": 2.4, "stroke_linejoin": "round"}
    return text(x, y, words, size, **more | behind) + text(x, y, words, size, **more)


def path(points: Iterable[tuple[float, float]], stroke: str, width: float) -> str:
    """A line through the points; nothing for none. A single point is a dot."""
    known = list(points)
    if not known:
        return ""
    if len(known) == 1:
        (x, y), *_ = known
        return element("circle", cx=x, cy=y, r=width, fill=stroke)
    places = " ".join(f"{_short(x)},{_short(y)}" for x, y in known)
    return element(
        "polyline",
        points=places,
        fill="none",
        stroke=stroke,
        stroke_width=width,
        stroke_linejoin="round",
    )


def drawing(width: float, height: float, shapes: Iterable[str]) -> str:
    """The whole picture."""
    return element(
        "svg",
        "".join(shapes),
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {_short(width)} {_short(height)}",
    )


def _short(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
