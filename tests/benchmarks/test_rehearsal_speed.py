"""How fast a stored session is rehearsed: read from disk, replayed by its own limits and by changed ones, compared."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.domain.limits import Side
from monitor.domain.readings import Metric
from monitor.service.protocols import load_protocols
from monitor.service.rehearsal import Rehearsal, rehearse_session
from monitor.wire.device import Readings, parse_from_device
from tests.benchmarks.report import note
from tests.service.clinic import Clinic, cuff, frame_text, value

pytestmark = pytest.mark.benchmark

HOURS = 3
LEAST = 2000
ROUNDS = 7
SECONDS_PER_COMMIT = 20
LOW_EVERY_S = 300
CUFF_EVERY_S = 600


def record(clinic: Clinic, second: int) -> None:
    """A second of a session: mostly calm, low for half a minute every five."""
    clinic.now += 1000
    clinic.seq += 1
    low = second % LOW_EVERY_S < 30
    readings = [value("pulse_rate", 70 + second % 7), value("spo2", 89 if low else 97)]
    if second % CUFF_EVERY_S == 0:
        readings.append(cuff(128, 80))
    frame = parse_from_device(frame_text(clinic.seq, clinic.now, tuple(readings)))
    assert isinstance(frame, Readings)
    clinic.monitor.record_frame(clinic.device, frame, 0, clinic.now)
    clinic.monitor.tick(clinic.now)
    if second % SECONDS_PER_COMMIT == 0:
        clinic.commit()


def test_a_session_is_rehearsed_two_thousand_times_as_fast_as_it_was(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    clinic.enter("baseline")
    clinic.enter("infusion")
    for second in range(1, HOURS * 3600 + 1):
        record(clinic, second)
    clinic.commit()
    protocols, session = load_protocols(), clinic.records.session(clinic.session)
    assert session is not None
    own = protocols["ketamine_iv"]
    limits = tuple(
        replace(limit, limit=limit.limit - 2)
        if limit.metric is Metric.SPO2 and limit.side is Side.BELOW
        else limit
        for limit in own.alarms.limits
    )
    changed = replace(own, alarms=replace(own.alarms, limits=limits))
    times, rehearsal = [], Rehearsal("", 0)
    for _ in range(ROUNDS):
        begin = time.process_time()
        rehearsal = rehearse_session(clinic.records, protocols, session, changed)
        times.append(time.process_time() - begin)
    clinic.journal.close()
    assert rehearsal.problem == ""
    assert rehearsal.counts["lost"] + rehearsal.counts["milder"] > 10
    ratio = HOURS * 3600 / statistics.median(times)
    note(
        f"rehearsal of {HOURS} hours at 1 Hz, read from disk and replayed twice",
        goal=f"at least {LEAST:,} x real time per core",
        measured=f"{ratio:,.0f} x",
        compared=f"slowest of {ROUNDS}: {HOURS * 3600 / max(times):,.0f} x",
    )
    assert ratio >= LEAST
