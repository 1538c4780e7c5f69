"""``make soak``: run by the environment's plan, write the README; ends with 1 unless everything is shown to be flat."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.soak import report
from tests.soak.plan import planned
from tests.soak.running import Soak
from tests.soak.verdicts import findings, is_flat

FEWEST_SAMPLES = 8
"""A quarter of them is warm-up, and a line through fewer than these would be drawn by chance."""


def main() -> int:
    plan = planned(os.environ)
    report.note(plan)
    sys.stdout.write(
        f"soak: {plan.rooms} rooms at {plan.speed:g}x for {plan.seconds / 3600:.2f} h; Ctrl-C ends it and reports\n"
    )
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as directory:
        samples = Soak(plan, Path(directory), report.samples_file(plan.name)).run()
    if len(samples) < FEWEST_SAMPLES:
        sys.stdout.write("soak: too few samples to say anything; the README is left as it was\n")
        return 1
    report.main()
    found = findings(samples, plan.lasting(samples[-1]["hours"] * 3600).warm_up_s)
    sys.stdout.write(report.verdict(found) + "\n")
    return 0 if is_flat(found) else 1


if __name__ == "__main__":
    sys.exit(main())
