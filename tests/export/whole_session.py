"""A whole session as it might have been: half an hour at rest, forty minutes of infusion, an hour after it."""

from __future__ import annotations

import math
import random
from pathlib import Path

from monitor.domain import facts
from monitor.domain.readings import MANUAL_SOURCE, MINUTE, Metric
from monitor.service.batches import Batch, StoredReading
from monitor.storage import open_journal
from tests.export.clinic import PROTOCOLS
from tests.storage.builders import KEY, NOW, STREAM, a_reading, an_alarm, clinic, fact

BEGAN = NOW + 30 * MINUTE
ENDED = BEGAN + 40 * MINUTE
LEFT = ENDED + 65 * MINUTE
PROTOCOL = PROTOCOLS["ketamine_iv"]


def effect(at: int) -> float:
    """How far the infusion is felt, 0 to 1."""
    minutes = (at - BEGAN) / MINUTE
    return 0.0 if minutes < 0 else math.exp(-(((minutes - 38) / 24) ** 2))


def readings(seed: int = 1) -> list[StoredReading]:
    """Pulse and saturation each second with a gap of seven minutes, a pressure every ten, one by hand."""
    drawn, found, seq = random.Random(seed), [], 0
    for at in range(NOW, LEFT, 1000):
        if BEGAN + 15 * MINUTE < at < BEGAN + 22 * MINUTE:
            continue
        seq += 1
        pulse = 68 + 16 * effect(at) + drawn.gauss(0, 1.2)
        dip = 7 * math.exp(-(((at - BEGAN) / MINUTE - 33) ** 2))
        spo2 = min(100, 97.6 - dip + drawn.gauss(0, 0.4))
        for index, (metric, value) in enumerate(((Metric.PULSE_RATE, pulse), (Metric.SPO2, spo2))):
            reading = a_reading(0, round(value), metric=metric, measured_at=at, at=at)
            found.append(StoredReading("s1", STREAM, seq, index, reading))
    for at in range(NOW + 5 * MINUTE, LEFT, 10 * MINUTE):
        seq += 1
        systolic, diastolic = round(124 + 40 * effect(at)), round(76 + 20 * effect(at))
        cuff = a_reading(0, None, metric=Metric.NIBP, measured_at=at, at=at)._replace(
            systolic=systolic, diastolic=diastolic, mean=round((systolic + 2 * diastolic) / 3)
        )
        found.append(StoredReading("s1", STREAM, seq, 0, cuff))
    hand = a_reading(0, None, metric=Metric.NIBP, source=MANUAL_SOURCE)._replace(
        measured_at=BEGAN + 19 * MINUTE, at=BEGAN + 19 * MINUTE, systolic=148.0, diastolic=90.0
    )
    return [*found, StoredReading("s1", "manual-s1", 1, 0, hand)]


