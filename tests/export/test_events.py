"""The second file: the course, what staff entered with what became of it, and the alarms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain import facts
from monitor.domain.readings import MANUAL_SOURCE
from monitor.export.events import EventRow
from monitor.service.batches import StoredReading
from monitor.service.ports import Records
from monitor.storage import open_journal, open_records
from monitor.wire.base import rfc3339
from tests.export.clinic import exported, read_csv
from tests.storage.builders import KEY, NOW, a_batch, a_reading, an_alarm, clinic

VITALS = {"pulse_rate": 82.0}
ENTRIES = (
    facts.VitalsEntered("s1", "e1", NOW + 1000, VITALS, 1),
    facts.VitalsEntered("s1", "e2", NOW + 1000, {"pulse_rate": 28.0}, 2),
    facts.ScoreEntered("s1", "e3", "moaas", 5, NOW + 2000),
    facts.EventEntered("s1", "e4", "nausea", "mild", "after the cuff", NOW + 3000),
    facts.MedicationEntered("s1", "e5", "ondansetron", 4.0, "mg", "iv", None, NOW + 4000),
    facts.InterventionEntered("s1", "e6", "light", None, NOW + 5000),
    facts.NoteEntered("s1", "e7", 'sleeps, "calm"', NOW + 6000),
    facts.EntryVoided("s1", "e2", "a slip", "e1"),
    facts.EntryVoided("s1", "e6", "another room", None),
)
PHASES = (facts.PhaseEntered("s1", "baseline", "cuff too small", None),)
OUTCOMES = (
    facts.OutcomeEntered("o1", "P-1", "madrs", 31, "2026-11-02", "before the series"),
    facts.OutcomeEntered("o2", "P-1", "phq9", 22, "2026-11-03", None),
    facts.OutcomeVoided("o2", "another patient's"),
    facts.OutcomeEntered("o3", "P-2", "phq9", 9, "2026-11-03", None),
)
ALARMS = (
    facts.AlarmShown("s1", "a1", "k1", NOW + 16_000, None),
    facts.AlarmShown("s1", "a1", "k2", NOW + 18_000, NOW + 17_000),
    an_alarm(alarm_id="a1"),
    an_alarm(alarm_id="a2", state="pending", raised_at=None),
)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    journal, records = open_journal(tmp_path, KEY), open_records(tmp_path)
    journal.commit(clinic())
    manual = [
        StoredReading("s1", "manual-s1", seq, 0, a_reading(seq, 82.0, source=MANUAL_SOURCE))
        for seq in (1, 2)
    ]
    journal.commit(a_batch(manual, *PHASES, *ENTRIES, *ALARMS, at=NOW + 500))
    journal.commit(a_batch([], *OUTCOMES, at=NOW + 600))
    yield records
    records.close()
    journal.close()


def rows_of(records: Records, folder: Path) -> dict[str, dict[str, str]]:
    exported(records, "s1", folder / "s1.csv", simulated=True)
    rows = read_csv(folder / "s1.events.csv")
    assert list(rows[0]) == list(EventRow._fields)
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    return {row["id"] or row["kind"]: row for row in rows}


def test_every_entry_is_there_with_what_it_says(records: Records, tmp_path: Path) -> None:
    rows = rows_of(records, tmp_path)
    told = {key: (row["kind"], row["what"], row["value"]) for key, row in rows.items()}
    assert told == {
        "session_started": ("session_started", "ketamine_iv", ""),
        "phase_entered": ("phase_entered", "baseline", ""),
        "e1": ("vitals", "", ""),
        "e2": ("vitals", "", ""),
        "e3": ("score", "moaas", "5"),
        "e4": ("event", "nausea", ""),
        "e5": ("medication", "ondansetron", ""),
        "e6": ("intervention", "light", ""),
        "e7": ("note", "", ""),
        "a1": ("alarm", "limit_low", ""),
        "o1": ("outcome", "madrs", "31"),
        "o2": ("outcome", "phq9", "22"),
    }
    assert json.loads(rows["e1"]["values"])["values"] == VITALS
    assert (rows["e4"]["severity"], rows["e4"]["note"]) == ("mild", "after the cuff")
    assert (rows["e5"]["unit"], rows["e5"]["route"]) == ("mg", "iv")
    assert json.loads(rows["e5"]["values"]) == {"dose": 4.0}
    assert rows["e7"]["note"] == 'sleeps, "calm"'
    assert rows["phase_entered"]["reason"] == "cuff too small"
    assert {row["simulated"] for row in rows.values()} == {"true"}


def test_what_does_not_count_says_so_who_said_it_and_what_took_its_place(
    records: Records, tmp_path: Path
) -> None:
    rows = rows_of(records, tmp_path)
    fates = {
        key: (row["fate"], row["replaced_by"], row["fate_reason"]) for key, row in rows.items()
    }
    assert fates.pop("e2") == ("corrected", "e1", "a slip")
    assert fates.pop("e6") == ("voided", "", "another room")
    assert fates.pop("o2") == ("voided", "", "another patient's")
    assert set(fates.values()) == {("", "", "")}
    assert rows["e2"]["fate_at"] == rfc3339(NOW + 500)


def test_an_entry_has_the_time_it_was_seen_and_the_time_it_was_written_down(
    records: Records, tmp_path: Path
) -> None:
    row = rows_of(records, tmp_path)["e3"]
    assert (row["at"], row["recorded_at"]) == (rfc3339(NOW + 2000), rfc3339(NOW + 500))


def test_an_alarm_that_was_raised_is_a_row_and_one_that_was_not_is_none(
    records: Records, tmp_path: Path
) -> None:
    row = rows_of(records, tmp_path)["a1"]
    assert (row["at"], row["onset"]) == (rfc3339(NOW + 15_000), rfc3339(NOW))
    assert (row["type"], row["priority"], row["state"]) == ("physiological", "high", "active")
    assert json.loads(row["values"]) == {
        "limit": 90,
        "metric": "spo2",
        "source": "d1",
        "value": 88.0,
    }


def test_an_alarm_says_when_it_was_first_seen_and_heard(records: Records, tmp_path: Path) -> None:
    row = rows_of(records, tmp_path)["a1"]
    assert (row["painted_at"], row["sounded_at"]) == (rfc3339(NOW + 16_000), rfc3339(NOW + 17_000))


def test_a_patients_outcome_score_has_its_day_and_who_entered_it_when(
    records: Records, tmp_path: Path
) -> None:
    row = rows_of(records, tmp_path)["o1"]
    assert (row["at"], row["recorded_at"]) == ("2026-11-02T00:00:00.000Z", rfc3339(NOW + 600))
    assert (json.loads(row["values"]), row["note"]) == ({"on": "2026-11-02"}, "before the series")
