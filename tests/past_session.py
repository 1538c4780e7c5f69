"""A session that is over, written as the gateway would have stored it: values, alarms, entries, gaps, late data."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from monitor.data_directory import DataDirectory
from monitor.domain import facts
from monitor.domain.facts import Fact, FactBody
from monitor.domain.readings import MANUAL_SOURCE, MINUTE, SECOND, Instant, Metric, Reading
from monitor.identity import ArgonHasher
from monitor.service.batches import Batch, StoredReading
from monitor.storage import open_journal

SESSION, ROOM, DEVICE = "s1", "r1", "d1"
BEGAN = 1_795_251_600_000
"""2026-11-21T09:00:00Z, ten o'clock on the clinic's wall: the infusion begins."""
STARTED = BEGAN - 10 * MINUTE
OPERATOR, PASSWORD = "kari", "correct horse"
CLINICIAN = "dina"
_STREAM = "6f0d6a0e-3a52-4f0e-9c39-0d8f3a1b2c4d"
_METRICS = (Metric.PULSE_RATE, Metric.SPO2, Metric.RESP_RATE, Metric.TEMPERATURE)
_PROBE_OFF = range(52 * 60 + 10, 52 * 60 + 51)
_LATE = range(60 * 60, 61 * 60)
_PRESSURE_EVERY = 5 * 60
_RISE = ((0, 0), (20, 26), (39, 47), (50, 20), (62, 5), (400, 0))


def write(directory: DataDirectory, *, minutes: int = 98, hz_metrics: int = 3) -> None:
    """Put the session into a fresh directory; it lasts ``minutes``, with so many metrics once a second."""
    until = STARTED + minutes * MINUTE
    journal = open_journal(directory.path, directory.journal_key)
    hashed = ArgonHasher().hash(PASSWORD)
    office: list[FactBody] = [
        facts.RoomAdded(ROOM, "2"),
        facts.DeviceAdded(DEVICE, "Bedside 2", ROOM, True, "hash"),
        facts.OperatorAdded(OPERATOR, "nurse", hashed),
        facts.OperatorAdded(CLINICIAN, "clinician", hashed),
    ]
    journal.commit(Batch(STARTED, facts=[_fact(body, STARTED, "console:test") for body in office]))
    journal.commit(Batch(STARTED, facts=list(course(until))))
    stored = list(readings(until, hz_metrics))
    for first in range(0, len(stored), 5000):
        journal.commit(Batch(until, stored[first : first + 5000]))
    journal.close()


def course(until: Instant) -> Iterator[Fact]:
    """What happened, by time, and three alarms in their newest state."""
    begun = facts.SessionStarted(SESSION, ROOM, "P-0388", 82.0, "ketamine_iv")
    yield _fact(begun, STARTED)
    yield _phase("baseline", STARTED + 3 * MINUTE)
    resting = {"systolic": 138.0, "diastolic": 84.0, "pulse_rate": 78.0, "spo2": 97.0}
    yield _fact(facts.BaselineConfirmed(SESSION, resting), BEGAN - 2 * MINUTE)
    yield _fact(
        facts.InfusionPlanned(SESSION, 82.0, 0.5, 41.0, 40.0, 1.0, 41.0, 61.5, False),
        BEGAN - MINUTE,
    )
    yield _phase("infusion", BEGAN)
    yield from _entries()
    yield _phase("observation", BEGAN + 40 * MINUTE)
    yield from _alarms()
    yield _phase("discharged", until)


def readings(until: Instant, hz_metrics: int) -> Iterator[StoredReading]:
    """Values once a second, a cuff every five minutes, two that a person read; a gap, and a minute that came late."""
    chance = random.Random(7)
    for second in range(int((until - STARTED) / SECOND)):
        at = STARTED + second * SECOND
        since = (at - BEGAN) // SECOND
        late = since in _LATE
        found = [
            _reading(metric, at, _value(metric, since, chance), late=late)
            for metric in _METRICS[:hz_metrics]
            if since not in _PROBE_OFF or metric not in {Metric.SPO2, Metric.PULSE_RATE}
        ]
        if second % _PRESSURE_EVERY == 0:
            found.append(_cuff(at, since))
        for index, reading in enumerate(found):
            yield StoredReading(SESSION, _STREAM, second + 1, index, reading)
    by_hand = _cuff(BEGAN + 57 * MINUTE, 57 * 60)._replace(source=MANUAL_SOURCE)
    yield StoredReading(SESSION, MANUAL_SOURCE, 1, 0, by_hand)
    pulse = _reading(Metric.PULSE_RATE, BEGAN + 57 * MINUTE, 88.0)._replace(source=MANUAL_SOURCE)
    yield StoredReading(SESSION, MANUAL_SOURCE, 1, 1, pulse)


def _value(metric: Metric, since: float, chance: random.Random) -> float:
    noise = chance.uniform(-1, 1)
    match metric:
        case Metric.PULSE_RATE:
            return round(78 + 0.6 * _rise(since) + 1.5 * noise + 1.2 * math.sin(since / 70), 1)
        case Metric.SPO2:
            dip = 5 if 21 * 60 + 25 <= since < 22 * 60 else 0
            return round(96.6 - dip - _rise(since) / 40 + 0.5 * noise)
        case Metric.RESP_RATE:
            return round(14 + math.sin(since / 90) + noise)
        case _:
            return round(36.8 + 0.1 * noise, 1)


def _rise(since: float) -> float:
    minute = since / 60
    for (begin, low), (end, high) in pairwise(_RISE):
        if begin <= minute < end:
            return low + (high - low) * (minute - begin) / (end - begin)
    return 0.0


def _reading(metric: Metric, at: Instant, value: float, *, late: bool = False) -> Reading:
    received = at + (5 * MINUTE if late else 30)
    return Reading(metric, at, at, received, DEVICE, "ok", late, value)


def _cuff(at: Instant, since: float) -> Reading:
    systolic = round(138 + _rise(since))
    diastolic = round(84 + 0.6 * _rise(since))
    mean = round((systolic + 2 * diastolic) / 3)
    reading = Reading(Metric.NIBP, at, at, at + 30, DEVICE, "ok", False, None)
    return reading._replace(systolic=systolic, diastolic=diastolic, mean=mean)


def _entries() -> Iterator[Fact]:
    def at(minute: float) -> Instant:
        return BEGAN + round(minute * MINUTE)

    nausea = facts.EventEntered(SESSION, "e1", "nausea", "mild", None, at(18))
    yield _fact(nausea, at(18))
    given = facts.MedicationEntered(SESSION, "e2", "ondansetron", 4, "mg", "iv", None, at(18.5))
    yield _fact(given, at(18.5))
    wrong = facts.EventEntered(SESSION, "e3", "dissociation", "severe", None, at(25.2))
    yield _fact(wrong, at(25.2))
    yield _fact(facts.EntryVoided(SESSION, "e3", "wrong patient", None), at(27))
    yield _fact(facts.ScoreEntered(SESSION, "e4", "moaas", 5, at(30)), at(30))
    yield _fact(facts.NoteEntered(SESSION, "e5", "Calm, music on", at(33)), at(33))
    values = {"pulse_rate": 88.0, "systolic": 154.0, "diastolic": 94.0}
    yield _fact(facts.VitalsEntered(SESSION, "e6", at(57), values, 1), at(57.5))


def _alarms() -> Iterator[Fact]:
    pressure: dict[str, Any] = {"pressure": "185/112", "component": "systolic", "limit": 180.0}
    spo2: dict[str, Any] = {
        "metric": "spo2",
        "value": 91.0,
        "limit": 92.0,
        "delay_s": 15,
    }
    peak, dip, off = BEGAN + 40 * MINUTE, BEGAN + 21 * MINUTE + 40_000, BEGAN + 52 * MINUTE + 20_000
    yield from _lived(
        replace(
            _alarm("a1", "limit", "medium", dip),
            metric="spo2",
            reason_code="limit_below",
            reason_values=spo2,
        ),
        20 * SECOND,
    )
    yield from _lived(
        replace(
            _alarm("a2", "limit", "high", peak),
            metric="nibp",
            reason_code="pressure_above",
            reason_values=pressure,
        ),
        130 * SECOND,
    )
    yield from _lived(
        replace(
            _alarm("a3", "no_value", "low", off),
            metric="spo2",
            type="technical",
            reason_code="no_value",
            reason_values={"metrics": "spo2", "status": "sensor_off"},
        ),
        31 * SECOND,
    )


def _lived(alarm: facts.AlarmChanged, lasted: int) -> Iterator[Fact]:
    """Raised, painted, acknowledged, over."""
    raised_at = alarm.raised_at or 0
    yield _fact(alarm, raised_at, Fact.SYSTEM)
    shown = facts.AlarmShown(SESSION, alarm.alarm_id, "screen-1", raised_at + 200, None)
    yield _fact(shown, raised_at + 200, Fact.SYSTEM)
    known = replace(
        alarm,
        event="acknowledged",
        state="acknowledged",
        acknowledged_at=raised_at + 14 * SECOND,
        acknowledged_by=OPERATOR,
    )
    yield _fact(known, raised_at + 14 * SECOND)
    over = replace(known, event="condition_ended", state="ended", ended_at=raised_at + lasted)
    yield _fact(over, raised_at + lasted, Fact.SYSTEM)


def _alarm(alarm_id: str, kind: str, priority: str, at: Instant) -> facts.AlarmChanged:
    return facts.AlarmChanged(
        session_id=SESSION,
        alarm_id=alarm_id,
        event="delay_ended",
        state="active",
        alarm_kind=kind,
        metric=None,
        source=DEVICE,
        type="physiological",
        priority=priority,
        onset=at - 15 * SECOND,
        raised_at=at,
        acknowledged_at=None,
        acknowledged_by=None,
        ended_at=None,
        reason_code="",
        reason_values={},
        note=None,
    )


def _phase(phase: str, at: Instant) -> Fact:
    return _fact(facts.PhaseEntered(SESSION, phase, None), at)


def _fact(body: FactBody, at: Instant, by: str = OPERATOR) -> Fact:
    return Fact(at, by, getattr(body, "session_id", None), body)
