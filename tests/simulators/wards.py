"""Wards of patients to whom nothing happens but their infusion."""

from __future__ import annotations

import asyncio
from pathlib import Path

from simulators.check.stage import play
from simulators.scenarios.bed import build_bed
from simulators.scenarios.model import Scenario
from tests.simulators.engine import engine

RESTS_MIN = 5
MINUTES = 60
MOST_AT_REST = (140, 90)


def normal_ward(sessions: int, seed: int) -> Scenario:
    """Patients drawn from both cohorts whose pressure at rest lets an infusion start, each from before it on."""
    rooms: list[dict[str, object]] = []
    place = 0
    while len(rooms) < sessions:
        room = {
            "name": f"n{place}",
            "phase": "baseline",
            "into_infusion_min": -RESTS_MIN,
            "patient": {"draw": "strong" if place % 2 else "mild"},
        }
        if _may_start(room, seed):
            rooms.append(room)
        place += 1
    written = {"title": "normal", "minutes": MINUTES, "seed": seed, "room": rooms}
    return Scenario.model_validate(written)


def share_without_high_alarms(ward: Scenario, directory: Path) -> tuple[float, list[str]]:
    """The share of sessions without a high physiological alarm, and the words of those that there were."""
    with engine(directory / "engine") as monitor:
        asyncio.run(play([("ward", ward)], monitor))
        words, without = [], 0
        for place in range(len(ward.room)):
            record = asyncio.run(monitor.record(f"s{place + 1}", readings=False))
            high = [
                alarm.text
                for alarm in record.alarms
                if alarm.type == "physiological" and alarm.priority == "high"
            ]
            words += high
            without += not high
    return without / len(ward.room), words


def _may_start(room: dict[str, object], seed: int) -> bool:
    single = Scenario.model_validate({"title": "x", "minutes": 1, "seed": seed, "room": [room]})
    vitals = build_bed(single, 0).patient.step()
    return vitals.systolic <= MOST_AT_REST[0] and vitals.diastolic <= MOST_AT_REST[1]
