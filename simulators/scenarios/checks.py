"""What must fit together in a scenario file: a check that cannot fail, or what never happens, is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from simulators.scenarios.refusals import room_place
from simulators.scenarios.room import AcknowledgeAt, Event, OrderAt, Room
from simulators.scenarios.times import clock


def first_contradiction(names: Sequence[str], rooms: Sequence[Room], end: int) -> str | None:
    """The first one in a sentence with its place, or None. ``end``: of the scenario, in seconds."""
    for place, room in enumerate(rooms):
        for found in (*_names(room, names, place), *_times(room, end)):
            return f"{room_place(place, room.name)}{found}"
    return None


def _names(room: Room, names: Sequence[str], place: int) -> Iterator[str]:
    earlier = names[:place]
    if names[place] in earlier:
        yield f": name: room {earlier.index(names[place]) + 1} has the same name"
    if room.patient.same_as is not None and room.patient.same_as not in earlier:
        yield f": patient.same_as: no earlier room is named {room.patient.same_as}"


def _times(room: Room, end: int) -> Iterator[str]:
    ends = f"the scenario's end at {clock(end)}"
    if room.starts_at >= end:
        yield f": starts_at: {clock(room.starts_at)} is not before {ends}"
        return
    yield from _acts("event", room.event, room, end)
    yield from _acts("order", room.order, room, end)
    yield from _acts("acknowledge", room.acknowledge, room, end)
    windows = [
        *((f"expected {n}: raised", one.raised) for n, one in enumerate(room.expected, 1)),
        *((f"expected {n}: ended", one.ended) for n, one in enumerate(room.expected, 1)),
        *((f"forbidden {n}: during", one.during) for n, one in enumerate(room.forbidden, 1)),
    ]
    for where, window in windows:
        if window is not None and window[0] > end:
            yield f", {where}: {clock(window[0])} is after {ends}"
        if window is not None and window[1] < room.starts_at:
            yield f", {where}: {clock(window[1])} is before the room's start"


def _acts(
    what: str, acts: Iterable[Event | OrderAt | AcknowledgeAt], room: Room, end: int
) -> Iterator[str]:
    since = f" after the room's start at {clock(room.starts_at)}" if room.starts_at else ""
    for number, act in enumerate(acts, 1):
        if room.starts_at + act.at >= end:
            yield (
                f", {what} {number}: at: {clock(act.at)}{since} is not before the scenario's end"
                f" at {clock(end)}: it would never happen"
            )
