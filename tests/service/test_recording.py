"""A real bedside recording through intake, alarms, storage and export: zeros are "no value", nothing else is lost."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.facts import AlarmChanged
from tests.export.clinic import exported as export_to
from tests.service.clinic import Clinic, value

Row = dict[str, str]
COLUMNS = {"pulse_rate": "PULSE [bpm]", "spo2": "SpO2 [%]", "resp_rate": "RESP [pm]"}


def rows(recording: Path) -> list[Row]:
    with recording.open(newline="") as lines:
        return list(csv.DictReader(lines))


def shown(text: str) -> float | None:
    """A cell as a value: this monitor writes 0 where it had none."""
    return float(text) or None


def readings(row: Row) -> list[dict[str, Any]]:
    found = [value(metric, shown(row[column])) for metric, column in COLUMNS.items() if row[column]]
    pressure = [row[f"NBP{part} [mmHg]"] for part in ("Sys", "Dias", "Mean")]
    if any(pressure):
        systolic, diastolic, mean = (float(text) if text else None for text in pressure)
        found.append({"metric": "nibp", "systolic": systolic, "diastolic": diastolic, "mean": mean})
    return found


@pytest.fixture
def replayed(clinic: Clinic, recording: Path) -> Clinic:
    """The recording, a row a minute, as its device would have sent it."""
    clinic.hello(metrics={"pulse_rate": 60.0, "spo2": 60.0, "resp_rate": 60.0, "nibp": 600.0})
    for row in rows(recording):
        clinic.now += 60_000
        clinic.monitor.tick(clinic.now)
        clinic.frame(*readings(row))
    return clinic


def test_every_zero_is_no_value_and_every_value_is_kept(replayed: Clinic, recording: Path) -> None:
    stored = [known.reading for known in replayed.records.readings(replayed.session)]
    for metric, column in COLUMNS.items():
        sent = [shown(row[column]) for row in rows(recording) if row[column]]
        kept = [known.value for known in stored if known.metric == metric]
        assert kept == sent


def test_every_cuff_is_kept_the_three_with_a_mean_only_too(
    replayed: Clinic, recording: Path
) -> None:
    stored = [known.reading for known in replayed.records.readings(replayed.session)]
    kept = [(r.systolic, r.diastolic, r.mean) for r in stored if r.metric == "nibp"]
    sent = [
        known for row in rows(recording) for known in readings(row) if known["metric"] == "nibp"
    ]
    assert kept == [(s["systolic"], s["diastolic"], s["mean"]) for s in sent]
    assert len([known for known in kept if known[0] is None]) == 3


def test_no_physiological_alarm_speaks_of_a_zero(replayed: Clinic) -> None:
    raised = [known for known in replayed.records.alarms(replayed.session) if known.raised_at]
    physiological = [known for known in raised if known.type == "physiological"]
    assert physiological
    assert all(known.reason_values["value"] for known in physiological)
    technical = {known.alarm_kind for known in raised if known.type == "technical"}
    assert "no_value" in technical


def test_the_exported_csv_is_the_file_value_by_value(
    replayed: Clinic, recording: Path, tmp_path: Path
) -> None:
    out = tmp_path / "session.csv"
    export_to(replayed.records, replayed.session, out, simulated=True)
    with out.open(newline="") as lines:
        exported = list(csv.DictReader(lines))
    for metric, column in COLUMNS.items():
        sent = [row[column] for row in rows(recording) if row[column]]
        got = [row["value"] for row in exported if row["metric"] == metric]
        assert len(got) == len(sent)
        for text, number in zip(got, sent, strict=True):
            assert (float(text) if text else None) == shown(number)
    cuffs = [row for row in exported if row["metric"] == "nibp"]
    parts = [("systolic", "Sys"), ("diastolic", "Dias"), ("mean", "Mean")]
    sent_cuffs = [row for row in rows(recording) if row["NBPMean [mmHg]"]]
    for got_row, sent_row in zip(cuffs, sent_cuffs, strict=True):
        for field, part in parts:
            text = sent_row[f"NBP{part} [mmHg]"]
            assert (float(got_row[field]) if got_row[field] else None) == (
                float(text) if text else None
            )


# Derived by hand from the file, minute by minute. The rules, for values that come once a minute:
# - a value beyond a limit is raised when the limit's delay has passed and the next value has not come, or at once
#   where there is no delay; rungs of one side are one occurrence, told by the worst;
# - a condition of pulse or SpO2 ends with the second value in a row that is inside by the clear margin (SpO2 1,
#   pulse 3), because the clear delay is shorter than a minute; respiration and a cuff end with the first one inside;
# - 0 is no value: low at once, medium after 30 s, high after 60 s when neither pulse nor SpO2 is left; one probe is
#   one alarm; it neither breaks nor ends a breach; it ends with the first value.
BY_HAND = [
    # kind, metric, worst priority, minute of onset, raised, end of the condition (None: still there)
    ("no_value", None, "high", 0, 0, 2),  # pulse and SpO2 0 in minutes 0 and 1
    ("limit", "nibp", "medium", 2, 2, 3),  # 87/46; then 92/49
    ("limit", "nibp", "high", 6, 6, 22),  # 86, 74, 89, 63; then 94/80
    ("no_value", "resp_rate", "medium", 6, 6, 7),
    ("limit", "pulse_rate", "high", 6, 6.25, 8),  # 39.9; then 64.0, 72.5
    ("no_value", "spo2", "medium", 14, 14, 15),  # the lone zero
    ("limit", "spo2", "high", 15, 15.25, 17),  # 89.5; then 98.2, 99.4
    ("limit", "nibp", "high", 24, 24, 32),  # 147/118; then 66/20
    ("limit", "nibp", "high", 32, 32, 35),  # 66, 45; then 151/127
    ("limit", "nibp", "high", 35, 35, 39),  # 151/127; then 88/37
    ("limit", "spo2", "high", 36, 36.25, 38),  # 88.2; then 93.7, 100
    ("limit", "pulse_rate", "medium", 38, 38.5, 40),  # 46.2; then 64.2, 102
    ("limit", "spo2", "high", 39, 39.25, 47),  # 91.9, then 71.1 and lower; 97.0, 100
    ("limit", "nibp", "medium", 39, 39, 48),  # 88/37; then 92/59
    ("limit", "resp_rate", "high", 40, 40.5, 42),  # 1.8, 6.9; then 14.6
    ("limit", "pulse_rate", "high", 41, 42, 46),  # 120.3 for 60 s, then 149; 71.6, 68.9
    ("limit", "nibp", "high", 49, 49, 51),  # 140/111; then 77/37
    ("no_value", None, "high", 50, 50, 51),
    ("limit", "nibp", "high", 51, 51, 52),  # 77; then 160/73
    ("limit", "spo2", "high", 53, 53.25, 61),  # 90.9, 88.4, 88.0, 64.8, 41.9, none, 75.2; 99.8, 100
    ("limit", "nibp", "high", 55, 55, 57),  # 40/18; then 96/64
    ("limit", "pulse_rate", "high", 58, 58.25, 71),  # 143.1 and above 110 until 69; 70.1, 72.7
    ("no_value", "spo2", "medium", 58, 58, 59),
    ("no_value", None, "high", 62, 62, 63),
    ("no_value", "resp_rate", "high", 62, 62, 64),
    ("limit", "resp_rate", "high", 64, 64.5, 70),  # 0.9, none, none, 9.6, 0.9, 6.3; then 10.5
    ("no_value", None, "high", 65, 65, 70),  # pulse is back in 69, SpO2 in 70
    ("no_value", "resp_rate", "high", 65, 65, 67),
    ("limit", "spo2", "high", 70, 70, None),  # 36.0 twice
    # Nobody answers the pre-checks: due 30 min after the start, which is a minute before the first row.
    ("overdue", None, "medium", 29, 32, None),
]


def test_the_occurrences_are_those_derived_by_hand(replayed: Clinic, recording: Path) -> None:
    assert len(rows(recording)) == 72
    first = replayed.now - 71 * 60_000
    ends: dict[str, float] = {}
    for fact in replayed.records.facts(replayed.session, kinds=("alarm_changed",)):
        if isinstance(fact.body, AlarmChanged) and fact.body.event == "condition_ended":
            ends[fact.body.alarm_id] = (fact.at - first) / 60_000
    found = [
        (
            known.alarm_kind,
            known.metric,
            known.priority,
            (known.onset - first) / 60_000,
            ((known.raised_at or 0) - first) / 60_000,
            ends.get(known.alarm_id),
        )
        for known in replayed.records.alarms(replayed.session)
    ]
    assert sorted(found, key=str) == sorted(BY_HAND, key=str)
