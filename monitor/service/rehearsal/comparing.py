"""Two accounts of a session's alarms, side by side: what other limits would have changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from monitor.domain.alarms import Occurrence, Reason
from monitor.domain.limits import RANK, Priority
from monitor.domain.occurrence_book import NEVER, Change
from monitor.domain.readings import SECOND, Instant
from monitor.wire.base import rfc3339


class Verdict(StrEnum):
    """What became of an alarm, or of the worst of its priorities that is otherwise."""

    GAINED = "gained"
    LOST = "lost"
    MILDER = "milder"
    WORSE = "worse"
    DELAYED = "delayed"
    EARLIER = "earlier"
    UNCHANGED = "unchanged"


class Reached(NamedTuple):
    """When a priority was reached, and by what."""

    at: Instant
    reason: Reason


@dataclass(slots=True)
class RaisedAlarm:
    """A raised occurrence over its life: ``reached`` has each priority that it came to, the mildest first."""

    key: str
    occurrence: Occurrence
    raised_at: Instant
    reached: dict[Priority, Reached] = field(default_factory=dict)

    @property
    def over_at(self) -> Instant:
        """When its condition was over; far ahead while it holds."""
        known = self.occurrence
        ends = (known.condition_ended_at, known.ended_at)
        return min((end for end in ends if end is not None), default=NEVER)


class AlarmDifference(NamedTuple):
    """An alarm as it was recorded and as it would have been; one of them is None for what is gained or lost.

    ``before`` and ``after`` are the priorities that the verdict is about. Where both became equally bad it is about the
    worst one that is otherwise: a milder one may have moved, or only one of them may have it. ``seconds`` is how much
    later (less than 0: earlier) the priority is reached; of alarms that became worse or milder, the worst common one.
    """

    verdict: Verdict
    recorded: RaisedAlarm | None
    rehearsed: RaisedAlarm | None
    seconds: float = 0.0
    before: Priority | None = None
    after: Priority | None = None


def raised_alarms(changes: Iterable[Change]) -> list[RaisedAlarm]:
    """The raised occurrences of an account, in the order in which they were raised."""
    found: dict[str, RaisedAlarm] = {}
    for change in changes:
        occurrence = change.occurrence
        if occurrence.raised_at is None:
            continue
        known = found.get(occurrence.id)
        if known is None:
            known = RaisedAlarm(occurrence.key, occurrence, occurrence.raised_at)
            found[occurrence.id] = known
        if occurrence.priority not in known.reached:
            at = change.at if known.reached else occurrence.raised_at
            known.reached[occurrence.priority] = Reached(at, occurrence.reason)
        known.occurrence = occurrence
    return list(found.values())


def compared(
    recorded: Sequence[RaisedAlarm], rehearsed: Sequence[RaisedAlarm]
) -> list[AlarmDifference]:
    """Each recorded alarm once, and what is new, by time.

    Alarms of one condition that overlap are the same alarm; of several the one that was raised nearest to it. One
    long alarm may stand for several recorded ones: none of them is lost while it is there.
    """
    found, met = [], set()
    for before in recorded:
        same = [known for known in rehearsed if _same(before, known)]
        if not same:
            found.append(
                AlarmDifference(Verdict.LOST, before, None, before=before.occurrence.priority)
            )
            continue
        after = min(same, key=lambda known: abs(known.raised_at - before.raised_at))
        met.add(after.occurrence.id)
        found.append(_judged(before, after))
    new = (known for known in rehearsed if known.occurrence.id not in met)
    found += [
        AlarmDifference(Verdict.GAINED, None, known, after=known.occurrence.priority)
        for known in new
    ]
    return sorted(found, key=_when)


def described(difference: AlarmDifference) -> dict[str, Any]:
    """A difference as plain JSON; times in RFC 3339."""
    before, after = difference.recorded, difference.rehearsed
    known = before or after
    return {
        "verdict": str(difference.verdict),
        "alarm": None if before is None else before.occurrence.id,
        "kind": None if known is None else known.occurrence.kind,
        "metric": None if known is None else known.occurrence.metric,
        "source": None if known is None else known.occurrence.source,
        "recorded_priority": difference.before,
        "rehearsed_priority": difference.after,
        "recorded_at": _reached_at(before, difference.before),
        "rehearsed_at": _reached_at(after, difference.after),
        "seconds": difference.seconds,
    }


def _reached_at(alarm: RaisedAlarm | None, priority: Priority | None) -> str | None:
    return None if alarm is None or priority is None else rfc3339(alarm.reached[priority].at)


def _same(one: RaisedAlarm, other: RaisedAlarm) -> bool:
    if one.key != other.key:
        return False
    return one.occurrence.onset <= other.over_at and other.occurrence.onset <= one.over_at


def _judged(before: RaisedAlarm, after: RaisedAlarm) -> AlarmDifference:
    worst = before.occurrence.priority, after.occurrence.priority
    rank = RANK[worst[1]] - RANK[worst[0]]
    if rank:
        verdict = Verdict.WORSE if rank > 0 else Verdict.MILDER
        return AlarmDifference(verdict, before, after, _later_s(before, after), *worst)
    for priority in sorted({*before.reached, *after.reached}, key=RANK.__getitem__, reverse=True):
        if priority not in before.reached:
            return AlarmDifference(Verdict.GAINED, before, after, after=priority)
        if priority not in after.reached:
            return AlarmDifference(Verdict.LOST, before, after, before=priority)
        seconds = (after.reached[priority].at - before.reached[priority].at) / SECOND
        if seconds:
            verdict = Verdict.DELAYED if seconds > 0 else Verdict.EARLIER
            return AlarmDifference(verdict, before, after, seconds, priority, priority)
    return AlarmDifference(Verdict.UNCHANGED, before, after, 0.0, *worst)


def _later_s(before: RaisedAlarm, after: RaisedAlarm) -> float:
    """Of the worst priority that both reached, or of the raising where there is none."""
    common = [priority for priority in before.reached if priority in after.reached]
    worst = max(common, key=RANK.__getitem__, default=None)
    if worst is None:
        return (after.raised_at - before.raised_at) / SECOND
    return (after.reached[worst].at - before.reached[worst].at) / SECOND


def _when(difference: AlarmDifference) -> tuple[Instant, str]:
    known = difference.recorded or difference.rehearsed
    return (0, "") if known is None else (known.raised_at, known.key)
