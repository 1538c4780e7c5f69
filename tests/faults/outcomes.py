"""A plugin of pytest (``-p tests.faults.outcomes``) that keeps how each test ended beside what it noted."""

from __future__ import annotations

import pytest

from tests.faults.report import FAILED, HELD, SKIPPED, tell_outcome

_failed: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test has held when its body ran through and nothing around it failed, before or after."""
    if report.failed:
        _failed.add(report.nodeid)
        tell_outcome(report.nodeid, FAILED, _why(report))
    elif report.skipped:
        tell_outcome(report.nodeid, SKIPPED, _reason(report))
    elif report.when == "call" and report.nodeid not in _failed:
        tell_outcome(report.nodeid, HELD)


def _why(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(report.longrepr) if crash is None else str(crash.message)


def _reason(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
