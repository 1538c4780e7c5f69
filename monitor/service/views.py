"""What screens are shown of the ward: rooms, alarms, what is due, and what is not watched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitor.domain import infusion, not_watched, schedule
from monitor.domain.alarms import Occurrence, Reason
from monitor.domain.facts import RecordRestored
from monitor.domain.limits import Side
from monitor.domain.readings import HOUR, MANUAL_SOURCE, SECOND, Instant, Reading
from monitor.domain.registry import Room
from monitor.domain.screens import WARD
from monitor.domain.session_state import SessionState
from monitor.domain.sessions import Phase, Session
from monitor.service.charts import tasks
from monitor.service.course_views import course_view
from monitor.service.holders import addressed_to
from monitor.service.phrases import in_every_language
from monitor.service.ward import Bedside, Ward
from monitor.wire.live import AlarmView, Due, NotWatched, Point, RoomView, SessionView, Text, Value


def room_view(ward: Ward, room_id: str, now: Instant, *, with_values: bool = False) -> RoomView:
    """One room; its newest values and trend only where they are asked for."""
    room = ward.registry.rooms[room_id]
    session = ward.open_session(room_id)
    devices = ward.registry.devices_in(room_id, now)
    bedside = ward.bedsides.get(room_id) if with_values and session is not None else None
    return RoomView(
        id=room_id,
        name=room.name,
        session=None if session is None else session_view(ward, session, now),
        devices=[_device_name(ward, device.id, device.name) for device in devices],
        sources={device.id: device.name for device in devices},
        connected=any(device.id in ward.connections for device in devices),
        stale_after_s={} if session is None else _stale_after_s(ward, session),
        values={} if bedside is None else {m: _value(ward, r) for m, r in bedside.latest.items()},
        trend=[] if bedside is None else _trend(bedside),
    )


def session_view(ward: Ward, session: Session, now: Instant) -> SessionView:
    """The open session of a room."""
    protocol, chart = ward.protocol_of(session), ward.chart(session)
    phase_ms = protocol.phase_ms.get(session.phase)
    if session.phase is Phase.INFUSION:
        phase_ms = infusion.planned_ms(chart, protocol.course)
    return SessionView(
        id=session.id,
        patient=session.patient,
        protocol=session.protocol,
        phase=session.phase,
        phase_text=dict(protocol.course.phase_words.get(session.phase, {})),
        started_at=session.started_at,
        phase_started_at=session.phases[-1].at,
        phase_minutes=None if phase_ms is None else phase_ms / 60_000,
        weight_kg=session.weight_kg,
        number=session.number,
        planned=protocol.planned_sessions,
        revision=chart.revision,
        paper=session.paper,
        limits=_innermost_limits(ward, session),
        **_controls(ward, session),
        **course_view(ward, session, now),
    )


def _controls(ward: Ward, session: Session) -> dict[str, Any]:
    """What staff have set on the session's alarms."""
    alarms = ward.alarms.session(session.id)
    if alarms is None:
        return {}
    controls = alarms.state.controls
    audio, pause = controls.audio_pause, controls.alarm_pause
    return {
        "holder": controls.holder,
        "offered_to": controls.offered_to,
        "audio_paused_until": None if audio is None else audio.until,
        "alarms_paused_until": None if pause is None else pause.until,
        "alarms_off": sorted(controls.switched_off),
        "baseline": controls.baseline,
    }


