"""Alarm state through a restart: a checkpoint with every change and each ten seconds, and the replay after it.

Everything between the newest checkpoint and the end of the journal is observed again at the times it arrived; no
alarm changed in that time (or there would be a newer checkpoint), so what comes up in a replay is new and is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from pydantic import TypeAdapter, ValidationError

from monitor.domain.alarm_system import SessionChange
from monitor.domain.facts import (
    AlarmChanged,
    ClockCompared,
    Fact,
    FeedExpected,
    FeedForgotten,
    SessionStarted,
    WatchBegun,
)
from monitor.domain.feed_watch import ENGINE
from monitor.domain.readings import SECOND, Instant, Reading
from monitor.domain.session_alarms import SessionAlarms
from monitor.domain.session_state import SessionState
from monitor.service.batches import Checkpoint
from monitor.service.ward import Ward

EVERY_MS = 10 * SECOND
LOOK_EVERY_MS = 50
AT_ONCE = 5
"""At most 100 periodic checkpoints a second, so that a thousand rooms never write theirs in one batch."""
VERSION = 1


@dataclass(slots=True)
class _Kept:
    version: int
    state: SessionState


_KEPT = TypeAdapter(_Kept)


def fact_of(changed: SessionChange) -> Fact:
    """A transition as a fact for the journal."""
    change, occurrence = changed.change, changed.change.occurrence
    body = AlarmChanged(
        session_id=changed.session_id,
        alarm_id=occurrence.id,
        event=str(change.event),
        state=str(occurrence.state),
        alarm_kind=occurrence.kind,
        metric=occurrence.metric,
        source=occurrence.source,
        type=str(occurrence.type),
        priority=str(occurrence.priority),
        onset=occurrence.onset,
        raised_at=occurrence.raised_at,
        acknowledged_at=occurrence.acknowledged_at,
        acknowledged_by=occurrence.acknowledged_by,
        ended_at=occurrence.ended_at,
        reason_code=occurrence.reason.code,
        reason_values=occurrence.reason.values,
        note=occurrence.note,
    )
    return Fact(change.at, change.by or Fact.SYSTEM, changed.session_id, body)


def note_what_went_in(ward: Ward) -> None:
    """Put on record what the alarms go by and no order or reading says: with it they can be derived again."""
    pending = ward.pending.facts
    for fact in [known for known in pending if isinstance(known.body, SessionStarted)]:
        begun = WatchBegun(fact.body.session_id, ENGINE)  # type: ignore[union-attr]
        pending.append(Fact(fact.at, Fact.SYSTEM, begun.session_id, begun))
    for at, told in ward.alarms.take_told():
        pending.append(Fact(at, Fact.SYSTEM, told.session_id, told))


def due_checkpoints(ward: Ward, changes: Iterable[SessionChange], now: Instant) -> list[Checkpoint]:
    """A checkpoint of each session whose alarms changed, and of a few whose last one is too old."""
    changed = {change.session_id: None for change in changes} | ward.must_checkpoint
    ward.must_checkpoint = {}
    if now >= ward.next_checkpoints_at:
        overdue = (known for known, due in ward.checkpoint_due.items() if due <= now)
        changed |= dict.fromkeys(islice(overdue, AT_ONCE))
        ward.next_checkpoints_at = now + round(LOOK_EVERY_MS * ward.clock_speed)
    found = []
    for session_id in changed:
        alarms = ward.alarms.session(session_id)
        if alarms is None:
            ward.checkpoint_due.pop(session_id, None)
            continue
        ward.checkpoint_due[session_id] = now + round(EVERY_MS * ward.clock_speed)
        found.append(Checkpoint(session_id, dump(alarms.state)))
    return found


def dump(state: SessionState) -> str:
    """The alarm state of a session as JSON."""
    return _KEPT.dump_json(_Kept(VERSION, state)).decode()


def load(checkpoint: str) -> SessionState | None:
    """The state a checkpoint kept; None when this version cannot read it."""
    try:
        kept = _KEPT.validate_json(checkpoint)
    except ValidationError:
        return None
    return kept.state if kept.version == VERSION else None


def replay(alarms: SessionAlarms, events: Sequence[Reading | Fact]) -> None:
    """Observe again what was committed after the checkpoint, frame by frame, in the order of time."""
    for _, together in groupby(sorted(events, key=_moment), key=_frame_of):
        frame = list(together)
        readings = [event for event in frame if isinstance(event, Reading)]
        if readings:
            alarms.observe_again(readings, readings[0].received_at)
        for event in frame:
            if isinstance(event, Fact):
                take_in_again(alarms, event)
    alarms.take_told()


def take_in_again(alarms: SessionAlarms, fact: Fact) -> None:
    """What ``note_what_went_in`` has put on record of feeds."""
    match fact.body:
        case FeedExpected(_, device_id, intervals):
            alarms.expect(device_id, intervals, fact.at)
        case FeedForgotten(_, device_id):
            alarms.forget(device_id, fact.at)
        case ClockCompared(_, device_id, offset_ms):
            alarms.compare_clock(device_id, offset_ms, fact.at)
        case _:
            pass


def _moment(event: Reading | Fact) -> tuple[Instant, bool]:
    """What is told of a device's clock is about the frame of the same moment."""
    if isinstance(event, Reading):
        return event.received_at, True
    return event.at, not isinstance(event.body, ClockCompared)


def _frame_of(event: Reading | Fact) -> tuple[str, Instant]:
    if isinstance(event, Reading):
        return event.source, event.received_at
    return event.by, event.at
