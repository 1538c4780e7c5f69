"""What screens are told between one snapshot and the next."""

from __future__ import annotations

from monitor.domain.readings import Instant
from monitor.service import screens, views
from monitor.service.screen_lists import Lists
from monitor.service.ward import Outbox, Ward
from monitor.wire.live import AlarmView, Update


def update_of(ward: Ward, outbox: Outbox, lists: Lists, now: Instant) -> Update | None:
    """Everything that waited in the outbox, with the lists that have changed; None when there is nothing to tell.

    ``seq`` is the gateway's to fill in.
    """
    if not _is_worth_telling(outbox, lists):
        return None
    return Update.model_construct(
        seq=0,
        server_time=now,
        points=outbox.points,
        rooms=[
            views.room_view(ward, room_id, now)
            for room_id in outbox.rooms
            if not ward.registry.rooms[room_id].retired
        ],
        retired_rooms=outbox.retired_rooms,
        alarms=_alarm_views(ward, outbox),
        due=lists.due,
        not_watched=lists.not_watched,
        unassigned=lists.unassigned,
        alarm_test=outbox.alarm_test,
        canary=outbox.canary,
        reload=outbox.reload,
    )


def _is_worth_telling(outbox: Outbox, lists: Lists) -> bool:
    return bool(
        outbox.points
        or outbox.rooms
        or outbox.retired_rooms
        or outbox.changes
        or outbox.alarm_test
        or outbox.canary
        or outbox.reload
        or outbox.shown
        or lists != Lists()
    )


def _alarm_views(ward: Ward, outbox: Outbox) -> list[AlarmView]:
    told = {
        change.change.occurrence.id: (change.session_id, change.change.occurrence)
        for change in outbox.changes
    }
    for session_id, occurrence in screens.shown_occurrences(ward, outbox.shown):
        told.setdefault(occurrence.id, (session_id, occurrence))
    return [views.alarm_view(ward, *known) for known in told.values()]
