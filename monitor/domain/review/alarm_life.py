"""The life of a raised alarm: each priority it reached, from when on and why, and how long its condition held.

Two things are never mixed up here. What raised an alarm at first is not what made it worse: each priority has its own
moment and its own values. And the condition, which is the hazard, is not the signal: nobody may have seen a high alarm
for hours after it was over. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from monitor.domain.alarms import Event, State
from monitor.domain.facts import AlarmChanged, Fact
from monitor.domain.limits import RANK, Priority
from monitor.domain.readings import Instant

_OVER = frozenset({Event.CONDITION_ENDED, Event.VOIDED, Event.SESSION_ENDED})


class Rung(NamedTuple):
    """A priority that an alarm reached, with what raised it to that, and who first answered it from then on.

    An answer is to the whole alarm: one that came after it had become worse answers the milder priorities too.
    """

    priority: str
    since: Instant
    alarm_kind: str
    reason_code: str
    reason_values: Mapping[str, float | int | str | None]
    acknowledged_at: Instant | None
    acknowledged_by: str | None

    @property
    def answered_after(self) -> int | None:
        """How long that took, in ms; None for never."""
        return None if self.acknowledged_at is None else self.acknowledged_at - self.since

    def of(self, alarm: AlarmChanged) -> AlarmChanged:
        """The alarm with this priority and the values that raised it to that."""
        return replace(
            alarm,
            priority=self.priority,
            alarm_kind=self.alarm_kind,
            reason_code=self.reason_code,
            reason_values=dict(self.reason_values),
        )


@dataclass(frozen=True, slots=True)
class AlarmLife:
    """One occurrence. ``newest`` is its last state, ``rungs`` its priorities, the mildest and first one first.

    ``over_at``: when its condition was over, or the session with it; None while it holds.
    """

    newest: AlarmChanged
    rungs: tuple[Rung, ...]
    over_at: Instant | None

    @property
    def id(self) -> str:
        """The occurrence's."""
        return self.newest.alarm_id

    @property
    def worst(self) -> Rung:
        """The worst priority that it reached."""
        return self.rungs[-1]

    @property
    def raised_at(self) -> Instant:
        """When it first signalled."""
        return self.rungs[0].since

    @property
    def stood_until(self) -> Instant | None:
        """Until when the signal stood although its condition was over; None where it did not, or still does."""
        over, ended = self.over_at, self.newest.ended_at
        return ended if over is not None and ended is not None and ended > over else None

    @property
    def still_stands(self) -> bool:
        """Whether its condition is over and nobody has seen it yet."""
        return self.over_at is not None and self.newest.ended_at is None


def lives_of(alarms: Iterable[AlarmChanged], session_facts: Iterable[Fact]) -> list[AlarmLife]:
    """The raised ones of these occurrences, from the facts in the order of their commit."""
    changes: dict[str, list[Fact]] = defaultdict(list)
    for fact in session_facts:
        if isinstance(fact.body, AlarmChanged):
            changes[fact.body.alarm_id].append(fact)
    return [
        life_of(alarm, changes.get(alarm.alarm_id, ()))
        for alarm in alarms
        if alarm.raised_at is not None
    ]


def life_of(newest: AlarmChanged, changes: Sequence[Fact]) -> AlarmLife:
    """One raised occurrence from its transitions; without them only its last state is known."""
    rungs: list[Rung] = []
    over_at: Instant | None = None
    answered_at: Instant | None = None
    for fact in changes:
        body = fact.body
        if not isinstance(body, AlarmChanged) or body.raised_at is None:
            continue
        if not rungs or RANK[Priority(body.priority)] > RANK[Priority(rungs[-1].priority)]:
            rungs.append(_rung(body, fact.at if rungs else body.raised_at))
        if body.acknowledged_at != answered_at:
            # A worse priority comes with the answer to the one before: that is none to it.
            answered_at = body.acknowledged_at
            rungs = [_answered(rung, body) for rung in rungs]
        if over_at is None and body.event in _OVER:
            over_at = fact.at
    if over_at is None and newest.state == State.ENDED:
        over_at = newest.ended_at
    return AlarmLife(newest, tuple(rungs) or (_known_of(newest),), over_at)


def _rung(body: AlarmChanged, since: Instant) -> Rung:
    kind, code, values = body.alarm_kind, body.reason_code, body.reason_values
    return Rung(body.priority, since, kind, code, values, None, None)


def _answered(rung: Rung, by: AlarmChanged) -> Rung:
    if rung.acknowledged_at is not None:
        return rung
    return rung._replace(acknowledged_at=by.acknowledged_at, acknowledged_by=by.acknowledged_by)


def _known_of(newest: AlarmChanged) -> Rung:
    raised_at = newest.onset if newest.raised_at is None else newest.raised_at
    return _answered(_rung(newest, raised_at), newest)
