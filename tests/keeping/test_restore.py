"""A restored record is proven, is told from one that was never lost, and takes the place of none by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.data_directory import RESTORING, DirectoryError, create, open_existing
from monitor.domain.facts import (
    DeviceRevoked,
    OperatorAdded,
    OperatorDisabled,
    PasswordChanged,
    RecordRestored,
    SequenceGap,
)
from monitor.keeping import RestoreRefusedError
from monitor.storage import open_journal, open_records, verify
from monitor.storage.chain import HEAD_NAME
from monitor.storage.engine import DATABASE_NAME
from monitor.wire import orders
from tests.keeping.clinics import a_frame, add, backed_up, recorded, restored
from tests.service.clinic import KEY, Clinic, value
from tests.storage.builders import a_batch
from tests.storage.builders import clinic as a_clinic


def test_a_record_that_is_there_is_replaced_only_when_asked_and_kept_aside(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "data")
    backed_up(directory, tmp_path / "a.backup")
    add(directory, a_frame(3))
    before = {p.name for p in directory.path.iterdir()} | {"gateway.lock"}
    with pytest.raises(RestoreRefusedError, match="--set-aside"):
        restored(tmp_path / "a.backup", directory.path)
    assert {p.name for p in directory.path.iterdir()} == before
    done = restored(tmp_path / "a.backup", directory.path, set_aside=True)
    assert done.aside is not None
    assert verify(done.aside, (done.aside / "keys/journal.key").read_bytes()).batches == 4
    with closing(open_records(directory.path)) as records:
        assert len(records.readings("s1")) == 2


def test_what_was_recorded_after_the_backup_is_counted_in_the_record_itself(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "data")
    backed_up(directory, tmp_path / "a.backup")
    add(directory, a_frame(3), a_batch([], DeviceRevoked("d1")))
    done = restored(tmp_path / "a.backup", directory.path, set_aside=True)
    assert done.lost.barred == (DeviceRevoked("d1"),)
    assert (done.lost.batches, done.lost.readings) == (2, 1)
    assert done.lost.facts == {"device_revoked": 1}
    with closing(open_records(directory.path)) as records:
        fact = records.newest_fact("record_restored")
    assert fact is not None
    assert isinstance(fact.body, RecordRestored)
    assert (fact.by, fact.body.batch, fact.body.readings_lost) == ("console:test", 3, 1)
    assert verify(directory.path, directory.journal_key).head.batch_id == 4


def test_who_was_shut_out_since_the_backup_does_not_come_back_with_it(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "data")
    add(directory, a_batch([], OperatorAdded("Kari", "nurse", "hash")))
    backed_up(directory, tmp_path / "a.backup")
    # One that the backup does not know cannot come back, and what gives somebody a way in is not taken over.
    since = (OperatorAdded("Ola", "nurse", "h"), PasswordChanged("Kari", "another"))
    add(directory, a_batch([], *since, OperatorDisabled("Ola"), OperatorDisabled("Kari")))
    add(directory, a_batch([], DeviceRevoked("d1")))
    restored(tmp_path / "a.backup", directory.path, set_aside=True)
    with closing(open_records(directory.path)) as records:
        (kari,) = records.operators()
        (device,) = records.devices()
    assert (kari.name, kari.disabled, kari.password_hash) == ("Kari", True, "hash")
    assert device.revoked
    assert verify(directory.path, directory.journal_key).fault is None


def test_without_the_database_the_head_still_tells_how_much_is_lost(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "data")
    backed_up(directory, tmp_path / "a.backup")
    add(directory, a_frame(3), a_frame(4))
    (directory.path / DATABASE_NAME).unlink()
    done = restored(tmp_path / "a.backup", directory.path)
    assert (done.lost.batches, done.lost.readings) == (2, None)


def test_simulated_and_real_never_mix(tmp_path: Path) -> None:
    backed_up(recorded(tmp_path / "trial", simulated=True), tmp_path / "a.backup")
    create(tmp_path / "real", simulated=False)
    with pytest.raises(RestoreRefusedError, match="made for real data"):
        restored(tmp_path / "a.backup", tmp_path / "real", set_aside=True)
    restored(tmp_path / "a.backup", tmp_path / "new")
    assert open_existing(tmp_path / "new").simulated
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_directory_in_use_is_left_alone(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "data")
    backed_up(directory, tmp_path / "a.backup")
    with directory.writing(), pytest.raises(RestoreRefusedError, match="stop it first"):
        restored(tmp_path / "a.backup", directory.path, set_aside=True)


def test_a_restore_that_was_not_finished_is_never_taken_for_an_empty_record(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "data")
    backed_up(directory, tmp_path / "a.backup")
    (directory.path / RESTORING).write_text("{}")
    for name in (DATABASE_NAME, HEAD_NAME, "directory.json"):
        (directory.path / name).unlink()
    for attempt in (open_existing, lambda path: create(path, simulated=None)):
        with pytest.raises(DirectoryError, match="restore again"):
            attempt(directory.path)
    restored(tmp_path / "a.backup", directory.path, set_aside=True)
    assert verify(directory.path, open_existing(directory.path).journal_key).fault is None


def test_a_restored_record_is_backed_up_and_restored_like_any(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "data")
    backed_up(directory, tmp_path / "a.backup")
    restored(tmp_path / "a.backup", tmp_path / "b")
    backed_up(open_existing(tmp_path / "b"), tmp_path / "b.backup")
    assert restored(tmp_path / "b.backup", tmp_path / "c").contents.batch == 4


def test_another_record_in_the_place_is_not_compared(tmp_path: Path) -> None:
    backed_up(recorded(tmp_path / "data"), tmp_path / "a.backup")
    other = create(tmp_path / "other", simulated=False)
    add(other, a_clinic())
    done = restored(tmp_path / "a.backup", other.path, set_aside=True)
    assert (done.lost.batches, done.lost.is_known) == (None, False)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic with a device on a stream of its own; its directory can be backed up."""
    directory = create(tmp_path / "data", simulated=True)
    (directory.path / "keys/journal.key").write_bytes(KEY)
    clinic = Clinic(directory.path)
    yield clinic
    clinic.records.close()
    clinic.journal.close()


