"""Keeps what the benchmarks measured; ``python -m tests.benchmarks.report`` writes it as the table of the README."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
README = FOLDER / "README.md"
BEGIN, END = "<!-- results: begin -->\n", "<!-- results: end -->\n"
PACKAGES = ("websockets", "uvloop", "pydantic", "sqlalchemy", "dash", "plotly")


def note(what: str, *, goal: str, measured: str, compared: str = "") -> None:
    """Say one result and keep it, with the load that the machine had."""
    sys.stdout.write(f"\n{what}: {measured}; goal: {goal}{'; ' if compared else ''}{compared}\n")
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    results[what] = {
        "goal": goal,
        "measured": measured,
        "compared": compared,
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "load": round(os.getloadavg()[1], 1),
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _processor() -> str:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    return f"{len(models)} x {models[0]}"


def _browser() -> str:
    path = os.environ.get("INFUSION_MONITOR_CHROMIUM", "/usr/bin/chromium")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    return " ".join(said.split()[:2])


def table() -> str:
    """The results as Markdown, with the machine and the versions."""
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        f"{_processor()}, {system}, {python}, {_browser()}, {packages}.",
        "",
        "| what | goal | measured | compared | when (UTC) | load |",
        "|---|---|---|---|---|---|",
    ]
    for what, found in json.loads(RESULTS.read_text("utf-8")).items():
        cells = (
            what,
            *(str(found[name]) for name in ("goal", "measured", "compared", "at", "load")),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Put the table into the README."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
