"""The occurrences of one session: brought in line with the conditions that hold, and told of as they change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from monitor.domain.alarms import AlarmType, Event, Occurrence, State
from monitor.domain.conditions import Condition
from monitor.domain.limits import Priority
from monitor.domain.readings import Instant

NEVER: Instant = 2**62
MOST_LEVELS = 2
"""First the next holder and out of the house, then everybody; louder than that nothing helps."""


class UnknownAlarmError(LookupError):
    """No occurrence of that id was ever raised in an open session."""


class EndedAlarmError(ValueError):
    """The occurrence has ended; there is nothing left to acknowledge."""


@dataclass(frozen=True, slots=True)
class Change:
    """One transition that staff are told of, with the occurrence as it is after it."""

    at: Instant
    event: Event
    occurrence: Occurrence
    by: str | None = None


@dataclass(slots=True)
class Occurrences:
    """Plain data: the occurrences of one session that are not ended."""

    by_id: dict[str, Occurrence] = field(default_factory=dict)
    open_keys: dict[str, str] = field(default_factory=dict)
    """Key of a condition that holds to the id of its occurrence."""
    numbered: int = 0


class OccurrenceBook:
    """Moves occurrences by their table and keeps what changed until it is taken."""

    def __init__(self, session_id: str, known: Occurrences) -> None:
        self._session_id = session_id
        self._known = known
        self._changes: list[Change] = []
        self.deferring = False
        """While alarms are paused: conditions go on, but nothing begins to signal."""
        self._withdrawn_by: str | None = None
        self.begun = 0
        """How many signals have begun or become worse; whoever breaks an audio pause looks at it."""

    @contextmanager
    def withdrawing(self, by: str) -> Iterator[None]:
        """Conditions that end meanwhile end because ``by`` withdrew a value."""
        self._withdrawn_by = by
        try:
            yield
        finally:
            self._withdrawn_by = None

    def held_keys(self) -> list[str]:
        """Of every condition that holds, pending ones too."""
        return list(self._known.open_keys)

    def holds(self, key: str) -> bool:
        """Whether a condition of that key holds."""
        return key in self._known.open_keys

    def opened(self, key: str) -> Occurrence | None:
        """The occurrence whose condition of that key holds."""
        alarm_id = self._known.open_keys.get(key)
        return None if alarm_id is None else self._known.by_id[alarm_id]

    def signals(self) -> list[Occurrence]:
        """Every occurrence that staff are shown now."""
        return [known for known in self._known.by_id.values() if known.has_signal]

    def reconcile(self, key: str, condition: Condition | None, now: Instant) -> bool:
        """Bring the occurrence of a key in line with its condition; True when a rung was reached."""
        occurrence = self.opened(key)
        if condition is None:
            if occurrence is not None:
                self.end_condition(occurrence, now)
            return False
        if occurrence is None:
            occurrence = self._begin(condition)
        if occurrence.state is State.PENDING:
            occurrence.kind, occurrence.metric = condition.kind, condition.metric
            occurrence.onset = condition.onset
        if condition.rung > occurrence.rung:
            if self.deferring:
                return False
            self._reach(occurrence, condition, now)
            return True
        if condition.rung > 0:
            occurrence.rung = condition.rung
        return False

    def end_condition(self, occurrence: Occurrence, now: Instant) -> None:
        """The hazard is over; the signal may stay."""
        was_pending = occurrence.state is State.PENDING
        by = self._withdrawn_by
        event = Event.CONDITION_ENDED if by is None else Event.VOIDED
        occurrence.happen(event)
        occurrence.condition_ended_at = now
        occurrence.rung = 0
        del self._known.open_keys[occurrence.key]
        if was_pending:
            del self._known.by_id[occurrence.id]
        else:
            self._changed(occurrence, event, now, by)

    def acknowledge(
        self, alarm_id: str, by: str, note: str | None, now: Instant
    ) -> Occurrence | None:
        """The occurrence that is acknowledged by it, or None when it already was.

        Raises EndedAlarmError for one that has ended and UnknownAlarmError for one never raised.
        """
        occurrence = self._raised(alarm_id)
        if occurrence.state is State.ACKNOWLEDGED:
            return None
        occurrence.happen(Event.ACKNOWLEDGED)
        occurrence.acknowledged_at, occurrence.acknowledged_by = now, by
        occurrence.note, occurrence.level, occurrence.reminded_at = note, 0, None
        self._changed(occurrence, Event.ACKNOWLEDGED, now, by)
        return occurrence

    def let_time_pass(self, unanswered_ms: int, remind_ms: int, now: Instant) -> None:
        """High alarms that nobody answers become louder; acknowledged ones that persist are brought to mind."""
        for occurrence in list(self._known.by_id.values()):
            if _answer_due(occurrence, unanswered_ms) <= now:
                occurrence.level += 1
                occurrence.happen(Event.UNANSWERED)
                self._changed(occurrence, Event.UNANSWERED, now)
            elif _reminder_due(occurrence, remind_ms) <= now:
                occurrence.reminded_at = now
                occurrence.happen(Event.REMINDED)
                self._changed(occurrence, Event.REMINDED, now)

    def next_due(self, unanswered_ms: int, remind_ms: int) -> Instant:
        """When time alone may change something."""
        return min(
            (
                min(_answer_due(known, unanswered_ms), _reminder_due(known, remind_ms))
                for known in self._known.by_id.values()
            ),
            default=NEVER,
        )

    def shown(self, alarm_id: str, *, painted: bool, sounded: bool, now: Instant) -> bool:
        """A station has it on screen, or has sounded it; True when it is the first to."""
        occurrence = self._known.by_id.get(alarm_id)
        if occurrence is None:
            return False
        first = False
        if painted and occurrence.painted_at is None:
            occurrence.painted_at, first = now, True
        if sounded and occurrence.sounded_at is None:
            occurrence.sounded_at, first = now, True
        return first

    def end_session(self, now: Instant) -> None:
        """What is left ends as "session ended"."""
        for occurrence in list(self._known.by_id.values()):
            was_pending = occurrence.state is State.PENDING
            occurrence.happen(Event.SESSION_ENDED)
            if not was_pending:
                self._changed(occurrence, Event.SESSION_ENDED, now)
        self._known.by_id.clear()
        self._known.open_keys.clear()

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to take."""
        return bool(self._changes)

    def take_changes(self) -> list[Change]:
        """What staff must be told of since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def _raised(self, alarm_id: str) -> Occurrence:
        occurrence = self._known.by_id.get(alarm_id)
        if occurrence is not None and occurrence.state is not State.PENDING:
            return occurrence
        number = alarm_id.rpartition("-a")[2]
        if occurrence is None and number.isdigit() and 0 < int(number) <= self._known.numbered:
            raise EndedAlarmError(f"alarm {alarm_id} has already ended")
        raise UnknownAlarmError(f"there is no alarm {alarm_id}")

    def _begin(self, condition: Condition) -> Occurrence:
        self._known.numbered += 1
        occurrence = Occurrence(
            id=f"{self._session_id}-a{self._known.numbered}",
            key=condition.key,
            kind=condition.kind,
            metric=condition.metric,
            source=condition.source,
            type=condition.type,
            priority=condition.priority,
            onset=condition.onset,
            reason=condition.reason,
        )
        self._known.by_id[occurrence.id] = occurrence
        self._known.open_keys[condition.key] = occurrence.id
        return occurrence

    def _reach(self, occurrence: Occurrence, condition: Condition, now: Instant) -> None:
        first = occurrence.state is State.PENDING
        event = Event.DELAY_ENDED if first else Event.ESCALATED
        if first:
            occurrence.priority, occurrence.raised_at = condition.priority, condition.raised_at
        occurrence.kind, occurrence.metric = condition.kind, condition.metric
        occurrence.happen(event)
        occurrence.worsen_to(condition.priority)
        occurrence.rung, occurrence.reason = condition.rung, condition.reason
        occurrence.signalled_at, occurrence.level = now, 0
        self.begun += 1
        self._changed(occurrence, event, now)

    def _changed(
        self, occurrence: Occurrence, event: Event, now: Instant, by: str | None = None
    ) -> None:
        if occurrence.state is State.ENDED:
            occurrence.ended_at = now
            self._known.by_id.pop(occurrence.id, None)
        reason = replace(occurrence.reason, values=dict(occurrence.reason.values))
        self._changes.append(Change(now, event, replace(occurrence, reason=reason), by))


def _answer_due(occurrence: Occurrence, unanswered_ms: int) -> Instant:
    waiting = occurrence.state in {State.ACTIVE, State.LATCHED}
    if not waiting or occurrence.priority is not Priority.HIGH or occurrence.level >= MOST_LEVELS:
        return NEVER
    return occurrence.signalled_at + unanswered_ms * (occurrence.level + 1)


def _reminder_due(occurrence: Occurrence, remind_ms: int) -> Instant:
    if occurrence.state is not State.ACKNOWLEDGED or occurrence.acknowledged_at is None:
        return NEVER
    if occurrence.priority is not Priority.HIGH and occurrence.type is not AlarmType.TECHNICAL:
        return NEVER
    return (occurrence.reminded_at or occurrence.acknowledged_at) + remind_ms
