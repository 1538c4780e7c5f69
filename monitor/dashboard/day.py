"""One day of the clinic: its visits and sessions, and their infusions with planned ends. Read from the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from monitor.dashboard.course_reading import course_of
from monitor.dashboard.visit import Visit as Visitor
from monitor.dashboard.words import Words
from monitor.domain import infusion
from monitor.domain.chart import Chart, chart_of
from monitor.domain.course import Course
from monitor.domain.day_plan import (
    CLASH_WITHIN,
    Clash,
    PlannedInfusion,
    clashes,
    clashes_with,
    infusion_end,
)
from monitor.domain.readings import MINUTE, Instant
from monitor.domain.sessions import Phase, Session
from monitor.domain.visits import Visit

_BEFORE_INFUSION = (Phase.PRECHECK, Phase.BASELINE)
_COURSE_FACTS = (
    "infusion_planned",
    "infusion_paused",
    "infusion_resumed",
    "infusion_stopped",
    "phase_entered",
)


@dataclass(frozen=True, slots=True)
class Day:
    """The visits and sessions of one day. ``charts`` and ``kept`` by session; ``courses`` by protocol.

    ``kept``: the course that a session began with, whatever its protocol's file says by now.

    ``live_ends``: session to the planned end that the gateway says now, which goes before what is computed here.
    ``within_ms``: ends that are closer come together.
    """

    day: date
    visits: tuple[Visit, ...] = ()
    sessions: tuple[Session, ...] = ()
    charts: Mapping[str, Chart] = field(default_factory=dict)
    courses: Mapping[str, Course] = field(default_factory=dict)
    kept: Mapping[str, Course] = field(default_factory=dict)
    live_ends: Mapping[str, Instant] = field(default_factory=dict)
    within_ms: int = CLASH_WITHIN

    def phase_ms(self, protocol: str, phase: Phase) -> int:
        """How long a phase is meant to take; 0 where the protocol does not say."""
        course = self.courses.get(protocol)
        return course.phase_ms.get(phase, 0) if course else 0

    def infusions(self, now: Instant) -> list[PlannedInfusion]:
        """Every infusion of the day whose planned end is known, plans before sessions."""
        planned = [one for visit in self.visits if (one := self._of_visit(visit, now))]
        return planned + [one for s in self.sessions if (one := self.of_session(s, now))]

    def of_session(self, session: Session, now: Instant) -> PlannedInfusion | None:
        """The session's infusion: as it runs or ran, or as planned while that is still to come.

        One that was kept on paper is over in truth, whatever has been entered of it so far.
        """
        if session.paper:
            return None
        began_at = infusion.began_at(session)
        if began_at is not None:
            ends_at = self._end(session, began_at, now)
            return None if ends_at is None else _infusion(session, began_at, ends_at, running=True)
        visit = next((v for v in self.visits if v.session_id == session.id), None)
        if visit is None or session.phase not in _BEFORE_INFUSION:
            return None
        begins_at = visit.planned_at + self._before_ms(visit.protocol)
        length = self._length(session)
        if length is None or begins_at < now:
            return None
        return _infusion(session, begins_at, begins_at + length, running=False)

    def if_begun(self, session: Session, now: Instant) -> PlannedInfusion | None:
        """The session's infusion if it began at this moment; None without a planned length."""
        length = self._length(session)
        return None if length is None else _infusion(session, now, now + length, running=False)

    def _of_visit(self, visit: Visit, now: Instant) -> PlannedInfusion | None:
        """A visit that is late has no planned end any more: nobody knows when it will begin."""
        begins_at = visit.planned_at + self._before_ms(visit.protocol)
        length = self.phase_ms(visit.protocol, Phase.INFUSION)
        if not visit.is_open or not length or begins_at < now:
            return None
        ends_at = begins_at + length
        return PlannedInfusion(visit.id, visit.room_id, visit.patient, begins_at, ends_at)

    def _before_ms(self, protocol: str) -> int:
        return sum(self.phase_ms(protocol, phase) for phase in _BEFORE_INFUSION)

    def _length(self, session: Session) -> int | None:
        course = self.kept.get(session.id) or self.courses.get(session.protocol, Course())
        return infusion.planned_ms(self.charts.get(session.id, Chart()), course)

    def _end(self, session: Session, began_at: Instant, now: Instant) -> Instant | None:
        ended_at = infusion.ended_at(session)
        if ended_at is not None:
            return ended_at
        length = self._length(session)
        chart = self.charts.get(session.id, Chart())
        if session.id in self.live_ends and chart.paused_since is None:
            return self.live_ends[session.id]
        return None if length is None else infusion_end(began_at, length, chart.pauses, now)


