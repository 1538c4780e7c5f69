"""A recording as a source of measurements, in its own spacing or a new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median_low

from simulators.devices.measurement import Measurement
from simulators.recordings.recording import Recording

HOLD_S = 1.0
HELD = "demo"
"""The status of a value that was not measured but repeated."""


class NoSpacingError(ValueError):
    """The recording has no time column, and no spacing was given."""


class Playback:
    """Plays a recording once (see ``Source``).

    ``interval_s`` gives the rows this spacing instead of the file's own. ``hold`` repeats each row's continuous
    values once a second until the next row, marked; an empty cell ends the repeating. ``first_row`` continues an
    earlier playback.
    """

    model = "recording"

    def __init__(
        self,
        recording: Recording,
        *,
        interval_s: float | None = None,
        hold: bool = False,
        first_row: int = 0,
    ) -> None:
        self._fingerprint = recording.fingerprint
        rows = recording.rows
        times = _times(recording, interval_s)
        self.metrics: Mapping[str, float] = _intervals(recording, times, hold=hold)
        start = times[first_row] if first_row < len(times) else 0.0
        self._events: list[tuple[float, int, tuple[Measurement, ...]]] = []
        for index in range(first_row, len(rows)):
            at_s, measurements = times[index] - start, rows[index].measurements
            self._events.append((at_s, index, measurements))
            if hold and index + 1 < len(rows):
                self._hold(at_s, times[index + 1] - start, index, measurements)
        self._next = 0
        self._played = first_row

    @property
    def position(self) -> str:
        """Which recording this is and how many of its rows were played."""
        return f"{self._fingerprint}:{self._played}"

    def due(self) -> float | None:
        """When the next row or repetition comes; rows without any value are passed over."""
        while self._next < len(self._events) and not self._events[self._next][2]:
            self._next += 1
        return self._events[self._next][0] if self._next < len(self._events) else None

    def take(self) -> Sequence[Measurement]:
        """The next row's values."""
        _, index, measurements = self._events[self._next]
        self._next += 1
        self._played = index + 1
        return measurements

    def _hold(
        self, start: float, end: float, index: int, measurements: tuple[Measurement, ...]
    ) -> None:
        held = tuple(one._replace(status=HELD) for one in measurements if one.metric != "nibp")
        at_s = start + HOLD_S
        while at_s < end:
            self._events.append((at_s, index, held))
            at_s += HOLD_S


def rows_played(position: str | None, recording: Recording) -> int:
    """How many rows of this recording an earlier playback had queued; 0 for another recording or none."""
    fingerprint, _, played = (position or "").partition(":")
    if fingerprint != recording.fingerprint or int(played) >= len(recording.rows):
        return 0
    return int(played)


def _times(recording: Recording, interval_s: float | None) -> list[float]:
    if interval_s is not None:
        return [index * interval_s for index in range(len(recording.rows))]
    times = [row.at_s for row in recording.rows if row.at_s is not None]
    if len(times) < len(recording.rows):
        raise NoSpacingError("the file has no time column: give the rows a spacing with --interval")
    return times


def _intervals(recording: Recording, times: list[float], *, hold: bool) -> dict[str, float]:
    """Each metric's usual spacing; one that comes once only has none and is not promised."""
    seen: dict[str, list[float]] = defaultdict(list)
    for at_s, row in zip(times, recording.rows, strict=True):
        for measurement in row.measurements:
            seen[measurement.metric].append(at_s)
    return {
        metric: HOLD_S
        if hold and metric != "nibp"
        else median_low(later - earlier for earlier, later in pairwise(at))
        for metric, at in seen.items()
        if len(at) > 1
    }
