from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.config import (
    ConfigError,
    as_environment,
    load_settings,
    unknown_variables,
)
from monitor.settings import SETTINGS, Settings

NOTHING: dict[str, str] = {}


def test_without_anything_the_defaults_hold() -> None:
    assert load_settings({}, environ=NOTHING) == Settings()


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('port = 1\ngateway_port = 1\nhost = "file"\n')
    environment = {"INFUSION_MONITOR_PORT": "2", "INFUSION_MONITOR_GATEWAY_PORT": "2"}
    settings = load_settings({"port": 3, "speed": None}, directory=tmp_path, environ=environment)
    assert (settings.port, settings.gateway_port, settings.host) == (3, 2, "file")


def test_a_named_file_is_read_instead_of_the_directorys_own(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("port = 1\n")
    other = tmp_path / "other.toml"
    other.write_text("port = 2\n")
    assert load_settings({}, directory=tmp_path, file=other, environ=NOTHING).port == 2
    by_variable = {"INFUSION_MONITOR_CONFIG": str(other)}
    assert load_settings({}, directory=tmp_path, environ=by_variable).port == 2


@pytest.mark.parametrize(
    ("content", "key", "reason"),
    [
        ("prt = 1", "prt", "no such setting"),
        ("port = 70000", "port", "70000: a number of at most 65535 is wanted"),
        ('port = "many"', "port", "a whole number is wanted"),
        ("port = 1.5", "port", "a whole number is wanted"),
        ("port = []", "port", "a whole number is wanted"),
        ('speed = "quick"', "speed", "a number is wanted"),
        ("speed = nan", "speed", "a finite number is wanted"),
        ("host = 1", "host", "text is wanted"),
        ('language = "de"', "language", "'en' or 'nb' is wanted"),
        ('tls_key = "clinic.key"', "tls_key", "an absolute path is wanted"),
        ('backup_recipient = "age1"', "backup_recipient", "a public key like that of"),
        ('dashboard_url = "clinic.example"', "dashboard_url", "like https://clinic.example is"),
        ("notice_urls = 1", "notice_urls", "a list is wanted"),
        ('notice_urls = ["json://x", 1]', "notice_urls", "number 2: text is wanted"),
        ('clinic_time_zone = "Mars/Olympus"', "clinic_time_zone", "time zone"),
        ("speed = 0", "speed", "a number of at least 1 is wanted"),
        ('gateway_url = "http://clinic"', "gateway_url", "like wss://clinic.example/gateway is"),
        ("[section]\nport = 1", "section", "no such setting"),
        ("port =", "", "Invalid value"),
    ],
)
def test_a_bad_setting_is_refused_with_file_key_and_reason(
    tmp_path: Path, content: str, key: str, reason: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(content)
    with pytest.raises(ConfigError) as refused:
        load_settings({}, directory=tmp_path, environ=NOTHING)
    assert str(refused.value).startswith(f"{file}: {key}")
    assert reason in str(refused.value)


def test_every_fault_is_named_in_one_line_and_the_other_settings_are_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("prt = 1\nspeed = 0\nbackup_keep = 3\n")
    variables = {"INFUSION_MONITOR_GATEWAY_PORT": "many"}
    with pytest.raises(ConfigError) as refused:
        load_settings({"port": -1}, directory=tmp_path, environ=variables)
    file = tmp_path / "config.toml"
    assert refused.value.faults == (
        f"{file}: prt: there is no such setting; is port meant?",
        f"{file}: speed: 0: a number of at least 1 is wanted",
        "environment: INFUSION_MONITOR_GATEWAY_PORT: 'many': a whole number is wanted",
        "flag: --port: -1: a number of at least 0 is wanted",
    )
    assert str(refused.value) == "; ".join(refused.value.faults)
    assert refused.value.others == Settings(backup_keep=3)


def test_a_misspelt_variable_is_named_and_stops_nothing() -> None:
    misspelt = {"INFUSION_MONITOR_PROT": "1", "INFUSION_MONITOR_PORT": "9"}
    assert load_settings({}, environ=misspelt) == Settings(port=9)
    assert unknown_variables(misspelt) == ["INFUSION_MONITOR_PROT"]


def test_a_misspelt_variable_is_not_named_again_by_the_programs_that_are_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INFUSION_MONITOR_PROT", "1")
    passed_on = dict(os.environ) | as_environment(Settings())
    assert unknown_variables(passed_on) == []


def test_a_bad_value_of_a_variable_is_refused_by_its_name() -> None:
    with pytest.raises(ConfigError, match="environment: INFUSION_MONITOR_PORT"):
        load_settings({}, environ={"INFUSION_MONITOR_PORT": "many"})


def test_variables_that_are_no_settings_are_left_alone() -> None:
    others = {"INFUSION_MONITOR_TEST_DATA": "x", "INFUSION_MONITOR_DATA": "x", "HOME": "x"}
    assert load_settings({}, environ=others) == Settings()
    assert unknown_variables(others) == []


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_settings({}, file=tmp_path / "none.toml", environ=NOTHING)


def test_every_setting_has_help() -> None:
    assert [setting.name for setting in SETTINGS] == list(Settings.model_fields)
    assert all(setting.help for setting in SETTINGS)


ADDRESSES = '["json://kari:hemmelig@example/ward?x=é", "mailto://kari:hemmelig@example"]'


def test_addresses_of_notices_come_from_the_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f"notice_urls = {ADDRESSES}\n")
    by_file = load_settings({}, directory=tmp_path, environ=NOTHING)
    by_variable = load_settings({}, environ={"INFUSION_MONITOR_NOTICE_URLS": ADDRESSES})
    assert by_file == by_variable
    assert by_file.notice_urls[1].get_secret_value() == "mailto://kari:hemmelig@example"


def test_another_program_gets_exactly_the_same_settings() -> None:
    given = {"INFUSION_MONITOR_NOTICE_URLS": ADDRESSES, "INFUSION_MONITOR_SPEED": "2.5"}
    settings = load_settings({}, environ=given)
    assert load_settings({}, environ=as_environment(settings)) == settings
    assert load_settings({}, environ=as_environment(Settings())) == Settings()


@pytest.mark.parametrize("value", ["json://hemmelig", '"json://hemmelig"', '[["hemmelig"]]', "[1]"])
def test_addresses_that_are_no_list_of_texts_are_refused_without_repeating_them(value: str) -> None:
    with pytest.raises(ConfigError, match="INFUSION_MONITOR_NOTICE_URLS") as refused:
        load_settings({}, environ={"INFUSION_MONITOR_NOTICE_URLS": value})
    assert "hemmelig" not in str(refused.value)


def test_no_printed_form_of_the_settings_has_an_address_in_it() -> None:
    settings = load_settings({}, environ={"INFUSION_MONITOR_NOTICE_URLS": ADDRESSES})
    assert "hemmelig" not in f"{settings!r}{settings}{settings.model_dump_json()}"
