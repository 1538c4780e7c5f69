"""What of a run may grow, and whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tests.soak.slopes import Slope, slope

MEMORY_LIMIT = 2.0
"""Megabytes an hour."""
COUNT_LIMIT = 1.0
"""Tasks, connections, descriptors or threads an hour."""
_PROCESSES = ("gateway", "dashboard", "desk")
PAGES = ("ward", "session", "alarms")
LIMITS = (
    {f"{name} memory": MEMORY_LIMIT for name in _PROCESSES}
    | {f"{page} heap": MEMORY_LIMIT for page in PAGES}
    | {f"{name} {what}": COUNT_LIMIT for name in _PROCESSES for what in ("descriptors", "threads")}
    | {
        f"gateway {what}": COUNT_LIMIT
        for what in ("tasks", "devices connected", "screens connected")
    }
)
CRITERIA = {
    "Browser heap, garbage collected before each sample": tuple(f"{page} heap" for page in PAGES),
    "Gateway memory": ("gateway memory",),
    "Dashboard memory": ("dashboard memory",),
    "No task left behind": ("gateway tasks",),
    "No connection left behind": (
        "gateway devices connected",
        "gateway screens connected",
        *(f"{name} descriptors" for name in _PROCESSES),
    ),
    "No thread left behind": tuple(f"{name} threads" for name in _PROCESSES),
    "Desk memory": ("desk memory",),
}
"""What is to be shown, and the series that show it: together all that have a limit."""
SAMPLES_PER_FLOOR = 10
FEWEST_FLOORS = 8
_AROUND = ("hours", "load")
FLAT, GROWS, UNCERTAIN, TOLD = "flat", "**grows**", "too short to say", ""


class Finding(NamedTuple):
    """One series: its slope, the limit of its upper bound (None: only told) and what to think of it."""

    what: str
    limit: float | None
    slope: Slope
    verdict: str


def findings(samples: Sequence[dict[str, float]], warm_up_s: float) -> list[Finding]:
    """Every series after the warm-up, those with a limit first.

    Raises ValueError when fewer than three samples follow the warm-up.
    """
    settled = [sample for sample in samples if sample["hours"] * 3600 >= warm_up_s]
    hours = [sample["hours"] for sample in settled]
    series = [name for name in samples[0] if name not in _AROUND]
    found = [_judged(name, hours, [sample[name] for sample in settled]) for name in series]
    return sorted(found, key=lambda finding: finding.limit is None)


def is_flat(found: Sequence[Finding]) -> bool:
    """Whether everything that has a limit is shown to stay below it."""
    return all(finding.verdict == FLAT for finding in found if finding.limit is not None)


def floors(
    hours: Sequence[float], values: Sequence[float]
) -> tuple[Sequence[float], Sequence[float]]:
    """The lowest of every SAMPLES_PER_FLOOR samples, where that leaves enough of them for a line.

    Requests under way come and go, and with them descriptors and threads; what is left behind stays, and raises the
    lowest as well.
    """
    starts = range(0, len(values) - SAMPLES_PER_FLOOR + 1, SAMPLES_PER_FLOOR)
    if len(starts) < FEWEST_FLOORS:
        return hours, values
    spans = [slice(start, start + SAMPLES_PER_FLOOR) for start in starts]
    lowest = [min(range(span.start, span.stop), key=values.__getitem__) for span in spans]
    return [hours[at] for at in lowest], [values[at] for at in lowest]


def _judged(what: str, hours: Sequence[float], values: Sequence[float]) -> Finding:
    limit = LIMITS.get(what)
    if limit == COUNT_LIMIT:
        hours, values = floors(hours, values)
    found = slope(hours, values)
    if limit is None:
        return Finding(what, None, found, TOLD)
    if found.upper < limit:
        return Finding(what, limit, found, FLAT)
    # Only what surely exceeds the limit is called growth; a short run leaves both open.
    return Finding(what, limit, found, GROWS if found.lower > limit else UNCERTAIN)