def _restored(clinic: Clinic, file: Path) -> None:
    """The gateway stops, the backup is restored, the gateway starts and the device says hello again."""
    clinic.records.close()
    clinic.journal.close()
    clinic.now += 60_000
    restored(file, clinic.directory, set_aside=True)
    clinic.journal = open_journal(clinic.directory, KEY)
    clinic.records = open_records(clinic.directory)
    clinic.restart()


def test_a_device_that_comes_back_doubles_nothing_and_what_is_lost_is_a_gap_on_record(
    clinic: Clinic, tmp_path: Path
) -> None:
    clinic.frame(value("pulse_rate", 70))
    backed_up(open_existing(clinic.directory), tmp_path / "a.backup")
    clinic.frame(value("pulse_rate", 71))
    clinic.frame(value("pulse_rate", 72))
    _restored(clinic, tmp_path / "a.backup")
    # The device has forgotten what was acknowledged: it goes on with its next frame.
    clinic.frame(value("pulse_rate", 73))
    values = [known.reading.value for known in clinic.records.readings(clinic.session)]
    assert values == [70, 73]
    gap = clinic.records.newest_fact("sequence_gap")
    assert gap is not None
    assert gap.body == SequenceGap(clinic.device, str(clinic.stream), 2, 3)
    # And had it kept them: each is stored once, however often it comes.
    clinic.seq = 1
    for _ in range(2):
        clinic.seq = 1
        clinic.frame(value("pulse_rate", 71))
        clinic.frame(value("pulse_rate", 72))
    values = [known.reading.value for known in clinic.records.readings(clinic.session)]
    assert sorted(v for v in values if v is not None) == [70, 71, 72, 73]
    assert verify(clinic.directory, KEY).fault is None


def test_the_ward_says_for_a_day_that_its_record_was_restored(
    clinic: Clinic, tmp_path: Path
) -> None:
    backed_up(open_existing(clinic.directory), tmp_path / "a.backup")
    assert "record_restored" not in _not_watched(clinic)
    _restored(clinic, tmp_path / "a.backup")
    assert "record_restored" in _not_watched(clinic)
    clinic.restart(after_s=25 * 3600)
    assert "record_restored" not in _not_watched(clinic)


def _not_watched(clinic: Clinic) -> set[str]:
    return {gap.kind for gap in clinic.monitor.snapshot(clinic.now).not_watched}


def test_no_number_of_a_session_that_is_lost_is_given_to_another_patient(
    clinic: Clinic, tmp_path: Path
) -> None:
    backed_up(open_existing(clinic.directory), tmp_path / "a.backup")
    clinic.order(orders.AddRoom(name="2"))
    lost = clinic.order(orders.StartSession(room="2", patient="P-2", weight_kg=80)).result
    _restored(clinic, tmp_path / "a.backup")
    clinic.order(orders.AddRoom(name="2"))
    fresh = clinic.order(orders.StartSession(room="2", patient="P-3", weight_kg=80)).result
    assert (lost["session"], fresh["session"]) == ("s2", "s3")


def test_where_nobody_knows_what_was_lost_numbers_are_passed_over(tmp_path: Path) -> None:
    backed_up(recorded(tmp_path / "data"), tmp_path / "a.backup")
    restored(tmp_path / "a.backup", tmp_path / "new")
    with closing(open_records(tmp_path / "new")) as records:
        assert records.counters()["session"] == 101
