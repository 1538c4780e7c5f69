"""Alarm conditions: one small pure rule per file, all of one shape.

A rule takes the settings and what is known, and says which conditions hold, each with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.alarms import AlarmType, Reason
from monitor.domain.limits import Priority
from monitor.domain.readings import Instant


@dataclass(slots=True)
class Condition:
    """A hazard that exists. ``rung`` 0 means that its delay has not ended yet; a higher rung is worse.

    Conditions with the same ``key`` are one occurrence. ``raised_at`` is when the first rung's delay ended.
    """

    key: str
    kind: str
    metric: str | None
    source: str
    type: AlarmType
    priority: Priority
    onset: Instant
    rung: int
    raised_at: Instant | None
    reason: Reason
