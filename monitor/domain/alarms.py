"""One occurrence of an alarm, as a state machine: everything that may happen to it stands in TRANSITIONS.

An occurrence joins two objects: the condition (the hazard exists) and the signal (what staff see and hear).
The end of the condition never removes a latched signal. Terms after IEC 60601-1-8 as public sources give them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.domain.limits import RANK, Priority
from monitor.domain.readings import Instant


class State(StrEnum):
    """Where an occurrence stands."""

    PENDING = "pending"
    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    LATCHED = "latched"
    ENDED = "ended"


class Event(StrEnum):
    """What can happen to an occurrence."""

    DELAY_ENDED = "delay_ended"
    ESCALATED = "escalated"
    UNANSWERED = "unanswered"
    REMINDED = "reminded"
    ACKNOWLEDGED = "acknowledged"
    CONDITION_ENDED = "condition_ended"
    VOIDED = "voided"
    SESSION_ENDED = "session_ended"


class AlarmType(StrEnum):
    """Whether the patient or the equipment is meant."""

    PHYSIOLOGICAL = "physiological"
    TECHNICAL = "technical"


class IllegalTransitionError(ValueError):
    """This event cannot happen to an occurrence in this state; nothing has changed."""


ANY = (True, False)
LATCHING = (True,)
NON_LATCHING = (False,)

_ROWS: tuple[tuple[State, Event, tuple[bool, ...], State, str], ...] = (
    (State.PENDING, Event.DELAY_ENDED, ANY, State.ACTIVE, "the condition outlasted its delay"),
    (State.PENDING, Event.CONDITION_ENDED, ANY, State.ENDED, "too short to be raised"),
    (State.PENDING, Event.VOIDED, ANY, State.ENDED, "the value was withdrawn before it was raised"),
    (State.PENDING, Event.SESSION_ENDED, ANY, State.ENDED, "nobody is watched any more"),
    (State.ACTIVE, Event.ESCALATED, ANY, State.ACTIVE, "a worse rung sounds again"),
    (
        State.ACTIVE,
        Event.UNANSWERED,
        ANY,
        State.ACTIVE,
        "louder, for the next holder, then for all",
    ),
    (State.ACTIVE, Event.ACKNOWLEDGED, ANY, State.ACKNOWLEDGED, "an operator has seen it"),
    (
        State.ACTIVE,
        Event.CONDITION_ENDED,
        LATCHING,
        State.LATCHED,
        "a high alarm stays in sight until seen",
    ),
    (
        State.ACTIVE,
        Event.CONDITION_ENDED,
        NON_LATCHING,
        State.ENDED,
        "only high physiological alarms latch",
    ),
    (State.ACTIVE, Event.VOIDED, LATCHING, State.LATCHED, "a high alarm stays in sight until seen"),
    (State.ACTIVE, Event.VOIDED, NON_LATCHING, State.ENDED, "its value was withdrawn"),
    (State.ACTIVE, Event.SESSION_ENDED, ANY, State.ENDED, "ended with the session, by override"),
    (State.ACKNOWLEDGED, Event.ESCALATED, ANY, State.ACTIVE, "worse than what was acknowledged"),
    (
        State.ACKNOWLEDGED,
        Event.ACKNOWLEDGED,
        ANY,
        State.ACKNOWLEDGED,
        "acknowledging again is harmless",
    ),
    (State.ACKNOWLEDGED, Event.REMINDED, ANY, State.ACKNOWLEDGED, "it persists: brought to mind"),
    (State.ACKNOWLEDGED, Event.CONDITION_ENDED, ANY, State.ENDED, "seen and over"),
    (State.ACKNOWLEDGED, Event.VOIDED, ANY, State.ENDED, "seen and withdrawn"),
    (State.ACKNOWLEDGED, Event.SESSION_ENDED, ANY, State.ENDED, "ended with the session"),
    (State.LATCHED, Event.UNANSWERED, ANY, State.LATCHED, "over, but nobody has seen it"),
    (State.LATCHED, Event.ACKNOWLEDGED, ANY, State.ENDED, "over and seen"),
    (State.LATCHED, Event.VOIDED, ANY, State.LATCHED, "withdrawn, but not yet seen"),
    (State.LATCHED, Event.SESSION_ENDED, ANY, State.ENDED, "ended with the session, by override"),
)

TRANSITIONS: dict[tuple[State, Event, bool], State] = {
    (state, event, latching): after
    for state, event, latchings, after, _ in _ROWS
    for latching in latchings
}


@dataclass(slots=True)
class Reason:
    """Why an alarm is or was raised: a phrase code and the values that go into the phrase."""

    code: str
    values: dict[str, float | int | str | None] = field(default_factory=dict)


@dataclass(slots=True)
class Occurrence:
    """One occurrence, from the first reading of its breach to its end.

    ``priority`` is the worst that was reached. ``rung`` is the severity that holds now (0 while pending).
    """

    id: str
    key: str
    kind: str
    metric: str | None
    source: str
    type: AlarmType
    priority: Priority
    onset: Instant
    reason: Reason
    state: State = State.PENDING
    rung: int = 0
    raised_at: Instant | None = None
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None
    ended_at: Instant | None = None
    condition_ended_at: Instant | None = None
    note: str | None = None
    signalled_at: Instant = 0
    """When it last began to sound: raised, or reached a worse rung."""
    level: int = 0
    """How often it went unanswered since."""
    reminded_at: Instant | None = None
    painted_at: Instant | None = None
    """When the first station had it on screen."""
    sounded_at: Instant | None = None

    @property
    def is_latching(self) -> bool:
        """High physiological alarms latch; medium, low and technical ones do not."""
        return self.priority is Priority.HIGH and self.type is AlarmType.PHYSIOLOGICAL

    @property
    def has_signal(self) -> bool:
        """Whether staff are shown it now."""
        return self.state in (State.ACTIVE, State.ACKNOWLEDGED, State.LATCHED)

    def happen(self, event: Event) -> None:
        """Move by the table. Raises IllegalTransitionError, changing nothing, for a pair not in it."""
        after = TRANSITIONS.get((self.state, event, self.is_latching))
        if after is None:
            raise IllegalTransitionError(f"{event} cannot happen to an alarm that is {self.state}")
        self.state = after

    def worsen_to(self, priority: Priority) -> None:
        """Keep the worst priority reached."""
        if RANK[priority] > RANK[self.priority]:
            self.priority = priority


def mermaid() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.PENDING}: breach begins"]
    for state, event, latchings, after, _ in _ROWS:
        which = {ANY: "", LATCHING: " (latching)", NON_LATCHING: " (not latching)"}[latchings]
        lines.append(f"    {state} --> {after}: {event}{which}")
    lines.append(f"    {State.ENDED} --> [*]")
    return "\n".join(lines)
