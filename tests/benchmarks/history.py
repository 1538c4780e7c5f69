"""Sessions that were: what a clinic of many rooms has on disk after weeks and months."""

from __future__ import annotations

import random
from collections.abc import Iterator
from uuid import UUID

from monitor.domain import facts
from monitor.domain.readings import Metric, Reading
from monitor.service.batches import Batch, StoredReading, StreamPosition
from tests.storage.builders import NOW, a_batch, session_started

TWO_HOURS_S = 7200
_NOISE = random.Random(1).randbytes(16_000_000)
_STREAMS = [str(UUID(int=room)) for room in range(100)]


def frame(room: int, wave: int, second: int) -> Iterator[StoredReading]:
    """What a monitor sends each second, and every ten minutes with a cuff reading."""
    # Nothing may repeat itself: what is packed would take less room than it does of a patient.
    first = wave * 7919 + room * 100_003 + second * 4
    jitter, way, beat, oxygen = _NOISE[first : first + 4]
    at = NOW + (wave * TWO_HOURS_S + second) * 1000 + room * 10 + jitter % 16
    arrival = at + 1 + way % 128
    values = [(Metric.PULSE_RATE, 60.0 + beat % 40 / 2), (Metric.SPO2, 92.0 + oxygen % 7)]
    for index, (metric, value) in enumerate(values):
        reading = Reading(metric, at - room, at, arrival, f"d{room}", "ok", False, value)
        yield StoredReading(f"s{wave}-{room}", _STREAMS[room], second, index, reading)
    if second % 600 == 0:
        cuff = (None, 120.0, 80.0, 95.0)
        reading = Reading(Metric.NIBP, at - room, at, arrival, f"d{room}", "ok", False, *cuff)
        yield StoredReading(f"s{wave}-{room}", _STREAMS[room], second, 2, reading)


def batches(rooms: int, readings: int, seconds_per_batch: int) -> Iterator[Batch]:
    """Sessions of two hours in all rooms at once, one wave after the other."""
    made = wave = 0
    while made < readings:
        starts = (session_started(f"s{wave}-{room}", f"r{room}") for room in range(rooms))
        yield a_batch([], *starts, at=NOW + wave * TWO_HOURS_S * 1000)
        for first in range(1, TWO_HOURS_S, seconds_per_batch):
            seconds = range(first, first + seconds_per_batch)
            rows = [row for s in seconds for room in range(rooms) for row in frame(room, wave, s)]
            batch = Batch(rows[-1].reading.received_at, rows)
            for room in range(rooms):
                position = StreamPosition(f"d{room}", _STREAMS[room], seconds[-1])
                batch.positions[position.source, position.stream] = position
            yield batch
            made += len(rows)
        ends = (facts.SessionCancelled(f"s{wave}-{room}", "over") for room in range(rooms))
        yield a_batch([], *ends, at=NOW + (wave + 1) * TWO_HOURS_S * 1000)
        wave += 1
