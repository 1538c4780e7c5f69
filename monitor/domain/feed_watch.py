"""Watches the feeds of one session: values that do not come, come without a value, or with a wrong clock."""

from __future__ import annotations

from monitor.domain.breaches import NEVER
from monitor.domain.conditions import Condition, clock, missing, no_device
from monitor.domain.feed_facts import ClockCompared, FeedExpected, FeedForgotten, WatchResumed
from monitor.domain.feeds import (
    CONTINUOUS,
    DEFAULT_INTERVALS,
    Feed,
    Vital,
    unnamed_interval_ms,
)
from monitor.domain.limits import AlarmSettings
from monitor.domain.occurrence_book import OccurrenceBook
from monitor.domain.readings import Instant, Metric, Reading, Rejection
from monitor.domain.session_state import SessionState

ENGINE = 1
"""Raised whenever the same input may give other alarms than before."""
Told = FeedExpected | FeedForgotten | ClockCompared | WatchResumed
"""What goes into the alarm system and stands in no other fact."""
_OF_FEEDS = ("missing|", f"{clock.KIND}|")


class FeedWatch:
    """Brings the technical occurrences of a session's devices in line with what arrives."""

    def __init__(self, settings: AlarmSettings, state: SessionState, book: OccurrenceBook) -> None:
        self._settings = settings
        self._state = state
        self._book = book
        self._told: list[tuple[Instant, Told]] = []

    @property
    def has_told(self) -> bool:
        """Whether there is anything to take."""
        return bool(self._told)

    def take_told(self) -> list[tuple[Instant, Told]]:
        """What the journal must be told of since the last call."""
        told, self._told = self._told, []
        return told

    def resume(self, now: Instant) -> None:
        """The system runs again."""
        self._state.resumed_at = now
        self._told.append((now, WatchResumed(self._state.session_id, ENGINE)))

    def forget(self, source: str, now: Instant) -> None:
        """Stop watching a device; what no other one measures is measured by none from now on."""
        gone = self._state.feeds.pop(source, None)
        left = self._state.feeds.values()
        self._state.unmeasured |= no_device.left_alone(gone, left, self._settings.ladder, now)
        self._told.append((now, FeedForgotten(self._state.session_id, source)))

    def expect(self, source: str, intervals: dict[str, float] | None, now: Instant) -> None:
        """Watch a device: for the metrics it names, or for pulse and SpO2 while it has not said."""
        known = self._state.feeds.get(source)
        if known is None:
            known = self._state.feeds[source] = Feed(source)
        known.expect(intervals if intervals is not None else DEFAULT_INTERVALS, now)
        self._told.append((now, FeedExpected(self._state.session_id, source, intervals)))

    def observe_offset(self, source: str, offset_ms: int, now: Instant) -> bool:
        """The clock offset of a device's connection, in ms, as of its newest frame; True when that is told staff."""
        feed = self._state.feeds.get(source)
        if feed is None or feed.offset_ms == offset_ms:
            return False
        was_told, before = feed.offset_since is not None, clock.key_of(feed)
        feed.offset_ms = offset_ms
        is_off = abs(offset_ms) > self._settings.clock_ms
        if not is_off:
            feed.offset_since = None
        elif not was_told or clock.key_of(feed) != before:
            feed.offset_since = now
        if was_told and (not is_off or clock.key_of(feed) != before):
            self._book.reconcile(before, None, now)
        if is_off:
            holds = clock.condition(feed, self._settings)
            self._book.reconcile(clock.key_of(feed), holds, now)
        return is_off or was_told

    def observe_status(self, source: str, offset_ms: int, now: Instant) -> None:
        """The same, of a frame that leaves no readings behind."""
        if self.observe_offset(source, offset_ms, now):
            self._tell_offset(self._state.feeds[source], offset_ms, now)

    def tell_offset_unlike(self, feed: Feed, reading: Reading, now: Instant) -> None:
        """Tell the offset where a frame's first reading does not say it: while a clock's step back is not settled."""
        of_reading = _offset_of(reading)
        expected = of_reading if feed.offset_told is None else feed.offset_told
        if expected != feed.offset_ms:
            told = None if of_reading == feed.offset_ms else feed.offset_ms
            self._tell_offset(feed, told, now)

    def compare_clock(self, source: str, offset_ms: int | None, now: Instant) -> None:
        """Go by what was told when the alarms were recorded."""
        feed = self._state.feeds.get(source)
        if feed is not None:
            feed.offset_told = offset_ms
            if offset_ms is not None:
                self.observe_offset(source, offset_ms, now)

    def observe_offset_of(self, reading: Reading, now: Instant) -> None:
        """The offset that counted when a recorded frame came: what was told, or what its first reading says."""
        feed = self._state.feeds.get(reading.source)
        if feed is not None:
            told = feed.offset_told
            self.observe_offset(feed.source, _offset_of(reading) if told is None else told, now)

    def _tell_offset(self, feed: Feed, offset_ms: int | None, now: Instant) -> None:
        feed.offset_told = offset_ms
        self._told.append((now, ClockCompared(self._state.session_id, feed.source, offset_ms)))

    def arrived(self, feed: Feed, reading: Reading, now: Instant) -> bool:
        """Note the arrival; True when the feed's conditions may have changed by it."""
        vital = feed.vitals.get(str(reading.metric)) or _unexpected(feed, reading.metric, now)
        if reading.late or reading.at < vital.newest_at:
            return False
        vital.newest_at = reading.at
        changed = not vital.ever_arrived or vital.valueless_since is not None
        changed |= vital.lost_since(now, self._settings.ladder) is not None
        vital.arrived_at, vital.ever_arrived = now, True
        if reading.has_value:
            vital.valueless_since, vital.status = None, ""
        elif vital.valueless_since is None:
            vital.valueless_since, vital.status = min(reading.at, now), reading.status
            changed = True
        return changed

    def reject(self, source: str, metric: Metric, rejection: Rejection, now: Instant) -> bool:
        """A reading that cannot be true is no value; True when the feed's conditions may have changed by it."""
        feed = self._state.feeds.get(source)
        if feed is None:
            return False
        vital = feed.vitals.get(str(metric)) or _unexpected(feed, metric, now)
        vital.arrived_at = now
        if vital.valueless_since is not None:
            # One frame may carry hundreds of them: what the first has changed the others do not change again.
            return False
        vital.valueless_since, vital.status = now, rejection.code
        return True

    def judge(self, now: Instant) -> None:
        """Say which conditions hold now."""
        holding = self._conditions(now)
        gone = [
            key
            for key in self._book.held_keys()
            if key.startswith(_OF_FEEDS) and key not in holding
        ]
        for key in (*gone, *holding):
            self._book.reconcile(key, holding.get(key), now)

    def next_due(self, now: Instant) -> Instant:
        """When time alone may change something."""
        ladder, resumed_at = self._settings.ladder, self._state.resumed_at
        feeds = self._state.feeds.values()
        dues = [missing.next_due(f, ladder, now, resumed_at) for f in feeds]
        dues += [due for due in no_device.dues(self._lack(), ladder) if due > now]
        return min(dues, default=NEVER)

    def _conditions(self, now: Instant) -> dict[str, Condition]:
        ladder, feeds = self._settings.ladder, self._state.feeds.values()
        all_lost = not any(
            missing.is_live(feed, metric, ladder, now) for feed in feeds for metric in CONTINUOUS
        )
        moment = missing.Moment(now, self._state.resumed_at, all_lost)
        found = [known for feed in feeds for known in missing.conditions(feed, ladder, moment)]
        found += [off for feed in feeds if (off := clock.condition(feed, self._settings))]
        lack = no_device.condition(self._lack(), ladder, now)
        found += [] if lack is None else [lack]
        return {condition.key: condition for condition in found}

    def _lack(self) -> no_device.Lack:
        """What no device measures and one should."""
        state = self._state
        if not self._settings.device_wanted:
            return no_device.Lack({}, by_none=False)
        return no_device.lack(state.unmeasured, state.feeds.values(), state.started_at)


def _unexpected(feed: Feed, metric: Metric, now: Instant) -> Vital:
    """A metric that the device did not announce; from now on it is watched like the others."""
    vital = feed.vitals[str(metric)] = Vital(metric, now, unnamed_interval_ms(metric))
    return vital


def _offset_of(reading: Reading) -> int:
    """By how much its time was corrected, in ms."""
    return reading.at - reading.measured_at
