"""Which queues of a device are remembered: one that names a new queue with every connection must not fill the memory.

What is forgotten is on record, and asked for when the device comes back with it: an acknowledged reading stays stored
exactly once, and a welcome says how far its queue is.
"""

from __future__ import annotations

from monitor.service.batches import StreamPosition
from monitor.service.ports import Records
from monitor.service.ward import Ward

MOST_REMEMBERED = 100
"""Of one device, those it has said hello with last. A sound device has one for as long as it keeps what it queues."""


def remember_queues(ward: Ward, records: Records) -> None:
    """Take in how far every queue on record is, the one heard last as the newest."""
    ward.position_on_record = records.position
    for position in records.positions():
        ward.positions[position.source, position.stream] = position
        if position.source in ward.registry.devices:
            _name(ward, position.source, position.stream)


def open_queue(ward: Ward, device_id: str, stream: str) -> StreamPosition | None:
    """How far the queue is that a device says hello with; None for a new one. Raises RecordsUnavailableError."""
    key = (device_id, stream)
    if device_id in ward.forgetful and stream not in ward.queues.get(device_id, ()):
        found = ward.position_on_record(device_id, stream)
        if found is not None:
            ward.positions[key] = found
    _name(ward, device_id, stream)
    return ward.positions.get(key)


def forget_old_queues(ward: Ward) -> None:
    """Call when a batch is about to be taken: whatever earlier ones have told of queues is durable by then."""
    for device_id in list(ward.crowded):
        queues = ward.queues[device_id]
        for stream in list(queues)[:-MOST_REMEMBERED]:
            key = (device_id, stream)
            if key not in ward.pending.positions:
                del queues[stream]
                ward.positions.pop(key, None)
                ward.forgetful.add(device_id)
        if len(queues) <= MOST_REMEMBERED:
            del ward.crowded[device_id]


def _name(ward: Ward, device_id: str, stream: str) -> None:
    queues = ward.queues.setdefault(device_id, {})
    queues.pop(stream, None)
    queues[stream] = None
    if len(queues) > MOST_REMEMBERED:
        ward.crowded[device_id] = None
