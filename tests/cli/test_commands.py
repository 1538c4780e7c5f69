from __future__ import annotations

import csv
from pathlib import Path

import pytest

from monitor.cli.sessions import entry_told
from monitor.data_directory import create, open_existing
from monitor.domain.chart import chart_of
from monitor.domain.facts import EntryVoided, Fact, VitalsEntered
from monitor.storage import open_records
from tests.shell import Shell


def test_rooms_are_added_renamed_retired_and_listed_by_name(shell: Shell) -> None:
    shell.done("room", "add", "1")
    shell.done("room", "add", "2")
    shell.done("room", "rename", "2", "Corner room")
    assert shell.done("room", "list").out == "1\nCorner room\n"
    shell.done("room", "retire", "1")
    rooms = shell.done("room", "list", "--json").json
    assert [room["name"] for room in rooms] == ["Corner room"]


def test_a_second_room_of_the_same_name_is_refused_in_one_line(shell: Shell) -> None:
    shell.done("room", "add", "1")
    assert "room 1" in shell.refused("room", "add", "1")


def test_device_add_prints_exactly_the_token(shell: Shell) -> None:
    shell.done("room", "add", "1")
    answer = shell.done("device", "add", "--room", "1", "--name", "Monitor by the window")
    token = answer.out.removesuffix("\n")
    assert len(token) >= 32
    assert not set(token) & set(" \n\t")
    assert answer.err == ""


def test_device_add_as_json_has_the_fields_of_the_contract(shell: Shell) -> None:
    shell.done("room", "add", "1")
    device = shell.done("device", "add", "--room", "1", "--name", "M", "--json").json
    assert list(device) == ["id", "room", "name", "simulated", "token"]
    assert (device["room"], device["name"], device["simulated"]) == ("1", "M", False)


def test_device_list_shows_where_each_stands_and_never_a_token(shell: Shell) -> None:
    for room in ("1", "2"):
        shell.done("room", "add", room)
    token = shell.done("device", "add", "--room", "1", "--name", "M").out.strip()
    shell.done("device", "move", "d1", "--room", "2")
    answer = shell.done("device", "list", "--json")
    assert token not in answer.out
    assert answer.json == [
        {
            "id": "d1",
            "room": "2",
            "name": "M",
            "simulated": False,
            "revoked": False,
            "last_seen": None,
        }
    ]


def test_a_rotated_token_is_a_new_one_and_a_revoked_device_is_listed_as_such(shell: Shell) -> None:
    shell.done("room", "add", "1")
    first = shell.done("device", "add", "--room", "1", "--name", "M").out
    second = shell.done("device", "rotate", "d1").out
    assert len(second) == len(first)
    assert second != first
    shell.done("device", "revoke", "d1")
    assert shell.done("device", "list", "--json").json[0]["revoked"] is True


def test_a_simulated_device_is_refused_among_real_data(shell: Shell) -> None:
    shell.done("room", "add", "1")
    assert shell.refused("device", "add", "--room", "1", "--name", "M", "--simulated")


def test_an_operator_signs_in_with_the_password_from_standard_input(shell: Shell) -> None:
    shell.done("operator", "add", "Kari", "--role", "nurse", stdin="a long password\n")
    shell.done("operator", "role", "Kari", "clinician")
    operators = shell.done("operator", "list", "--json").json
    assert operators == [{"name": "Kari", "role": "clinician", "disabled": False}]
    records = open_records(shell.data)
    before = records.operators()[0].password_hash
    shell.done("operator", "password", "Kari", stdin="another long password\n")
    assert records.operators()[0].password_hash != before
    records.close()
    shell.done("operator", "disable", "Kari")
    assert "disabled" in shell.done("operator", "list").out


def test_an_operator_without_a_password_is_refused(shell: Shell) -> None:
    assert "password" in shell.refused("operator", "add", "Kari", "--role", "nurse")


def test_session_start_prints_exactly_the_id_of_a_session_in_precheck(shell: Shell) -> None:
    shell.done("room", "add", "1")
    answer = shell.done("session", "start", "--room", "1", "--patient", "P-1", "--weight", "80")
    session = answer.out.removesuffix("\n")
    shown = shell.done("session", "show", session, "--json").json
    assert {"id", "room", "patient", "phase", "protocol", "alarms"} <= set(shown)
    assert (shown["id"], shown["room"], shown["patient"]) == (session, "1", "P-1")
    assert (shown["phase"], shown["protocol"], shown["alarms"]) == ("precheck", "ketamine_iv", [])
    assert shown["entries"] == []


