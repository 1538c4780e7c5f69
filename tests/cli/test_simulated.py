"""Commands that only simulated directories know."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli.simulated import FIRST_TESTER, first_tester
from monitor.data_directory import DataDirectory, create
from monitor.demo.furnishing import furnish
from monitor.identity import ArgonHasher
from monitor.storage import migrate, open_records
from tests.shell import Shell


@pytest.fixture
def ward(shell: Shell) -> Shell:
    """A simulated directory in which there is something to lose."""
    create(shell.data, simulated=True)
    shell.done("operator", "add", "Kari", "--role", "nurse", stdin="a long password\n")
    shell.done("operator", "add", "Per", "--role", "tester", stdin="another password\n")
    shell.done("operator", "disable", "Per")
    shell.done("room", "add", "1")
    shell.done("device", "add", "--room", "1", "--name", "M", "--simulated")
    shell.done("session", "start", "--room", "1", "--patient", "P-1")
    (shell.data / "desk-queues").mkdir()
    (shell.data / "desk-rooms.json").write_text("[]")
    return shell


def hashes(data: Path) -> dict[str, str]:
    records = open_records(data)
    try:
        return {operator.name: operator.password_hash for operator in records.operators()}
    finally:
        records.close()


def test_reset_empties_a_simulated_directory_and_keeps_who_may_sign_in(ward: Shell) -> None:
    before = hashes(ward.data)
    assert "2 operators are kept" in ward.done("reset", "--yes").err
    for what in ("room", "device", "session"):
        assert ward.done(what, "list", "--json").json == []
    assert hashes(ward.data) == before, "with the passwords they had"
    assert ward.done("operator", "list", "--json").json == [
        {"name": "Kari", "role": "nurse", "disabled": False},
        {"name": "Per", "role": "tester", "disabled": True},
    ]
    assert not list(ward.data.glob("desk*"))
    assert not list(ward.data.glob(".reset*"))
    ward.done("room", "add", "1")
    ward.done("reset", "--yes")


def test_reset_asks_first_and_does_nothing_without_a_yes(ward: Shell) -> None:
    for answer in ("n\n", "\n", ""):
        given = ward("reset", stdin=answer)
        assert given.code == 1
        assert given.out == ""
    assert ward.done("room", "list").out == "1\n"
    assert ward("reset", stdin="y\n").code == 0
    assert ward.done("room", "list").out == ""


def test_real_data_are_never_reset(shell: Shell) -> None:
    shell.done("room", "add", "1")
    assert "real data" in shell.refused("reset", "--yes")
    assert shell.done("room", "list").out == "1\n"


def test_reset_is_refused_while_somebody_writes(ward: Shell) -> None:
    with DataDirectory(ward.data, simulated=True).writing():
        assert "stop its gateway first" in ward.refused("reset", "--yes")


def test_reset_of_a_directory_in_which_nothing_was_stored_is_harmless(shell: Shell) -> None:
    create(shell.data, simulated=True)
    assert "0 operators" in shell.done("reset", "--yes").err


def test_the_first_tester_is_made_once_and_only_where_nobody_could_sign_in(
    simulated_directory: DataDirectory,
) -> None:
    password = first_tester(simulated_directory)
    assert password is not None
    records = open_records(simulated_directory.path)
    (tester,) = records.operators()
    records.close()
    assert (tester.name, tester.role) == (FIRST_TESTER, "tester")
    assert ArgonHasher().verify(tester.password_hash, password)
    assert first_tester(simulated_directory) is None


def test_a_demonstrations_operator_is_nobody_who_could_sign_in(
    simulated_directory: DataDirectory,
) -> None:
    migrate(simulated_directory.path, simulated_directory.journal_key)
    assert furnish(simulated_directory, 0) == [], "an empty ward"
    assert first_tester(simulated_directory) is not None
