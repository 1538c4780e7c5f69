"""Watches the feeds of one session: values that do not come, come without a value, or with a wrong clock."""

from __future__ import annotations

from monitor.domain.breaches import NEVER
from monitor.domain.conditions import Condition, clock, missing, no_device
from monitor.domain.feeds import CONTINUOUS, DEFAULT_INTERVALS, Feed, Vital
from monitor.domain.limits import AlarmSettings
from monitor.domain.occurrence_book import OccurrenceBook
from monitor.domain.readings import Instant, Metric, Reading, Rejection
from monitor.domain.session_state import SessionState

_OF_FEEDS = ("missing|", f"{clock.KIND}|")


class FeedWatch:
    """Brings the technical occurrences of a session's devices in line with what arrives."""

    def __init__(self, settings: AlarmSettings, state: SessionState, book: OccurrenceBook) -> None:
        self._settings = settings
        self._state = state
        self._book = book

    def expect(self, source: str, intervals: dict[str, float] | None, now: Instant) -> None:
        """Watch a device: for the metrics it names, or for pulse and SpO2 while it has not said."""
        known = self._state.feeds.get(source)
        if known is None:
            known = self._state.feeds[source] = Feed(source)
        known.expect(intervals if intervals is not None else DEFAULT_INTERVALS, now)

    def forget(self, source: str, now: Instant) -> None:
        """Stop watching a device; what no other one measures is measured by none from now on."""
        gone = self._state.feeds.pop(source, None)
        left = self._state.feeds.values()
        self._state.unmeasured |= no_device.left_alone(gone, left, self._settings.ladder, now)

    def observe_offset(self, source: str, offset_ms: int, now: Instant) -> None:
        """The clock offset of a device's connection, in ms, as of its newest frame."""
        feed = self._state.feeds.get(source)
        if feed is None or feed.offset_ms == offset_ms:
            return
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

    def reject(self, source: str, metric: Metric, rejection: Rejection, now: Instant) -> None:
        """A reading that cannot be true is no value."""
        feed = self._state.feeds.get(source)
        if feed is None:
            return
        vital = feed.vitals.get(str(metric)) or _unexpected(feed, metric, now)
        if vital.valueless_since is None:
            vital.valueless_since, vital.status = now, rejection.code
        vital.arrived_at = now

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
    interval = None if metric not in CONTINUOUS else 1000
    vital = feed.vitals[str(metric)] = Vital(metric, now, interval)
    return vital
