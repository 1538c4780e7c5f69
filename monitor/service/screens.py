"""Delivery: which station painted and sounded which alarm, canaries through the whole path, pages out of the house."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.domain import facts
from monitor.domain.alarm_system import SessionChange
from monitor.domain.alarms import Event, Occurrence
from monitor.domain.readings import SECOND, Instant
from monitor.domain.screens import SILENT_MS, WARD
from monitor.service.batches import StreamPosition
from monitor.service.holders import addressed_to
from monitor.service.ports import Page
from monitor.service.ward import Ward
from monitor.wire.live import Painted

CANARY_EVERY_MS = 5 * SECOND
_CANARY = ("system", "canary")


def receipt(ward: Ward, screen_id: str, painted: Painted, now: Instant) -> None:
    """A screen has painted everything up to its receipt, and sounded what it names."""
    ward.screens.confirm(screen_id, painted.audio, not painted.hidden, now)
    screen = ward.screens.screens.get(screen_id)
    if screen is None or not screen.confirms(now):
        return
    sounded = set(painted.sounded)
    for alarm_id in {*painted.alarms, *sounded}:
        shown = alarm_id in painted.alarms
        if _is_first(ward, alarm_id, shown, alarm_id in sounded, now):
            _note_shown(ward, alarm_id, screen_id, shown, alarm_id in sounded, now)


def let_time_pass(ward: Ward, now: Instant) -> None:
    """Canaries fly, stations are missed, and rooms that nobody watches are told out of the house."""
    ward.screens.tick(now)
    if now >= ward.next_canary_at:
        ward.next_canary_at = now + round(CANARY_EVERY_MS * ward.clock_speed)
        ward.canary += 1
        # Through the whole path, but as a position and never as a reading: it can be taken for nothing else.
        ward.pending.positions[_CANARY] = StreamPosition(*_CANARY, ward.canary)
        ward.outbox.canary = ward.canary
    _page_when_alone(ward, now)


def page_unanswered(ward: Ward, changes: Iterable[SessionChange]) -> None:
    """A high alarm that nobody answers leaves the house."""
    for session_id, change in changes:
        if change.event is Event.UNANSWERED:
            known = change.occurrence
            session = ward.sessions[session_id]
            room = ward.registry.rooms[session.room_id].name
            waited_s = (change.at - known.signalled_at) // SECOND
            to = addressed_to(ward, session, known)
            page = Page("unanswered", room, known.id, known.priority, known.kind, waited_s, to)
            ward.outbox.pages.append(page)


def _page_when_alone(ward: Ward, now: Instant) -> None:
    """Once for each time that open sessions are without any confirming station for ten seconds."""
    if ward.screens.alone_since is None:
        ward.paged_alone = False
    elif not ward.paged_alone and unwatched_sessions(ward, now):
        ward.paged_alone = True
        ward.outbox.pages.append(
            Page("nobody_watches", "", "", "high", "screen", SILENT_MS // SECOND)
        )


def unwatched_sessions(ward: Ward, now: Instant) -> int:
    """Open sessions that no station has confirmed to show for ten seconds."""
    alone_since = ward.screens.alone_since
    if alone_since is None or now - alone_since < ward.screens.silent_ms:
        return 0
    return sum(1 for _ in ward.alarms)


def _is_first(ward: Ward, alarm_id: str, painted: bool, sounded: bool, now: Instant) -> bool:
    session_id = alarm_id.rpartition("-a")[0]
    if session_id == WARD:
        return ward.screens.shown(alarm_id, painted=painted, sounded=sounded, now=now)
    alarms = ward.alarms.session(session_id)
    return alarms is not None and alarms.shown(alarm_id, painted=painted, sounded=sounded, now=now)


def _note_shown(
    ward: Ward, alarm_id: str, screen_id: str, painted: bool, sounded: bool, now: Instant
) -> None:
    session_id = alarm_id.rpartition("-a")[0]
    body = facts.AlarmShown(
        session_id, alarm_id, screen_id, now if painted else None, now if sounded else None
    )
    ward.note(body, at=now, by=facts.Fact.SYSTEM, session_id=session_id)
    if session_id != WARD:
        ward.must_checkpoint[session_id] = None
    ward.outbox.shown[alarm_id] = None


def shown_occurrences(ward: Ward, alarm_ids: Iterable[str]) -> list[tuple[str, Occurrence]]:
    """Session and occurrence of alarms that were shown for the first time and still have a signal."""
    wanted = set(alarm_ids)
    return [
        (alarms.state.session_id, occurrence)
        for session_id in {alarm_id.rpartition("-a")[0] for alarm_id in wanted}
        if (alarms := ward.alarms.session(session_id)) is not None
        for occurrence in alarms.signals()
        if occurrence.id in wanted
    ]
