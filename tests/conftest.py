"""What all rooms' tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from monitor.data_directory import DataDirectory, create
from tests.longest_first import LongestFirst
from tests.shell import Shell

REPOSITORY = Path(__file__).resolve().parents[1]
RECORDING = "mimic_s25047_numerics_1min.csv"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LongestFirst(config), "longest-first")


@pytest.fixture
def data_directory(tmp_path: Path) -> DataDirectory:
    """A new directory for real data, nothing stored yet."""
    return create(tmp_path / "data", simulated=False)


@pytest.fixture
def simulated_directory(tmp_path: Path) -> DataDirectory:
    """A new directory for simulated data, nothing stored yet."""
    return create(tmp_path / "data", simulated=True)


@pytest.fixture(scope="session")
def recording() -> Path:
    """A bedside monitor's recording of 72 minutes, one row a minute; its licence keeps it out of this repository."""
    folder = Path(os.environ.get("INFUSION_MONITOR_TEST_DATA", REPOSITORY / "../shared/data"))
    file = folder / RECORDING
    if not file.exists():
        pytest.skip(
            f"{RECORDING} is not in {folder}; INFUSION_MONITOR_TEST_DATA names another folder"
        )
    return file.resolve()


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    """Runs commands inside the test's process, on a data directory of their own that is not made yet."""
    data = tmp_path / "data"
    monkeypatch.setenv("INFUSION_MONITOR_DATA", str(data))
    yield Shell(data, monkeypatch, capsys)
    structlog.reset_defaults()