def events() -> list[facts.Fact]:
    """Phases, dose, entries, alarms."""
    entries: list[tuple[int, facts.FactBody]] = [
        (NOW + MINUTE, facts.PhaseEntered("s1", "baseline", None)),
        (NOW + 26 * MINUTE, facts.BaselineConfirmed("s1", dict(REST))),
        (NOW + 27 * MINUTE, PLANNED),
        (NOW + 28 * MINUTE, facts.DoseChecked("s1")),
        (BEGAN, facts.PhaseEntered("s1", "infusion", None)),
        (BEGAN + 19 * MINUTE, facts.VitalsEntered("s1", "e1", BEGAN + 19 * MINUTE, HAND, 1)),
        (BEGAN + 24 * MINUTE, facts.InfusionPaused("s1", "line kinked")),
        (BEGAN + 25 * MINUTE, facts.InfusionResumed("s1")),
        (ENDED, facts.PhaseEntered("s1", "observation", None)),
        (LEFT - MINUTE, facts.DischargeSigned("s1", ["systolic", "time"], [])),
        (LEFT, facts.PhaseEntered("s1", "discharged", None)),
    ]
    for n, (minutes, value) in enumerate(((-5, 5), (10, 4), (20, 3), (30, 4), (50, 5), (80, 5))):
        at = BEGAN + minutes * MINUTE
        entries.append((at, facts.ScoreEntered("s1", f"m{n}", "moaas", value, at)))
    for n, (minutes, value) in enumerate(((-5, 0), (20, 6), (40, 5), (60, 1), (100, 0))):
        at = BEGAN + minutes * MINUTE
        entries.append((at, facts.ScoreEntered("s1", f"d{n}", "dissociation", value, at)))
    at = BEGAN + 32 * MINUTE
    nausea = facts.EventEntered("s1", "e2", "nausea", "mild", "settled by itself", at)
    entries.append((at, nausea))
    entries.append((at, facts.EventEntered("s1", "e3", "headache", "mild", None, at)))
    entries.append((at + MINUTE, facts.EntryVoided("s1", "e3", "another patient", None)))
    drug = facts.MedicationEntered("s1", "e4", "ondansetron", 4.0, "mg", "iv", None, at)
    entries.append((at + MINUTE, drug))
    return [fact(body, moment, by="Kari Nordmann") for moment, body in entries] + alarms()


def alarms() -> list[facts.Fact]:
    """One of each priority."""
    dip, rise = BEGAN + 32 * MINUTE, BEGAN + 35 * MINUTE
    spo2 = an_alarm(
        state="ended",
        priority="medium",
        onset=dip,
        raised_at=dip + 15_000,
        acknowledged_at=dip + 36_000,
        acknowledged_by="Kari Nordmann",
        ended_at=dip + 110_000,
        reason_code="limit_below",
        reason_values=_values("spo2", "value", 91.0, 92.0, "", 15),
    )
    pressure = an_alarm(
        alarm_id="a2",
        alarm_kind="limit_high",
        metric="nibp",
        state="ended",
        priority="high",
        onset=rise,
        raised_at=rise,
        acknowledged_at=rise + 12_000,
        acknowledged_by="Kari Nordmann",
        ended_at=rise + 10 * MINUTE,
        reason_code="rise_above",
        reason_values=_values("nibp", "systolic", 164.0, 40.0, "164/96", 0),
    )
    silent = an_alarm(
        alarm_id="a3",
        alarm_kind="silence",
        type="technical",
        priority="low",
        state="ended",
        onset=BEGAN + 15 * MINUTE,
        raised_at=BEGAN + 15 * MINUTE + 10_000,
        ended_at=BEGAN + 22 * MINUTE,
        reason_code="silence",
        reason_values={"metrics": "pulse_rate,spo2", "after_s": 10},
    )
    return [fact(known, known.raised_at or known.onset) for known in (spo2, pressure, silent)]


def _values(
    metric: str, component: str, value: float, limit: float, pressure: str, delay_s: int
) -> dict[str, float | int | str | None]:
    found: dict[str, float | int | str | None] = {
        "metric": metric,
        "component": component,
        "value": value,
        "limit": limit,
        "delay_s": delay_s,
    }
    return found | {"pressure": pressure} if pressure else found


REST = {"systolic": 124.0, "diastolic": 76.0, "pulse_rate": 68.0, "spo2": 98.0}
HAND = {"systolic": 148.0, "diastolic": 90.0}
PLANNED = facts.InfusionPlanned("s1", 70.5, 0.5, 35.25, 40.0, 1.0, 35.25, 52.88, needs_check=True)


def write_whole_session(folder: Path) -> None:
    """The session ``s1`` on record in this folder."""
    journal = open_journal(folder, KEY)
    journal.commit(clinic())
    journal.commit(Batch(LEFT, readings()))
    journal.commit(Batch(LEFT, facts=sorted(events(), key=lambda known: known.at)))
    journal.close()
