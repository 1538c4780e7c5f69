"""The device's clock: the gateway's, as far as the gateway has told it."""

from __future__ import annotations

from collections.abc import Callable


class DeviceClock:
    """Milliseconds since the Unix epoch, running ``speed`` times as fast as ``monotonic`` once it is set.

    ``wall`` and ``monotonic`` give seconds. Until the first welcome the clock shows the wall's time. ``error_ms`` is
    how far ahead of its true time a device writes it.
    """

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._set_at = monotonic()
        self._shown_then = round(wall() * 1000)
        self.speed = 1.0
        self.error_ms = 0

    def now(self) -> int:
        """The clock's time now."""
        return self._shown_then + round((self._monotonic() - self._set_at) * 1000 * self.speed)

    def set(self, server_time: int, speed: float) -> int:
        """Take over the gateway's time and speed; the step in ms by which the clock was wrong."""
        step = server_time - self.now()
        self._set_at = self._monotonic()
        self._shown_then = server_time
        self.speed = speed
        return step

    def seconds_until(self, instant: int) -> float:
        """Real seconds until the clock shows ``instant``."""
        return (instant - self.now()) / 1000 / self.speed
