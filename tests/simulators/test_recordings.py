"""Recordings: read as they stand, refused where they cannot be read, played back value by value."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.wire.base import milliseconds
from simulators.devices.measurement import Measurement
from simulators.recordings.columns import KNOWN_COLUMNS, ColumnMapError, parse_map, targets_of
from simulators.recordings.playback import NoSpacingError, Playback, rows_played
from simulators.recordings.recording import Recording, Row, read_recording
from simulators.recordings.timed import RecordingError
from simulators.recordings.vital import Sample, timed_of
from tests.simulators.contract_gateway import ContractGateway
from tests.simulators.processes import output, simulate


def recording_of(text: str, directory: Path) -> Recording:
    path = directory / "recording.csv"
    path.write_text(text)
    return read_recording(path, KNOWN_COLUMNS)


def events(playback: Playback) -> Iterator[tuple[float, tuple[Measurement, ...]]]:
    while (due := playback.due()) is not None:
        yield due, tuple(playback.take())


def test_empty_cell_is_nothing_and_zero_is_zero(tmp_path: Path) -> None:
    recording = recording_of("minute,spo2,pulse_rate\n0,0,\n1,,NaN\n2,97.5,60\n", tmp_path)
    assert [row.measurements for row in recording.rows] == [
        (Measurement("spo2", 0.0),),
        (),
        (Measurement("spo2", 97.5), Measurement("pulse_rate", 60.0)),
    ]


def test_half_a_pressure_is_left_out_and_said(tmp_path: Path) -> None:
    recording = recording_of("second,systolic,diastolic,mean\n0,120,,90\n", tmp_path)
    assert recording.rows[0].measurements == (Measurement("nibp", mean=90.0),)
    assert "line 2: systolic and diastolic do not come together" in recording.remarks[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("minute,spo2\n0,abc\n", "line 2: spo2 'abc' is not a number"),
        ("minute,spo2\n0,inf\n", "not a finite number"),
        ("minute,spo2\n,97\n", "the time in minute is missing"),
        ("minute,spo2\n0,97\n0,97\n", "row 2: its time is not after"),
        ("minute,spo2\n", "has no rows"),
        ("minute,HR [bpm]\n0,97\n", "no column that is a metric"),
        ("", "no column that is a metric"),
    ],
)
def test_file_that_is_no_recording_is_refused_with_the_place(
    text: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(RecordingError, match=words):
        recording_of(text, tmp_path)


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recording.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingError, match="not UTF-8"):
        read_recording(path, KNOWN_COLUMNS)


def test_map_adds_renames_and_leaves_out() -> None:
    columns = parse_map(["Puls=pulse_rate", "a=b=spo2", "SpO2 [%]=-"])
    assert targets_of(["Puls", "a=b", "SpO2 [%]", "minute"], columns) == {
        "Puls": "pulse_rate",
        "a=b": "spo2",
        "minute": "time.min",
    }


@pytest.mark.parametrize("assignment", ["spo2", "=spo2", "x=", "x=heart"])
def test_wrong_map_is_refused(assignment: str) -> None:
    with pytest.raises(ColumnMapError, match="--map"):
        parse_map([assignment])


def test_file_without_times_needs_a_spacing(tmp_path: Path) -> None:
    recording = recording_of("spo2\n97\n96\n", tmp_path)
    with pytest.raises(NoSpacingError, match="--interval"):
        Playback(recording)
    assert [due for due, _ in events(Playback(recording, interval_s=5))] == [0, 5]


def test_times_of_a_file_begin_with_its_first_row(tmp_path: Path) -> None:
    recording = recording_of("minute,spo2\n10,97\n11,96\n13.5,95\n", tmp_path)
    assert [due for due, _ in events(Playback(recording))] == [0, 60, 210]


def test_empty_cell_ends_the_holding_of_a_value(tmp_path: Path) -> None:
    recording = recording_of("second,spo2,pulse_rate\n0,97,60\n3,,61\n5,95,62\n", tmp_path)
    held = [
        (due, one.metric, one.status)
        for due, row in events(Playback(recording, hold=True))
        for one in row
    ]
    assert [(due, status) for due, metric, status in held if metric == "spo2"] == [
        (0, "ok"),
        (1, "demo"),
        (2, "demo"),
        (5, "ok"),
    ]
    assert [due for due, metric, _ in held if metric == "pulse_rate"] == [0, 1, 2, 3, 4, 5]


@given(rows=st.integers(2, 30), first=st.integers(0, 29))
def test_continued_playback_plays_each_remaining_row_once(rows: int, first: int) -> None:
    first = min(first, rows - 1)
    lines = tuple(Measurement("spo2", float(number)) for number in range(rows))
    recording = Recording(
        tuple(Row(float(number), (line,)) for number, line in enumerate(lines)), "mark", ()
    )
    begun = Playback(recording)
    for _ in range(first):
        begun.take()
    goes_on_at = rows_played(begun.position, recording)
    assert goes_on_at == first
    rest = list(events(Playback(recording, first_row=goes_on_at)))
    assert [row for _, row in rest] == [(line,) for line in lines[first:]]
    assert rest[0][0] == 0


def test_finished_playback_or_another_file_begins_anew() -> None:
    recording = Recording((Row(0.0, (Measurement("spo2", 97.0),)),), "mark", ())
    assert rows_played("mark:1", recording) == 0
    assert rows_played("other:1", recording) == 0
    assert rows_played(None, recording) == 0


async def test_real_recording_arrives_value_by_value_in_its_own_spacing(
    recording: Path, tmp_path: Path
) -> None:
    gateway = ContractGateway(clock_speed=1200)
    async with gateway.running():
        process = await simulate("replay", str(recording), "--gateway", gateway.url, queue=tmp_path)
    _, stderr = await output(process)
    assert process.returncode == 0, stderr
    began = min(milliseconds(one.measured_at) for one in gateway.readings.values())
    arrived = {
        (round((milliseconds(one.measured_at) - began) / 60_000), one.metric): (
            one.value,
            one.systolic,
            one.diastolic,
            one.mean,
        )
        for one in gateway.readings.values()
    }
    assert len(arrived) == len(gateway.readings)
    assert arrived == dict(_cells(recording))
    assert (gateway.hellos[0].metrics or {})["spo2"] == 60


Values = tuple[float | None, float | None, float | None, float | None]


def _cells(recording: Path) -> Iterator[tuple[tuple[int, str], Values]]:
    """What the file says, read without the code under test: (minute, metric) to values."""
    singles = {"PULSE [bpm]": "pulse_rate", "RESP [pm]": "resp_rate", "SpO2 [%]": "spo2"}
    with recording.open() as file:
        for row in csv.DictReader(file):
            minute = int(row["minute"])
            for column, metric in singles.items():
                if row[column]:
                    number = float(row[column])
                    # This monitor writes 0 for "no respiration known"; the feed would take it for one.
                    shown = None if number == 0 and metric == "resp_rate" else number
                    yield (minute, metric), (shown, None, None, None)
            cuff = [row[f"NBP{part} [mmHg]"] for part in ("Sys", "Dias", "Mean")]
            if any(cuff):
                systolic, diastolic, mean = (float(cell) if cell else None for cell in cuff)
                yield (minute, "nibp"), (None, systolic, diastolic, mean)


EXPORTED = """measured_at,received_at,metric,value,systolic,diastolic,mean,unit,status,source,device,late
2026-01-01T10:00:00.000Z,2026-01-01T10:00:00.100Z,spo2,97,,,,%,ok,device,M,false
2026-01-01T10:00:00.000Z,2026-01-01T10:00:00.100Z,pulse_rate,72.5,,,,/min,motion,device,M,false
2026-01-01T10:00:01.000Z,2026-01-01T10:00:01.100Z,spo2,,,,,%,sensor_off,device,M,false
2026-01-01T10:00:30.000Z,2026-01-01T10:00:31.000Z,nibp,,132,84,100,mm[Hg],ok,device,M,false
2026-01-01T10:00:31.000Z,2026-01-01T10:00:31.000Z,nibp,,130,80,,mm[Hg],ok,manual,Kari,false
"""


def test_exported_session_comes_back_with_its_times_states_and_gaps(tmp_path: Path) -> None:
    recording = recording_of(EXPORTED, tmp_path)
    assert recording.rows == (
        Row(0, (Measurement("spo2", 97), Measurement("pulse_rate", 72.5, status="motion"))),
        Row(1, (Measurement("spo2", status="sensor_off"),)),
        Row(30, (Measurement("nibp", None, 132, 84, 100),)),
    )
    assert recording.remarks == ("1 values entered by hand are left out",)


def test_exported_session_with_a_broken_row_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="line 2"):
        recording_of(EXPORTED.replace(",97,", ",high,"), tmp_path)


def test_tracks_of_a_vital_file_become_metrics_and_their_gaps_stay() -> None:
    tracks = {
        "Solar8000/PLETH_SPO2": [Sample(10.0, 97), Sample(11.0, math.nan), Sample(45.5, 96)],
        "Solar8000/NIBP_SBP": [Sample(20.0, 120)],
        "Solar8000/NIBP_DBP": [Sample(20.4, 70), Sample(320.0, 72)],
        "Solar8000/HR": [Sample(10.0, 71)],
        "Other/SAT": [Sample(12.0, 95)],
    }
    timed, remarks = timed_of(tracks, parse_map([]))
    assert timed == {
        10_000: [Measurement("spo2", 97)],
        45_500: [Measurement("spo2", 96)],
        20_000: [Measurement("nibp", None, 120, 70)],
        320_000: [Measurement("nibp")],
    }
    assert remarks == ["track Solar8000/HR is left out", "track Other/SAT is left out"]
    mapped, _ = timed_of(tracks, parse_map(["Other/SAT=spo2", "Solar8000/PLETH_SPO2=-"]))
    assert mapped[12_000] == [Measurement("spo2", 95)]
    assert 10_000 not in mapped


def test_vital_file_is_read_by_vitaldb_or_says_how_to_get_it(tmp_path: Path) -> None:
    path = tmp_path / "case.vital"
    if find_spec("vitaldb") is None:
        with pytest.raises(RecordingError, match=r"infusion-monitor\[replay\]"):
            read_recording(path, KNOWN_COLUMNS)
        return
    with pytest.raises(FileNotFoundError):
        read_recording(path, KNOWN_COLUMNS)