def test_an_entry_that_does_not_count_is_shown_and_says_so() -> None:
    given = Fact(5_000, "Kari", "s1", VitalsEntered("s1", "e1", 4_000, {"spo2": 97}, 3))
    voided = Fact(9_000, "Ola", "s1", EntryVoided("s1", "e1", "other patient", None))
    (entry,) = chart_of([given, voided], ()).entries.values()
    assert entry_told(entry) == {
        "entry": "e1",
        "kind": "vitals",
        "measured_at": "1970-01-01T00:00:04.000Z",
        "entered_at": "1970-01-01T00:00:05.000Z",
        "by": "Kari",
        "values": {"spo2": 97},
        "voided": {
            "at": "1970-01-01T00:00:09.000Z",
            "by": "Ola",
            "reason": "other patient",
            "replaced_by": None,
        },
    }


def test_a_room_with_an_open_session_takes_no_second_one(shell: Shell) -> None:
    shell.done("room", "add", "1")
    shell.done("session", "start", "--room", "1", "--patient", "P-1")
    assert "open session" in shell.refused("session", "start", "--room", "1", "--patient", "P-2")


def test_a_session_walks_through_its_phases_and_no_other_way(shell: Shell) -> None:
    shell.done("room", "add", "1")
    session = shell.done("session", "start", "--room", "1", "--patient", "P-1").out.strip()
    assert shell.refused("session", "phase", session, "observation")
    for phase in ("baseline", "infusion", "observation", "discharged"):
        shell.done("session", "phase", session, phase, "--override", "test")
        assert shell.done("session", "show", session, "--json").json["phase"] == phase
    assert [s["phase"] for s in shell.done("session", "list", "--json").json] == ["discharged"]


def test_a_cancelled_session_frees_its_room(shell: Shell) -> None:
    shell.done("room", "add", "1")
    session = shell.done("session", "start", "--room", "1", "--patient", "P-1").out.strip()
    shell.done("session", "cancel", session, "--reason", "came too late")
    shell.done("session", "start", "--room", "1", "--patient", "P-2")


def test_orders_are_journalled_as_given_at_the_console(shell: Shell) -> None:
    shell.done("room", "add", "1")
    session = shell.done("session", "start", "--room", "1", "--patient", "P-1").out.strip()
    records = open_records(shell.data)
    # The system notes for itself how the session is watched.
    by_people = {fact.by.split(":")[0] for fact in records.facts(session)} - {Fact.SYSTEM}
    assert by_people == {"console"}
    records.close()


def test_an_export_has_the_header_of_the_contract_and_its_seal_beside_it(shell: Shell) -> None:
    shell.done("room", "add", "1")
    session = shell.done("session", "start", "--room", "1", "--patient", "P-1").out.strip()
    out = shell.data / "session.csv"
    answer = shell.done("export", session, "--format", "csv", "--out", str(out))
    assert answer.out == ""
    with out.open(newline="") as file:
        assert next(csv.reader(file))[:4] == ["measured_at", "received_at", "metric", "value"]
    assert (shell.data / "session.csv.seal.json").exists()
    assert "not final" in answer.err


def test_an_export_names_its_files(shell: Shell) -> None:
    shell.done("room", "add", "1")
    session = shell.done("session", "start", "--room", "1", "--patient", "P-1").out.strip()
    out = shell.data / "session.parquet"
    answer = shell.done("export", session, "--format", "parquet", "--out", str(out), "--json").json
    assert answer == {
        "session": session,
        "format": "parquet",
        "file": str(out),
        "files": [str(out), str(shell.data / "session.events.parquet")],
        "rows": 0,
        "open": True,
        "verified": True,
    }
    assert all(Path(file).exists() for file in answer["files"])


def test_an_export_for_research_does_not_tell_whose_it_is(shell: Shell) -> None:
    shell.done("room", "add", "1")
    session = shell.done("session", "start", "--room", "1", "--patient", "P-0417").out.strip()
    out = shell.data / "session.json"
    shell.done("export", session, "--format", "fhir", "--out", str(out), "--deidentified")
    assert "P-0417" not in out.read_text()
    assert "deidentified" in (shell.data / "session.json.seal.json").read_text()