def day_of(words: Words, instant: Instant) -> date:
    """The clinic's date at a moment."""
    return words.local(instant).date()


def midnight(words: Words, day: date) -> Instant:
    """The first moment of a day of the clinic."""
    return round(datetime.combine(day, time.min, words.zone).timestamp() * 1000)


def read_day(visitor: Visitor, day: date, live_ends: Mapping[str, Instant] | None = None) -> Day:
    """A day of the clinic from the records."""
    records, words = visitor.parts.records, visitor.words
    since, until = midnight(words, day), midnight(words, day + timedelta(days=1))
    visits = [v for v in records.visits() if since <= v.planned_at < until]
    named = {visit.session_id for visit in visits}
    sessions = [
        session
        for session in records.sessions(ended_after=since)
        if session.id in named or (session.started_at < until and session.phase != Phase.CANCELLED)
    ]
    charts = {s.id: chart_of(records.facts(s.id, _COURSE_FACTS), ()) for s in sessions}
    courses = {name: p.course for name, p in visitor.parts.protocols.items()}
    within_ms = round(visitor.parts.settings.ends_together_minutes * MINUTE)
    return Day(
        day=day,
        visits=tuple(visits),
        sessions=tuple(sessions),
        charts=charts,
        courses=courses,
        kept={session.id: course_of(visitor, session) for session in sessions},
        live_ends=live_ends or {},
        within_ms=within_ms,
    )


def clash_texts(words: Words, rooms: Mapping[str, str], found: Sequence[Clash]) -> list[str]:
    """One sentence for each group of infusions that would end together."""
    return [_clash_text(words, rooms, group) for group in _groups(found)]


def _groups(found: Sequence[Clash]) -> list[list[PlannedInfusion]]:
    """Infusions that are linked by their clashes, each group by time."""
    groups: list[dict[str, PlannedInfusion]] = []
    for clash in found:
        pair = {one.key: one for one in clash}
        linked = [group for group in groups if group.keys() & pair.keys()]
        merged = dict(pair)
        for group in linked:
            merged |= group
        groups = [group for group in groups if group not in linked] + [merged]
    ordered = [sorted(group.values(), key=lambda one: (one.ends_at, one.key)) for group in groups]
    return sorted(ordered, key=lambda group: group[0].ends_at)


def _clash_text(words: Words, rooms: Mapping[str, str], group: Sequence[PlannedInfusion]) -> str:
    _ = words.gettext
    *firsts, last = (_place(words, rooms, one) for one in group)
    at, later = words.clock(group[0].ends_at), words.clock(group[-1].ends_at)
    if at == later:
        same = _("{first} and {last} would both end at {at}.")
        text = same if len(group) == 2 else _("{first} and {last} would all end at {at}.")
    else:
        text = _("{first} and {last} would end too close together, from {at} to {later}.")
    told = text.format(first=", ".join(firsts), last=last, at=at, later=later)
    return told[:1].upper() + told[1:]


def start_warnings(visitor: Visitor, session: Session, now: Instant) -> list[str]:
    """What to say before this session's infusion begins at ``now``: which others it would end together with."""
    day = read_day(visitor, day_of(visitor.words, now))
    would_be = day.if_begun(session, now)
    if would_be is None:
        return []
    rooms = {room.id: room.name for room in visitor.parts.records.rooms()}
    found = clashes_with(would_be, day.infusions(now), now, day.within_ms)
    return clash_texts(visitor.words, rooms, found)


def day_clashes(day: Day, now: Instant) -> list[Clash]:
    """Where two infusions of the day would end together."""
    return clashes(day.infusions(now), now, day.within_ms)


def _infusion(
    session: Session, begins_at: Instant, ends_at: Instant, *, running: bool
) -> PlannedInfusion:
    is_running = running and session.phase is Phase.INFUSION
    return PlannedInfusion(
        session.id, session.room_id, session.patient, begins_at, ends_at, is_running
    )


def _place(words: Words, rooms: Mapping[str, str], one: PlannedInfusion) -> str:
    _ = words.gettext
    if one.room_id is None:
        return _("{patient} (no room yet)").format(patient=one.patient)
    return _("room {room}").format(room=rooms.get(one.room_id, one.room_id))
