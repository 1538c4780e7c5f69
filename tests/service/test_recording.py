"""A real bedside recording through intake, alarms, storage and export: zeros are "no value", nothing else is lost."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from monitor.export.csv_export import export_csv
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
    export_csv(replayed.records, replayed.session, out, simulated=True)
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
