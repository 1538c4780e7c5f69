"""What is due: the next cuff, and the end of a phase that has a planned length."""

from __future__ import annotations

from typing import NamedTuple

from monitor.domain.readings import Instant
from monitor.domain.sessions import Session

CUFF = "cuff"
PHASE_END = "phase_end"


class Task(NamedTuple):
    """Something to be done at ``at``; ``kind`` is ``cuff`` or ``phase_end``."""

    kind: str
    at: Instant


def tasks(
    session: Session,
    last_cuff_at: Instant | None,
    cuff_ms: dict[str, int],
    phase_ms: dict[str, int],
) -> list[Task]:
    """What is due in an open session, by time. ``last_cuff_at``: the newest cuff with a value, if any."""
    phase, began_at = session.phase, session.phases[-1].at
    due = []
    if phase in cuff_ms:
        # A phase may ask for cuffs more often than the one before: the first is due one cadence into it at the latest.
        last = began_at if last_cuff_at is None else last_cuff_at
        due.append(Task(CUFF, last + cuff_ms[phase]))
    if phase in phase_ms:
        due.append(Task(PHASE_END, began_at + phase_ms[phase]))
    return sorted(due, key=lambda task: task.at)
