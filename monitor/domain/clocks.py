"""The offset of a device's clock, per connection."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from monitor.domain.readings import Instant

FRAMES_REMEMBERED = 10


@dataclass(slots=True)
class ClockOffset:
    """The smallest received minus sent time of the last ten frames: the least delayed frame tells the clock best."""

    _differences: deque[int] = field(default_factory=lambda: deque(maxlen=FRAMES_REMEMBERED))

    def observe(self, sent_at: Instant, received_at: Instant) -> int:
        """Take one frame in; the offset in ms to add to this device's times."""
        self._differences.append(received_at - sent_at)
        return min(self._differences)
