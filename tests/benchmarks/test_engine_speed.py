"""What a reading costs the alarm engine alone, with every rule on, in wards of growing size; in this process."""

from __future__ import annotations

import gc
import time
from dataclasses import replace

import pytest

from monitor.domain.alarm_system import AlarmSystem
from monitor.domain.controls import Controls
from monitor.domain.limits import AlarmSettings, Burden
from monitor.domain.readings import SECOND, Metric, Reading
from monitor.domain.session_state import SessionState
from tests.benchmarks.report import note
from tests.domain.builders import KETAMINE, cuff, pulse, spo2

pytestmark = pytest.mark.benchmark

ROOMS = (1, 10, 100, 1000)
READINGS = 60_000
TICK_S = 0.1
CUFF_EVERY_S = 60
MOST_US = 30.0
MOST_GROWTH = 1.5


def every_rule(settings: AlarmSettings) -> AlarmSettings:
    """The protocol's own limits and, on each of SpO2, a burden beside the delay."""
    return replace(
        settings,
        limits=tuple(
            replace(limit, burden=Burden("sum", 50)) if limit.metric is Metric.SPO2 else limit
            for limit in settings.limits
        ),
    )


def ward(rooms: int) -> AlarmSystem:
    """That many sessions in infusion with a confirmed baseline and a device each."""
    system, settings = AlarmSystem(), every_rule(KETAMINE)
    for number in range(rooms):
        controls = Controls(holder="N-12", baseline={"systolic": 120, "diastolic": 75})
        state = SessionState(f"s{number}", 0, phase="infusion", controls=controls)
        session = system.watch(settings, state)
        session.expect(f"d{number}", {"pulse_rate": 1, "spo2": 1}, 0)
        session.score("moaas", 5, 0, 0)
    return system


def frame(room: int, second: int) -> list[Reading]:
    """What a device sends: mostly calm, every room low for a moment now and then, a cuff each minute."""
    low = (second + 7 * room) % 120 < 3
    source = f"d{room}"
    readings = [pulse(second, 72 + second % 5), spo2(second, 88 if low else 97)]
    if (second + room) % CUFF_EVERY_S == 0:
        readings.append(cuff(second, 124, 78))
    return [reading._replace(source=source) for reading in readings]


def microseconds_per_reading(rooms: int) -> float:
    """Processor time of observing, of time passing ten times a second, and of telling what changed."""
    system = ward(rooms)
    seconds = max(10, READINGS // (2 * rooms))
    spent = count = 0
    for second in range(1, seconds + 1):
        frames = [frame(room, second) for room in range(rooms)]
        count += sum(map(len, frames))
        begin = time.process_time_ns()
        for room, readings in enumerate(frames):
            system.observe(f"s{room}", readings, second * SECOND + 10)
        for tick in range(round(1 / TICK_S)):
            system.tick(round((second + tick * TICK_S) * SECOND))
        system.take_changes()
        spent += time.process_time_ns() - begin
    return spent / count / 1000


def test_a_reading_costs_the_engine_the_same_few_microseconds_in_a_ward_of_any_size() -> None:
    gc.collect()
    gc.freeze()
    costs = {rooms: microseconds_per_reading(rooms) for rooms in ROOMS}
    growth = max(costs.values()) / min(costs.values())
    note(
        "engine per reading, every rule on",
        goal=f"at most {MOST_US:g} us, flat over {', '.join(map(str, ROOMS))} rooms",
        measured=", ".join(f"{rooms}: {cost:.1f} us" for rooms, cost in costs.items()),
        compared=f"worst {growth:.2f} x the best",
    )
    assert max(costs.values()) <= MOST_US
    assert growth <= MOST_GROWTH
