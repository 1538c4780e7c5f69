"""What is asked of a rehearsal and what it tells, as lines of JSON from one process to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from monitor.domain.limits import Priority
from monitor.domain.readings import Instant
from monitor.service.rehearsal.changing import Changes
from monitor.service.rehearsal.comparing import AlarmDifference, RaisedAlarm, Verdict
from monitor.service.rehearsal.rehearsing import Rehearsal

MOST_TOLD = 500
"""So many changed alarms of one session are told one by one; counted are all of them."""

Counts = dict[str, int]
"""Priority to how many."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Sessions to be rehearsed by a protocol's text with changes; ``name`` is the protocol's."""

    name: str
    text: str
    changes: Changes
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldAlarm:
    """A priority that an alarm of one of the two accounts reached, when and by what: ``code`` and ``values``."""

    id: str
    priority: str
    raised_at: Instant
    code: str
    values: dict[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class ToldDifference:
    """An alarm that is otherwise: see ``AlarmDifference``."""

    verdict: Verdict
    recorded: ToldAlarm | None
    rehearsed: ToldAlarm | None
    seconds: float


@dataclass(frozen=True, slots=True)
class ToldRehearsal:
    """One session. ``problem`` says why it was not rehearsed; then nothing else is said.

    ``recorded`` and ``rehearsed``: how often alarms reached each priority, and would have. ``verdicts``: what became of
    them, by the priority on record that is otherwise, of gained ones by their own. ``longest_s``: the longest delay.
    ``earlier_text``: whether its own limits were those of another text of the protocol. ``differences`` leaves out what
    is unchanged.
    """

    session_id: str
    hours: float = 0.0
    problem: str = ""
    earlier_text: bool = False
    recorded: Counts = field(default_factory=dict)
    rehearsed: Counts = field(default_factory=dict)
    verdicts: dict[Verdict, Counts] = field(default_factory=dict)
    longest_s: float = 0.0
    differences: tuple[ToldDifference, ...] = ()

    @property
    def changed(self) -> int:
        """How many alarms are otherwise."""
        return sum(sum(of.values()) for verdict, of in self.verdicts.items() if verdict != _SAME)


_SAME = Verdict.UNCHANGED
ASKED = TypeAdapter(Asked)
TOLD = TypeAdapter(ToldRehearsal)


def told(rehearsal: Rehearsal, *, earlier_text: bool) -> ToldRehearsal:
    """A rehearsal as it is told."""
    if rehearsal.problem:
        return ToldRehearsal(rehearsal.session_id, problem=rehearsal.problem)
    differences = rehearsal.differences
    # One long alarm may stand for several recorded ones.
    after = {
        known.rehearsed.occurrence.id: known.rehearsed for known in differences if known.rehearsed
    }
    changed = [known for known in differences if known.verdict is not _SAME]
    return ToldRehearsal(
        session_id=rehearsal.session_id,
        hours=rehearsal.hours,
        earlier_text=earlier_text,
        recorded=_counted(known.recorded for known in differences if known.recorded),
        rehearsed=_counted(after.values()),
        verdicts=_verdicts(differences),
        longest_s=max((k.seconds for k in changed if k.verdict is Verdict.DELAYED), default=0.0),
        differences=tuple(map(_difference, changed[:MOST_TOLD])),
    )


def _counted(alarms: Iterable[RaisedAlarm]) -> Counts:
    return dict(Counter(str(priority) for known in alarms for priority in known.reached))


def _verdicts(differences: tuple[AlarmDifference, ...]) -> dict[Verdict, Counts]:
    found: dict[Verdict, Counts] = {}
    for known in differences:
        priority = known.before or known.after
        if priority is not None:
            of_verdict = found.setdefault(known.verdict, {})
            of_verdict[str(priority)] = of_verdict.get(str(priority), 0) + 1
    return found


def _difference(known: AlarmDifference) -> ToldDifference:
    before = _alarm(known.recorded, known.before)
    after = _alarm(known.rehearsed, known.after)
    return ToldDifference(known.verdict, before, after, known.seconds)


def _alarm(alarm: RaisedAlarm | None, priority: Priority | None) -> ToldAlarm | None:
    if alarm is None or priority is None:
        return None
    at, reason = alarm.reached[priority]
    return ToldAlarm(alarm.occurrence.id, str(priority), at, reason.code, reason.values)
