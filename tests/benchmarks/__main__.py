"""The benchmarks by workload: ``python -m tests.benchmarks [--long | --smoke] [--only W1,W8]``."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import (
    breaches,
    durable,
    figures,
    growth,
    kills,
    results,
    reviews,
    stalls,
    starts,
    steady,
    tables,
)
from tests.benchmarks.contest import say
from tests.benchmarks.goals import Part
from tests.benchmarks.peers import installing
from tests.benchmarks.plan import BENCH, LONG, SMOKE, Plan

Workload = Callable[[Plan, Path], Iterator[Part]]

WORKLOADS: dict[str, Workload] = {
    "W0": starts.measured,
    "W1": steady.measured,
    "W2": breaches.measured,
    "W4": stalls.measured,
    "W5": kills.measured,
    "W6": reviews.measured,
    "W7": growth.measured,
    "W8": durable.measured,
}

_SAME_TURNS = {"W3": "W2"}


def run(plan: Plan, only: list[str], kept: results.Results) -> dict[str, str]:
    """Measure these workloads and keep each part as it is done; why a workload broke off, by its name."""
    now = results.today()
    name = results.name_of(now)
    if plan.peers:
        for peer, why in installing.installed().items():
            say(f"{peer} is left out: {why}")
    kept.runs[name] = results.describe(plan.name, now)
    broken = {}
    for workload in only:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=_scratch()) as path:
            try:
                for part in WORKLOADS[workload](plan, Path(path)):
                    kept.take(name, part)
                    kept.write()
                    say(
                        f"{part.what}: {sum(not g.is_met(part.figures) for g in part.goals)} missed"
                    )
            except Exception as failure:  # noqa: BLE001 - the others are measured all the same, and the run fails
                traceback.print_exc()
                broken[workload] = repr(failure)[:500]
        say(f"{workload} took {time.monotonic() - begun:.0f} s")
    return broken


def _names(told: str) -> list[str]:
    return [name.strip() for name in told.split(",")]


def _scratch() -> Path:
    """On the disk of the checkout: what is called durable may not lie in memory."""
    folder = figures.PAGES.parent
    folder.mkdir(exist_ok=True)
    return folder


def _end(number: int, _frame: object) -> None:
    """Everything that was started is ended on the way out, also where it is asked twice."""
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.SIG_IGN)
    sys.exit(128 + number)


def main() -> int:
    given = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    size = given.add_mutually_exclusive_group()
    size.add_argument("--long", action="store_true", help="hours")
    size.add_argument("--smoke", action="store_true", help="seconds, without peers; kept in build/")
    given.add_argument("--only", default=",".join(WORKLOADS), help="which workloads")
    arguments = given.parse_args()
    only = list(dict.fromkeys(_SAME_TURNS.get(name, name) for name in _names(arguments.only)))
    if unknown := [name for name in only if name not in WORKLOADS]:
        given.error(f"no such workload: {', '.join(unknown)}")
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, _end)
    plan = SMOKE if arguments.smoke else LONG if arguments.long else BENCH
    kept = results.read(figures.PAGES / "smoke.json" if arguments.smoke else results.RESULTS)
    broken = run(plan, only, kept)
    figures.draw(kept)
    if not arguments.smoke:
        tables.write()
    for workload, why in broken.items():
        say(f"{workload} broke off: {why}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
