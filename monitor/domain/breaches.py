"""How long a value has been beyond its limits: pure bookkeeping of one metric from one source, in measured order.

A rung is *reached* when an unbroken breach has outlasted its delay, and stays reached until the value has been
inside by the clear margin for the clear delay. Reordered readings are put in their place and the rungs are
computed anew; late readings (and reordered ones) move onsets but never reach a rung by themselves.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from monitor.domain.limits import Clearing, Limit
from monitor.domain.readings import Instant, Reading

REMEMBERED = 64
"""Readings kept to put reordered ones in their place; the older half is folded away when it is exceeded."""
NEVER: Instant = 2**62


class Entry(NamedTuple):
    """One reading as the limits see it; ``timely`` means it may reach a rung."""

    at: Instant
    timely: bool
    value: float | None
    systolic: float | None
    diastolic: float | None
    mean: float | None


@dataclass(slots=True)
class Rung:
    """Where one limit stands."""

    onset: Instant | None = None
    timely: bool = False
    reached: bool = False
    clearing_since: Instant | None = None
    value: float | None = None
    """The newest value beyond the limit."""
    pressure: str = ""
    """The whole cuff reading it belongs to, like ``184/112``; empty for other metrics."""


@dataclass(slots=True)
class Track:
    """The rungs of one metric from one source. ``spot`` values have neither delay nor clear delay nor margin."""

    spot: bool
    rungs: list[Rung]
    folded: list[Rung]
    recent: list[Entry] = field(default_factory=list)
    newest_at: Instant = -NEVER
    busy: bool = False
    """Whether any rung has begun; when not, a value inside all limits needs no work."""
    calm: int = 0
    """How many of the newest entries crossed nothing while nothing had begun."""


def new_track(limits: tuple[Limit, ...], *, spot: bool) -> Track:
    """A track on which nothing has happened."""
    return Track(spot, [Rung() for _ in limits], [Rung() for _ in limits])


def entry_of(reading: Reading, *, timely: bool) -> Entry:
    """A reading as an entry."""
    return Entry(
        reading.at, timely, reading.value, reading.systolic, reading.diastolic, reading.mean
    )


def add(track: Track, limits: tuple[Limit, ...], clearing: Clearing, entry: Entry) -> None:
    """Take one entry in, wherever in time it belongs. Entries older than what is remembered change nothing."""
    track.calm = 0
    if entry.at >= track.newest_at:
        track.newest_at = entry.at
        track.recent.append(entry)
        track.busy = _step_all(track.rungs, limits, clearing, entry, track.spot, track.busy)
        if len(track.recent) > REMEMBERED:
            _fold_away(track, limits, clearing)
    elif not track.recent or entry.at >= track.recent[0].at:
        insort(track.recent, entry._replace(timely=False), key=lambda known: known.at)
        _compute_anew(track, limits, clearing)


def add_inside(track: Track, limits: tuple[Limit, ...], clearing: Clearing, entry: Entry) -> None:
    """The quick way for the newest entry when the track is not busy and the value is inside all limits."""
    track.newest_at = entry.at
    track.recent.append(entry)
    track.calm += 1
    if len(track.recent) > REMEMBERED:
        _fold_away(track, limits, clearing)


def next_due(track: Track, limits: tuple[Limit, ...], grace_ms: int) -> Instant:
    """When a rung will be reached if nothing more arrives; NEVER when none will."""
    if not track.busy:
        return NEVER
    return min(
        (
            rung.onset + limit.delay_ms + grace_ms
            for rung, limit in zip(track.rungs, limits, strict=True)
            if rung.onset is not None and rung.timely and not rung.reached
        ),
        default=NEVER,
    )


def let_time_pass(track: Track, limits: tuple[Limit, ...], grace_ms: int, now: Instant) -> None:
    """Reach the rungs whose delay, and the grace for a reading under way, have ended by ``now``."""
    if not track.busy:
        return
    for rung, limit in zip(track.rungs, limits, strict=True):
        if rung.onset is None or rung.reached or not rung.timely:
            continue
        if rung.onset + limit.delay_ms + grace_ms <= now:
            rung.reached = True


def _step_all(
    rungs: list[Rung],
    limits: tuple[Limit, ...],
    clearing: Clearing,
    entry: Entry,
    spot: bool,
    busy: bool,
) -> bool:
    for rung, limit in zip(rungs, limits, strict=True):
        value: float | None = getattr(entry, limit.component)
        if value is None:
            continue
        if limit.is_crossed_by(value):
            _cross(rung, 0 if spot else limit.delay_ms, entry, value)
            busy = True
        elif busy and rung.onset is not None:
            _recover(rung, limit, Clearing() if spot else clearing, entry.at, value)
    return busy and any(rung.onset is not None for rung in rungs)


def _cross(rung: Rung, delay_ms: int, entry: Entry, value: float) -> None:
    if rung.onset is None:
        rung.onset = entry.at
        rung.timely = False
    rung.timely = rung.timely or entry.timely
    rung.clearing_since = None
    rung.value = value
    if entry.systolic is not None and entry.diastolic is not None:
        rung.pressure = f"{entry.systolic:g}/{entry.diastolic:g}"
    if entry.timely and entry.at - rung.onset >= delay_ms:
        rung.reached = True


def _recover(rung: Rung, limit: Limit, clearing: Clearing, at: Instant, value: float) -> None:
    if not rung.reached:
        rung.onset, rung.timely, rung.value = None, False, None
    elif not limit.is_cleared_by(value, clearing.margin):
        rung.clearing_since = None
    else:
        if rung.clearing_since is None:
            rung.clearing_since = at
        if at - rung.clearing_since >= clearing.delay_ms:
            rung.onset, rung.timely, rung.reached = None, False, False
            rung.clearing_since, rung.value = None, None


def _fold_away(track: Track, limits: tuple[Limit, ...], clearing: Clearing) -> None:
    older, track.recent = track.recent[: REMEMBERED // 2], track.recent[REMEMBERED // 2 :]
    if track.calm > len(older) + len(track.recent):
        return
    for entry in older:
        _step_all(track.folded, limits, clearing, entry, track.spot, busy=True)


def _compute_anew(track: Track, limits: tuple[Limit, ...], clearing: Clearing) -> None:
    """Replay what is remembered. A rung that staff were already told of stays reached while it is not cleared."""
    before = track.rungs
    track.rungs = [replace(rung) for rung in track.folded]
    for entry in track.recent:
        _step_all(track.rungs, limits, clearing, entry, track.spot, busy=True)
    for known, anew in zip(before, track.rungs, strict=True):
        if known.reached and not anew.reached and known.clearing_since is None:
            anew.onset, anew.reached, anew.timely = known.onset, True, known.timely
            anew.value, anew.clearing_since = known.value, None
    track.busy = any(rung.onset is not None for rung in track.rungs)
