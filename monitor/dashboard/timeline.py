"""A day's infusions as bars on one axis of time, room by room, plans and sessions alike. Pure.

Places on the axis are percent of its width, so that the page needs no script to draw them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from monitor.dashboard.day import Day, clash_texts, day_clashes, midnight
from monitor.dashboard.presenters import phase_name
from monitor.dashboard.words import Words
from monitor.domain.course import Course
from monitor.domain.readings import HOUR, Instant
from monitor.domain.registry import Room
from monitor.domain.sessions import Phase, Session
from monitor.domain.visits import Visit

_LABEL_SHARE = 19.0
"""Of the axis, for the words above a bar; the next bar begins after them or in another row."""
_FIRST_HOUR, _LAST_HOUR = 8, 16
"""Of the axis on a day of which nothing else is known."""
_WALK = (Phase.PRECHECK, Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION)


class Segment(NamedTuple):
    """One phase and what it is called. ``state``: planned, running or done."""

    phase: Phase
    name: str
    left: float
    width: float
    state: str


@dataclass(frozen=True, slots=True)
class Block:
    """A visit or a session. ``row``: its place among others that overlap it; ``clashes``: ends with another one."""

    key: str
    title: str
    ends: str
    left: float
    width: float
    segments: tuple[Segment, ...]
    href: str = ""
    row: int = 0
    clashes: bool = False
    is_late: bool = False


class Lane(NamedTuple):
    """A room with its blocks; ``rows`` of them stand above each other."""

    room: str
    blocks: list[Block]
    rows: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """``hours`` are (place, text); ``now`` is None on another day; ``warnings`` are sentences."""

    lanes: list[Lane]
    hours: list[tuple[float, str]]
    now: float | None
    warnings: list[str]


class _Span(NamedTuple):
    phase: Phase
    since: Instant
    until: Instant
    state: str


class _Entry(NamedTuple):
    """What becomes a block: a visit that is open, or a session."""

    key: str
    room_id: str | None
    title: str
    href: str
    spans: list[_Span]
    is_late: bool = False
    overdue_since: Instant | None = None
    course: Course | None = None


def timeline(words: Words, day: Day, rooms: Sequence[Room], now: Instant) -> Timeline:
    """The day as bars. Rooms that are retired have a lane only where something was in them."""
    entries = [_of_visit(day, v, now) for v in day.visits if v.is_open]
    entries += [_of_session(day, session, now) for session in day.sessions]
    axis = _axis(words, day, entries, now)
    clashes = day_clashes(day, now)
    names = {room.id: room.name for room in rooms}
    marked = {one.key for clash in clashes for one in clash}
    return Timeline(
        lanes=_lanes(words, rooms, entries, axis, marked),
        hours=axis.hours(words),
        now=axis.place(now) if axis.begin <= now <= axis.end else None,
        warnings=clash_texts(words, names, clashes),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    begin: Instant
    end: Instant

    def place(self, at: Instant) -> float:
        return round(self.share(at - self.begin), 3)

    def share(self, ms: int) -> float:
        return round(100 * ms / (self.end - self.begin), 3)

    def hours(self, words: Words) -> list[tuple[float, str]]:
        return [(self.place(at), words.clock(at)) for at in range(self.begin, self.end + 1, HOUR)]


def _axis(words: Words, day: Day, entries: Iterable[_Entry], now: Instant) -> _Axis:
    first = midnight(words, day.day)
    moments = [first + _FIRST_HOUR * HOUR, first + _LAST_HOUR * HOUR]
    for entry in entries:
        moments += [entry.spans[0].since, entry.spans[-1].until]
    if words.local(now).date() == day.day:
        moments.append(now)
    begin = (min(moments) - first) // HOUR * HOUR + first
    return _Axis(begin, -(-(max(moments) - first) // HOUR) * HOUR + first)


def _of_visit(day: Day, visit: Visit, now: Instant) -> _Entry:
    spans, at = [], visit.planned_at
    for phase in _WALK:
        length = day.phase_ms(visit.protocol, phase)
        if length:
            spans.append(_Span(phase, at, at + length, "planned"))
            at += length
    if not spans:
        spans = [_Span(Phase.INFUSION, at, at + HOUR // 2, "planned")]
    late = visit.planned_at < now
    course = day.courses.get(visit.protocol)
    return _Entry(visit.id, visit.room_id, visit.patient, "", spans, late, course=course)


def _of_session(day: Day, session: Session, now: Instant) -> _Entry:
    ends = [entry.at for entry in session.phases[1:]]
    spans = [
        _Span(entry.phase, entry.at, until, "done")
        for entry, until in zip(session.phases, ends, strict=False)
    ]
    last = session.phases[-1]
    if session.is_open:
        until = _planned_end(day, session, now)
        if last.phase is not Phase.OBSERVATION or until <= last.at:
            # How long a patient stays after their infusion says nothing of the infusions to come.
            until = max(now, until)
        spans.append(_Span(last.phase, last.at, until, "running"))
    if last.phase is Phase.INFUSION:
        length = day.phase_ms(session.protocol, Phase.OBSERVATION)
        ends_at = spans[-1].until
        spans += [_Span(Phase.OBSERVATION, ends_at, ends_at + length, "planned")] if length else []
    href, overdue_since = f"/session/{session.id}", _overdue_since(day, session, now)
    return _Entry(
        session.id,
        session.room_id,
        session.patient,
        href,
        spans,
        overdue_since=overdue_since,
        course=day.kept.get(session.id) or day.courses.get(session.protocol),
    )


def _overdue_since(day: Day, session: Session, now: Instant) -> Instant | None:
    """When the infusion that runs should have ended; None while it is within its time."""
    if not session.is_open or session.phase is not Phase.INFUSION:
        return None
    planned = day.of_session(session, now)
    return planned.ends_at if planned is not None and planned.ends_at < now else None


def _planned_end(day: Day, session: Session, now: Instant) -> Instant:
    """Of the phase that lasts."""
    last = session.phases[-1]
    infusion = day.of_session(session, now)
    if last.phase is Phase.INFUSION:
        return now if infusion is None else infusion.ends_at
    return last.at + day.phase_ms(session.protocol, last.phase)


def _lanes(
    words: Words,
    rooms: Sequence[Room],
    entries: Sequence[_Entry],
    axis: _Axis,
    marked: set[str],
) -> list[Lane]:
    used = {entry.room_id for entry in entries}
    named = words.gettext("Room {room}")
    places: list[tuple[str | None, str]] = [
        (room.id, named.format(room=room.name))
        for room in rooms
        if not room.retired or room.id in used
    ]
    if None in used:
        places.append((None, words.gettext("No room yet")))
    found = []
    for room_id, name in places:
        here = sorted(
            (entry for entry in entries if entry.room_id == room_id),
            key=lambda entry: (entry.spans[0].since, entry.key),
        )
        blocks = _stacked([_block(words, entry, axis, marked) for entry in here])
        found.append(Lane(name, blocks, 1 + max((block.row for block in blocks), default=0)))
    return found


def _block(words: Words, entry: _Entry, axis: _Axis, marked: set[str]) -> Block:
    begin, end = entry.spans[0].since, entry.spans[-1].until
    segments = [
        Segment(
            span.phase,
            phase_name(words, span.phase, entry.course),
            axis.place(span.since),
            axis.share(span.until - span.since),
            span.state,
        )
        for span in entry.spans
    ]
    return Block(
        key=entry.key,
        title=entry.title,
        ends=_ends(words, entry),
        left=axis.place(begin),
        width=axis.share(end - begin),
        segments=tuple(segments),
        href=entry.href,
        clashes=entry.key in marked,
        is_late=entry.is_late or entry.overdue_since is not None,
    )


def _ends(words: Words, entry: _Entry) -> str:
    _ = words.gettext
    if entry.is_late:
        return _("late, {at}").format(at=words.clock(entry.spans[0].since))
    if entry.overdue_since is not None:
        return _("should have ended {at}").format(at=words.clock(entry.overdue_since))
    infusion = next((span for span in entry.spans if span.phase is Phase.INFUSION), None)
    if infusion is None:
        return _("since {at}").format(at=words.clock(entry.spans[0].since))
    text = _("ended {at}") if infusion.state == "done" else _("ends {at}")
    return text.format(at=words.clock(infusion.until))


def _stacked(blocks: list[Block]) -> list[Block]:
    """Each in the first row in which it overlaps none before it."""
    free_from: list[float] = []
    placed = []
    for block in blocks:
        row = next((n for n, end in enumerate(free_from) if end <= block.left), len(free_from))
        free_from[row : row + 1] = [block.left + max(block.width, _LABEL_SHARE)]
        placed.append(replace(block, row=row))
    return placed
