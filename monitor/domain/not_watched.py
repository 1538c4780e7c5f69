"""What is not watched now in an open session, so that staff can see it. An empty list means: fully watched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from monitor.domain.feeds import CONTINUOUS, Feed
from monitor.domain.limits import MissingLadder
from monitor.domain.readings import SECOND, Instant, Metric


class Gap(NamedTuple):
    """One thing that is not watched. ``kind``: ``no_source``, ``no_value`` or ``seldom``; ``metric`` names it."""

    kind: str
    metric: str
    since: Instant
    interval_s: int = 0


def gaps(
    feeds: Iterable[Feed], ladder: MissingLadder, began_at: Instant, now: Instant
) -> list[Gap]:
    """Pulse and SpO2 without a source, without a live value, or coming too seldom for a delay in seconds."""
    known = list(feeds)
    found = []
    for metric in CONTINUOUS:
        gap = _gap(metric, known, ladder, began_at, now)
        if gap is not None:
            found.append(gap)
    return found


def _gap(
    metric: Metric, feeds: list[Feed], ladder: MissingLadder, began_at: Instant, now: Instant
) -> Gap | None:
    vitals = [vital for feed in feeds if (vital := feed.vitals.get(str(metric))) is not None]
    if not vitals:
        return Gap("no_source", str(metric), began_at)
    losses = [vital.lost_since(now, ladder) for vital in vitals]
    if all(loss is not None for loss in losses):
        return Gap("no_value", str(metric), max(loss for loss in losses if loss is not None))
    interval_ms = min(vital.interval_ms or 0 for vital in vitals)
    if interval_ms > ladder.stale_ms:
        return Gap("seldom", str(metric), began_at, interval_ms // SECOND)
    return None
