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
    _smallest: int | None = None

    def observe(self, sent_at: Instant, received_at: Instant) -> int:
        """Take one frame in; the offset in ms to add to this device's times."""
        difference, differences = received_at - sent_at, self._differences
        leaves = differences[0] if len(differences) == FRAMES_REMEMBERED else None
        differences.append(difference)
        # The smallest is looked for only when it may have been forgotten: with each frame that would be all ten.
        if self._smallest is None or leaves == self._smallest:
            self._smallest = min(differences)
        elif difference < self._smallest:
            self._smallest = difference
        return self._smallest
