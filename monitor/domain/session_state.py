"""Everything the alarm system knows about one session: plain data, kept as a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.domain.breaches import NEVER, Track
from monitor.domain.conditions.overdue import Agendum
from monitor.domain.controls import Controls
from monitor.domain.feeds import Feed
from monitor.domain.occurrence_book import Occurrences
from monitor.domain.readings import Instant
from monitor.domain.sessions import Phase


class Score(NamedTuple):
    """The newest value of a score."""

    at: Instant
    value: int


@dataclass(slots=True)
class SessionState:
    """See the module. Times by the gateway's clock."""

    session_id: str
    started_at: Instant
    resumed_at: Instant = -NEVER
    next_due: Instant = -NEVER
    """When time alone may change something; at once for a session that is new."""
    phase: str = str(Phase.PRECHECK)
    phase_at: Instant = 0
    controls: Controls = field(default_factory=Controls)
    tracks: dict[str, Track] = field(default_factory=dict)
    """By metric and source, ``spo2|d1``."""
    late_tracks: dict[str, Track] = field(default_factory=dict)
    last_cuff_at: Instant | None = None
    agenda: list[Agendum] = field(default_factory=list)
    """What is due besides the cuff: scores, checks, the end of the infusion."""
    scores: dict[str, Score] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    unmeasured: dict[str, Instant] = field(default_factory=dict)
    """Metric to since when it has no value because the last device that measured it is gone; others may do now."""
    occurrences: Occurrences = field(default_factory=Occurrences)