def alarm_view(ward: Ward, session_id: str, occurrence: Occurrence) -> AlarmView:
    """One raised occurrence with its words; one about screens belongs to no room and no session."""
    session = ward.sessions.get(session_id)
    room = Room("", "") if session is None else ward.registry.rooms[session.room_id]
    return AlarmView(
        id=occurrence.id,
        room_id=room.id,
        room=room.name,
        session=None if session is None else session_id,
        kind=occurrence.kind,
        metric=occurrence.metric,
        type=occurrence.type,
        priority=occurrence.priority,
        state=occurrence.state,
        onset=occurrence.onset,
        raised_at=occurrence.onset if occurrence.raised_at is None else occurrence.raised_at,
        acknowledged_at=occurrence.acknowledged_at,
        acknowledged_by=occurrence.acknowledged_by,
        ended_at=occurrence.ended_at,
        level=occurrence.level,
        addressed_to="" if session is None else addressed_to(ward, session, occurrence),
        reminded_at=occurrence.reminded_at,
        painted_at=occurrence.painted_at,
        sounded_at=occurrence.sounded_at,
        text=words(ward, occurrence.reason, session),
    )


def alarm_views(ward: Ward) -> list[AlarmView]:
    """Every occurrence that staff are shown now."""
    shown = [alarm_view(ward, WARD, occurrence) for occurrence in ward.screens.signals()]
    for alarms in ward.alarms:
        session_id = alarms.state.session_id
        shown += [alarm_view(ward, session_id, occurrence) for occurrence in alarms.signals()]
    return shown


def words(ward: Ward, reason: Reason, session: Session | None = None) -> Text:
    """A reason in every language, in the words of the session's protocol."""
    own = {} if session is None else ward.protocol_of(session).course.phase_words
    return in_every_language(ward.phrases, lambda phrases: phrases.called(own).say(reason))


_TEST_EVERY_MS = 24 * HOUR
_RESTORED_IS_NEWS_MS = 24 * HOUR
"""The alarms are to be tested before the first patient of the day."""
DueKey = tuple[str, str, Instant]
"""Session id, kind of task, when."""


def due_keys(ward: Ward) -> list[DueKey]:
    """What is due in every open session, by time."""
    found = []
    for alarms in ward.alarms:
        session = ward.sessions[alarms.state.session_id]
        for task in tasks(ward, session):
            kind = "_".join(filter(None, (task.kind, task.what)))
            found.append((session.id, kind, task.at))
    return sorted(found, key=lambda key: key[2])


def due(ward: Ward, keys: list[DueKey]) -> list[Due]:
    """The due list with its words."""
    found = []
    for session_id, kind, at in keys:
        session = ward.sessions[session_id]
        room = ward.registry.rooms[session.room_id]
        text = words(ward, _due_reason(kind), session)
        found.append(Due(room_id=room.id, room=room.name, kind=kind, at=at, text=text))
    return found


def _due_reason(kind: str) -> Reason:
    """Scores are named by the protocol, everything else by its kind."""
    what, _, score = kind.partition("_")
    if what == schedule.SCORE:
        return Reason("due_score", {"score": score})
    return Reason(f"due_{kind}")


GapKey = tuple[str, str, not_watched.Gap]
"""Session id, room name, what is not watched."""


def gap_keys(ward: Ward, now: Instant) -> list[GapKey]:
    """What is not watched in every open session, by room."""
    found: list[GapKey] = [(WARD, "", gap) for gap in _gaps_of_the_ward(ward, now)]
    for alarms in ward.alarms:
        session = ward.sessions[alarms.state.session_id]
        settings = ward.alarm_settings(session)
        name = ward.registry.rooms[session.room_id].name
        if session.edition and session.edition not in ward.editions:
            found.append((session.id, name, not_watched.Gap("other_edition", session.started_at)))
        if session.paper:
            found.append((session.id, name, not_watched.Gap("paper", session.started_at)))
            continue
        found += [(session.id, name, gap) for gap in not_watched.gaps(alarms.state, settings, now)]
        found += [(session.id, name, gap) for gap in _gaps_of_record(ward, session, alarms.state)]
    return found


def _gaps_of_record(ward: Ward, session: Session, state: SessionState) -> Iterator[not_watched.Gap]:
    """What only the record and the register know: a baseline nobody measured, a holder who is gone."""
    if state.controls.baseline and not ward.chart(session).cuffs():
        yield not_watched.Gap("baseline_unmeasured", session.started_at)
    holder = ward.registry.operators.get(state.controls.holder)
    if holder is not None and holder.disabled:
        yield not_watched.Gap("no_holder", session.started_at)


