"""The log is never what ends the program."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import structlog

from monitor.logs import log_to_stderr

FULL = Path("/dev/full")


def test_a_line_that_the_disk_does_not_take_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    if not FULL.exists():
        pytest.skip("this machine has no /dev/full")
    with io.TextIOWrapper(FULL.open("wb", buffering=0), write_through=True) as full:
        monkeypatch.setattr(sys, "stderr", full)
        log_to_stderr("info")
        structlog.get_logger("tests").error("nobody can read this")
        structlog.reset_defaults()
