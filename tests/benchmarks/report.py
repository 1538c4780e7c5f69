"""Keeps what a single benchmark measured beside the workloads' results, and says it."""

from __future__ import annotations

import os
import sys

from tests.benchmarks import results


def note(what: str, *, goal: str, measured: str, compared: str = "") -> None:
    """Say one result and keep it, with the load that the machine had."""
    sys.stdout.write(f"\n{what}: {measured}; goal: {goal}{'; ' if compared else ''}{compared}\n")
    kept = results.read()
    kept.notes[what] = {
        "goal": goal,
        "measured": measured,
        "compared": compared,
        "at": f"{results.today():%Y-%m-%d %H:%M}",
        "load": round(os.getloadavg()[1], 1),
    }
    kept.write()