def _gaps_of_the_ward(ward: Ward, now: Instant) -> list[not_watched.Gap]:
    """What no room is to blame for."""
    found = []
    if ward.screens.screens and ward.screens.soundless_since is not None:
        found.append(not_watched.Gap("no_sound", ward.screens.soundless_since))
    tested_at, begun = ward.alarms_tested_at, next(iter(ward.alarms), None)
    if begun is not None and (tested_at is None or now - tested_at > _TEST_EVERY_MS):
        found.append(not_watched.Gap("not_tested", tested_at or begun.state.started_at))
    if ward.pager_failing_since is not None:
        found.append(not_watched.Gap("no_pages", ward.pager_failing_since))
    found += [not_watched.Gap(what, since) for what, since in ward.record_problems.items()]
    return [*found, *_gap_of_a_restored_record(ward, now)]


def _gap_of_a_restored_record(ward: Ward, now: Instant) -> Iterator[not_watched.Gap]:
    """For a day nobody in the ward may take a record for whole that was a backup's."""
    restored = ward.restored
    if restored is None or now - restored.at > _RESTORED_IS_NEWS_MS:
        return
    if isinstance(restored.body, RecordRestored):
        yield not_watched.Gap("record_restored", restored.body.recorded_to)


def not_watched_now(ward: Ward, keys: list[GapKey]) -> list[NotWatched]:
    """The *not watched now* list with its words."""
    found = []
    for session_id, room_name, gap in keys:
        found.append(
            NotWatched(
                room_id="" if session_id == WARD else ward.sessions[session_id].room_id,
                room=room_name,
                kind=gap.kind,
                since=gap.since,
                until=gap.until,
                text=words(ward, Reason(f"gap_{gap.kind}", dict(gap.values))),
            )
        )
    return found


def _stale_after_s(ward: Ward, session: Session) -> dict[str, float]:
    """Of several devices the one that sends most often sets the pace."""
    alarms = ward.alarms.session(session.id)
    ladder = ward.alarm_settings(session).ladder
    found: dict[str, float] = {}
    for feed in () if alarms is None else alarms.state.feeds.values():
        for metric, vital in feed.vitals.items():
            if vital.interval_ms is not None:
                seconds = (ladder.stale_ms + vital.allowance_ms(ladder)) / SECOND
                found[metric] = min(seconds, found.get(metric, seconds))
    return found


def _value(ward: Ward, reading: Reading) -> Value:
    manual = reading.source == MANUAL_SOURCE
    device = ward.registry.devices.get(reading.source)
    return Value(
        at=reading.at,
        received_at=reading.received_at,
        value=reading.value,
        systolic=reading.systolic,
        diastolic=reading.diastolic,
        mean=reading.mean,
        status=reading.status,
        source="manual" if manual else "device",
        device="" if device is None else device.name,
    )


def _trend(bedside: Bedside) -> list[Point]:
    return sorted(
        (point for points in bedside.trend.values() for point in points), key=lambda p: p[2]
    )


def _device_name(ward: Ward, device_id: str, name: str) -> str:
    connection = ward.connections.get(device_id)
    if connection is None or connection.battery_percent is None:
        return name
    return f"{name} ({connection.battery_percent:.0f} %)"


def _innermost_limits(ward: Ward, session: Session) -> dict[str, dict[str, float | None]]:
    alarms = ward.alarms.session(session.id)
    limits: dict[str, dict[str, float | None]] = {}
    for of_metric in () if alarms is None else alarms.limits().values():
        for limit in of_metric:
            name = str(limit.metric) if limit.component == "value" else limit.component
            side, innermost = ("low", max) if limit.side is Side.BELOW else ("high", min)
            shown = limits.setdefault(name, {"low": None, "high": None})
            known = shown[side]
            shown[side] = limit.limit if known is None else innermost(known, limit.limit)
    return limits
