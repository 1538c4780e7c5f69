"""The report of a run says what held, and hides neither what failed nor what was skipped."""

from __future__ import annotations

from typing import Any

from tests.faults.report import FAILED, HELD, SKIPPED, report

ROW = {"held": "h", "seen": "s", "recovery": "r", "at": "2026-11-22 13:00", "load": 1.0}
RUN = {
    "rounds": 100,
    "machine": "2 cores",
    "began": "2026-11-22 13:00",
    "ended": "2026-11-22 13:20",
    "load_before": 0.1,
    "load_after": 1.2,
}


def run(rows: dict[str, str], **tests: tuple[str, str]) -> dict[str, Any]:
    """Rows by the test that told them, and how each test ended."""
    ended = {
        f"f.py::test_{name}": {"outcome": how, "why": why} for name, (how, why) in tests.items()
    }
    told = {fault: {**ROW, "test": f"f.py::test_{test}"} for fault, test in rows.items()}
    return {"run": RUN, "rows": told, "tests": ended}


def test_a_fault_that_held_has_its_row_and_a_test_without_one_is_listed() -> None:
    text = report(run({"disk full": "disk"}, disk=(HELD, ""), no_secret_is_logged=(HELD, "")))
    assert "| disk full | h | s | r | 2026-11-22 13:00 | 1.0 |" in text
    assert "- no secret is logged" in text
    assert "of 2 tests 2 held, 0 failed, 0 skipped" in text


def test_what_failed_stands_first_and_not_as_held() -> None:
    text = report(run({"disk full": "a_disk_is_full"}, a_disk_is_full=(FAILED, "it | burst")))
    assert "| a disk is full | **failed**: it / burst | – | – | – | – |" in text
    assert "| disk full |" not in text


def test_what_a_machine_does_not_allow_stands_there_with_its_reason() -> None:
    text = report(run({}, packets_are_lost=(SKIPPED, "no ip command")))
    assert "| packets are lost | **skipped**: no ip command | – | – | – | – |" in text
