"""Everything the alarm system knows about one session: plain data, kept as a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.domain.breaches import NEVER, Track
from monitor.domain.feeds import Feed
from monitor.domain.occurrence_book import Occurrences
from monitor.domain.readings import Instant
from monitor.domain.sessions import Phase


class Newest(NamedTuple):
    """The newest value of one metric from one source, with its components by name."""

    at: Instant
    values: tuple[tuple[str, float], ...]


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
    phase: str = str(Phase.PRECHECK)
    phase_at: Instant = 0
    baseline: dict[str, float] = field(default_factory=dict)
    """Component to its confirmed baseline; empty before it is confirmed."""
    own_limits: dict[str, float | None] = field(default_factory=dict)
    """Id of a limit to this patient's value for it; None where it was taken out."""
    tracks: dict[str, Track] = field(default_factory=dict)
    """By metric and source, ``spo2|d1``."""
    late_tracks: dict[str, Track] = field(default_factory=dict)
    newest: dict[str, Newest] = field(default_factory=dict)
    """By metric and source, for telling sources that disagree; only where a metric has more than one."""
    last_cuff_at: Instant | None = None
    scores: dict[str, Score] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    occurrences: Occurrences = field(default_factory=Occurrences)
