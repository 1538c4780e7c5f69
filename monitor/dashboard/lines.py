"""The readings of a session as coordinates: lines that break where nothing came, bars and dots. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from monitor.domain.readings import MANUAL_SOURCE, MINUTE, SECOND, Instant, Metric

DETAIL = 15 * MINUTE
"""How far back from the newest reading a live trace has each one."""
_BUCKET = 10 * SECOND


class PointRow(NamedTuple):
    """One reading as the screen feed has it (``wire.live.Point``)."""

    room_id: str
    metric: str
    at: Instant
    received_at: Instant
    value: float | None
    systolic: float | None
    diastolic: float | None
    mean: float | None
    status: str
    late: int
    source: str

    @property
    def origin(self) -> str:
        """``manual`` for what a person read and entered, else ``device``."""
        return MANUAL_SOURCE if self.source == MANUAL_SOURCE else "device"


class Line(NamedTuple):
    """The coordinates of one trace; None in ``y`` is a break."""

    x: list[int]
    y: list[float | None]


def continuous_line(points: Iterable[PointRow], metric: str, stale_ms: int) -> Line:
    """A metric's line, one run per source; broken where a reading had no value or none came for the stale time."""
    by_source: dict[str, list[PointRow]] = defaultdict(list)
    for point in points:
        if point.metric == metric and point.origin == "device":
            by_source[point.source].append(point)
    line = Line([], [])
    for run in by_source.values():
        _append_run(line, sorted(run, key=lambda point: point.at), stale_ms)
    return line


def thinned(line: Line, newest: Instant) -> Line:
    """The line with only the lowest and the highest reading of every ten seconds that are older than ``DETAIL``.

    Breaks and the ends of runs stay. The page's script goes on with it once a minute, by the same rules: a browser
    holds some 400 bytes for each point, and a long session has thousands that share a pixel.
    """
    detail_from = (newest - DETAIL) // _BUCKET * _BUCKET

    def group_of(place: int) -> tuple[bool, int]:
        at = line.x[place]
        is_break = line.y[place] is None
        if at >= detail_from:
            return is_break, -place - 1
        return is_break, 0 if is_break else at // _BUCKET

    kept = [
        place
        for _, places in groupby(range(len(line.x)), key=group_of)
        for place in _kept(line.y, list(places))
    ]
    return Line([line.x[place] for place in kept], [line.y[place] for place in kept])


def pressure_bars(points: Iterable[PointRow], origin: str) -> Line:
    """Vertical bars from systolic to diastolic; a cuff with a mean only has none."""
    line = Line([], [])
    for point in points:
        if point.metric == Metric.NIBP and point.origin == origin and point.systolic is not None:
            line.x.extend([point.at] * 3)
            line.y.extend([point.systolic, point.diastolic, None])
    return line


def dots(points: Iterable[PointRow]) -> Line:
    """The value, or a cuff's mean, of every reading that has one."""
    line = Line([], [])
    for point in points:
        value = point.mean if point.metric == Metric.NIBP else point.value
        if value is not None:
            line.x.append(point.at)
            line.y.append(value)
    return line


def _append_run(line: Line, run: list[PointRow], stale_ms: int) -> None:
    longest_ms = stale_ms + _allowance_ms(run)
    previous: Instant | None = None
    for point in run:
        if line.x and (previous is None or point.at - previous > longest_ms):
            line.x.append(line.x[-1])
            line.y.append(None)
        line.x.append(point.at)
        line.y.append(point.value)
        previous = point.at


def _kept(values: Sequence[float | None], group: Sequence[int]) -> list[int]:
    """Of neighbours in one bucket the first lowest, the first highest, and where a run begins or ends."""
    first, last = group[0], group[-1]
    if values[first] is None:
        return sorted({first, last})
    places = {
        min(group, key=lambda place: values[place] or 0),
        max(group, key=lambda place: values[place] or 0),
    }
    if first == 0 or values[first - 1] is None:
        places.add(first)
    if last + 1 == len(values) or values[last + 1] is None:
        places.add(last)
    return sorted(places)


def _allowance_ms(run: list[PointRow]) -> int:
    """How much longer than a 1 Hz metric this one takes to come, from its own usual spacing."""
    spacings = [after.at - before.at for before, after in pairwise(run)]
    return max(0, min(round(median(spacings)), 60 * SECOND) - SECOND) if spacings else 0
