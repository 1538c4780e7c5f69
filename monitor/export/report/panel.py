"""One panel of the trace: values against time, gaps left open, extremes never lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from monitor.domain.limits import Limit, Side
from monitor.domain.readings import MANUAL_SOURCE, SECOND, Instant, Metric
from monitor.domain.review.in_force import InForce
from monitor.domain.review.record import Value
from monitor.export.report.svg import element, legible, line, path, text

GRID, LIMIT, LIMIT_NUMBER = "#e3e3e3", "#a08d70", "#7a6a4f"
_SHORTEST_GAP_MS = 10 * SECOND
_LABEL = 12.0
"""A limit that was in force on less of the page than this has no number."""
_DOT = 1.0
_COLUMN = 0.5
"""Points of one column: its lowest and highest value are drawn, whatever there is between them."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time across the page: an instant to a place."""

    since: Instant
    until: Instant
    left: float
    right: float

    def x(self, at: Instant) -> float:
        """Where a moment lies; what is outside lies at the edge."""
        whole = max(1, self.until - self.since)
        share = min(1.0, max(0.0, (at - self.since) / whole))
        return self.left + share * (self.right - self.left)


@dataclass(frozen=True, slots=True)
class Panel:
    """A strip of the page for one unit, its values from ``low`` to ``high``."""

    span: Span
    top: float
    bottom: float
    low: float
    high: float
    title: str
    colour: str

    def y(self, value: float) -> float:
        """Where a value lies."""
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - min(1.0, max(0.0, share)) * (self.bottom - self.top)

    def frame(self, step: float) -> Iterator[str]:
        """Title, grid and scale."""
        value = -(-self.low // step) * step
        while value <= self.high:
            y = self.y(value)
            yield line(self.span.left, y, self.span.right, y, GRID, stroke_width=0.5)
            yield text(self.span.left - 4, y + 2.2, f"{value:g}", 6.5, text_anchor="end")
            value += step
        yield legible(self.span.left + 2, self.top - 3.0, self.title, 7.5, fill=self.colour)

    def curve(self, values: Sequence[Value]) -> Iterator[str]:
        """What devices measured, as a line that breaks where nothing came."""
        by_source: dict[str, list[Value]] = {}
        for value in values:
            if value.source != MANUAL_SOURCE:
                by_source.setdefault(value.source, []).append(value)
        for of_source in by_source.values():
            for stretch in _unbroken(of_source):
                points = list(self._reduced(stretch))
                if points[-1][0] - points[0][0] < _DOT:
                    # Too short for a line that anybody would see.
                    (x, y), *_ = points
                    yield element("circle", cx=x, cy=y, r=_DOT, fill=self.colour)
                else:
                    yield path(points, self.colour, 0.55)

    def unmeasured(self, words: str) -> str:
        """An empty panel says that it is none by mistake."""
        x, y = (self.span.left + self.span.right) / 2, (self.top + self.bottom) / 2 + 3
        return legible(x, y, words, 8, text_anchor="middle", fill="#8a8578")

    def spots(self, values: Iterable[Value]) -> Iterator[str]:
        """What a person entered: open circles."""
        for value in values:
            if value.source == MANUAL_SOURCE:
                yield self.ring(value.at, value.value)

    def ring(self, at: Instant, value: float) -> str:
        """One value of a person."""
        return element(
            "circle",
            cx=self.span.x(at),
            cy=self.y(value),
            r=2.0,
            fill="white",
            stroke=self.colour,
            stroke_width=0.9,
        )

    def limits(self, spans: Iterable[InForce], metric: Metric, component: str) -> Iterator[str]:
        """The nearest limit on each side, as it was in force.

        The last ones have their numbers beside the panel, where nothing is drawn; earlier ones behind the values.
        """
        in_force = list(self._in_force(spans, metric, component))
        last = in_force[-1][1] if in_force else set()
        told: set[float] = set()
        for value in last:
            at = self.span.right + 2.5, self.y(value) + 2.0
            yield text(*at, f"{value:g}", 6, fill=LIMIT_NUMBER)
        for known, values in in_force:
            left, right = self.span.x(known.since), self.span.x(known.until)
            told &= values
            for value in sorted(values):
                y = self.y(value)
                yield line(left, y, right, y, LIMIT, stroke_width=0.8, stroke_dasharray="3 2")
                if value not in last | told and right - left >= _LABEL:
                    yield text(left + 1.5, y - 1.6, f"{value:g}", 6, fill=LIMIT_NUMBER)
                    told.add(value)

    def _in_force(
        self, spans: Iterable[InForce], metric: Metric, component: str
    ) -> Iterator[tuple[InForce, set[float]]]:
        for known in spans:
            of_component = [limit for limit in known.limits[metric] if limit.component == component]
            yield known, {v for v in _nearest(of_component) if self.low < v < self.high}

    def _reduced(self, values: Sequence[Value]) -> Iterator[tuple[float, float]]:
        """At most four points for each column: its first, lowest, highest and last."""
        columns: dict[int, list[Value]] = {}
        for value in values:
            columns.setdefault(int(self.span.x(value.at) / _COLUMN), []).append(value)
        for known in columns.values():
            kept = {known[0], known[-1], min(known, key=_value), max(known, key=_value)}
            for value in sorted(kept):
                yield self.span.x(value.at), self.y(value.value)


def scale(values: Iterable[float], low: float, high: float, step: float) -> tuple[float, float]:
    """The usual scale, made wider to whole steps where values lie beyond it."""
    known = list(values)
    lowest, highest = min(known, default=low), max(known, default=high)
    return min(low, lowest // step * step), max(high, -(-highest // step) * step)


def _value(value: Value) -> float:
    return value.value


def _unbroken(values: Sequence[Value]) -> Iterator[list[Value]]:
    steps = [later.at - earlier.at for earlier, later in pairwise(values)]
    longest = max(_SHORTEST_GAP_MS, 3 * median(steps)) if steps else 0
    stretch = list(values[:1])
    for earlier, later in pairwise(values):
        if later.at - earlier.at > longest:
            yield stretch
            stretch = []
        stretch.append(later)
    yield stretch


def _nearest(limits: Iterable[Limit]) -> list[float]:
    known = list(limits)
    below = [limit.limit for limit in known if limit.side is Side.BELOW]
    above = [limit.limit for limit in known if limit.side is Side.ABOVE]
    return [*([max(below)] if below else []), *([min(above)] if above else [])]
