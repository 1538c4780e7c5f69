"""The commands by which a patient is erased, and by which is listed whose time has come."""

from __future__ import annotations

from contextlib import closing

import pytest

from monitor.console import execute
from monitor.data_directory import create, open_existing
from monitor.storage import open_journal, verify
from monitor.wire.orders import AddRoom, StartSession
from tests.shell import Shell
from tests.storage.erasing import PATIENTS, Ward, left_of, take

WHOSE = {"s1": 0, "s2": 1}
ORDER = ("erase", PATIENTS[0], "--by", "kari", "--second", "ola", "--reason", "asked for it")
YEARS_AGO = 1_500_000_000_000
"""July 2017."""


@pytest.fixture
def clinic(shell: Shell) -> Shell:
    """Two patients who came years ago."""
    directory = create(shell.data, simulated=False)
    with closing(open_journal(directory.path, directory.journal_key)) as journal:
        take(Ward(journal, at=YEARS_AGO), [("start", 0), ("start", 1), ("note", 0), ("plan", 0)])
    return shell


def test_a_patient_is_shown_first_and_erased_only_when_told_so(clinic: Shell) -> None:
    shown = clinic.done(*ORDER)
    assert "session  s1" in shown.out
    assert f"{PATIENTS[0]}: 1 sessions with 1 readings, 1 visits, 1 outcome scores" in shown.out
    assert "becomes [erased]" in shown.out
    assert "nothing was erased" in shown.err
    assert len(left_of(clinic.data, WHOSE, 0)) == 3
    told = clinic.done(*ORDER, "--yes")
    assert told.out.startswith("erased: 1 sessions with 1 readings, 1 visits, 1 outcome scores")
    assert "still holds the patient" in told.err
    assert left_of(clinic.data, WHOSE, 0) == []
    assert verify(clinic.data, open_existing(clinic.data).journal_key).fault is None
    assert "nothing of P-4711 is on record" in clinic.refused(*ORDER, "--yes")
    for command in (("verify", "s1"), ("session", "show", "s1")):
        assert "s1 was erased on" in clinic.refused(*command)
    assert clinic.done("erase", "--finish").out == "nothing was left to be finished\n"
    assert clinic.done("erase", "--settled").out == "no restore has left anything to settle\n"


def test_what_is_left_for_a_person_to_decide_is_told_before_and_after(clinic: Shell) -> None:
    execute(open_existing(clinic.data), AddRoom(name="P-4711 corner"))
    shown, told = clinic.done(*ORDER), clinic.done(*ORDER, "--yes")
    for answer in (shown, told):
        assert "left: room added (r2), name: P-4711 corner" in answer.out
        assert "1 texts are left" in answer.err
    assert "nothing of P-4711 is on record; 1 texts may speak of it" in clinic.refused(*ORDER)


def test_beside_a_gateway_its_running_is_named_before_what_an_open_session_says(
    clinic: Shell,
) -> None:
    directory = open_existing(clinic.data)
    execute(directory, AddRoom(name="another"))
    execute(directory, StartSession(room="another", patient=PATIENTS[0]))
    assert "is open" in clinic.refused(*ORDER, "--yes")
    with directory.writing():
        assert "stop the gateway first" in clinic.refused(*ORDER, "--yes")
    assert "less than a day ago" in " ".join(clinic.done("erase", "--help").out.split())


def test_whose_time_has_come_is_listed_and_nobody_goes_by_it(
    clinic: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = clinic.done("retention", "--older-than", "5", "--json").json
    assert [one["reference"] for one in listed] == list(PATIENTS[:2])
    assert clinic("retention").code == 2
    monkeypatch.setenv("INFUSION_MONITOR_RETENTION_YEARS", "100")
    answer = clinic.done("retention")
    assert (answer.out, answer.err[:30]) == ("", "infusion-monitor: 0 patients h")
    assert len(left_of(clinic.data, WHOSE, 0)) == 3
