"""Of a device that names a new queue with every connection the newest are remembered, and all are on record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from monitor.service.ports import RecordsUnavailableError
from monitor.service.queues import MOST_REMEMBERED
from monitor.storage import journal, verify
from tests.service.clinic import KEY, Clinic, value

NAMED = MOST_REMEMBERED + 30


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    monkeypatch.setattr(journal, "MOST_STREAMS", 20)
    clinic = Clinic(tmp_path)
    yield clinic
    clinic.records.close()
    clinic.journal.close()


def name_queues(clinic: Clinic) -> None:
    """Each with one frame."""
    for _ in range(NAMED):
        clinic.now += 1000
        clinic.hello(uuid4())
        clinic.frame(value("pulse_rate", 80), seq=1)


def test_what_is_forgotten_of_a_queue_is_on_record_when_its_device_comes_back_with_it(
    clinic: Clinic,
) -> None:
    clinic.hello()
    first = clinic.stream
    for seq in (1, 2, 4):
        clinic.frame(value("pulse_rate", 71), seq=seq)
    name_queues(clinic)
    ward = clinic.monitor.ward
    assert len(ward.positions) <= MOST_REMEMBERED + 2
    assert len(ward.queues[clinic.device]) == MOST_REMEMBERED
    assert len(clinic.records.positions()) > NAMED
    for is_after_a_restart in (False, True):
        if is_after_a_restart:
            name_queues(clinic)
            clinic.restart()
        assert clinic.hello(first).last_seq == 4
        assert clinic.frame(value("pulse_rate", 99), seq=2).stored == 0
        assert clinic.frame(value("pulse_rate", 99), seq=4).stored == 0
        # The hole is remembered too.
        assert clinic.frame(value("pulse_rate", 72), seq=3).stored == (not is_after_a_restart)
    stored = [
        (known.seq, known.reading.value)
        for known in clinic.records.readings(clinic.session)
        if known.stream == str(first)
    ]
    assert sorted(stored) == [(1, 71), (2, 71), (3, 72), (4, 71)]
    assert verify(clinic.directory, KEY).fault is None


def test_a_queue_is_not_forgotten_before_it_is_durable(clinic: Clinic) -> None:
    monitor, commit = clinic.monitor, clinic.commit
    clinic.commit = lambda: None  # type: ignore[method-assign]
    name_queues(clinic)
    assert len(monitor.ward.positions) >= NAMED
    commit()
    assert len(monitor.ward.positions) >= NAMED
    clinic.hello(uuid4())
    commit()
    assert len(monitor.ward.positions) <= MOST_REMEMBERED + 2


def test_a_record_that_cannot_be_read_is_not_taken_for_one_without_the_queue(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = clinic.stream
    name_queues(clinic)

    def gone(_source: str, _stream: str) -> None:
        raise RecordsUnavailableError("disk I/O error")

    monkeypatch.setattr(clinic.monitor.ward, "position_on_record", gone)
    newest = clinic.stream
    with pytest.raises(RecordsUnavailableError):
        clinic.hello(first)
    assert clinic.hello(newest).last_seq == 1
