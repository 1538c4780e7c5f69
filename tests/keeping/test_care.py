"""Backups that do not come and a disk that fills are told days before they do harm, and never only in a log."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.data_directory import DataDirectory
from monitor.domain.readings import HOUR
from monitor.keeping import BackupFailedError, lock_by_keys, new_key
from monitor.keeping.care import (
    DAY,
    LEAST_FREE,
    BackupStatus,
    Forecast,
    Sample,
    backup_problem,
    forecast,
    read_status,
    remember_disk,
    remember_failure,
    sampled,
)
from monitor.keeping.keeper import RecordKeeper
from monitor.keeping.schedule import keep_one
from monitor.settings import Settings
from tests.keeping.clinics import MADE_AT, a_frame, add, recorded, restored

GB = 10**9


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    (tmp_path / "backups").mkdir()
    return recorded(tmp_path / "data")


def settings(tmp_path: Path, **more: object) -> Settings:
    return Settings.model_validate({"backup_directory": str(tmp_path / "backups"), **more})


def test_a_scheduled_backup_is_remembered_and_as_many_are_kept_as_wanted(
    directory: DataDirectory, tmp_path: Path
) -> None:
    (tmp_path / "backups/somebody-elses.backup").touch()
    wanted = settings(tmp_path, backup_keep=2)
    made = [keep_one(directory, wanted, now=MADE_AT + number * DAY) for number in range(4)]
    names = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert len(names) == 3
    assert names[1] == made[-1].file.name
    assert "somebody-elses.backup" in names
    status = read_status(directory.path)
    assert (status.made_at, status.batch, status.proven) == (MADE_AT + 3 * DAY, 3, True)
    assert not status.is_failing


def test_scheduled_backups_are_encrypted_to_the_key_of_the_settings(
    directory: DataDirectory, tmp_path: Path
) -> None:
    secret, public = new_key()
    made = keep_one(directory, settings(tmp_path, backup_recipient=public), now=MADE_AT)
    assert made.encrypted
    assert restored(made.file, tmp_path / "other", lock_by_keys(secret)).contents.batch == 3


def test_a_scheduled_backup_that_fails_is_remembered_as_that(
    directory: DataDirectory, tmp_path: Path
) -> None:
    keep_one(directory, settings(tmp_path), now=MADE_AT)
    elsewhere = settings(tmp_path, backup_directory=str(tmp_path / "unplugged"))
    with pytest.raises(BackupFailedError, match="No such file"):
        keep_one(directory, elsewhere, now=MADE_AT + DAY)
    status = read_status(directory.path)
    assert (status.is_failing, status.made_at) == (True, MADE_AT)
    assert "No such file" in backup_problem(status, DAY, MADE_AT + DAY, 0)
    keep_one(directory, settings(tmp_path), now=MADE_AT + DAY + HOUR)
    assert not read_status(directory.path).is_failing


def test_a_backup_that_does_not_come_is_told_after_twice_its_time() -> None:
    status = BackupStatus(made_at=MADE_AT)
    assert backup_problem(status, DAY, MADE_AT + 2 * DAY, 0) == ""
    assert "too old, for 49 hours" in backup_problem(status, DAY, MADE_AT + 2 * DAY + HOUR, 0)
    assert "none was ever made" in backup_problem(BackupStatus(), DAY, 3 * DAY, 0)
    # A machine that was off for a week is given its time.
    assert backup_problem(status, DAY, MADE_AT + 7 * DAY, MADE_AT + 7 * DAY - HOUR) == ""


def test_a_damaged_memory_of_backups_is_told_like_none(tmp_path: Path) -> None:
    (tmp_path / "backup.json").write_text("{")
    assert read_status(tmp_path) == BackupStatus()


@pytest.mark.parametrize(
    ("samples", "days"),
    [
        ([Sample(0, 100 * GB, GB)], None),
        ([Sample(0, 100 * GB, GB), Sample(HOUR, 50 * GB, GB)], None),
        ([Sample(0, 100 * GB, GB), Sample(DAY, 100 * GB, GB)], None),
        ([Sample(0, 110 * GB, GB), Sample(DAY, 100 * GB, GB)], 10),
        # The record grows and somebody else gave room back.
        ([Sample(0, 90 * GB, GB), Sample(2 * DAY, 100 * GB, 21 * GB)], 10),
        # Only the last week counts.
        (
            [Sample(0, 900 * GB, GB), Sample(8 * DAY, 101 * GB, GB), Sample(9 * DAY, 100 * GB, GB)],
            100,
        ),
    ],
)
def test_the_disk_is_forecast_by_its_pace_of_the_last_days(
    samples: list[Sample], days: float | None
) -> None:
    assert forecast(samples).days_left == days


def test_staff_are_told_two_weeks_before_the_disk_is_full() -> None:
    assert Forecast(100 * GB, 10 * GB, 15).problem == ""
    assert "full in 13 days" in Forecast(100 * GB, 10 * GB, 13).problem
    assert "MB are free" in Forecast(LEAST_FREE - 1).problem


@given(st.lists(st.tuples(*[st.integers(0, 10**13)] * 3), min_size=1, max_size=20))
def test_no_samples_break_the_forecast(rows: list[tuple[int, int, int]]) -> None:
    found = forecast(sorted(Sample(*row) for row in rows))
    assert found.days_left is None or found.days_left >= 0


def test_the_disk_is_remembered_through_a_restart_for_two_weeks(directory: DataDirectory) -> None:
    old, kept = Sample(0, 1, 1), Sample(10 * DAY, 2, 2)
    remember_disk(directory.path, [old, kept])
    samples = sampled(directory.path, 15 * DAY)
    assert samples[:-1] == [kept]
    assert samples[-1].record > 0


class Time:
    """The system's clock, in the test's hand."""

    def __init__(self) -> None:
        self.now = MADE_AT

    def __call__(self) -> int:
        return self.now


def keeper(directory: DataDirectory, time: Time, **environment: str) -> RecordKeeper:
    given = {"INFUSION_MONITOR_BACKUP_DIRECTORY": str(directory.path.parent / "backups")}
    return RecordKeeper(
        directory.path,
        every_ms=DAY,
        environment={**given, **environment, "PYTHONPATH": ":".join(sys.path)},
        now=time,
        first_after_ms=0,
    )


async def test_the_gateway_has_a_backup_made_when_it_is_due(directory: DataDirectory) -> None:
    time = Time()
    watching = keeper(directory, time)
    assert watching._is_due()
    await watching._back_up()
    status = read_status(directory.path)
    assert status.proven
    assert status.bytes > 0
    time.now = status.made_at or 0
    assert not watching._is_due()
    assert watching.care().problems == {}
    assert watching.care().backup_age_s == 0
    time.now += 3 * DAY
    assert "no_backup" in watching.care().problems
    assert watching._is_due()


def test_a_backup_from_before_a_restore_puts_none_off(
    directory: DataDirectory, tmp_path: Path
) -> None:
    time = Time()
    first = keep_one(directory, settings(tmp_path), now=MADE_AT)
    assert not keeper(directory, time)._is_due()
    add(directory, a_frame(3))
    keep_one(directory, settings(tmp_path), now=MADE_AT + HOUR)
    restored(first.file, directory.path, set_aside=True)
    watching = keeper(directory, time)
    assert watching._is_due()
    assert watching.care().backup_age_s is None


async def test_a_program_that_cannot_make_a_backup_is_no_backup(directory: DataDirectory) -> None:
    watching = keeper(directory, Time(), INFUSION_MONITOR_BACKUP_KEEP="many")
    await watching._back_up()
    assert "ended with code 1" in watching.care().problems["no_backup"]
    assert not watching._is_due(), "it is tried again after an hour, not at once"


def test_without_a_folder_for_backups_none_are_missed(directory: DataDirectory) -> None:
    watching = RecordKeeper(directory.path, every_ms=None, environment={}, now=Time())
    remember_failure(directory.path, MADE_AT, "long ago")
    assert watching.care().problems == {}
    assert watching.care().backup_age_s is None
