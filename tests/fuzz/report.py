"""Keeps what the long runs saw; ``python -m tests.fuzz.report`` writes it into the README."""

from __future__ import annotations

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzz.attack import Attack

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
README = FOLDER / "README.md"
BEGIN, END = "<!-- results: begin -->\n", "<!-- results: end -->\n"
WORDS = {
    "ack": "acknowledgements",
    "error": "frames of devices refused",
    "no orders": "frames refused that are no order",
    "session": "devices told of another session",
    "snapshot": "snapshots",
    "readings stored": "readings stored",
    "readings rejected": "readings rejected",
    "orders done": "orders done",
    "orders refused": "orders refused",
    "closed 4001": "connections closed with 4001",
    "closed 1009": "connections closed with 1009",
}
KEEP = "FUZZ_KEEP"
"""Set by ``make fuzz``: only then is a run kept, under its seed."""


def note(attack: Attack, took_s: float, restarted_s: float, batches: int) -> None:
    """Say one run that held, and keep it where that is wanted."""
    run = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "load": round(os.getloadavg()[2], 1),
        "took_s": round(took_s),
        "restarted_s": round(restarted_s, 1),
        "batches": batches,
        "slowest_ack_s": round(attack.slowest_ack_s, 2),
        "seen": dict(sorted(attack.seen.items())),
        "stretches": [
            [stretch.frames_per_s, stretch.busy_percent, stretch.memory_mb]
            for stretch in attack.stretches
        ],
    }
    sys.stderr.write(f"seed {attack.seed}: {json.dumps(run)}\n")
    if KEEP in os.environ:
        results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
        results[str(attack.seed)] = run
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def text() -> str:
    """The runs as Markdown, with the machine."""
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    results = json.loads(RESULTS.read_text("utf-8"))
    lines = [f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}.", ""]
    for seed, run in sorted(results.items(), key=lambda known: str(known[1]["at"])):
        lines += [*of_run(seed, run), ""]
    return "\n".join(lines)


def of_run(seed: str, run: dict[str, Any]) -> list[str]:
    """One run as Markdown, line by line."""
    seen = dict(run["seen"])
    frames = seen.pop("frames")
    bystander = seen.pop("readings of the bystander")
    told = ", ".join(f"{count:,} {WORDS.get(kind, kind)}" for kind, count in seen.items())
    rates, busy, memory = zip(*run["stretches"], strict=True)
    rate = f"{frames / run['took_s']:,.0f}/s at load {run['load']}, on {run['at']} UTC"
    well_meant = (
        f"The {bystander:,} readings of the device that means well were all stored,"
        f" each acknowledged within {run['slowest_ack_s']} s."
    )
    return [
        f"**Seed {seed}: {frames:,} frames in {run['took_s']:,} s**, {rate}. Heard: {told}.",
        well_meant,
        f"{run['batches']:,} batches verified; up again after {run['restarted_s']} s.",
        "",
        "| of each tenth | " + " | ".join(str(tenth) for tenth in range(1, len(rates) + 1)) + " |",
        "|---|" + "---|" * len(rates),
        *(
            f"| {name} | " + " | ".join(f"{value:,}" for value in values) + " |"
            for name, values in (
                ("frames/s", rates),
                ("gateway, % of a core", busy),
                ("gateway, MB", memory),
            )
        ),
    ]


def main() -> None:
    """Put the runs between their two marks."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}{text()}{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
