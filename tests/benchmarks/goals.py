"""What is wanted of a measure, and whether it was reached."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.benchmarks.contest import Figures


@dataclass(frozen=True)
class Goal:
    """A bound on one measure of ours as it is counted: a value, a ratio to the limit, better than every peer."""

    measure: str
    most: float | None = None
    least: float | None = None
    times_limit: float | None = None
    share_of_limit: float | None = None
    times: tuple[str, float] | None = None
    """At most so many times another one's."""
    ahead_of_peers: bool = False
    judged: bool = True
    """Not where the plan is too short to tell."""

    def words(self) -> str:
        """As the table says it."""
        told = [
            f"at most {self.most:g}" if self.most is not None else "",
            f"at least {self.least:g}" if self.least is not None else "",
            f"at most {self.times_limit:g} x the limit" if self.times_limit else "",
            f"at least {self.share_of_limit:.0%} of the limit" if self.share_of_limit else "",
            f"at most {self.times[1]:g} x {self.times[0]}" if self.times else "",
            "ahead of every peer" if self.ahead_of_peers else "",
        ]
        return f"{self.measure}: {' and '.join(text for text in told if text)}"

    def is_met(self, figures: Figures) -> bool:
        """Whether ours has reached it; what is missing has not, nor has what failed and was taken once more."""
        [ours] = figures.named("ours")
        value, ratio = figures.counted(ours, self.measure), figures.ratio(ours, self.measure)
        if math.isnan(value) or figures.failed(ours):
            return False
        checks = [
            self.most is None or value <= self.most,
            self.least is None or value >= self.least,
            self.times_limit is None or ratio <= self.times_limit,
            self.share_of_limit is None or ratio >= self.share_of_limit,
            self.times is None
            or figures.beside(self.times[0], ours, self.measure) <= self.times[1],
            not self.ahead_of_peers or self._is_ahead(value, figures),
        ]
        return all(checks)

    def _is_ahead(self, value: float, figures: Figures) -> bool:
        peers = [figures.counted(name, self.measure) for name in figures.named("peer")]
        seen = [peer for peer in peers if not math.isnan(peer)]
        # The best may be among those who did not take part.
        return (
            bool(seen)
            and not figures.skipped
            and all(value > peer if self.share_of_limit else value < peer for peer in seen)
        )


@dataclass(frozen=True)
class Part:
    """One part of a workload as it was measured: what, everybody's figures, what is wanted of ours."""

    what: str
    figures: Figures
    goals: list[Goal]
    note: str = ""
