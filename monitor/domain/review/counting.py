"""How long a value of a session says something: the alarm system's own rule of what is live, looked at afterwards.

A value says something until the next one of its source, and no longer than until it was stale: that depends on how
often its device had said that it sends. What has no usual interval (a pressure, what staff entered) is never stale;
of a whole session it counts no longer than ``SPOT_COUNTS_MS``.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from monitor.domain import facts
from monitor.domain.feeds import DEFAULT_INTERVALS, interval_ms_of, live_ms, unnamed_interval_ms
from monitor.domain.readings import MANUAL_SOURCE, MINUTE, Instant, Metric
from monitor.domain.review.record import SessionRecord

SPOT_COUNTS_MS = 5 * MINUTE
"""A spot value says something until the next one, and no longer than this. Needs clinical sign-off."""


class Counting:
    """How long the values of one metric from one source count, by the moment they are of."""

    def __init__(self, record: SessionRecord, metric: Metric, source: str) -> None:
        self._ladder = record.settings.ladder
        self._metric = metric
        self._named = [] if source == MANUAL_SOURCE else _named(record, metric, source)
        self._since = [one.at for one in self._named]
        self._is_spot = source == MANUAL_SOURCE

    def ms(self, at: Instant) -> int:
        """How long one of this moment counts if no other follows."""
        interval_ms = self._interval_ms(at)
        return SPOT_COUNTS_MS if interval_ms is None else live_ms(interval_ms, self._ladder)

    def _interval_ms(self, at: Instant) -> int | None:
        if self._is_spot:
            return None
        if not self._named:
            return unnamed_interval_ms(self._metric)
        return self._named[max(0, bisect_right(self._since, at) - 1)].interval_ms


class _Named(NamedTuple):
    """From ``at`` on, a device is known to send a metric at this interval."""

    at: Instant
    interval_ms: int | None


def _named(record: SessionRecord, metric: Metric, source: str) -> list[_Named]:
    """By time; a device that no longer names what it sends is watched on as before."""
    found = []
    for fact in record.facts:
        if not isinstance(fact.body, facts.FeedExpected) or fact.body.device_id != source:
            continue
        intervals = DEFAULT_INTERVALS if fact.body.intervals is None else fact.body.intervals
        if str(metric) in intervals:
            interval_ms = interval_ms_of(metric, intervals[str(metric)])
            found.append(_Named(fact.at, interval_ms))
    return sorted(found, key=lambda one: one.at)
