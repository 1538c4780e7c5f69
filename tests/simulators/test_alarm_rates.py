"""Alarms against patients who are known: none where nothing is wrong, one for everything that is."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from random import Random
from typing import Any

from monitor.service.protocols import PROTOCOLS_DIRECTORY, Protocol, read_protocol
from simulators.check.counterpart import SeenAlarm
from simulators.check.stage import play
from simulators.scenarios.model import Scenario
from tests.simulators.engine import Engine, engine
from tests.simulators.mutations import PRESET
from tests.simulators.wards import normal_ward, share_without_high_alarms

ENOUGH = 0.95
NORMAL_SESSIONS = 20


def alarms_of(
    monitor: Engine, rooms: list[dict[str, Any]], minutes: float
) -> list[list[SeenAlarm]]:
    """Play these rooms; each one's alarms."""
    written = {"title": "injected", "minutes": minutes, "room": rooms}
    scenario = Scenario.model_validate(written)
    asyncio.run(play([("injected", scenario)], monitor))
    sessions = [f"s{place + 1}" for place in range(len(rooms))]
    records = [asyncio.run(monitor.record(session, readings=False)) for session in sessions]
    return [list(record.alarms) for record in records]


def test_normal_sessions_have_no_high_physiological_alarm(tmp_path: Path) -> None:
    share, _ = share_without_high_alarms(normal_ward(NORMAL_SESSIONS, seed=4), tmp_path)
    assert share > ENOUGH - 1 / NORMAL_SESSIONS


def test_every_saturation_below_85_for_ten_seconds_alarms_within_two_seconds(
    tmp_path: Path,
) -> None:
    rng = Random(85)
    fell = [rng.randint(20, 60) for _ in range(24)]
    says = [
        {"do": "says", "metric": "spo2", "value": rng.randint(60, 84), "for_s": rng.randint(10, 30)}
        for _ in fell
    ]
    rooms = [{"event": [{"at": at, **said}]} for at, said in zip(fell, says, strict=True)]
    with engine(tmp_path) as monitor:
        began = monitor.now
        seen = alarms_of(monitor, rooms, 2)
    for at, alarms in zip(fell, seen, strict=True):
        high = [one for one in alarms if one.metric == "spo2" and one.priority == "high"]
        assert len(high) == 1
        assert 0 <= (high[0].raised_at - began) / 1000 - at <= 2


def test_every_cuff_of_180_over_110_alarms_on_arrival(tmp_path: Path) -> None:
    rng = Random(180)
    rooms: list[dict[str, Any]] = []
    for place in range(24):
        # Each number alone, or both.
        systolic = rng.randint(180, 240) if place % 3 != 1 else rng.randint(150, 164)
        diastolic = rng.randint(110, 125) if place % 3 != 0 else rng.randint(70, 95)
        pressure = {"systolic": systolic, "diastolic": diastolic}
        rooms.append({"event": [{"at": 0, "do": "cuff_says", **pressure}]})
    with engine(tmp_path) as monitor:
        seen = alarms_of(monitor, rooms, 2)
    for place, alarms in enumerate(seen):
        first = next(
            stored.reading
            for stored in monitor.readings[f"s{place + 1}"]
            if stored.reading.metric == "nibp"
        )
        high = [one for one in alarms if one.metric == "nibp" and one.priority == "high"]
        assert [one.raised_at for one in high] == [first.at]


def test_delay_halves_the_alarms_of_a_restless_hand_and_misses_no_true_one(tmp_path: Path) -> None:
    rooms: list[dict[str, Any]] = []
    for place in range(8):
        true = {"at": 60 + 90 * place, "do": "airway", "lowest": 80, "fall_s": 40, "hold_s": 60}
        rooms.append(
            {
                "patient": {"spo2": 97, "unrest": 0.5},
                "devices": {"bursts_per_hour": 24, "marks_motion": bool(place % 2)},
                "event": [true],
            }
        )
    counts, missed = {}, {}
    for name, protocols in (("delay", None), ("none", without_delay())):
        with engine(tmp_path / name, protocols) as monitor:
            began = monitor.now
            seen = alarms_of(monitor, rooms, 20)
        alarms = [[one for one in of if one.metric == "spo2"] for of in seen]
        counts[name] = sum(map(len, alarms))
        missed[name] = [
            place
            for place, of in enumerate(alarms)
            if not any(is_true(one, (60 + 90 * place), began) for one in of)
        ]
    assert missed == {"delay": [], "none": []}
    assert (counts["delay"] - len(rooms)) * 2 <= counts["none"] - len(rooms)


def is_true(alarm: SeenAlarm, fell: int, began: int) -> bool:
    """Whether it is about the fall that was injected: high, and while the saturation was low."""
    raised = (alarm.raised_at - began) / 1000
    return alarm.priority == "high" and fell <= raised <= fell + 120


def without_delay() -> dict[str, Protocol]:
    """The preset as it would be if each SpO2 limit alarmed at once."""
    text = (PROTOCOLS_DIRECTORY / PRESET).read_text()
    text, count = re.subn(r'(metric = "spo2"\nbelow = \d+\ndelay_s = )15', r"\g<1>0", text)
    assert count == 2
    protocol = read_protocol(text, PRESET)
    return {protocol.name: protocol}
