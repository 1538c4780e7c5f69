"""Writes what the runs saw as the README's tables; ``python -m tests.soak.report`` does it again from what is kept."""

from __future__ import annotations

import csv
import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests.soak.plan import Plan
from tests.soak.verdicts import CRITERIA, FLAT, GROWS, UNCERTAIN, Finding, findings

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
README = FOLDER / "README.md"
READINGS = "gateway readings total"
BEGIN, END = "<!-- results: begin -->\n", "<!-- results: end -->\n"


def samples_file(name: str) -> Path:
    return RESULTS / f"{name}.csv"


def note(plan: Plan) -> None:
    """Keep what is needed to read the samples: the plan, when it began, on what."""
    RESULTS.mkdir(exist_ok=True)
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    about = {
        "began": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "machine": f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}",
        "plan": asdict(plan),
    }
    (RESULTS / f"{plan.name}.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8")


def read_samples(name: str) -> list[dict[str, float]]:
    with samples_file(name).open(newline="") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def section(about: dict[str, Any], samples: list[dict[str, float]]) -> str:
    """One run as Markdown: how it was, then every series with its slope and bound."""
    plan = Plan(**about["plan"])
    lasted_s = samples[-1]["hours"] * 3600
    warm_up_s = plan.lasting(lasted_s).warm_up_s
    found = findings(samples, warm_up_s)
    title = "At the clock's pace"
    if plan.speed > 1:
        title = f"At speed: {lasted_s * plan.speed / 3600:.1f} hours of the clinic's clock"
    loads = [sample["load"] for sample in samples]
    words = (
        f"Begun {about['began']} UTC; **lasted {lasted_s / 60:.0f} minutes** of {plan.seconds / 60:.0f} asked for, "
        f"the first {warm_up_s / 60:.0f} of them warm-up; {plan.rooms} rooms at {plan.speed:g}x; "
        f"{len(samples)} samples, {found[0].slope.samples} of them in the regression. {about['machine']}; "
        f"load average {median(loads):.1f} (median), {max(loads):.1f} (highest): what else ran is in it."
    ) + _kept_up(plan, found)
    criteria = ["| to be shown | highest 95 % upper bound | limit | verdict |", "|---|---|---|---|"]
    criteria += [
        row for what, series in CRITERIA.items() if (row := _criterion(what, series, found))
    ]
    heads = ("what", "first", "last", "per hour", "95 % upper bound", "limit", "verdict")
    table = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|", *map(_row, found)]
    parts = [f"### {title}", "", *criteria, "", verdict(found), "", words, "", *table, ""]
    return "\n".join(parts)


def _kept_up(plan: Plan, found: list[Finding]) -> str:
    """How many readings came in: fewer than were measured where the machine is too slow for the speed."""
    per_hour = next((f.slope.per_hour for f in found if f.what == READINGS), None)
    if per_hour is None:
        return ""
    each = per_hour / 3600 / plan.rooms / plan.speed
    return f" {each:.2f} readings came in of each room in a second of the clinic's clock (a room has two)."


def _criterion(what: str, series: tuple[str, ...], found: list[Finding]) -> str:
    """One line of what is to be shown, by the worst of its series; empty where the run has none of them."""
    known = [finding for finding in found if finding.what in series]
    if not known:
        return ""
    badness = (FLAT, UNCERTAIN, GROWS)
    worst = max(known, key=lambda f: (badness.index(f.verdict), f.slope.upper - (f.limit or 0)))
    bound = f"{worst.slope.upper:.2f} an hour" + (f" ({worst.what})" if len(series) > 1 else "")
    return f"| {what} | {bound} | {worst.limit:g} | {worst.verdict} |"


def verdict(found: list[Finding]) -> str:
    """One sentence over all series with a limit."""
    others = [f for f in found if f.limit is not None and f.verdict != FLAT]
    if not others:
        return "Nothing that has a limit grows: every upper bound is below it."
    named = ", ".join(f"{f.what} ({f.verdict})" for f in others)
    return f"Not shown to be flat: {named}."


def _row(finding: Finding) -> str:
    found = finding.slope
    numbers = (found.first, found.last, found.per_hour, found.upper)
    limit = "" if finding.limit is None else f"{finding.limit:g}"
    cells = (finding.what, *(f"{number:.2f}" for number in numbers), limit, finding.verdict)
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Put the tables between the two marks of the README."""
    sections = [
        section(json.loads(kept.read_text("utf-8")), read_samples(kept.stem))
        for kept in sorted(RESULTS.glob("*.json"))
    ]
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(before + BEGIN + "\n" + "\n".join(sections) + END + after, "utf-8")


if __name__ == "__main__":
    main()
