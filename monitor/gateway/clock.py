"""The gateway's clocks. None runs backwards; but for the stepped one they follow the machine's monotonic clock."""

from __future__ import annotations

import time

from monitor.domain.readings import Instant


class SystemClock:
    """Real time. A wall clock that is set forward is followed; one that is set back is not.

    Delays and silence are measured with this clock: one that jumped back an hour would keep every alarm of that
    hour from being raised. ``not_before`` is the newest instant on record.
    """

    speed = 1.0

    def __init__(self, not_before: Instant = 0) -> None:
        self._base_s = max(time.time(), not_before / 1000)
        self._based_at_s = time.monotonic()

    def now(self) -> Instant:
        monotonic_s, wall_s = time.monotonic(), time.time()
        now_s = self._base_s + monotonic_s - self._based_at_s
        if wall_s > now_s:
            self._base_s, self._based_at_s = wall_s, monotonic_s
            now_s = wall_s
        return int(now_s * 1000)


class FastClock:
    """Time of a simulated data directory: ``speed`` times as fast as real time from its making on.

    It starts at real time, or at ``not_before`` (the newest instant on record) where an earlier run got ahead of it.
    Raises ValueError for a speed that is not positive.
    """

    def __init__(self, speed: float, not_before: Instant = 0) -> None:
        if not speed > 0:
            raise ValueError(f"a clock's speed is a positive number, not {speed}")
        self.speed = speed
        self._start_s = max(time.time(), not_before / 1000)
        self._started_at_s = time.monotonic()

    def now(self) -> Instant:
        return int((self._start_s + (time.monotonic() - self._started_at_s) * self.speed) * 1000)


class SteppedClock:
    """Time of a simulated data directory that stands still until it is told to go on: for checks of a whole day.

    Everything that follows the clock (delays, silence, due times) is then exact however fast the machine is. ``speed``
    is about how fast it will be taken on; it spaces what the gateway does now and then.
    """

    def __init__(self, speed: float, not_before: Instant = 0) -> None:
        self.speed = speed
        self._now = max(int(time.time() * 1000), not_before)

    def now(self) -> Instant:
        return self._now

    def advance_to(self, instant: Instant) -> None:
        """Let it be this late. Raises ValueError for an instant that is past: no clock runs backwards."""
        if instant < self._now:
            raise ValueError("the clock is later than that already")
        self._now = instant
