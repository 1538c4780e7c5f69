"""That a soak sees what it is to see: a short one of the real product, and what is made of samples."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.soak import report
from tests.soak.plan import Plan, planned
from tests.soak.running import Sample, Soak
from tests.soak.verdicts import CRITERIA, FLAT, GROWS, LIMITS, UNCERTAIN, findings, is_flat


def _samples(**per_hour: float) -> list[Sample]:
    """Two hours, a sample each minute; everything starts at 100 and grows as told."""
    hours = [minute / 60 for minute in range(121)]
    grown = {what.replace("_", " "): pace for what, pace in per_hour.items()}
    return [
        {"hours": hour, "load": 1.0, **{what: 100 + pace * hour for what, pace in grown.items()}}
        for hour in hours
    ]


def _noisy(samples: list[Sample], what: str, size: float) -> list[Sample]:
    return [
        sample | {what: sample[what] + (size if number % 2 else -size)}
        for number, sample in enumerate(samples)
    ]


@pytest.mark.browser
def test_a_soak_of_some_seconds_sees_every_process_and_every_page(tmp_path: Path) -> None:
    kept = tmp_path / "samples.csv"
    plan = Plan("short", seconds=4, rooms=2, every_s=1.5, turnover_minutes=0.1)
    samples = Soak(plan, tmp_path, kept).run()
    first, last = samples[0], samples[-1]
    assert last["gateway readings total"] > first["gateway readings total"]
    assert last["gateway devices connected"] == 2
    assert first["gateway screens connected"] == 3
    assert {f"{page} heap" for page in ("ward", "session", "alarms")} < first.keys()
    for name in ("gateway", "dashboard", "desk"):
        assert 10 < last[f"{name} memory"] < 1000
        assert last[f"{name} descriptors"] > 5
    assert last["gateway tasks"] > 2
    assert 1 < last["ward heap"] < 200
    assert last["database"] > 0.01
    assert len(kept.read_text().splitlines()) == len(samples) + 1


def test_what_grows_faster_than_its_limit_is_said_to_grow() -> None:
    found = {f.what: f.verdict for f in findings(_samples(gateway_memory=3, ward_heap=1.5), 600)}
    assert found == {"gateway memory": GROWS, "ward heap": FLAT}


def test_a_limit_between_the_bounds_is_neither_flat_nor_growth() -> None:
    samples = _noisy(_samples(gateway_memory=1.9), "gateway memory", 5)
    (found,) = findings(samples, 600)
    assert found.verdict == UNCERTAIN
    assert not is_flat([found])


def test_what_happens_in_the_warm_up_says_nothing() -> None:
    samples = _samples(gateway_memory=0)
    for sample in samples[:20]:
        sample["gateway memory"] = 10 * sample["hours"]
    assert is_flat(findings(samples, 20 * 60))
    assert not is_flat(findings(samples, 0))


def test_what_has_no_limit_is_told_and_hinders_nothing() -> None:
    found = findings(_samples(database=500, gateway_tasks=0), 600)
    assert [(f.what, f.limit) for f in found] == [("gateway tasks", 1.0), ("database", None)]
    assert is_flat(found)


def test_what_comes_and_goes_is_judged_by_what_stays() -> None:
    """Requests hold descriptors for a moment; one that is never closed raises the quietest sample as well."""
    busy = [
        {**sample, "dashboard descriptors": 17.0 + number * 7 % 10}
        for number, sample in enumerate(_samples())
    ]
    leaking = [
        sample | {"dashboard descriptors": sample["dashboard descriptors"] + 3 * sample["hours"]}
        for sample in busy
    ]
    assert is_flat(findings(busy, 0))
    (found,) = findings(leaking, 0)
    assert (found.verdict, round(found.slope.per_hour)) == (GROWS, 3)


def test_every_limit_belongs_to_something_that_is_to_be_shown() -> None:
    plan = Plan("clock", seconds=2 * 3600)
    about = {"began": "2026-01-02 03:04", "machine": "two cores", "plan": asdict(plan)}
    samples = _samples(gateway_memory=1, ward_heap=1.2, session_heap=1.5, alarms_heap=3)
    lines = report.section(about, samples).splitlines()
    assert "| Gateway memory | 1.00 an hour | 2 | flat |" in lines
    heap = "| Browser heap, garbage collected before each sample | 3.00 an hour (alarms heap) | 2 | **grows** |"
    assert heap in lines
    assert {what for series in CRITERIA.values() for what in series} == set(LIMITS)


def test_the_report_says_whether_the_machine_kept_up_with_the_speed() -> None:
    plan = Plan("fast", seconds=2 * 3600, rooms=8, speed=10)
    about = {"began": "2026-01-02 03:04", "machine": "two cores", "plan": asdict(plan)}
    samples = _samples(gateway_memory=0, gateway_readings_total=8 * 10 * 1.5 * 3600)
    told = report.section(about, samples)
    assert " 1.50 readings came in of each room in a second of the clinic's clock" in told
    assert "20.0 hours of the clinic's clock" in told


def test_the_report_says_how_long_a_run_really_was_and_names_what_is_not_flat() -> None:
    plan = Plan("clock", seconds=4 * 3600)
    about = {"began": "2026-01-02 03:04", "machine": "two cores", "plan": asdict(plan)}
    told = report.section(
        json.loads(json.dumps(about)), _samples(gateway_memory=3, gateway_tasks=0)
    )
    assert "lasted 120 minutes** of 240 asked for, the first 30 of them warm-up" in told
    assert "Not shown to be flat: gateway memory (**grows**)." in told
    assert "| gateway memory | 101.50 | 106.00 | 3.00 | 3.00 | 2 | **grows** |" in told


def test_the_plan_comes_from_the_environment() -> None:
    assert planned({}) == Plan("clock", 7200)
    assert planned({"WEEK": "1", "ROOMS": "3"}) == Plan("fast", 168 * 60, rooms=3, speed=60)
    assert planned({"HOURS": "0.5", "SPEED": "10"}) == Plan("fast", 1800, speed=10)


@pytest.mark.parametrize("wrong", [{"HOURS": "0"}, {"ROOMS": "0"}, {"SPEED": "0.5"}])
def test_a_plan_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="HOURS"):
        planned(wrong)