def test_an_export_of_an_unknown_session_leaves_no_file(shell: Shell) -> None:
    shell.done("migrate")
    out = shell.data / "none.csv"
    assert "s9" in shell.refused("export", "s9", "--format", "csv", "--out", str(out))
    assert not list(shell.data.glob("none.csv*"))


def test_migrating_twice_is_harmless(shell: Shell) -> None:
    first = shell.done("migrate", "--json").json
    assert first["before"] is None
    assert shell.done("migrate", "--json").json == {
        "before": first["after"],
        "after": first["after"],
    }


def test_listing_before_anything_was_stored_is_refused_with_the_reason(shell: Shell) -> None:
    assert "not a data directory" in shell.refused("room", "list")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--data", "{data}", "room", "list"),
        ("--data={data}", "room", "list"),
        ("room", "--data", "{data}", "list"),
        ("room", "list", "--data", "{data}"),
        ("room", "list", "--data={data}"),
    ],
)
def test_the_data_directory_may_be_named_before_or_after_the_command(
    shell: Shell, arguments: tuple[str, ...]
) -> None:
    shell.done("room", "add", "1")
    shell.monkeypatch.delenv("INFUSION_MONITOR_DATA")
    written = [argument.replace("{data}", str(shell.data)) for argument in arguments]
    assert shell.done(*written).out == "1\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("room",),
        ("fly",),
        ("room", "add"),
        ("room", "add", ""),
        ("device", "add", "--room", "1"),
        ("operator", "add", "Kari", "--role", "king"),
        ("session", "phase", "s1", "lunch"),
        ("export", "s1", "--format", "xls", "--out", "x"),
        ("room", "list", "--data"),
        ("room", "list", "--data="),
        ("room", "list", "--data", ""),
        ("--data", "--json", "room", "list"),
        ("room", "add", "a\x1b[31m"),
    ],
)
def test_wrong_usage_is_one_line_and_code_two(shell: Shell, arguments: tuple[str, ...]) -> None:
    answer = shell(*arguments, stdin="a long password\n")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1


def test_without_a_data_directory_the_command_says_how_to_name_one(shell: Shell) -> None:
    shell.monkeypatch.delenv("INFUSION_MONITOR_DATA")
    answer = shell("room", "list")
    assert answer.code == 2
    assert "--data DIR" in answer.err


def test_commands_make_a_directory_for_real_data(shell: Shell) -> None:
    shell.done("room", "add", "1")
    assert open_existing(shell.data).simulated is False


@pytest.mark.parametrize("option", ["--data", "--data=", "--config"])
def test_an_option_without_its_path_is_said_to_need_one(shell: Shell, option: str) -> None:
    answer = shell("room", "list", option)
    assert f"{option.removesuffix('=')} needs a path" in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("room", "rename", "1", "2"),
        ("room", "retire", "1"),
        ("device", "add", "--room", "1", "--name", "M"),
        ("device", "revoke", "d1"),
        ("operator", "disable", "Kari"),
        ("session", "start", "--room", "1", "--patient", "P-1"),
        ("session", "phase", "s1", "baseline"),
        ("session", "cancel", "s1", "--reason", "test"),
        ("serve", "--speed", "60"),
        ("gateway", "--speed", "60"),
        ("gateway", "--stepped"),
        ("dashboard", "--auto-sign-in", "Kari"),
    ],
)
def test_a_refused_command_makes_no_data_directory(
    shell: Shell, arguments: tuple[str, ...]
) -> None:
    shell.refused(*arguments)
    assert not (shell.data / "directory.json").exists()


def test_a_service_that_is_refused_for_its_settings_makes_no_data_directory(shell: Shell) -> None:
    shell.monkeypatch.setenv("INFUSION_MONITOR_NOTICE_URLS", '["nonsense://x"]')
    for service in ("serve", "gateway", "demo"):
        assert "notice_urls" in shell.refused(service)
    assert not (shell.data / "directory.json").exists()


