"""Keeps what the fault tests saw, and writes it into the README; ``python -m tests.faults`` runs them all."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
README = FOLDER / "README.md"
BEGIN, END = "<!-- results: begin -->\n", "<!-- results: end -->\n"
KEEP = "FAULTS_KEEP"
"""Names the file in which a run keeps what it saw; without it nothing is kept."""
HELD, FAILED, SKIPPED = "held", "failed", "skipped"
_MOST_WORDS = 300


def note(fault: str, *, held: str, seen: str, recovery: str) -> None:
    """Say one fault: what was checked and held, what staff saw meanwhile, how long until all was as before."""
    sys.stdout.write(f"\n{fault}: {held}; seen: {seen}; recovery: {recovery}\n")
    row = {"held": held, "seen": seen, "recovery": recovery, "test": current_test()}
    moment = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}", "load": round(os.getloadavg()[0], 1)}
    keep("rows", fault, {**row, **moment})


def tell_outcome(test: str, outcome: str, why: str = "") -> None:
    """Say how a test ended, and why it failed or was skipped."""
    words = why.replace(str(FOLDER.parents[1]) + "/", "").strip().splitlines() or [""]
    keep("tests", test, {"outcome": outcome, "why": words[0][:_MOST_WORDS]})


def keep(part: str, name: str, what: dict[str, Any]) -> None:
    """Put one entry into a part of what this run keeps."""
    if KEEP not in os.environ:
        return
    file = Path(os.environ[KEEP])
    results = json.loads(file.read_text("utf-8"))
    results[part][name] = what
    write(file, results)


def write(file: Path, results: dict[str, Any]) -> None:
    """The results of a run as a file."""
    file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


def current_test() -> str:
    """The running test's id, as pytest gives it."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]


def spread(times_s: list[float]) -> str:
    """The middle and the longest of several recoveries."""
    ordered = sorted(times_s)
    return f"median {ordered[len(ordered) // 2]:.1f} s, longest {ordered[-1]:.1f} s"


def report(results: dict[str, Any]) -> str:
    """A run as Markdown: how it went, where, the table of faults, and what held without a figure."""
    rows, tests = results["rows"], results["tests"]
    told = {row["test"] for row in rows.values()}
    lines = [
        *_paragraphs(results),
        "| fault | what held | what staff saw | recovery | when (UTC) | load |",
        "|---|---|---|---|---|---|",
    ]
    for test, outcome in sorted(tests.items()):
        if outcome["outcome"] == FAILED or (outcome["outcome"] == SKIPPED and test not in told):
            word = outcome["outcome"]
            lines.append(_line(sentence(test), f"**{word}**: {outcome['why']}", "", "", "", ""))
    for fault, row in sorted(rows.items(), key=lambda one: one[0].casefold()):
        # A test that failed after it had said something has its own line above.
        if tests.get(row["test"], {}).get("outcome") != FAILED:
            cells = (row["held"], row["seen"], row["recovery"], row["at"], row["load"])
            lines.append(_line(fault, *cells))
    besides = [test for test, one in tests.items() if one["outcome"] == HELD and test not in told]
    if besides:
        lines += ["", "Held in the same run, without a figure:", ""]
        lines += [f"- {sentence(test)}" for test in sorted(besides, key=sentence)]
    return "\n".join(lines) + "\n"


def _paragraphs(results: dict[str, Any]) -> list[str]:
    run, ended = results["run"], [one["outcome"] for one in results["tests"].values()]
    counts = ", ".join(f"{ended.count(word)} {word}" for word in (HELD, FAILED, SKIPPED))
    when = f"from {run['began']} to {run['ended']} UTC"
    load = f"Load average {run['load_before']} before, {run['load_after']} at the end."
    return [
        f"`make faults` with ROUNDS={run['rounds']}, {when}: of {len(ended)} tests {counts}.",
        "",
        f"{run['machine']}. {load}",
        "",
    ]


def _line(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "/") or "–" for cell in cells) + " |"


def sentence(test: str) -> str:
    """What a test says, from its id: ``tests/faults/test_x.py::test_all_is_well[a]``."""
    name, bracket, case = test.rpartition("::")[2].partition("[")
    words = name.removeprefix("test_").replace("_", " ")
    return f"{words} ({case[:-1]})" if bracket else words


def put_into_readme(results: dict[str, Any]) -> None:
    """Put the report between its two marks."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}{report(results)}{END}{after}", "utf-8")
