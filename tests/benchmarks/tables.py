"""The tables that are made of the results: a whole one for this folder's README, a short one for the first page."""

from __future__ import annotations

import math
import re
from pathlib import Path

from tests.benchmarks.contest import Figures
from tests.benchmarks.results import FOLDER, Results, Told, figures_of, read

HERE, FRONT = FOLDER / "README.md", FOLDER.parents[1] / "README.md"
BEGIN, END = "<!-- benchmarks: begin -->\n", "<!-- benchmarks: end -->\n"


def whole(results: Results) -> str:
    """Every part with everybody's figures, the runs, and the single benchmarks."""
    parts = [_part(what, part) for what, part in results.parts.items()]
    return "\n".join([*parts, _runs(results), _notes(results)])


_NOTHING_YET = "**No run beside peers and limit is kept yet**: of them this page can say nothing.\n"


def short(results: Results) -> str:
    """A line for each goal; without a run, that there is none."""
    if not results.parts:
        return _NOTHING_YET
    lines = [
        "| workload | goal | ours | limit | best peer | reached | run |",
        "|---|---|---|---|---|---|---|",
    ]
    for what, part in results.parts.items():
        figures = figures_of(part)
        for goal in part["goals"]:
            measure, _, bound = goal["words"].partition(": ")
            cells = _compared(figures, measure, goal["beside"])
            reached = _SHORTLY[goal["met"]]
            lines.append(
                f"| {what} | {measure} {bound} | {' | '.join(cells)} | {reached} | {part['run']} |"
            )
    return "\n".join(lines) + "\n"


def _compared(figures: Figures, measure: str, beside: str | None) -> tuple[str, str, str]:
    """Ours, the limit's and the best peer's. A goal may be beside somebody else than the limit."""
    [ours] = figures.named("ours")
    limits = figures.named("limit")
    peers = [(figures.counted(name, measure), name) for name in figures.named("peer")]
    seen = sorted((value, name) for value, name in peers if not math.isnan(value))
    best = (seen[-1] if measure.endswith("/s") else seen[0]) if seen else None
    return (
        _cell(figures, ours, measure) + _beside(figures, ours, measure, beside),
        _number(figures.counted(limits[0], measure)) if limits else "–",
        f"{_number(best[0])} ({best[1]})" if best else "–",
    )


def _beside(figures: Figures, ours: str, measure: str, other: str | None) -> str:
    return f", {figures.beside(other, ours, measure):.2f} x {other}" if other else ""


def _part(what: str, part: Told) -> str:
    figures = figures_of(part)
    measures = list(dict.fromkeys(m for turns in figures.turns.values() for t in turns for m in t))
    rounds = max(len(turns) for turns in figures.turns.values())
    lines = [f"### {what}", "", f"Run {part['run']}, load {part['load']}, {rounds} turns each."]
    lines += [part["note"]] if part["note"] else []
    lines += ["", f"| | {' | '.join(measures)} |", f"|---|{'---|' * len(measures)}"]
    for name in figures.turns:
        cells = [_cell(figures, name, measure) for measure in measures]
        lines.append(f"| {_emphasized(name, figures)} | {' | '.join(cells)} |")
    lines.append("")
    lines += [f"- {goal['words']}: {_reached(goal)}" for goal in part["goals"]]
    lines += [f"- Left out: {name}, {why}" for name, why in part["skipped"].items()]
    lines += [f"- Taken once more: {turn}" for turn in part["again"]]
    return "\n".join(lines) + "\n"


_SHORTLY = {True: "yes", False: "**no**", None: "not judged: `make bench-long`"}


def _reached(goal: Told) -> str:
    words = {
        True: "reached.",
        False: "**not reached.**",
        None: "not judged by so little, `make bench-long` does.",
    }
    return words[goal["met"]]


def _emphasized(name: str, figures: Figures) -> str:
    return {"ours": f"**{name}**", "limit": f"*{name}*", "peer": name}[figures.roles[name]]


def _cell(figures: Figures, name: str, measure: str) -> str:
    """The figure, and how many times the limit's it is."""
    ratio = figures.ratio(name, measure)
    times = "" if math.isnan(ratio) or figures.roles[name] == "limit" else f" ({ratio:.2f} x)"
    return _number(figures.counted(name, measure)) + times


def _number(value: float) -> str:
    if math.isnan(value):
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _runs(results: Results) -> str:
    lines = ["### The runs", ""]
    for name, run in results.runs.items():
        versions = ", ".join(f"{what} {told}" for what, told in run["versions"].items())
        made = f"{run['plan']}, {run['at']}, commit {run['commit'] or 'unknown'}"
        lines.append(
            f"- {name}: {made}, {run['machine']}, load before {run['load before']}; {versions}."
        )
    return "\n".join(lines) + "\n"


def _notes(results: Results) -> str:
    lines = [
        "### Single benchmarks",
        "",
        "| what | goal | measured | compared | when (UTC) | load |",
        "|---|---|---|---|---|---|",
    ]
    for what, found in results.notes.items():
        cells = (str(found[name]) for name in ("goal", "measured", "compared", "at", "load"))
        lines.append(f"| {what} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def put(path: Path, text: str) -> None:
    """The text between the two marks of a page."""
    page = path.read_text("utf-8")
    marked = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    assert marked.search(page), f"{path} has no place for the table"
    path.write_text(marked.sub(lambda _: f"{BEGIN}\n{text}\n{END}", page), "utf-8")


def write() -> None:
    """Both tables, from the file of the results."""
    results = read()
    put(HERE, whole(results))
    put(FRONT, short(results))


if __name__ == "__main__":
    write()
