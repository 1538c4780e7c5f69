"""How long a value has been beyond its limits: pure bookkeeping of one metric from one source, in measured order.

A rung is *reached* when an unbroken breach has outlasted its delay (or its burden, or was confirmed by a second
value), and stays reached until the value has been inside by the clear margin for the clear delay. Reordered readings
are put in their place and the rungs are computed anew; late readings (and reordered ones) move onsets but never reach
a rung by themselves.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from monitor.domain import burdens
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
    crossed_at: Instant | None = None
    """The newest value beyond the limit since the onset."""
    confirmed_at: Instant | None = None
    load: burdens.Load | None = None
    """What has gathered, for a limit that goes by burden."""


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
    is_folded: bool = False
    """Whether the oldest entries are no longer remembered one by one."""
    calm: int = 0
    """How many of the newest entries crossed nothing while nothing had begun."""


class Rules(NamedTuple):
    """What a track is judged by: its limits, in the order of its rungs, and how they clear."""

    limits: tuple[Limit, ...]
    clearing: Clearing


def new_track(limits: tuple[Limit, ...], *, spot: bool) -> Track:
    """A track on which nothing has happened."""
    return Track(spot, [Rung() for _ in limits], [Rung() for _ in limits])


def entry_of(reading: Reading, *, timely: bool) -> Entry:
    """A reading as an entry."""
    _, _, at, _, _, _, _, value, systolic, diastolic, mean = reading
    return Entry(at, timely, value, systolic, diastolic, mean)


def add(track: Track, rules: Rules, entry: Entry) -> None:
    """Take one entry in, wherever in time it belongs. Entries older than what is remembered change nothing."""
    track.calm = 0
    if entry.at >= track.newest_at:
        track.newest_at = entry.at
        track.recent.append(entry)
        track.busy = _step_all(track.rungs, rules, entry, track.spot, busy=track.busy)
        if len(track.recent) > REMEMBERED:
            _fold_away(track, rules)
    elif not track.is_folded or entry.at >= track.recent[0].at:
        insort(track.recent, entry._replace(timely=False), key=lambda known: known.at)
        _compute_anew(track, rules)


def add_inside(track: Track, rules: Rules, entry: Entry) -> None:
    """The quick way for the newest entry when the track is not busy and the value is inside all limits."""
    track.newest_at = entry.at
    track.recent.append(entry)
    track.calm += 1
    if len(track.recent) > REMEMBERED:
        _fold_away(track, rules)


def refit(track: Track, before: tuple[Limit, ...], rules: Rules) -> None:
    """Go over to other limits: what is the same runs on, what is new is judged by what is remembered.

    A rung that staff were told of, and that the newest value is still beyond, stays reached.
    """
    known = {_identity(limit): (limit, at) for at, limit in enumerate(before)}
    rungs, folded = [], []
    for limit in rules.limits:
        old, at = known.get(_identity(limit), (None, -1))
        if old == limit:
            rungs.append(track.rungs[at])
            folded.append(track.folded[at])
            continue
        anew = Rung()
        for entry in track.recent:
            _step(anew, limit, rules.clearing, entry, track.spot)
        if old is not None and track.rungs[at].reached and anew.onset is not None:
            anew = replace(track.rungs[at], value=anew.value, pressure=anew.pressure)
        rungs.append(anew)
        folded.append(Rung())
    track.rungs, track.folded = rungs, folded
    track.calm = 0
    track.busy = any(rung.onset is not None for rung in rungs)


def withdraw(track: Track, rules: Rules, entry: Entry, *, timely_since: Instant) -> None:
    """Forget an entry: what it held up no longer holds. One that was folded away changes nothing.

    Several may be of one moment: the one with the same values is meant. What is the newest now may reach a rung
    when it is of ``timely_since`` or later, also when it came after the one that is withdrawn.
    """
    found = [place for place, known in enumerate(track.recent) if _is_same(known, entry)]
    if not found:
        return
    del track.recent[found[-1]]
    track.newest_at = track.recent[-1].at if track.recent else -NEVER
    if track.recent and track.newest_at >= timely_since:
        track.recent[-1] = track.recent[-1]._replace(timely=True)
    track.calm = 0
    track.rungs = [replace(rung) for rung in track.folded]
    for known in track.recent:
        _step_all(track.rungs, rules, known, track.spot, busy=True)
    track.busy = any(rung.onset is not None for rung in track.rungs)


def next_due(track: Track, limits: tuple[Limit, ...], grace_ms: int) -> Instant:
    """When a rung will be reached if nothing more arrives; NEVER when none will."""
    if not track.busy:
        return NEVER
    return min(
        (
            rung.onset + limit.delay_ms + grace_ms
            for rung, limit in zip(track.rungs, limits, strict=True)
            if rung.onset is not None and _runs(rung, limit)
        ),
        default=NEVER,
    )


def let_time_pass(track: Track, limits: tuple[Limit, ...], grace_ms: int, now: Instant) -> None:
    """Reach the rungs whose delay, and the grace for a reading under way, have ended by ``now``."""
    if not track.busy:
        return
    for rung, limit in zip(track.rungs, limits, strict=True):
        if rung.onset is None or not _runs(rung, limit):
            continue
        if rung.onset + limit.delay_ms + grace_ms <= now:
            rung.reached = True


def _is_same(known: Entry, entry: Entry) -> bool:
    """Whether one reading made both; one that came out of order has lost its timeliness."""
    return known._replace(timely=entry.timely) == entry


def _runs(rung: Rung, limit: Limit) -> bool:
    """Whether time alone will reach the rung."""
    by_time = not limit.confirm_within_ms and limit.burden is None
    return by_time and rung.timely and not rung.reached


def _identity(limit: Limit) -> tuple[object, ...]:
    return (limit.kind, limit.component, limit.side, limit.id or limit.severity)


def _step_all(rungs: list[Rung], rules: Rules, entry: Entry, spot: bool, *, busy: bool) -> bool:
    for rung, limit in zip(rungs, rules.limits, strict=True):
        if busy or _crosses(limit, entry):
            _step(rung, limit, rules.clearing, entry, spot)
            busy = True
    return busy and any(rung.onset is not None for rung in rungs)


def _crosses(limit: Limit, entry: Entry) -> bool:
    value: float | None = getattr(entry, limit.component)
    return value is not None and limit.is_crossed_by(value)


def _step(rung: Rung, limit: Limit, clearing: Clearing, entry: Entry, spot: bool) -> None:
    value: float | None = getattr(entry, limit.component)
    if value is None:
        return
    if limit.burden is not None:
        rung.load = burdens.gathered(rung.load, limit, limit.burden, entry.at, value)
    if limit.is_crossed_by(value):
        _cross(rung, limit, entry, value, spot)
    elif rung.onset is not None:
        _recover(rung, limit, Clearing() if spot else clearing, entry.at, value)


def _cross(rung: Rung, limit: Limit, entry: Entry, value: float, spot: bool) -> None:
    before = rung.crossed_at
    if rung.onset is None:
        rung.onset = entry.at
        rung.timely = False
        before = None
    rung.timely = rung.timely or entry.timely
    rung.clearing_since = None
    rung.value, rung.crossed_at = value, entry.at
    if entry.systolic is not None and entry.diastolic is not None:
        rung.pressure = f"{entry.systolic:g}/{entry.diastolic:g}"
    if entry.timely and not rung.reached and _is_reached(rung, limit, entry.at, before, spot):
        rung.reached, rung.confirmed_at = True, entry.at


def _is_reached(rung: Rung, limit: Limit, at: Instant, before: Instant | None, spot: bool) -> bool:
    if limit.confirm_within_ms:
        return before is not None and 0 < at - before <= limit.confirm_within_ms
    if limit.burden is not None:
        return rung.load is not None and burdens.is_full(rung.load, limit.burden)
    return at - (rung.onset or 0) >= (0 if spot else limit.delay_ms)


def _recover(rung: Rung, limit: Limit, clearing: Clearing, at: Instant, value: float) -> None:
    if not rung.reached:
        if rung.load is None or rung.load.amount <= 0:
            _reset(rung)
    elif not limit.is_cleared_by(value, clearing.margin):
        rung.clearing_since = None
    else:
        if rung.clearing_since is None:
            rung.clearing_since = at
        if at - rung.clearing_since >= clearing.delay_ms:
            _reset(rung)


def _reset(rung: Rung) -> None:
    excursions = () if rung.load is None else rung.load.excursions
    rung.onset, rung.timely, rung.reached, rung.clearing_since = None, False, False, None
    rung.value, rung.pressure, rung.crossed_at, rung.confirmed_at = None, "", None, None
    rung.load = burdens.Load(excursions=excursions) if excursions else None


def _fold_away(track: Track, rules: Rules) -> None:
    track.is_folded = True
    older, track.recent = track.recent[: REMEMBERED // 2], track.recent[REMEMBERED // 2 :]
    if track.calm > len(older) + len(track.recent):
        return
    for entry in older:
        _step_all(track.folded, rules, entry, track.spot, busy=True)


def _compute_anew(track: Track, rules: Rules) -> None:
    """Replay what is remembered. A rung that staff were already told of stays reached while it is not cleared."""
    before = track.rungs
    track.rungs = [replace(rung) for rung in track.folded]
    for entry in track.recent:
        _step_all(track.rungs, rules, entry, track.spot, busy=True)
    for position, (known, anew) in enumerate(zip(before, track.rungs, strict=True)):
        if known.reached and not anew.reached and known.clearing_since is None:
            track.rungs[position] = known
    track.busy = any(rung.onset is not None for rung in track.rungs)
