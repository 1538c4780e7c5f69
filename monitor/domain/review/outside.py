"""How long values were beyond the limits that were in force at their time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

from monitor.domain.limits import Limit
from monitor.domain.readings import MINUTE, SECOND, Instant, Metric
from monitor.domain.review.in_force import InForce
from monitor.domain.review.record import SessionRecord, Value

VALUE_COUNTS_MS = 3 * SECOND
"""A value of a continuous metric says something until the next one, and no longer than until it would be stale."""
CUFF_COUNTS_MS = 5 * MINUTE
"""A pressure says something until the next one, and no longer than this. Needs clinical sign-off."""


class Stretch(NamedTuple):
    """From ``since`` up to ``until``."""

    since: Instant
    until: Instant

    @property
    def ms(self) -> int:
        """Its length."""
        return self.until - self.since


def outside_limits(record: SessionRecord, spans: Sequence[InForce]) -> dict[Metric, list[Stretch]]:
    """Metric to the stretches of time in which its values lay beyond a limit; metrics without any left out."""
    found = {
        metric: joined(_outside(metric, values, spans)) for metric, values in record.values.items()
    }
    found[Metric.NIBP] = joined(_pressures_outside(record, spans))
    return {metric: stretches for metric, stretches in found.items() if stretches}


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time without overlaps: stretches that touch become one."""
    found: list[Stretch] = []
    for stretch in sorted(stretches):
        if found and stretch.since <= found[-1].until:
            found[-1] = Stretch(found[-1].since, max(found[-1].until, stretch.until))
        else:
            found.append(stretch)
    return found


def total_ms(stretches: Iterable[Stretch]) -> int:
    """Their length together, what overlaps counted once."""
    return sum(stretch.ms for stretch in joined(stretches))


def _outside(
    metric: Metric, values: Sequence[Value], spans: Sequence[InForce]
) -> Iterator[Stretch]:
    by_source: dict[str, list[Value]] = {}
    for value in values:
        by_source.setdefault(value.source, []).append(value)
    for of_source in by_source.values():
        limits = _Limits(metric, spans)
        for value, until in _held(of_source):
            if any(limit.is_crossed_by(value.value) for limit in limits.at(value.at)):
                yield Stretch(value.at, until)


def _held(values: Sequence[Value]) -> Iterator[tuple[Value, Instant]]:
    for value, following in pairwise(values):
        yield value, min(following.at, value.at + VALUE_COUNTS_MS)
    if values:
        yield values[-1], values[-1].at + VALUE_COUNTS_MS


def _pressures_outside(record: SessionRecord, spans: Sequence[InForce]) -> Iterator[Stretch]:
    cuffs, limits = record.chart.cuffs(), _Limits(Metric.NIBP, spans)
    for cuff, following in zip_longest(cuffs, cuffs[1:]):
        next_at = record.until if following is None else following.at
        components = {name: getattr(cuff, name) for name in ("systolic", "diastolic", "mean")}
        crossed = any(
            (value := components.get(limit.component)) is not None and limit.is_crossed_by(value)
            for limit in limits.at(cuff.at)
        )
        if crossed and next_at > cuff.at:
            yield Stretch(cuff.at, min(next_at, cuff.at + CUFF_COUNTS_MS))


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
