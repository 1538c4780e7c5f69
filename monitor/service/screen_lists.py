"""The lists on every screen: what is due, what is not watched, what belongs to nobody; told when they change."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.readings import SECOND, Instant
from monitor.service import views
from monitor.service.ward import Ward
from monitor.wire.live import Due, NotWatched

_EVERY_MS = SECOND
_STALE_EVERY_MS = 200
"""When a room or an alarm changed; not with every commit, because looking costs time with every room."""


@dataclass(slots=True)
class Lists:
    """The lists that have changed; None for one that has not."""

    due: list[Due] | None = None
    not_watched: list[NotWatched] | None = None
    unassigned: int | None = None


class ScreenLists:
    """Remembers what screens were last told."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._due_keys: list[views.DueKey] = []
        self._gap_keys: list[views.GapKey] = []
        self._gap_views: dict[views.GapKey, NotWatched] = {}
        self._unassigned = 0
        self._looked_at: Instant = -1
        self.is_stale = False
        """Something has happened that may have changed them."""

    def changed(self, now: Instant) -> Lists:
        """What is not what screens were last told; looked at each second, sooner when something happened."""
        ward, outbox = self._ward, self._ward.outbox
        self.is_stale |= bool(outbox.rooms or outbox.retired_rooms or outbox.changes)
        # An alarm goes ahead alone: what follows from it for the lists is looked at with the next tick.
        every_ms = _STALE_EVERY_MS if self.is_stale and not outbox.changes else _EVERY_MS
        # Looking at a session takes some tenths of a millisecond: with thousands of them it must not take all the time.
        every_ms = max(every_ms, len(ward.alarms))
        if 0 <= now - self._looked_at < every_ms * ward.clock_speed:
            return Lists()
        self._looked_at, self.is_stale = now, False
        changed = Lists()
        due_keys, gap_keys = views.due_keys(ward), views.gap_keys(ward, now)
        unassigned = ward.unassigned(now)
        if due_keys != self._due_keys:
            changed.due, self._due_keys = views.due(ward, due_keys), due_keys
        if gap_keys != self._gap_keys:
            changed.not_watched, self._gap_keys = self.not_watched(gap_keys), gap_keys
        if unassigned != self._unassigned:
            changed.unassigned = self._unassigned = unassigned
        return changed

    def not_watched(self, keys: list[views.GapKey]) -> list[NotWatched]:
        """Words are made once for each gap: with many rooms the list is long, and little of it changes."""
        fresh = [key for key in keys if key not in self._gap_views]
        made = dict(zip(fresh, views.not_watched_now(self._ward, fresh), strict=True))
        self._gap_views = {key: made.get(key) or self._gap_views[key] for key in keys}
        return list(self._gap_views.values())
