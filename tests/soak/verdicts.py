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
_LIMITS = (
    {f"{name} memory": MEMORY_LIMIT for name in _PROCESSES}
    | {f"{page} heap": MEMORY_LIMIT for page in PAGES}
    | {f"{name} {what}": COUNT_LIMIT for name in _PROCESSES for what in ("descriptors", "threads")}
    | {
        f"gateway {what}": COUNT_LIMIT
        for what in ("tasks", "devices connected", "screens connected")
    }
)
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
    found = [_judged(name, slope(hours, [sample[name] for sample in settled])) for name in series]
    return sorted(found, key=lambda finding: finding.limit is None)


def is_flat(found: Sequence[Finding]) -> bool:
    """Whether everything that has a limit is shown to stay below it."""
    return all(finding.verdict == FLAT for finding in found if finding.limit is not None)


def _judged(what: str, found: Slope) -> Finding:
    limit = _LIMITS.get(what)
    if limit is None:
        return Finding(what, None, found, TOLD)
    if found.upper < limit:
        return Finding(what, limit, found, FLAT)
    # Only what surely exceeds the limit is called growth; a short run leaves both open.
    return Finding(what, limit, found, GROWS if found.lower > limit else UNCERTAIN)
