"""A real bedside monitor's recording, dirty as real data are, through the real socket and out again."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.processes import Running, result, result_json

SPEED = 600
Row = tuple[float | None, ...]


def number(cell: str | float | None) -> float | None:
    return None if cell in ("", None) else float(cell)


def measured(cell: str) -> float | None:
    """A cell of a column whose zero is "no value"."""
    return number(cell) or None


def in_file(recording: Path) -> dict[str, list[Row]]:
    """What the file has of each metric, in its order."""
    with recording.open(newline="") as file:
        rows = list(csv.DictReader(file))
    cuffs = [
        tuple(number(row[f"NBP{part} [mmHg]"]) for part in ("Sys", "Dias", "Mean")) for row in rows
    ]
    return {
        "pulse_rate": [(measured(row["PULSE [bpm]"]),) for row in rows],
        "spo2": [(measured(row["SpO2 [%]"]),) for row in rows],
        "resp_rate": [(measured(row["RESP [pm]"]),) for row in rows],
        "nibp": [cuff for cuff in cuffs if cuff != (None, None, None)],
    }


def in_csv(data: Path, session: str) -> list[dict[str, Any]]:
    out = data / "session.csv"
    result(data, "export", session, "--format", "csv", "--out", str(out))
    with out.open(newline="") as file:
        return list(csv.DictReader(file))


def in_parquet(data: Path, session: str) -> list[dict[str, Any]]:
    out = data / "session.parquet"
    result(data, "export", session, "--format", "parquet", "--out", str(out))
    rows: list[dict[str, Any]] = pq.read_table(out).to_pylist()
    return rows


def of_each_metric(rows: list[dict[str, Any]]) -> dict[str, list[Row]]:
    """What the export has of each metric, in its order."""
    fields = dict.fromkeys(("pulse_rate", "spo2", "resp_rate"), ("value",))
    every = {**fields, "nibp": ("systolic", "diastolic", "mean")}
    return {
        metric: [tuple(number(row[f]) for f in wanted) for row in rows if row["metric"] == metric]
        for metric, wanted in every.items()
    }


@pytest.mark.faults
def test_a_recording_comes_out_value_by_value_and_its_zeros_are_no_values(
    tmp_path: Path, recording: Path
) -> None:
    data = tmp_path / "data"
    with Running(data, "gateway", "--simulated", "--speed", str(SPEED)) as gateway:
        result(data, "room", "add", "1")
        token = result(data, "device", "add", "--room", "1", "--name", "M", "--simulated")
        session = result(data, "session", "start", "--room", "1", "--patient", "P-1")
        replay = subprocess.run(
            [
                *(sys.executable, "-m", "simulators", "replay", str(recording)),
                *("--gateway", gateway.url, "--token", token),
                *("--interval", "60", "--queue", str(tmp_path / "queue")),
            ],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert replay.returncode == 0, replay.stderr
        alarms = result_json(data, "session", "show", session)["alarms"]
    source = in_file(recording)
    assert of_each_metric(in_csv(data, session)) == source
    assert of_each_metric(in_parquet(data, session)) == source
    technical = [alarm["reason"] for alarm in alarms if alarm["type"] == "technical"]
    assert [reason for reason in technical if reason.startswith("No value")]
    physiological = [alarm["reason"] for alarm in alarms if alarm["type"] == "physiological"]
    assert physiological, "the recording has values beyond the limits"
    assert not [reason for reason in physiological if " 0 " in reason]
