"""The alarms of one session: readings and time in, alarm transitions out.

Deterministic: what happens depends only on what is observed and on the ``now`` it is observed at, never on how
often ``tick`` is called. Before anything is taken in, time is let pass up to ``now``, so that a delay that ended
earlier acts earlier. The caller must call ``tick`` at least each quarter of a second, and ``take_changes`` after
every call, and make the changes durable together with what caused them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.domain.alarms import Occurrence
from monitor.domain.breaches import (
    NEVER,
    Entry,
    Track,
    add,
    add_inside,
    entry_of,
    let_time_pass,
    new_track,
    next_due,
)
from monitor.domain.conditions import Condition, clock, late, limit, missing
from monitor.domain.feeds import CONTINUOUS, DEFAULT_INTERVALS, Feed, Vital
from monitor.domain.limits import AlarmSettings, Clearing, Limit, Side
from monitor.domain.occurrence_book import Change, OccurrenceBook, Occurrences
from monitor.domain.readings import MANUAL_SOURCE, Instant, Metric, Reading, Rejection

_OF_FEEDS = ("missing|", f"{clock.KIND}|")


@dataclass(slots=True)
class SessionState:
    """Everything the alarm system knows about one session; plain data, kept as a checkpoint."""

    session_id: str
    started_at: Instant
    resumed_at: Instant = -NEVER
    tracks: dict[str, Track] = field(default_factory=dict)
    late_tracks: dict[str, Track] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    occurrences: Occurrences = field(default_factory=Occurrences)


class SessionAlarms:
    """The alarm system of one session."""

    def __init__(self, settings: AlarmSettings, state: SessionState) -> None:
        self._settings = settings
        self._limits = {metric: settings.limits_of(metric) for metric in Metric}
        self._inside = {metric: _inside(self._limits[metric]) for metric in Metric}
        self._book = OccurrenceBook(state.session_id, state.occurrences)
        self.state = state
        self.next_due: Instant = -NEVER

    def expect(self, source: str, intervals: dict[str, float] | None, now: Instant) -> None:
        """Watch a device: for the metrics it names, or for pulse and SpO2 while it has not said."""
        self.tick(now)
        known = self.state.feeds.get(source)
        if known is None:
            known = self.state.feeds[source] = Feed(source)
        known.expect(intervals if intervals is not None else DEFAULT_INTERVALS, now)
        self._judge_feeds(now)

    def forget(self, source: str, now: Instant) -> None:
        """Stop watching a device that left the room; its technical conditions end, its breaches stay."""
        self.tick(now)
        self.state.feeds.pop(source, None)
        self._judge_feeds(now)

    def observe_offset(self, source: str, offset_ms: int, now: Instant) -> None:
        """The clock offset of a device's connection, in ms, as of its newest frame."""
        feed = self.state.feeds.get(source)
        if feed is None or feed.offset_ms == offset_ms:
            return
        was_off = abs(feed.offset_ms) > self._settings.clock_ms
        feed.offset_ms = offset_ms
        is_off = abs(offset_ms) > self._settings.clock_ms
        if is_off != was_off:
            feed.offset_since = now if is_off else None
            holds = clock.condition(feed, self._settings)
            self._book.reconcile(clock.key_of(feed), holds, now)

    def observe(self, readings: Sequence[Reading], now: Instant) -> None:
        """Take the readings of one frame (all from one source) or of one entry in."""
        self.tick(now)
        feed = self.state.feeds.get(readings[0].source) if readings else None
        feed_changed = False
        for reading in readings:
            self._observe_value(reading, now)
            if feed is not None:
                feed_changed |= self._arrived(feed, reading, now)
        if feed_changed:
            self._judge_feeds(now)

    def reject(self, source: str, metric: Metric, rejection: Rejection, now: Instant) -> None:
        """A reading that cannot be true is no value: a technical condition until a true one comes."""
        self.tick(now)
        feed = self.state.feeds.get(source)
        if feed is None:
            return
        vital = feed.vitals.get(str(metric)) or self._unexpected(feed, metric, now)
        if vital.valueless_since is None:
            vital.valueless_since, vital.status = now, rejection.code
        vital.arrived_at = now
        self._judge_feeds(now)

    def tick(self, now: Instant) -> None:
        """Let time pass up to ``now``. Call at least every 250 ms, whether anything arrives or not."""
        if now < self.next_due:
            return
        for key, track in self.state.tracks.items():
            metric, source = _metric_and_source(key)
            limits = self._limits[metric]
            if next_due(track, limits, self._settings.arrival_grace_ms) <= now:
                let_time_pass(track, limits, self._settings.arrival_grace_ms, now)
                self._judge_track(metric, source, track, now)
        self._judge_feeds(now)

    def acknowledge(self, alarm_id: str, by: str, note: str | None, now: Instant) -> bool:
        """An operator has seen it. True when that changed anything; again is harmless.

        Raises EndedAlarmError for one that has ended and UnknownAlarmError for one never raised.
        """
        self.tick(now)
        acknowledged = self._book.acknowledge(alarm_id, by, note, now)
        if acknowledged is not None and acknowledged.kind == late.KIND and acknowledged.rung:
            self._book.end_condition(acknowledged, now)
        return acknowledged is not None

    def end_session(self, now: Instant) -> None:
        """The session is over: what is left ends as "session ended"."""
        self.tick(now)
        self._book.end_session(now)
        self.next_due = NEVER

    def take_changes(self) -> list[Change]:
        """What staff must be told of since the last call; the caller journals and shows it."""
        return self._book.take_changes()

    def signals(self) -> list[Occurrence]:
        """Every occurrence that staff are shown now."""
        return self._book.signals()

    def _observe_value(self, reading: Reading, now: Instant) -> None:
        if not reading.has_value:
            return
        metric, source = reading.metric, reading.source
        limits = self._limits[metric]
        if not limits:
            return
        key = f"{metric}|{source}"
        track = self.state.tracks.get(key)
        if track is None:
            spot = metric is Metric.NIBP or source == MANUAL_SOURCE
            track = self.state.tracks[key] = new_track(limits, spot=spot)
        timely = not reading.late
        entry = entry_of(reading, timely=timely)
        was_busy = track.busy
        low, high = self._inside[metric]
        if (
            not was_busy
            and timely
            and reading.at >= track.newest_at
            and reading.value is not None
            and low <= reading.value <= high
        ):
            add_inside(track, limits, self._clearing(metric), entry)
            return
        add(track, limits, self._clearing(metric), entry)
        if not timely:
            self._observe_late(metric, source, limits, entry._replace(timely=True), now)
        if was_busy or track.busy:
            self._judge_track(metric, source, track, now)

    def _observe_late(
        self, metric: Metric, source: str, limits: tuple[Limit, ...], entry: Entry, now: Instant
    ) -> None:
        key = f"{metric}|{source}"
        track = self.state.tracks[key]
        late_track = self.state.late_tracks.get(key)
        if late_track is None:
            late_track = self.state.late_tracks[key] = new_track(limits, spot=track.spot)
        add(late_track, limits, self._clearing(metric), entry)
        found = late.condition(metric, source, limits, late_track, now)
        if found is not None and not self._book.holds(found.key):
            self._book.reconcile(found.key, found, now)

    def _arrived(self, feed: Feed, reading: Reading, now: Instant) -> bool:
        """Note the arrival; True when the feed's conditions may have changed by it."""
        vital = feed.vitals.get(str(reading.metric)) or self._unexpected(feed, reading.metric, now)
        if reading.late:
            return False
        changed = not vital.ever_arrived or vital.valueless_since is not None
        changed |= vital.lost_since(now, self._settings.ladder) is not None
        vital.arrived_at, vital.ever_arrived = now, True
        if reading.has_value:
            vital.valueless_since, vital.status = None, ""
        elif vital.valueless_since is None:
            vital.valueless_since, vital.status = min(reading.at, now), reading.status
            changed = True
        self.next_due = min(self.next_due, vital.stale_at(self._settings.ladder))
        return changed

    def _unexpected(self, feed: Feed, metric: Metric, now: Instant) -> Vital:
        """A metric that the device did not announce; from now on it is watched like the others."""
        interval = None if metric not in CONTINUOUS else 1000
        vital = feed.vitals[str(metric)] = Vital(metric, now, interval)
        return vital

    def _judge_track(self, metric: Metric, source: str, track: Track, now: Instant) -> None:
        found = {
            condition.key: condition
            for condition in limit.conditions(metric, source, self._limits[metric], track)
        }
        for side in Side:
            key = limit.key_of(metric, source, side)
            holds = found.get(key)
            if self._book.reconcile(key, holds, now) and holds is not None:
                self._spoken_for(holds, now)
        self.next_due = min(
            self.next_due,
            next_due(track, self._limits[metric], self._settings.arrival_grace_ms),
        )

    def _judge_feeds(self, now: Instant) -> None:
        ladder = self._settings.ladder
        feeds = self.state.feeds.values()
        all_lost = not any(
            missing.is_live(feed, metric, ladder, now) for feed in feeds for metric in CONTINUOUS
        )
        moment = missing.Moment(now, self.state.resumed_at, all_lost)
        holding: dict[str, Condition] = {}
        for feed in feeds:
            for condition in missing.conditions(feed, ladder, moment):
                holding[condition.key] = condition
            off = clock.condition(feed, self._settings)
            if off is not None:
                holding[off.key] = off
        gone = [
            key
            for key in self._book.held_keys()
            if key.startswith(_OF_FEEDS) and key not in holding
        ]
        for key in (*gone, *holding):
            self._book.reconcile(key, holding.get(key), now)
        self._plan(now)

    def _plan(self, now: Instant) -> None:
        grace = self._settings.arrival_grace_ms
        due = min(
            (
                missing.next_due(feed, self._settings.ladder, now, self.state.resumed_at)
                for feed in self.state.feeds.values()
            ),
            default=NEVER,
        )
        for key, track in self.state.tracks.items():
            if track.busy:
                metric, _ = _metric_and_source(key)
                due = min(due, next_due(track, self._limits[metric], grace))
        self.next_due = due

    def _spoken_for(self, condition: Condition, now: Instant) -> None:
        """A breach that holds live needs no second alarm for its late part."""
        noted = self._book.opened(f"{late.KIND}|{condition.metric}|{condition.source}")
        if noted is not None and condition.onset <= noted.onset:
            self._book.end_condition(noted, now)

    def _clearing(self, metric: Metric) -> Clearing:
        return self._settings.clearing.get(str(metric), Clearing())


def _metric_and_source(key: str) -> tuple[Metric, str]:
    metric, _, source = key.partition("|")
    return Metric(metric), source


def _inside(limits: tuple[Limit, ...]) -> tuple[float, float]:
    """The band of single values that crosses no limit at all; empty for a metric of several components."""
    if any(limit.component != "value" for limit in limits):
        return (1.0, 0.0)
    low = max((limit.limit for limit in limits if limit.side is Side.BELOW), default=float("-inf"))
    high = min((limit.limit for limit in limits if limit.side is Side.ABOVE), default=float("inf"))
    return (low, high)
