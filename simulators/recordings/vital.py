"""A ``.vital`` file of Vital Recorder, read with the package ``vitaldb`` (the extra ``replay``)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from simulators.devices.measurement import Measurement
from simulators.recordings.columns import LEFT_OUT, PRESSURE_TARGETS, TIME_TARGETS
from simulators.recordings.timed import RecordingError, Timed

SUFFIX = ".vital"
TRACKS: Mapping[str, str] = {
    "PLETH_HR": "pulse_rate",
    "PLETH_SPO2": "spo2",
    "RR": "resp_rate",
    "RR_CO2": "resp_rate",
    "BT": "temperature",
    "NIBP_SBP": "nibp.systolic",
    "NIBP_DBP": "nibp.diastolic",
    "NIBP_MBP": "nibp.mean",
}
"""Tracks recognised without a map, by their names after the device's."""
CUFF_TOGETHER_MS = 2000
"""Systolic, diastolic and mean of one cuff are written within so long."""


class Sample(NamedTuple):
    """One value of a track, at a time in seconds."""

    at_s: float
    value: float


def read(path: Path, columns: Mapping[str, str]) -> tuple[Timed, list[str]]:
    """Every value as it stands, at its own time: gaps stay gaps. Raises RecordingError and OSError."""
    try:
        import vitaldb
    except ImportError:
        raise RecordingError(
            f"{path}: .vital files are read with the package vitaldb: pip install 'infusion-monitor[replay]'"
        ) from None
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    file: Any = vitaldb.VitalFile(str(path))
    numeric = {name: track for name, track in file.trks.items() if track.type == _NUMERIC}
    samples = {
        name: [Sample(float(one["dt"]), float(one["val"])) for one in track.recs]
        for name, track in numeric.items()
    }
    return timed_of(samples, columns)


_NUMERIC = 2
"""Type of a track of single numbers; 1 is a wave, 5 is text."""


def timed_of(
    samples: Mapping[str, Iterable[Sample]], columns: Mapping[str, str]
) -> tuple[Timed, list[str]]:
    """The tracks that are metrics of the feed, by time; the others are named in the remarks."""
    timed: Timed = {}
    remarks: list[str] = []
    pressures: list[tuple[int, str, float]] = []
    taken: set[str] = set()
    for name, of in samples.items():
        target = columns.get(name) or TRACKS.get(name.rpartition("/")[2], LEFT_OUT)
        if target in {LEFT_OUT, *TIME_TARGETS} or target in taken:
            remarks.append(f"track {name} is left out")
            continue
        taken.add(target)
        for at_s, value in of:
            if not math.isfinite(value):
                continue
            at = round(at_s * 1000)
            if target in PRESSURE_TARGETS:
                pressures.append((at, PRESSURE_TARGETS[target], value))
            else:
                timed.setdefault(at, []).append(Measurement(target, value))
    for at, cuff in _cuffs(pressures):
        timed.setdefault(at, []).append(cuff)
    return timed, remarks


def _cuffs(pressures: list[tuple[int, str, float]]) -> list[tuple[int, Measurement]]:
    together: list[tuple[int, dict[str, float]]] = []
    for at, part, value in sorted(pressures):
        if not together or at - together[-1][0] > CUFF_TOGETHER_MS or part in together[-1][1]:
            together.append((at, {}))
        together[-1][1][part] = value
    return [(at, _cuff(parts)) for at, parts in together]


def _cuff(parts: dict[str, float]) -> Measurement:
    systolic, diastolic = parts.get("systolic"), parts.get("diastolic")
    if (systolic is None) != (diastolic is None):
        # The feed knows no half a pressure.
        systolic = diastolic = None
    return Measurement("nibp", systolic=systolic, diastolic=diastolic, mean=parts.get("mean"))
