"""Devices come, say how they are, and go: what is on record of that, and which room it changes."""

from __future__ import annotations

from monitor.domain import facts
from monitor.domain.readings import SECOND, Instant
from monitor.service.queues import open_queue
from monitor.service.ward import Connection, Ward
from monitor.wire import device as feed
from monitor.wire.base import rfc3339

_REFUSALS_TOLD_EVERY_MS = 10 * SECOND


def welcome(ward: Ward, device_id: str, hello: feed.Hello, now: Instant) -> feed.Welcome:
    """A device has said hello; the answer to it. Raises RecordsUnavailableError, and then nothing has changed."""
    stream, intervals = str(hello.stream), hello.metrics
    position = open_queue(ward, device_id, stream)
    ward.connections[device_id] = Connection(stream, intervals)
    session = ward.session_of_device(device_id, now)
    ward.note(
        facts.DeviceConnected(device_id, stream, hello.model, hello.serial, intervals or {}),
        at=now,
        by=f"device:{device_id}",
        session_id=None if session is None else session.id,
    )
    alarms = None if session is None else ward.alarms.touch(session.id)
    if alarms is not None:
        alarms.expect(device_id, intervals, now)
    room_id = _room_changed(ward, device_id, now)
    return feed.Welcome(
        room=None if room_id is None else ward.registry.rooms[room_id].name,
        session=None if session is None else session.id,
        last_seq=0 if position is None else position.last_seq,
        server_time=rfc3339(now),
        clock_speed=ward.clock_speed,
    )


def status(
    ward: Ward, device_id: str, battery_percent: float | None, offset_ms: int, now: Instant
) -> None:
    """How a device that has said hello is."""
    ward.connections[device_id].battery_percent = battery_percent
    session = ward.session_of_device(device_id, now)
    alarms = None if session is None else ward.alarms.touch(session.id)
    if alarms is not None:
        alarms.observe_status(device_id, offset_ms, now)
    _room_changed(ward, device_id, now)


def frame_refused(ward: Ward, device_id: str, message: str, now: Instant) -> None:
    """A frame was no valid message: counted until it is told."""
    connection = ward.connections.get(device_id)
    if connection is None:
        return
    if connection.refused == 0:
        connection.refused_since = now
    connection.refused += 1
    connection.refused_message = message


def disconnected(ward: Ward, device_id: str, reason: str, now: Instant) -> None:
    """A device's connection is gone, if there was one."""
    connection = ward.connections.pop(device_id, None)
    if connection is None:
        return
    _tell_refusals(ward, device_id, connection, now)
    session = ward.session_of_device(device_id, now)
    ward.note(
        facts.DeviceDisconnected(device_id, reason),
        at=now,
        by=f"device:{device_id}",
        session_id=None if session is None else session.id,
    )
    _room_changed(ward, device_id, now)


def let_time_pass(ward: Ward, now: Instant) -> None:
    """Frames that were refused are told once in a while, not each by itself."""
    for device_id, connection in ward.connections.items():
        if connection.refused and now - connection.refused_since >= _REFUSALS_TOLD_EVERY_MS:
            _tell_refusals(ward, device_id, connection, now)


def _room_changed(ward: Ward, device_id: str, now: Instant) -> str | None:
    room_id = ward.registry.room_of(device_id, now)
    if room_id is not None:
        ward.outbox.rooms[room_id] = None
    return room_id


def _tell_refusals(ward: Ward, device_id: str, connection: Connection, now: Instant) -> None:
    if connection.refused:
        body = facts.FrameRefused(device_id, connection.refused, connection.refused_message)
        ward.note(body, at=now, by=f"device:{device_id}")
        connection.refused = 0
