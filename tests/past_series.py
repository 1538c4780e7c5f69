"""A first series of one patient as the gateway would have stored it, one of its sessions cancelled; and two scores."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.data_directory import DataDirectory
from monitor.domain import facts
from monitor.domain.facts import Fact, FactBody
from monitor.domain.readings import MINUTE, SECOND, Instant, Metric, Reading
from monitor.identity import ArgonHasher
from monitor.service.batches import Batch, StoredReading
from monitor.storage import open_journal

PATIENT = "P-0388"
ROOM, DEVICE = "r1", "d1"
FIRST = 1_793_782_800_000
"""2026-11-04T09:00:00Z: the first infusion begins."""
DAY = 24 * 60 * MINUTE
OPERATOR, PASSWORD = "kari", "correct horse"
CANCELLED = 3
"""Which of the visits was cancelled, counted from 1."""
_STREAM = "6f0d6a0e-3a52-4f0e-9c39-0d8f3a1b2c4d"
_MINUTES = 85
_SCORES = (("cadss6", (9, 11)), ("dissociation", (4, 6)), ("moaas", (5, 4)))


def write(directory: DataDirectory, *, visits: int = 6) -> None:
    """Put the series into a fresh directory, every third day a visit."""
    journal = open_journal(directory.path, directory.journal_key)
    office: list[FactBody] = [
        facts.RoomAdded(ROOM, "2"),
        facts.DeviceAdded(DEVICE, "Bedside 2", ROOM, True, "hash"),
        facts.OperatorAdded(OPERATOR, "nurse", ArgonHasher().hash(PASSWORD)),
    ]
    journal.commit(Batch(FIRST - DAY, facts=[_fact(body, FIRST - DAY) for body in office]))
    for visit in range(1, visits + 1):
        began = FIRST + (visit - 1) * 3 * DAY
        until = began + (_MINUTES - 10) * MINUTE
        journal.commit(Batch(until, facts=list(_course(visit, began, until))))
        if visit != CANCELLED:
            journal.commit(Batch(until, list(_readings(visit, began))))
    journal.commit(Batch(FIRST + visits * 3 * DAY, facts=list(_outcomes())))
    journal.close()


def _course(visit: int, began: Instant, until: Instant) -> Iterator[Fact]:
    session = f"s{visit}"
    begun = facts.SessionStarted(session, ROOM, PATIENT, 82.0, "ketamine_iv")
    yield _fact(begun, began - 10 * MINUTE)
    if visit == CANCELLED:
        yield _fact(facts.PhaseEntered(session, "cancelled", None), began)
        return
    yield _fact(facts.PhaseEntered(session, "baseline", None), began - 7 * MINUTE)
    resting = {"systolic": 132.0 + visit, "diastolic": 82.0, "pulse_rate": 76.0, "spo2": 97.0}
    yield _fact(facts.BaselineConfirmed(session, resting), began - 2 * MINUTE)
    dose = 41.0 if visit < 4 else 57.4
    planned = facts.InfusionPlanned(
        session, 82.0, dose / 82, dose, 40.0, 1.0, dose, dose * 1.5, False
    )
    yield _fact(planned, began - MINUTE)
    yield _fact(facts.PhaseEntered(session, "infusion", None), began)
    for at, place in ((15 * MINUTE, 0), (35 * MINUTE, 1)):
        for score, values in _SCORES:
            value = max(0, values[place] - (visit if score == "cadss6" else 0))
            entry = f"{session}-{score}-{place}"
            yield _fact(facts.ScoreEntered(session, entry, score, value, began + at), began + at)
    yield _fact(facts.PhaseEntered(session, "observation", None), began + 40 * MINUTE)
    yield _fact(facts.PhaseEntered(session, "discharged", None), until)


def _readings(visit: int, began: Instant) -> Iterator[StoredReading]:
    """Pulse and saturation every ten seconds, a cuff every five minutes; some minutes without a probe in the second."""
    for place in range(_MINUTES * 6 - 1):
        at = began - 10 * MINUTE + place * 10 * SECOND
        minute = (at - began) / MINUTE
        rise = max(0.0, 40 - abs(minute - 38)) * (0.7 + 0.1 * visit)
        found = []
        if not (visit == 2 and 50 <= minute < 54):
            pulse = 72.0 + visit + round(rise / 2) + place % 3
            found.append(Reading(Metric.PULSE_RATE, at, at, at + 30, DEVICE, "ok", False, pulse))
            spo2 = 97.0 - (4 if visit == 5 and 22 <= minute < 23 else round(rise / 30))
            found.append(Reading(Metric.SPO2, at, at, at + 30, DEVICE, "ok", False, spo2))
        if place % 30 == 0:
            cuff = Reading(Metric.NIBP, at, at, at + 30, DEVICE, "ok", False, None)
            systolic, diastolic = 132.0 + visit + round(rise), 82.0 + round(rise * 0.6)
            mean = round((systolic + 2 * diastolic) / 3)
            found.append(cuff._replace(systolic=systolic, diastolic=diastolic, mean=mean))
        for index, reading in enumerate(found):
            yield StoredReading(f"s{visit}", _STREAM, visit * 10_000 + place, index, reading)


def _outcomes() -> Iterator[Fact]:
    scores = (("madrs", 34, "2026-11-02"), ("phq9", 19, "2026-11-02"), ("madrs", 22, "2026-11-13"))
    for number, (scale, value, day) in enumerate(scores):
        entry = f"00000000-0000-4000-8000-00000000000{number}"
        yield _fact(facts.OutcomeEntered(entry, PATIENT, scale, value, day, None), FIRST)


def _fact(body: FactBody, at: Instant) -> Fact:
    return Fact(at, OPERATOR, getattr(body, "session_id", None), body)
