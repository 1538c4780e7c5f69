"""The order of the files: those that took longest the last time are begun first, so that no worker ends with one alone.

How long each took is kept in pytest's cache by the process that deals the files out. Where nothing is known of a file,
those that start whole programs go first. Within a file nothing changes.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

KEPT = "infusion-monitor/seconds"
_ONE_BROWSER = "tests/browser/"
"""These stay together: they share a browser, which is closed when a test of another folder comes."""
_PROGRAMS = tuple(
    f"tests/{room}" for room in ("faults/", "cli/", "keeping/", "simulators/", "test_")
)
_OF_BEFORE = 0.9
"""A file of which only some tests ran is not forgotten at once."""


class LongestFirst:
    """Sorts what was collected, and adds up how long each file takes."""

    def __init__(self, config: pytest.Config) -> None:
        self._cache: pytest.Cache | None = getattr(config, "cache", None)
        self._deals = not hasattr(config, "workerinput")
        self._known: dict[str, float] = {} if self._cache is None else self._cache.get(KEPT, {})
        self._seconds: dict[str, float] = defaultdict(float)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The sort is stable: files of one rank stay as they were collected."""
        items.sort(key=lambda item: self._rank(file_of(item.nodeid)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[file_of(report.nodeid)] += report.duration

    def pytest_sessionfinish(self) -> None:
        if self._deals and self._cache is not None:
            took = {
                file: round(max(seconds, _OF_BEFORE * self._known.get(file, 0.0)), 1)
                for file, seconds in self._seconds.items()
            }
            self._cache.set(KEPT, self._known | took)

    def _rank(self, file: str) -> tuple[bool, float, bool, str]:
        known = self._known.get(file, 0.0)
        return not file.startswith(_ONE_BROWSER), -known, not file.startswith(_PROGRAMS), file


def file_of(nodeid: str) -> str:
    """The file that a test is in, by which they are dealt out."""
    return nodeid.partition("::")[0]
