"""Two accounts of a session's alarms, side by side: what other limits would have changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from monitor.domain.alarms import Event, Occurrence
from monitor.domain.limits import RANK, Priority
from monitor.domain.occurrence_book import NEVER, Change
from monitor.domain.readings import SECOND, Instant
from monitor.wire.base import rfc3339


class Verdict(StrEnum):
    """What became of an alarm; the first that is true of it."""

    GAINED = "gained"
    LOST = "lost"
    MILDER = "milder"
    WORSE = "worse"
    DELAYED = "delayed"
    EARLIER = "earlier"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class RaisedAlarm:
    """A raised occurrence over its life: ``reached`` is when it came to each priority."""

    key: str
    occurrence: Occurrence
    raised_at: Instant
    reached: dict[Priority, Instant] = field(default_factory=dict)

    @property
    def over_at(self) -> Instant:
        """When its condition was over; far ahead while it holds."""
        known = self.occurrence
        ends = (known.condition_ended_at, known.ended_at)
        return min((end for end in ends if end is not None), default=NEVER)


class AlarmDifference(NamedTuple):
    """An alarm as it was recorded and as it would have been; one of them is None for what is gained or lost.

    ``seconds`` is how much later (less than 0: earlier) its highest common priority is reached.
    """

    verdict: Verdict
    recorded: RaisedAlarm | None
    rehearsed: RaisedAlarm | None
    seconds: float = 0.0


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
            known.reached[occurrence.priority] = occurrence.raised_at
        elif change.event is Event.ESCALATED:
            known.reached.setdefault(occurrence.priority, change.at)
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
            found.append(AlarmDifference(Verdict.LOST, before, None))
            continue
        after = min(same, key=lambda known: abs(known.raised_at - before.raised_at))
        met.add(after.occurrence.id)
        found.append(_judged(before, after))
    new = (known for known in rehearsed if known.occurrence.id not in met)
    found += [AlarmDifference(Verdict.GAINED, None, known) for known in new]
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
        "recorded_priority": None if before is None else str(before.occurrence.priority),
        "rehearsed_priority": None if after is None else str(after.occurrence.priority),
        "recorded_at": None if before is None else rfc3339(before.raised_at),
        "rehearsed_at": None if after is None else rfc3339(after.raised_at),
        "seconds": difference.seconds,
    }


def _same(one: RaisedAlarm, other: RaisedAlarm) -> bool:
    if one.key != other.key:
        return False
    return one.occurrence.onset <= other.over_at and other.occurrence.onset <= one.over_at


def _judged(before: RaisedAlarm, after: RaisedAlarm) -> AlarmDifference:
    common = [priority for priority in before.reached if priority in after.reached]
    highest = max(common, key=RANK.__getitem__, default=None)
    later_ms = after.raised_at - before.raised_at
    if highest is not None and after.reached[highest] != before.reached[highest]:
        later_ms = after.reached[highest] - before.reached[highest]
    rank = RANK[after.occurrence.priority] - RANK[before.occurrence.priority]
    verdict = Verdict.UNCHANGED
    if rank:
        verdict = Verdict.WORSE if rank > 0 else Verdict.MILDER
    elif later_ms:
        verdict = Verdict.DELAYED if later_ms > 0 else Verdict.EARLIER
    return AlarmDifference(verdict, before, after, later_ms / SECOND)


def _when(difference: AlarmDifference) -> tuple[Instant, str]:
    known = difference.recorded or difference.rehearsed
    return (0, "") if known is None else (known.raised_at, known.key)
