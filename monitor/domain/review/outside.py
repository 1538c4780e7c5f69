"""How long values were judged, and beyond the limits that were in force at their time. Pure.

Time without a value is neither inside nor outside: it was not measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from monitor.domain.chart import Cuff
from monitor.domain.limits import Limit
from monitor.domain.readings import Instant, Metric
from monitor.domain.review.counting import SPOT_COUNTS_MS, Counting
from monitor.domain.review.in_force import InForce
from monitor.domain.review.record import SessionRecord, Value


class Stretch(NamedTuple):
    """From ``since`` up to ``until``."""

    since: Instant
    until: Instant

    @property
    def ms(self) -> int:
        """Its length."""
        return self.until - self.since


class Judged(NamedTuple):
    """One metric: the time in which a value counted, a value counted for which a limit was in force, and lay beyond it.

    Each without overlaps, by time, inside the session.
    """

    measured: Sequence[Stretch]
    judged: Sequence[Stretch]
    outside: Sequence[Stretch]


def judge(record: SessionRecord, spans: Sequence[InForce]) -> dict[Metric, Judged]:
    """Metric to what became of its values; metrics without any are left out."""
    found = {metric: _values(record, metric, spans) for metric in record.values}
    found[Metric.NIBP] = _pressures(record, spans)
    return {metric: judged for metric, judged in found.items() if judged.measured}


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time without overlaps: stretches that touch become one."""
    found = _Runs()
    for stretch in sorted(stretches):
        found.add(stretch)
    return found.runs


def total_ms(stretches: Iterable[Stretch]) -> int:
    """Their length together, what overlaps counted once."""
    return sum(stretch.ms for stretch in joined(stretches))


def _values(record: SessionRecord, metric: Metric, spans: Sequence[InForce]) -> Judged:
    by_source: dict[str, list[Value]] = {}
    for value in record.values[metric]:
        by_source.setdefault(value.source, []).append(value)
    parts = []
    for source, values in by_source.items():
        counting, judging = Counting(record, metric, source), _Judging(record, metric, spans)
        for value, following in zip_longest(values, values[1:]):
            until = value.at + counting.ms(value.at)
            stretch = Stretch(value.at, until if following is None else min(until, following.at))
            judging.take(stretch, value.value)
        parts.append(judging.found())
    return Judged(*(joined(stretch for part in parts for stretch in part[n]) for n in range(3)))


def _pressures(record: SessionRecord, spans: Sequence[InForce]) -> Judged:
    """Of all sources together: the due list asks for one pressure, whoever takes it."""
    cuffs, judging = record.chart.cuffs(), _Judging(record, Metric.NIBP, spans)
    for cuff, following in zip_longest(cuffs, cuffs[1:]):
        until = cuff.at + SPOT_COUNTS_MS
        judging.take(
            Stretch(cuff.at, until if following is None else min(until, following.at)), cuff
        )
    return judging.found()


class _Judging:
    """Goes through the values of one metric by time."""

    def __init__(self, record: SessionRecord, metric: Metric, spans: Sequence[InForce]) -> None:
        self._whole = Stretch(record.session.started_at, record.until)
        self._limits = _Limits(metric, spans)
        self._measured, self._judged, self._outside = _Runs(), _Runs(), _Runs()

    def take(self, stretch: Stretch, value: float | Cuff) -> None:
        """A value counts so long; what lies beyond the session does not count."""
        since, until = stretch
        first, last = self._whole
        if since < first or until > last:
            stretch = Stretch(max(since, first), min(until, last))
        if stretch.since >= stretch.until:
            return
        self._measured.add(stretch)
        limits = self._limits.at(since)
        if not limits:
            return
        self._judged.add(stretch)
        # Of every second of a session: a generator would cost more than what it looks at.
        for limit in limits:
            if _crosses(limit, value):
                self._outside.add(stretch)
                return

    def found(self) -> Judged:
        return Judged(self._measured.runs, self._judged.runs, self._outside.runs)


class _Runs:
    """Stretches that come by their beginnings, those that touch made one."""

    def __init__(self) -> None:
        self._begins: list[Instant] = []
        self._ends: list[Instant] = []

    def add(self, stretch: Stretch) -> None:
        since, until = stretch
        if not self._ends or since > self._ends[-1]:
            self._begins.append(since)
            self._ends.append(until)
        elif until > self._ends[-1]:
            self._ends[-1] = until

    @property
    def runs(self) -> list[Stretch]:
        return list(map(Stretch, self._begins, self._ends))


def _crosses(limit: Limit, value: float | Cuff) -> bool:
    known = getattr(value, limit.component) if isinstance(value, Cuff) else value
    return known is not None and limit.is_crossed_by(known)


class _Limits:
    """The limits of one metric at moments that only grow."""

    def __init__(self, metric: Metric, spans: Sequence[InForce]) -> None:
        self._spans = [(span.since, span.limits[metric]) for span in spans]
        self._place = 0

    def at(self, at: Instant) -> tuple[Limit, ...]:
        """What holds at this moment; before the first span, what the first one has."""
        if not self._spans:
            return ()
        while self._place + 1 < len(self._spans) and self._spans[self._place + 1][0] <= at:
            self._place += 1
        return self._spans[self._place][1]
