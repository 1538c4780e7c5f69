"""The verdict: what a scenario expects, held against what was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simulators.check.counterpart import Heard, Record, SeenAlarm
from simulators.scenarios.judged import AlarmMatch, Expected, Fact, Forbidden
from simulators.scenarios.room import Room
from simulators.scenarios.times import clock


@dataclass(frozen=True, slots=True)
class RoomSeen:
    """Everything about one room at the end of its scenario."""

    name: str
    room: Room
    record: Record
    heard: Heard
    scores: Mapping[str, int]
    faults: Sequence[str]


class Row(NamedTuple):
    """One line of the table: what was expected in a room, what was seen, and whether that is right."""

    room: str
    expected: str
    seen: str
    right: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario's verdict; ``also`` are alarms that nobody expected and nobody forbade."""

    name: str
    rows: Sequence[Row]
    also: Sequence[str]

    @property
    def passed(self) -> bool:
        """Whether everything expected was seen and nothing forbidden was."""
        return all(row.right for row in self.rows)


def matches(wanted: AlarmMatch, alarm: SeenAlarm) -> bool:
    """Whether this alarm is one of those meant."""
    named = (
        ("kind", wanted.kind),
        ("metric", wanted.metric),
        ("type", wanted.type),
        ("priority", wanted.priority),
    )
    if any(value is not None and getattr(alarm, key) != value for key, value in named):
        return False
    return wanted.reason is None or wanted.reason in alarm.text


def judge(name: str, rooms: Sequence[RoomSeen], began: int) -> Outcome:
    """The verdict on a scenario that began at this instant."""
    rows: list[Row] = []
    also: list[str] = []
    for room in rooms:
        told, rest = _judge_alarms(room, began)
        rows += told
        rows += [_judge_fact(room, fact) for fact in room.room.fact]
        rows += [Row(room.name, "orders carried out", fault, False) for fault in room.faults]
        also += [f"{room.name}: {_spoken(alarm, began)}" for alarm in rest]
    return Outcome(name, rows, also)


def _judge_alarms(room: RoomSeen, began: int) -> tuple[list[Row], list[SeenAlarm]]:
    alarms = room.record.alarms
    rows, taken = [], set()
    for wanted in room.room.expected:
        found = [alarm for alarm in alarms if _is_expected(wanted, alarm, began)]
        taken |= {alarm.id for alarm in found}
        enough = len(found) >= wanted.times if wanted.at_least else len(found) == wanted.times
        near = found or [alarm for alarm in alarms if matches(wanted, alarm)]
        rows.append(Row(room.name, _wanted(wanted), _list(near, began), enough))
    rest = [alarm for alarm in alarms if alarm.id not in taken]
    forbidden: set[str] = set()
    for barred in room.room.forbidden:
        found = [alarm for alarm in rest if _is_forbidden(barred, alarm, began)]
        forbidden |= {alarm.id for alarm in found}
        rows.append(Row(room.name, _barred(barred), _list(found, began), not found))
    return rows, [alarm for alarm in rest if alarm.id not in forbidden]


def _is_expected(wanted: Expected, alarm: SeenAlarm, began: int) -> bool:
    if not matches(wanted, alarm) or not _within(wanted.raised, alarm.raised_at, began):
        return False
    if wanted.ended is not None and not _within(wanted.ended, alarm.ended_at, began):
        return False
    return wanted.state is None or alarm.state == wanted.state


def _is_forbidden(barred: Forbidden, alarm: SeenAlarm, began: int) -> bool:
    during = barred.during
    return matches(barred, alarm) and (during is None or _within(during, alarm.raised_at, began))


def _within(window: tuple[int, int], instant: int | None, began: int) -> bool:
    return instant is not None and window[0] <= (instant - began) / 1000 <= window[1]


def _judge_fact(room: RoomSeen, fact: Fact) -> Row:
    seen = _FACTS[fact.what](room, fact)
    right = fact.equals is None or seen == fact.equals
    if fact.at_least is not None or fact.at_most is not None:
        number = seen if isinstance(seen, int | float) else None
        right = right and number is not None
        right = right and (fact.at_least is None or (number or 0) >= fact.at_least)
        right = right and (fact.at_most is None or (number or 0) <= fact.at_most)
    return Row(room.name, _fact(fact), str(seen), right)


def _readings(room: RoomSeen, fact: Fact) -> int:
    wanted: dict[str, str | None] = {"metric": fact.metric, "status": fact.status}
    if fact.late is not None:
        wanted["late"] = str(fact.late).lower()
    said = {key: value for key, value in wanted.items() if value is not None}
    return sum(
        all(row[key] == value for key, value in said.items()) for row in room.record.readings
    )


_FACTS: Mapping[str, Callable[[RoomSeen, Fact], object]] = {
    "readings": _readings,
    "rejected": lambda room, _: room.heard.rejected,
    "refused": lambda room, _: room.heard.refused,
    "phase": lambda room, _: room.record.phase,
    "number": lambda room, _: room.record.number,
    "score": lambda room, fact: room.scores.get(fact.score or ""),
}


def _fact(fact: Fact) -> str:
    which = [
        fact.metric,
        fact.status,
        fact.score,
        None if fact.late is None else f"late {fact.late}",
    ]
    bounds = [
        "" if fact.equals is None else f"= {fact.equals}",
        "" if fact.at_least is None else f">= {fact.at_least:g}",
        "" if fact.at_most is None else f"<= {fact.at_most:g}",
    ]
    return " ".join(filter(None, [fact.what, *which, *bounds]))


def _named(wanted: AlarmMatch) -> str:
    parts = (wanted.priority, wanted.type, wanted.kind, wanted.metric)
    words = f'"{wanted.reason}"' if wanted.reason else None
    return " ".join(filter(None, (*parts, words))) or "any alarm"


def _wanted(wanted: Expected) -> str:
    times = f"{'>= ' if wanted.at_least else ''}{wanted.times} x "
    window = f"{clock(wanted.raised[0])}-{clock(wanted.raised[1])}"
    ended = (
        "" if wanted.ended is None else f", ends {clock(wanted.ended[0])}-{clock(wanted.ended[1])}"
    )
    state = "" if wanted.state is None else f", {wanted.state}"
    return f"{times if times != '1 x ' else ''}{_named(wanted)} {window}{ended}{state}"


def _barred(barred: Forbidden) -> str:
    during = barred.during
    when = "" if during is None else f" {clock(during[0])}-{clock(during[1])}"
    beside = "nothing else" if _named(barred) == "any alarm" else f"no {_named(barred)}"
    return f"{beside}{when}"


def _list(alarms: Sequence[SeenAlarm], began: int) -> str:
    return "; ".join(_spoken(alarm, began) for alarm in alarms) or "-"


def _spoken(alarm: SeenAlarm, began: int) -> str:
    ended = alarm.ended_at
    until = "" if ended is None else f"-{clock((ended - began) / 1000)}"
    raised = f"{clock((alarm.raised_at - began) / 1000)}{until}"
    return f"{raised} {alarm.priority} {alarm.kind} {alarm.state}: {alarm.text}"