def test_a_host_that_is_no_name_is_refused_in_words(shell: Shell) -> None:
    shell.monkeypatch.setenv("INFUSION_MONITOR_LOG_LEVEL", "error")
    for service in ("gateway", "dashboard"):
        line = shell.refused(service, "--host", "nowhere.invalid", "--port", "0")
        assert "nowhere.invalid:" in line
        assert "cannot be resolved" in line


def test_a_variable_that_is_no_setting_is_warned_about(shell: Shell) -> None:
    shell.monkeypatch.setenv("INFUSION_MONITOR_PROT", "9000")
    answer = shell.done("check-config", "--json")
    assert answer.json["port"] == 8050
    assert "INFUSION_MONITOR_PROT" in answer.err
    assert answer.err.count("\n") == 1


def test_a_fast_clock_over_real_data_is_refused(shell: Shell) -> None:
    create(shell.data, simulated=False)
    for service in ("serve", "gateway"):
        assert "simulated" in shell.refused(service, "--speed", "60")


def test_a_real_directory_never_becomes_a_simulated_one(shell: Shell) -> None:
    create(shell.data, simulated=False)
    assert "real data" in shell.refused("serve", "--simulated")
    assert "real data" in shell.refused("demo", "--no-browser")


def test_check_config_prints_the_settings_in_force(shell: Shell) -> None:
    create(shell.data, simulated=False)
    (shell.data / "config.toml").write_text("port = 9000\n")
    assert shell.done("check-config", "--json").json["port"] == 9000


def test_check_config_names_file_key_and_reason(shell: Shell) -> None:
    create(shell.data, simulated=False)
    (shell.data / "config.toml").write_text("portt = 9000\n")
    line = shell.refused("check-config")
    assert str(shell.data / "config.toml") in line
    assert "portt" in line


def test_every_fault_is_named_in_one_line_by_the_check_and_at_a_start(shell: Shell) -> None:
    create(shell.data, simulated=False)
    faults = 'port = "many"\nspeed = 0\nnotice_urls = ["nonsense://x", "nonsense://y"]\n'
    (shell.data / "config.toml").write_text(faults)
    for command in ("check-config", "serve", "gateway", "dashboard"):
        line = shell.refused(command)
        for fault in (
            "port: 'many': a whole number is wanted; ",
            "speed: 0: a number of at least 1 is wanted; ",
            "notice_urls: number 1: ",
            "notice_urls: number 2: ",
        ):
            assert fault in line, command


def test_every_field_of_an_order_that_cannot_be_used_is_named(shell: Shell) -> None:
    create(shell.data, simulated=False)
    answer = shell("session", "start", "--room", "x" * 61, "--patient", "", "--weight", "-1")
    assert answer.code == 2
    assert "room: text of at most 60 characters is wanted; " in answer.err
    assert "patient: text of at least 1 characters is wanted; " in answer.err
    assert "weight_kg: " in answer.err


def test_check_config_finds_what_no_setting_shows_by_itself(shell: Shell) -> None:
    create(shell.data, simulated=False)
    file = shell.data / "config.toml"
    file.write_text("port = 9000\ngateway_port = 9000\n")
    assert "both 9000" in shell.refused("check-config")
    file.write_text('backup_directory = "/nowhere"\n')
    assert "/nowhere is no folder" in shell.refused("check-config")
    file.write_text('backup_directory = "backups"\n')
    assert "an absolute path" in shell.refused("check-config")
    file.write_text('backup_recipient = "age1short"\n')
    assert "backup_recipient" in shell.refused("check-config")
    file.write_text(f'backup_directory = "{shell.data}"\n')
    assert shell.done("check-config", "--json").json["backup_keep"] == 14


def test_check_config_tells_addresses_from_nonsense_and_shows_neither(shell: Shell) -> None:
    create(shell.data, simulated=False)
    file = shell.data / "config.toml"
    file.write_text('notice_urls = ["json://kari:hemmelig@example"]\n')
    assert "hemmelig" not in shell.done("check-config").out
    assert len(shell.done("check-config", "--json").json["notice_urls"]) == 1
    file.write_text('notice_urls = ["json://example", "nonsense://hemmelig"]\n')
    for command in ("check-config", "gateway"):
        line = shell.refused(command)
        assert "notice_urls: number 2" in line
        assert "hemmelig" not in line


def test_help_goes_to_standard_output(shell: Shell) -> None:
    answer = shell("--help")
    assert answer.code == 0
    assert "--data" in answer.out
