"""``verify`` and ``rehearse`` on a directory in which a real session was recorded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.data_directory import create
from monitor.domain.facts import Fact
from monitor.service.batches import Batch
from monitor.service.protocols import PROTOCOLS_DIRECTORY
from monitor.wire import orders
from tests.service.clinic import KEY, Clinic, cuff, value
from tests.shell import Shell

TEXT = (PROTOCOLS_DIRECTORY / "ketamine_iv.toml").read_text()


@pytest.fixture
def clinic(shell: Shell) -> Iterator[Clinic]:
    """A session with two desaturations, the first acknowledged, and a cuff; still open."""
    directory = create(shell.data, simulated=True)
    (directory.path / "keys" / "journal.key").write_bytes(KEY)
    made = Clinic(directory.path)
    made.seconds(5)
    made.seconds(18, spo2=91)
    (first,) = made.alarms()
    made.order(orders.AcknowledgeAlarm(alarm=first))
    made.seconds(10)
    made.frame(cuff(182, 95), value("temperature", 99))
    made.seconds(22, spo2=89)
    made.seconds(10)
    yield made
    made.journal.close()
    made.records.close()


def protocol_with(directory: Path, *changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = directory / "changed.toml"
    file.write_text(text)
    return str(file)


def test_a_session_is_proven_open_and_ended_beside_the_one_that_writes(
    clinic: Clinic, shell: Shell
) -> None:
    answer = shell.done("verify", clinic.session)
    assert answer.out.startswith("session s1 is complete and untouched, seal ")
    assert answer.err == ""
    clinic.restart(after_s=20)
    clinic.seconds(5)
    clinic.order(
        orders.CancelSession(session=clinic.session, reason="test", override="a test of proofs")
    )
    found = shell.done("verify", clinic.session, "--json").json
    assert (found["untouched"], found["alarms_derived"], found["fault"]) == (True, True, None)
    assert found["seal"] != answer.out.split("seal ")[1].strip()


def test_a_changed_reading_is_named_with_its_batch_and_ends_with_1(
    clinic: Clinic, shell: Shell
) -> None:
    with closing(sqlite3.connect(shell.data / "infusion-monitor.sqlite3")) as database, database:
        database.execute("UPDATE readings SET value = 97000 WHERE value = 89000")
    assert "batch" in shell.refused("verify", clinic.session)
    answer = shell("verify", clinic.session, "--json")
    assert answer.code == 1
    assert answer.json["untouched"] is False
    assert answer.json["fault"]["batch"] > 1


def test_an_alarm_that_the_readings_do_not_give_is_found_though_the_chain_is_whole(
    clinic: Clinic, shell: Shell
) -> None:
    known, *_ = clinic.records.facts(clinic.session, ["alarm_changed"])
    clinic.journal.commit(
        Batch(clinic.now, facts=[Fact(clinic.now, "system", clinic.session, known.body)])
    )
    assert "nothing gives it" in shell.refused("verify", clinic.session)


def test_a_session_that_does_not_exist_is_refused_in_one_line(clinic: Clinic, shell: Shell) -> None:
    assert clinic.session != "s9"
    assert "no session s9" in shell.refused("verify", "s9")


def test_unchanged_limits_change_no_alarm(clinic: Clinic, shell: Shell, tmp_path: Path) -> None:
    found = shell.done("rehearse", "--protocol", protocol_with(tmp_path), "--json").json
    assert found["rehearsed"] == 1
    assert {name: n for name, n in found["totals"].items() if n} == {
        "unchanged": len(clinic.alarms())
    }
    assert found["sessions"][0]["changes"] == []


def test_changed_limits_tell_what_is_gained_lost_and_delayed(
    clinic: Clinic, shell: Shell, tmp_path: Path
) -> None:
    assert clinic.alarms()
    later = protocol_with(tmp_path, ("below = 92\ndelay_s = 15", "below = 92\ndelay_s = 17"))
    found = shell.done("rehearse", "--protocol", later, "--json").json
    (delayed, *_) = [c for c in found["sessions"][0]["changes"] if c["verdict"] == "delayed"]
    assert (delayed["metric"], delayed["seconds"]) == ("spo2", 2.0)
    lost = protocol_with(tmp_path, ("below = 92\ndelay_s = 15", "below = 92\ndelay_s = 60"))
    assert shell.done("rehearse", "--protocol", lost, "--json").json["totals"]["lost"] == 1
    sooner = protocol_with(tmp_path, ("below = 92\ndelay_s = 15", "below = 98\ndelay_s = 3"))
    totals = shell.done("rehearse", "--protocol", sooner, "--json").json["totals"]
    # The high alarm comes when it came: what is new is the medium one before it.
    assert (totals["gained"], totals["worse"], totals["earlier"]) == (1, 1, 0)
    assert totals["lost"] == 0
    gained = protocol_with(tmp_path, ("above = 110\ndelay_s = 60", "above = 79\ndelay_s = 5"))
    totals = shell.done("rehearse", "--protocol", gained, "--json").json["totals"]
    assert (totals["gained"], totals["lost"]) == (1, 0)


def test_a_rehearsal_is_a_table_for_people_and_a_file_where_one_is_wanted(
    clinic: Clinic, shell: Shell, tmp_path: Path
) -> None:
    lost = protocol_with(tmp_path, ("below = 92\ndelay_s = 15", "below = 92\ndelay_s = 60"))
    out = tmp_path / "rehearsal.json"
    answer = shell.done("rehearse", "--protocol", lost, "--out", str(out))
    lines = answer.out.splitlines()
    assert lines[0].split()[:4] == ["session", "gained", "lost", "milder"]
    assert lines[1].split()[:3] == [clinic.session, "0", "1"]
    assert lines[2].startswith("all")
    assert "lost  limit spo2 medium" in lines[3]
    assert json.loads(out.read_text())["totals"]["lost"] == 1


def test_a_rehearsal_begins_at_the_day_that_is_named(
    clinic: Clinic, shell: Shell, tmp_path: Path
) -> None:
    assert clinic.session
    file = protocol_with(tmp_path)
    answer = shell.done("rehearse", "--protocol", file, "--since", "2030-01-01", "--json")
    assert answer.json["sessions"] == []
    assert shell("rehearse", "--protocol", file, "--since", "yesterday").code == 2
    broken = protocol_with(tmp_path, ("below = 92", "below = 'x'"))
    assert "changed.toml" in shell.refused("rehearse", "--protocol", broken)


def test_a_packed_session_is_proven_and_exported_as_before(
    clinic: Clinic, shell: Shell, tmp_path: Path
) -> None:
    clinic.order(
        orders.CancelSession(session=clinic.session, reason="test", override="a test of proofs")
    )
    export = ("export", clinic.session, "--format", "csv", "--out")
    shell.done(*export, str(tmp_path / "before.csv"))
    proven = shell.done("verify", clinic.session, "--json").json
    assert "blocks of readings packed" in shell.done("compact").out
    assert shell.done("compact", "--json").json["blocks"] == 0
    assert shell.done("verify", clinic.session, "--json").json == proven
    shell.done(*export, str(tmp_path / "after.csv"))
    assert (tmp_path / "after.csv").read_bytes() == (tmp_path / "before.csv").read_bytes()
