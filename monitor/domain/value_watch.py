"""Watches the values of one session: limits and all that goes by them, late data, sources that disagree."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.breaches import (
    NEVER,
    Entry,
    Rules,
    Track,
    add,
    add_inside,
    entry_of,
    let_time_pass,
    new_track,
    next_due,
    refit,
    withdraw,
)
from monitor.domain.conditions import Condition, disagreement, late, limit
from monitor.domain.limits import AlarmSettings, Clearing, Limit, Side, limits_in_force
from monitor.domain.occurrence_book import OccurrenceBook
from monitor.domain.readings import (
    MANUAL_MAY_BE_OLD_MS,
    MANUAL_SOURCE,
    Instant,
    Metric,
    Reading,
)
from monitor.domain.session_state import SessionState


@dataclass(slots=True)
class _Way:
    """How the values of one metric are judged, together: it is looked up with every reading."""

    rules: Rules
    low: float
    high: float
    tracks: dict[str, Track]
    """By source."""


class ValueWatch:
    """Brings the occurrences of limits in line with the readings of a session."""

    def __init__(self, settings: AlarmSettings, state: SessionState, book: OccurrenceBook) -> None:
        self._settings = settings
        self._state = state
        self._book = book
        # In a phase without limits values are remembered all the same: the next phase judges them at once.
        self._judged = {limit.metric for limit in settings.limits}
        self._judged |= {rise.metric for rise in settings.rises}
        self._late: dict[str, Condition] = {}
        self._ways: dict[Metric, _Way] = {}
        self._fit()

    def limits(self) -> dict[Metric, tuple[Limit, ...]]:
        """The limits in force, by metric."""
        return self._limits

    def relimit(self, now: Instant) -> None:
        """Phase, baseline or own limits have changed: judge what is there at once; no running delay starts again."""
        before = self._limits
        self._fit()
        for key, track in self._state.tracks.items():
            metric, source = _metric_and_source(key)
            if before[metric] != self._limits[metric]:
                refit(track, before[metric], self._rules[metric])
                self._judge(metric, source, now)
        for key in list(self._state.late_tracks):
            metric, _ = _metric_and_source(key)
            if before[metric] != self._limits[metric]:
                del self._state.late_tracks[key]

    def judge_all(self, now: Instant) -> None:
        """Say of every track which conditions hold."""
        for key in self._state.tracks:
            self._judge(*_metric_and_source(key), now)

    def observe(self, reading: Reading, now: Instant) -> None:
        """Take one reading in."""
        metric, _, at, _, source, _, is_late, value, systolic, _, mean = reading
        if (value is None and systolic is None and mean is None) or metric not in self._judged:
            return
        way = self._ways.get(metric) or self._way_of(metric)
        track = way.tracks.get(source) or self._begin(metric, source)
        entry = entry_of(reading, timely=not is_late)
        was_busy, is_newest = track.busy, at >= track.newest_at
        overtaken = track.spot and not is_newest
        if (
            is_newest
            and not (was_busy or is_late or value is None)
            and way.low <= value <= way.high
        ):
            add_inside(track, way.rules, entry)
        else:
            add(track, way.rules, entry)
        if len(way.tracks) > 1 and self._settings.disagreement:
            self._compare(metric, now)
        if is_late or overtaken:
            # A spot value that a newer one has overtaken raises nothing any more, and must not pass unsaid.
            self._observe_late(metric, source, entry._replace(timely=True), now)
        if was_busy or track.busy:
            self._judge(metric, source, now)

    def _way_of(self, metric: Metric) -> _Way:
        of_sources = {}
        for key, track in self._state.tracks.items():
            of_metric, source = _metric_and_source(key)
            if of_metric is metric:
                of_sources[source] = track
        way = _Way(self._rules[metric], *_inside(self._limits[metric]), of_sources)
        self._ways[metric] = way
        return way

    def withdraw(self, reading: Reading, now: Instant) -> None:
        """What staff entered does not count: judge what is left."""
        metric, entry = reading.metric, entry_of(reading, timely=True)
        track = self._state.tracks.get(f"{metric}|{MANUAL_SOURCE}")
        if track is None:
            return
        withdraw(track, self._rules[metric], entry, timely_since=now - MANUAL_MAY_BE_OLD_MS)
        self._judge(metric, MANUAL_SOURCE, now)
        self._compare(metric, now)
        late_track = self._state.late_tracks.get(f"{metric}|{MANUAL_SOURCE}")
        if late_track is not None:
            withdraw(late_track, self._rules[metric], entry, timely_since=-NEVER)
            self._end_late(metric, late_track, now)

    def _end_late(self, metric: Metric, late_track: Track, now: Instant) -> None:
        """What late values have told ends when those that are left show it no longer."""
        if late.condition(metric, MANUAL_SOURCE, self._limits[metric], late_track, now) is None:
            self._book.reconcile(late.key_of(metric, MANUAL_SOURCE), None, now)

    def is_busy(self) -> bool:
        """Whether any limit is crossed, or was and is not cleared."""
        for track in self._state.tracks.values():  # noqa: SIM110 - a generator costs more, with every reading
            if track.busy:
                return True
        return False

    def let_time_pass(self, now: Instant) -> None:
        """Delays end."""
        grace_ms = self._settings.arrival_grace_ms
        for key, track in self._state.tracks.items():
            metric, source = _metric_and_source(key)
            if next_due(track, self._limits[metric], grace_ms) <= now:
                let_time_pass(track, self._limits[metric], grace_ms, now)
                self._judge(metric, source, now)

    def next_due(self) -> Instant:
        """When time alone may change something."""
        due = NEVER
        for key, track in self._state.tracks.items():
            if track.busy:
                metric, _ = _metric_and_source(key)
                due = min(
                    due, next_due(track, self._limits[metric], self._settings.arrival_grace_ms)
                )
        return due

    def _fit(self) -> None:
        set_by_staff = self._state.controls
        self._limits = limits_in_force(
            self._settings,
            self._state.phase,
            set_by_staff.baseline,
            set_by_staff.own_limits,
            set_by_staff.switched_off,
        )
        self._rules = {
            metric: Rules(limits, self._settings.clearing.get(str(metric), Clearing()))
            for metric, limits in self._limits.items()
        }
        self._ways.clear()

    def _judge(self, metric: Metric, source: str, now: Instant) -> None:
        track = self._state.tracks[f"{metric}|{source}"]
        found = {
            condition.key: condition
            for condition in limit.conditions(metric, source, self._limits[metric], track)
        }
        for side in Side:
            key = limit.key_of(metric, source, side)
            holds = found.get(key)
            if self._book.reconcile(key, holds, now) and holds is not None:
                self._spoken_for(holds, now)

    def _observe_late(self, metric: Metric, source: str, entry: Entry, now: Instant) -> None:
        key = f"{metric}|{source}"
        late_track = self._state.late_tracks.get(key)
        if late_track is None:
            spot = self._state.tracks[key].spot
            late_track = self._state.late_tracks[key] = new_track(self._limits[metric], spot=spot)
        add(late_track, self._rules[metric], entry)
        found = late.condition(metric, source, self._limits[metric], late_track, now)
        if found is not None:
            self._late[found.key] = found

    def tell_late(self, now: Instant) -> None:
        """Once a frame is taken in: what its late part shows, unless the breach holds live and is told as that."""
        for key, found in self._late.items():
            live = (
                self._book.opened(limit.key_of(Metric(found.metric or ""), found.source, side))
                for side in Side
            )
            told = any(o is not None and o.rung and o.onset <= found.onset for o in live)
            if not told and not self._book.holds(key):
                self._book.reconcile(key, found, now)
        self._late.clear()

    def _spoken_for(self, condition: Condition, now: Instant) -> None:
        """A breach that holds live needs no second alarm for its late part."""
        noted = self._book.opened(late.key_of(condition.metric or "", condition.source))
        if noted is not None and condition.onset <= noted.onset:
            self._book.end_condition(noted, now)

    def _begin(self, metric: Metric, source: str) -> Track:
        spot = metric is Metric.NIBP or source == MANUAL_SOURCE
        track = new_track(self._limits[metric], spot=spot)
        self._state.tracks[f"{metric}|{source}"] = track
        self._ways[metric].tracks[source] = track
        return track

    def _compare(self, metric: Metric, now: Instant) -> None:
        newest = [
            track.recent[-1]
            for key, track in self._state.tracks.items()
            if key.startswith(f"{metric}|") and track.recent and track.recent[-1].timely
        ]
        holds = None
        if len(newest) > 1:
            holds = disagreement.condition(str(metric), newest, self._settings.disagreement, now)
        self._book.reconcile(disagreement.key_of(str(metric)), holds, now)


def _metric_and_source(key: str) -> tuple[Metric, str]:
    metric, _, source = key.partition("|")
    return Metric(metric), source


def _inside(limits: tuple[Limit, ...]) -> tuple[float, float]:
    """The band of single values that crosses no limit at all; empty for a metric of several components."""
    if any(limit.component != "value" or limit.inclusive for limit in limits):
        return (1.0, 0.0)
    low = max((limit.limit for limit in limits if limit.side is Side.BELOW), default=float("-inf"))
    high = min((limit.limit for limit in limits if limit.side is Side.ABOVE), default=float("inf"))
    return (low, high)
