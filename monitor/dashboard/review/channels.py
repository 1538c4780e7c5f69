"""A stored trace as arrays: one channel for each metric and source, its breaks, and fewer points for drawing. Pure.

Of the points that a stretch of the screen would show on top of each other, the lowest and the highest are kept, so
that no extreme is ever lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

from monitor.dashboard.lines import PointRow
from monitor.domain.readings import MANUAL_SOURCE, MINUTE, SECOND, Instant, Metric

MOST_POINTS = 2000
"""Of one line, however long: about two for each pixel of its width."""
_FEWEST_OF_A_RUN = 4
_Floats = NDArray[np.float64]


class Channel(NamedTuple):
    """A continuous metric of one device, by time; NaN where the device said that there is no value."""

    metric: Metric
    source: str
    at: _Floats
    """Instants."""
    values: _Floats
    late: NDArray[np.bool_]
    longest_ms: float
    """A silence that is longer is a break."""


class Curve(NamedTuple):
    """What is drawn: instants and values, NaN for a break. ``is_whole``: no point was left out."""

    at: _Floats
    values: _Floats
    is_whole: bool


class Recorded(NamedTuple):
    """A session's trace, sorted: what lines are drawn of, and everything else as single points."""

    channels: list[Channel]
    cuffs: list[PointRow]
    spots: list[PointRow]
    """What a person read of a continuous metric."""


def recorded(points: Iterable[tuple[Any, ...]], stale_ms: int) -> Recorded:
    """The trace of ``Records.trace``; a metric that comes once a second breaks after ``stale_ms``."""
    runs: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    cuffs, spots = [], []
    for point in points:
        metric, source = point[1], point[10]
        if metric == Metric.NIBP:
            cuffs.append(PointRow(*point))
        elif source == MANUAL_SOURCE:
            spots.append(PointRow(*point))
        else:
            runs[metric, source].append(point)
    channels = [
        _channel(Metric(metric), source, run, stale_ms) for (metric, source), run in runs.items()
    ]
    return Recorded(channels, cuffs, spots)


def curve(channel: Channel, most: int = MOST_POINTS) -> Curve:
    """The channel with at most about so many points, its breaks kept."""
    pieces_at, pieces_values, is_whole = [], [], True
    runs = list(_runs(channel))
    share = most / max(1, sum(run.stop - run.start for run in runs))
    for run in runs:
        at, values = channel.at[run], channel.values[run]
        kept = _kept(values, max(_FEWEST_OF_A_RUN, int(len(values) * share)))
        is_whole = is_whole and len(kept) == len(values)
        pieces_at += [at[kept], at[kept][-1:]]
        pieces_values += [values[kept], np.array([np.nan])]
    # A break follows each run but the last.
    return Curve(_joined(pieces_at[:-1]), _joined(pieces_values[:-1]), is_whole)


def between(channel: Channel, since: Instant, until: Instant) -> Channel:
    """The part of it in this time, with one point more on each side, so that its line reaches the edges."""
    first, last = np.searchsorted(channel.at, [since, until])
    part = slice(max(0, int(first) - 1), int(last) + 1)
    return channel._replace(
        at=channel.at[part], values=channel.values[part], late=channel.late[part]
    )


def late_spans(channel: Channel) -> list[tuple[Instant, Instant]]:
    """When values were measured that arrived too late to be watched."""
    at = channel.at[channel.late]
    ends = np.flatnonzero(np.diff(at) > channel.longest_ms)
    begins = [0, *(ends + 1)] if len(at) else []
    return [
        (int(at[begin]), int(at[end]))
        for begin, end in zip(begins, [*ends, len(at) - 1], strict=False)
    ]


def _channel(metric: Metric, source: str, run: list[tuple[Any, ...]], stale_ms: int) -> Channel:
    at = np.array([point[2] for point in run], dtype=np.float64)
    order = np.argsort(at, kind="stable")
    values = np.array([point[4] for point in run], dtype=np.float64)[order]
    late = np.array([point[9] for point in run], dtype=np.bool_)[order]
    at = at[order]
    return Channel(metric, source, at, values, late, stale_ms + _allowance_ms(at))


def _allowance_ms(at: _Floats) -> float:
    """How much longer than a 1 Hz metric this one takes to come, from its own usual spacing."""
    if len(at) < 2:
        return 0
    return max(0.0, min(float(np.median(np.diff(at))), MINUTE) - SECOND)


def _runs(channel: Channel) -> Iterator[slice]:
    """The stretches of values without a silence or a "no value" in them."""
    known = np.flatnonzero(~np.isnan(channel.values))
    if not len(known):
        return
    breaks = (np.diff(known) > 1) | (np.diff(channel.at[known]) > channel.longest_ms)
    begin = 0
    for end in [*(np.flatnonzero(breaks) + 1), len(known)]:
        yield slice(int(known[begin]), int(known[end - 1]) + 1)
        begin = end


def _kept(values: _Floats, most: int) -> NDArray[np.int64]:
    if len(values) <= most:
        return np.arange(len(values))
    # An even number: the lowest and the highest of each part.
    chosen = MinMaxDownsampler().downsample(values, n_out=most // 2 * 2)
    ends = np.array([0, len(values) - 1])
    return np.union1d(chosen.astype(np.int64), ends)


def _joined(pieces: list[_Floats]) -> _Floats:
    return np.concatenate(pieces) if pieces else np.array([], dtype=np.float64)
