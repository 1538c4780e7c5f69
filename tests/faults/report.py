"""Keeps what the fault tests saw; ``python -m tests.faults.report`` writes it as the table of the README."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
README = FOLDER / "README.md"
BEGIN, END = "<!-- results: begin -->\n", "<!-- results: end -->\n"
KEEP = "FAULTS_KEEP"
"""Set by ``make faults``: only then does a run replace what the last one left."""


def note(fault: str, *, held: str, seen: str, recovery: str) -> None:
    """Say one fault: what was checked and held, what staff saw meanwhile, how long until all was as before."""
    sys.stdout.write(f"\n{fault}: {held}; seen: {seen}; recovery: {recovery}\n")
    if KEEP not in os.environ:
        return
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    results[fault] = {
        "held": held,
        "seen": seen,
        "recovery": recovery,
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "load": round(os.getloadavg()[1], 1),
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


def spread(times_s: list[float]) -> str:
    """The middle and the longest of several recoveries."""
    ordered = sorted(times_s)
    return f"median {ordered[len(ordered) // 2]:.1f} s, longest {ordered[-1]:.1f} s"


def table() -> str:
    """The results as Markdown, with the machine."""
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    lines = [
        f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}.",
        "",
        "| fault | what held | what staff saw | recovery | when (UTC) | load |",
        "|---|---|---|---|---|---|",
    ]
    for fault, row in sorted(json.loads(RESULTS.read_text("utf-8")).items()):
        cells = (fault, row["held"], row["seen"], row["recovery"], row["at"], row["load"])
        lines.append("| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Put the table between its two marks."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}{table()}{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
