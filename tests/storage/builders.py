"""Small makers of readings, facts and batches; every test says only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from monitor.domain import facts
from monitor.domain.facts import Fact, FactBody
from monitor.domain.readings import Metric, Reading
from monitor.service.batches import Batch, RejectedReading, StoredReading, StreamPosition
from monitor.service.ports import Journal

KEY = b"k" * 32
NOW = 1_790_000_000_000
STREAM = "6f0d6a0e-3a52-4f0e-9c39-0d8f3a1b2c4d"

_ALARM = facts.AlarmChanged(
    session_id="s1",
    alarm_id="a1",
    event="raised",
    state="active",
    alarm_kind="limit_low",
    metric="spo2",
    source="d1",
    type="physiological",
    priority="high",
    onset=NOW,
    raised_at=NOW + 15_000,
    acknowledged_at=None,
    acknowledged_by=None,
    ended_at=None,
    reason_code="below",
    reason_values={"value": 88.0, "limit": 90, "since": None},
    note=None,
)


def a_reading(seconds: float = 0, value: float | None = 82.0, **changes: Any) -> Reading:
    """A pulse rate that many seconds after NOW; the device's clock is 2 s behind, the way took 30 ms."""
    at = NOW + round(seconds * 1000)
    reading = Reading(Metric.PULSE_RATE, at - 2000, at, at + 30, "d1", "ok", False, value)
    return reading._replace(**changes)


def stored(
    seq: int, reading: Reading | None = None, session_id: str | None = "s1", index: int = 0
) -> StoredReading:
    return StoredReading(session_id, STREAM, seq, index, reading or a_reading(seq))


def rejected(seq: int, session_id: str | None = "s1", **changes: Any) -> RejectedReading:
    reading = RejectedReading(
        session_id, "d1", STREAM, seq, 0, NOW, "out_of_range", "pulse_rate 900", '{"value":900}'
    )
    return reading._replace(**changes)


def position(last_seq: int, *holes: tuple[int, int]) -> dict[tuple[str, str], StreamPosition]:
    return {("d1", STREAM): StreamPosition("d1", STREAM, last_seq, holes)}


def fact(body: FactBody, at: int = NOW, by: str = "system") -> Fact:
    return Fact(at, by, getattr(body, "session_id", None), body)


def an_alarm(**changes: Any) -> facts.AlarmChanged:
    return replace(_ALARM, **changes)


def session_started(session_id: str = "s1", room_id: str = "r1", patient: str = "P-1") -> FactBody:
    return facts.SessionStarted(session_id, room_id, patient, 70.5, "ketamine_iv")


def a_batch(
    readings: Iterable[StoredReading] = (), *bodies: FactBody, at: int = NOW, **parts: Any
) -> Batch:
    return Batch(at, list(readings), facts=[fact(body, at) for body in bodies], **parts)


def clinic() -> Batch:
    """A room, a device in it and an open session ``s1``."""
    return a_batch(
        [],
        facts.RoomAdded("r1", "1"),
        facts.DeviceAdded("d1", "Bedside 1", "r1", True, "hash"),
        session_started(),
    )


def commit_seven(journal: Journal, more: Batch) -> None:
    """Seven batches: 1 the clinic, 2 to 7 two readings each, the fourth with what is in ``more`` besides."""
    journal.commit(clinic())
    for batch_id in range(2, 8):
        seqs = (2 * batch_id, 2 * batch_id + 1)
        batch = a_batch(map(stored, seqs), at=NOW + batch_id, positions=position(seqs[1]))
        if batch_id == 4:
            batch.readings += more.readings
            batch.rejected += more.rejected
            batch.facts += more.facts
        journal.commit(batch)
