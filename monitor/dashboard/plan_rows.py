"""The plan in words: visits by day, what is typed in its forms, the days of a series. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from monitor.dashboard.day import day_of
from monitor.dashboard.presenters import phase_name
from monitor.dashboard.words import Words
from monitor.domain.readings import MINUTE, Instant
from monitor.domain.sessions import Session
from monitor.domain.visits import Visit
from monitor.service.protocols import Protocol

_SOON = 30 * MINUTE
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?")


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as the list shows it. ``tone``: late, started, done, cancelled, or empty.

    ``day`` and ``clock`` are what one would type.
    """

    id: str
    patient: str
    protocol: str
    title: str
    room: str
    number: str
    day: str
    clock: str
    state: str
    tone: str
    href: str
    is_open: bool
    may_start: bool
    is_due: bool
    """Whether it begins within the half hour, or should have."""


@dataclass(frozen=True, slots=True)
class DayRows:
    """The visits of one day."""

    heading: str
    rows: list[VisitRow]


def coming_days(
    words: Words,
    visits: Iterable[Visit],
    sessions: Mapping[str, Session],
    rooms: Mapping[str, str],
    protocols: Mapping[str, Protocol],
    now: Instant,
) -> list[DayRows]:
    """Today's visits, also those that are over or cancelled, then the open ones of every later day, by time."""
    today = day_of(words, now)
    days: dict[date, list[VisitRow]] = {today: []}
    for visit in sorted(visits, key=lambda visit: (visit.planned_at, visit.id)):
        day = day_of(words, visit.planned_at)
        if day == today or (day > today and visit.is_open):
            session = sessions.get(visit.session_id or "")
            row = _row(words, visit, session, rooms, protocols.get(visit.protocol), now)
            days.setdefault(day, []).append(row)
    return [DayRows(_heading(words, day, today), rows) for day, rows in sorted(days.items())]


def typed_moment(words: Words, day: str, clock: str) -> Instant:
    """``2026-11-23`` and ``9``, ``09:30``, ``0930`` or ``9.30`` on the clinic's wall. Raises ValueError(field)."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise ValueError("date") from None
    found = _CLOCK.fullmatch(clock.strip())
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hours > 23 or minutes > 59:
        raise ValueError("time")
    return _on(words, wanted, time(hours, minutes))


def moments_text(words: Words, moments: Iterable[Instant]) -> str:
    """Days and times in one line, like ``Mon 23 Nov 09:00 · Thu 26 Nov 09:00``."""
    return " · ".join(f"{words.short_day(at)} {words.clock(at)}" for at in moments)


def number_text(words: Words, number: int | None, protocol: Protocol | None) -> str:
    """Which of the series; maintenance has no number."""
    _ = words.gettext
    if number is None:
        return _("maintenance")
    if protocol is None or protocol.planned_sessions is None:
        return words.number(number)
    return _("{n} of {planned}").format(n=number, planned=protocol.planned_sessions)


def _on(words: Words, day: date, clock: time) -> Instant:
    return round(datetime.combine(day, clock, words.zone).timestamp() * 1000)


def _row(
    words: Words,
    visit: Visit,
    session: Session | None,
    rooms: Mapping[str, str],
    protocol: Protocol | None,
    now: Instant,
) -> VisitRow:
    state, tone = _state(words, visit, session, protocol, now)
    room = rooms.get(visit.room_id or "", "")
    return VisitRow(
        id=visit.id,
        patient=visit.patient,
        protocol=visit.protocol,
        title=words.gettext(protocol.title) if protocol else visit.protocol,
        room=room,
        number=number_text(words, visit.number, protocol),
        day=day_of(words, visit.planned_at).isoformat(),
        clock=words.clock(visit.planned_at),
        state=state,
        tone=tone,
        href=f"/session/{visit.session_id}" if visit.session_id else "",
        is_open=visit.is_open,
        may_start=visit.is_open
        and bool(room)
        and day_of(words, visit.planned_at) == day_of(words, now),
        is_due=visit.planned_at - now <= _SOON,
    )


def _state(
    words: Words, visit: Visit, session: Session | None, protocol: Protocol | None, now: Instant
) -> tuple[str, str]:
    _, course = words.gettext, protocol.course if protocol else None
    if visit.cancelled:
        return _("cancelled"), "cancelled"
    if session is not None:
        text = _("{phase}, started {at}")
        told = text.format(
            phase=phase_name(words, session.phase, course), at=words.clock(session.started_at)
        )
        return told, "started" if session.is_open else "done"
    if visit.session_id is not None:
        return _("started"), "started"
    minutes = max(0, (now - visit.planned_at) // 60_000)
    if minutes:
        return _late_text(words, minutes), "late"
    return _("to come"), ""


def _late_text(words: Words, minutes: int) -> str:
    if minutes < 60:
        return words.ngettext("{n} minute late", "{n} minutes late", minutes).format(n=minutes)
    text = words.gettext("{hours} h {minutes} min late")
    return text.format(hours=minutes // 60, minutes=minutes % 60)


def _heading(words: Words, day: date, today: date) -> str:
    _ = words.gettext
    long_day = words.long_day(_on(words, day, time.min))
    if day == today:
        return _("Today, {day}").format(day=long_day)
    if day == today + timedelta(days=1):
        return _("Tomorrow, {day}").format(day=long_day)
    return long_day[:1].upper() + long_day[1:]
