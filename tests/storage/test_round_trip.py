"""Whatever can be a reading or a fact comes back exactly as it was given."""

from __future__ import annotations

import tempfile
from itertools import chain
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.readings import Metric, Reading
from monitor.service.batches import Batch, StoredReading
from monitor.storage import open_journal, open_records, verify
from tests.storage.builders import KEY, NOW, clinic

INSTANTS = st.integers(NOW - 10**9, NOW + 10**9)
VALUES = st.integers(-(2**53), 2**53).map(lambda n: n / 1000) | st.integers(-500, 500).map(float)
OPTIONAL = st.none() | VALUES
READINGS = st.builds(
    Reading,
    metric=st.sampled_from(Metric),
    measured_at=INSTANTS,
    at=INSTANTS,
    received_at=INSTANTS,
    source=st.sampled_from(["d1", "d2", "manual"]),
    status=st.sampled_from(["ok", "sensor_off", "no_signal", "cuff_error", "motion", "demo"]),
    late=st.booleans(),
    value=OPTIONAL,
    systolic=OPTIONAL,
    diastolic=OPTIONAL,
    mean=OPTIONAL,
)
STORED = st.builds(
    StoredReading,
    session_id=st.sampled_from(["s1", None]),
    stream=st.uuids().map(str),
    seq=st.integers(1, 2**53),
    index=st.integers(0, 599),
    reading=READINGS,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(STORED, max_size=6), max_size=4))
def test_readings_come_back_as_they_were_given_with_values_to_three_decimals(
    batches: list[list[StoredReading]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        journal = open_journal(Path(name), KEY)
        records = open_records(Path(name))
        journal.commit(clinic())
        for rows in batches:
            assert journal.commit(Batch(NOW, rows)).poisoned == ()
        stored = [*records.readings("s1"), *records.unassigned()]
        assert sorted(stored, key=repr) == sorted(chain.from_iterable(batches), key=repr)
        (restored,) = records.restored_sessions()
        assert list(restored.events[1:]) == [
            r.reading for rows in batches for r in rows if r.session_id
        ]
        assert verify(Path(name), KEY).fault is None
        records.close()
        journal.close()


@given(st.integers(-(10**6), 10**6))
def test_every_value_to_three_decimals_is_the_same_number_after_storing(thousandths: int) -> None:
    value = float(f"{thousandths / 1000:.3f}")
    assert round(value * 1000) == thousandths
    assert thousandths / 1000 == value
