"""Who came in and who looked at what, as a command tells it; and new keys for sign-ins and journal."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from monitor.cli.app import run
from monitor.console import console_user, execute
from monitor.data_directory import create, open_existing
from monitor.wire.orders import AddOperator, AddRoom, NoteAccess, StartSession


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    directory = create(tmp_path / "clinic", simulated=False)
    execute(directory, AddOperator(name="kari", role="nurse", password="long enough"))
    execute(directory, NoteAccess(what="signed_in", operator="kari", detail="password"))
    refused = NoteAccess(what="sign_in_refused", operator="kari", tag="t", detail="wrong")
    execute(directory, refused)
    execute(directory, NoteAccess(what="record_opened", operator="kari", subject="s1"))
    execute(directory, NoteAccess(what="record_exported", operator="kari", subject="s1"))
    return directory.path


def told(capsys: pytest.CaptureFixture[str], clinic: Path, *options: str) -> list[str]:
    assert run(["--data", str(clinic), "access", "--json", *options]) == 0
    return [one["kind"] for one in json.loads(capsys.readouterr().out)]


def test_each_kind_of_access_is_told_the_newest_first_and_no_hash_with_it(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    everything = ["record_exported", "record_opened", "sign_in_refused", "signed_in"]
    assert told(capsys, clinic) == [*everything, "operator_added"]
    assert told(capsys, clinic, "--kind", "sign_ins") == ["sign_in_refused", "signed_in"]
    assert told(capsys, clinic, "--kind", "openings") == ["record_opened"]
    assert told(capsys, clinic, "--kind", "exports") == ["record_exported"]
    assert told(capsys, clinic, "--kind", "orders") == ["operator_added"]
    assert told(capsys, clinic, "--by", "kari") == everything
    assert told(capsys, clinic, "--since", "2999-01-01") == []
    assert told(capsys, clinic, "--limit", "1") == ["record_exported"]
    assert run(["--data", str(clinic), "access"]) == 0
    assert "argon2" not in capsys.readouterr().out


def test_each_entry_is_one_line_however_long_and_in_how_many_lines_what_it_is_about(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = open_existing(clinic)
    execute(directory, AddRoom(name="1"))
    execute(directory, StartSession(room="1", patient="P-1"))
    capsys.readouterr()
    kinds = told(capsys, clinic)
    assert "protocol_adopted" in kinds
    assert run(["--data", str(clinic), "access"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(kinds)
    assert max(map(len, lines)) < 600


def test_a_name_that_nobody_has_is_refused_and_not_taken_for_one_without_access(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(open_existing(clinic), AddOperator(name="Ola", role="nurse", password="long enough"))
    capsys.readouterr()
    assert run(["--data", str(clinic), "access", "--by", "nobody"]) == 1
    assert "nobody of the name nobody is known" in capsys.readouterr().err
    assert told(capsys, clinic, "--by", "KARI") == told(capsys, clinic, "--by", "kari") != []
    assert run(["--data", str(clinic), "access", "--by", "ola"]) == 0
    answer = capsys.readouterr()
    assert (answer.out, "nothing of this is on record" in answer.err) == ("", True)


def test_keys_are_changed_only_after_a_yes(
    clinic: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = sorted((clinic / "keys").iterdir())
    before = [path.read_bytes() for path in keys]
    for said, code in (("", 1), ("no\n", 1), ("yes\n", 0)):
        assert [path.read_bytes() for path in keys] == before
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        assert run(["--data", str(clinic), "secrets", "rotate"]) == code
    assert "Every sign-in and every station's pass ends" in capsys.readouterr().err
    assert all(path.read_bytes() != was for path, was in zip(keys, before, strict=True))


def test_a_new_cookie_key_leaves_the_journals_key_as_it_is(clinic: Path) -> None:
    keys = clinic / "keys"
    cookie, journal = (keys / "cookie.key").read_bytes(), (keys / "journal.key").read_bytes()
    assert run(["--data", str(clinic), "secrets", "rotate", "--yes", "--only", "sign-ins"]) == 0
    assert (keys / "cookie.key").read_bytes() != cookie
    assert (keys / "journal.key").read_bytes() == journal
    assert (keys / "cookie.key").stat().st_mode & 0o777 == 0o600


def test_the_keys_are_not_changed_under_a_gateway_that_runs(clinic: Path) -> None:
    before = [path.read_bytes() for path in sorted((clinic / "keys").iterdir())]
    with create(clinic, simulated=None).writing():
        assert run(["--data", str(clinic), "secrets", "rotate", "--yes"]) == 1
    assert [path.read_bytes() for path in sorted((clinic / "keys").iterdir())] == before


def test_a_session_is_proven_and_exported_across_a_new_key_of_the_journal(
    clinic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = create(clinic, simulated=None)
    execute(directory, AddRoom(name="1"))
    execute(directory, StartSession(room="1", patient="P-1"))
    capsys.readouterr()
    assert run(["--data", str(clinic), "secrets", "rotate", "--yes", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["sign_ins"], done["journal"]["batch"]) == (True, 8)
    execute(directory, AddRoom(name="2"))
    assert run(["--data", str(clinic), "verify", "s1", "--json"]) == 0
    proof = json.loads(capsys.readouterr().out)
    assert (proof["untouched"], proof["checked_to_batch"]) == (True, 9)
    out = str(tmp_path / "s1.csv")
    wanted = ["--data", str(clinic), "export", "s1", "--format", "csv", "--out", out, "--json"]
    assert run(wanted) == 0
    assert json.loads(capsys.readouterr().out)["verified"] is True
    assert told(capsys, clinic, "--kind", "orders")[:2] == ["room_added", "journal_key_rotated"]


def test_an_export_by_command_is_in_the_log(
    clinic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = create(clinic, simulated=None)
    execute(directory, AddRoom(name="1"))
    execute(directory, StartSession(room="1", patient="P-1"))
    out = str(tmp_path / "s1.csv")
    assert run(["--data", str(clinic), "export", "s1", "--format", "csv", "--out", out]) == 0
    capsys.readouterr()
    assert run(["--data", str(clinic), "access", "--json", "--kind", "exports"]) == 0
    newest = json.loads(capsys.readouterr().out)[0]
    assert newest["by"].startswith("console:")
    assert (newest["session"], newest["details"]["detail"]) == ("s1", "csv")


def test_who_opens_a_session_by_command_is_on_record_before_it_is_shown(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = open_existing(clinic)
    execute(directory, AddRoom(name="1"))
    session = execute(directory, StartSession(room="1", patient="P-1"))["session"]
    before = len(told(capsys, clinic, "--kind", "openings"))
    assert run(["--data", str(clinic), "session", "show", session]) == 0
    assert "P-1" in capsys.readouterr().out
    assert run(["--data", str(clinic), "session", "show", "s99"]) == 1
    capsys.readouterr()
    assert run(["--data", str(clinic), "access", "--json", "--kind", "openings"]) == 0
    openings = json.loads(capsys.readouterr().out)
    assert len(openings) == before + 1
    assert openings[0]["by"] == console_user()
    assert session in json.dumps(openings[0])


def test_a_session_is_shown_and_it_is_said_where_nobody_can_put_that_on_record(
    clinic: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = open_existing(clinic)
    execute(directory, AddRoom(name="1"))
    session = execute(directory, StartSession(room="1", patient="P-1"))["session"]
    monkeypatch.setattr(execute, "__kwdefaults__", {"patience_s": 0.0})
    with directory.writing():
        assert run(["--data", str(clinic), "session", "show", session]) == 0
    answer = capsys.readouterr()
    assert "P-1" in answer.out
    assert "not in the access log" in answer.err
