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
        ("port = 70000", "port", "65535"),
        ('port = "many"', "port", "integer"),
        ('clinic_time_zone = "Mars/Olympus"', "clinic_time_zone", "time zone"),
        ("speed = nan", "speed", "number"),
        ("speed = 0", "speed", "1"),
        ('gateway_url = "http://clinic"', "gateway_url", "pattern"),
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
