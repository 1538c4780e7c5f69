"""Protocol files: what a good one gives, and how a bad one is refused."""

from __future__ import annotations

import hashlib
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.limits import limits_in_force
from monitor.domain.readings import MINUTE, Metric
from monitor.service.protocol_file.reference import README, reference, tables
from monitor.service.protocols import (
    PROTOCOLS_DIRECTORY,
    Protocol,
    ProtocolError,
    load_protocol,
    load_protocols,
    read_protocol,
)

GOOD = (PROTOCOLS_DIRECTORY / "ketamine_iv.toml").read_text(encoding="utf-8")
PRESETS = load_protocols()
KETAMINE, ESKETAMINE = PRESETS["ketamine_iv"], PRESETS["esketamine_nasal"]
LANGUAGES = {"en", "nb"}


def parts_of(thing: Any) -> list[Any]:
    """Every dataclass inside, at any depth."""
    if is_dataclass(thing):
        inside = [part for field in fields(thing) for part in parts_of(getattr(thing, field.name))]
        return [thing, *inside]
    if isinstance(thing, (tuple, list)):
        return [part for one in thing for part in parts_of(one)]
    return []


def test_the_usual_protocol_is_offered_first() -> None:
    assert list(PRESETS) == ["ketamine_iv", "esketamine_nasal"]


def test_the_rungs_of_a_side_are_numbered_from_the_mildest_on() -> None:
    limits = limits_in_force(KETAMINE.alarms, "infusion", {}, {})[Metric.SPO2]
    assert [limit.limit for limit in limits] == [92, 90, 85]
    assert sorted(limit.severity for limit in limits) == [limit.severity for limit in limits]
    assert len({limit.severity for limit in limits}) == 3


@pytest.mark.parametrize("protocol", PRESETS.values(), ids=lambda protocol: protocol.name)
def test_every_number_of_a_preset_names_its_source(protocol: Protocol) -> None:
    alarms = protocol.alarms
    parts = [*parts_of(protocol.course), *alarms.limits, *alarms.rises, *alarms.scores]
    sourced = [part for part in parts if hasattr(part, "source")]
    assert len(sourced) > 60
    assert all(part.source.strip() for part in sourced)


@pytest.mark.parametrize("protocol", PRESETS.values(), ids=lambda protocol: protocol.name)
def test_every_text_of_a_preset_is_in_both_languages(protocol: Protocol) -> None:
    texts = [part.text for part in parts_of(protocol.course) if hasattr(part, "text")]
    assert len(texts) > 80
    assert all(set(text) == LANGUAGES and all(text.values()) for text in texts)


@pytest.mark.parametrize("protocol", PRESETS.values(), ids=lambda protocol: protocol.name)
def test_a_preset_leads_from_the_first_check_to_discharge(protocol: Protocol) -> None:
    course = protocol.course
    assert {check.phase for check in course.checks} == {"precheck", "discharge"}
    assert {check.wanted for check in course.checks} == {"yes", "no"}
    assert course.gate is not None
    assert (course.gate.systolic_above, course.gate.diastolic_above) == (140, 90)
    assert course.override_roles == {"clinician"}
    assert {criterion.kind for criterion in course.discharge} == {
        "within_baseline",
        "at_least",
        "score_at_least",
        "score_at_most",
        "after_end",
        "checked",
        "alarms",
    }
    assert course.phase_ms == protocol.phase_ms
    assert course.cuff_ms == protocol.cuff_ms == protocol.alarms.cuff_ms
    assert course.series is not None
    assert len(course.series.days) == protocol.planned_sessions


@pytest.mark.parametrize("protocol", PRESETS.values(), ids=lambda protocol: protocol.name)
def test_a_preset_never_says_how_much_of_a_rescue_drug(protocol: Protocol) -> None:
    texts = [text for drug in protocol.course.drugs for text in drug.text.values()]
    assert not [text for text in texts if re.search(r"\d", text)]


def test_ketamine_is_dosed_by_weight_with_a_pump() -> None:
    dose = KETAMINE.course.dose
    assert dose is not None
    assert (dose.usual_mg_per_kg, dose.usual_mg, dose.by_pump) == (0.5, None, True)
    assert (dose.second_check_above_mg_per_kg, dose.most_mg_per_kg) == (0.5, 1.0)


def test_esketamine_comes_in_devices_without_a_pump() -> None:
    dose = ESKETAMINE.course.dose
    assert dose is not None
    assert (dose.usual_mg_per_kg, dose.by_pump, dose.doses_mg) == (None, False, (28, 56, 84))


def test_esketamine_is_watched_for_two_hours_after_the_last_device() -> None:
    time = next(c for c in ESKETAMINE.course.discharge if c.kind == "after_end")
    assert time.for_ms == ESKETAMINE.phase_ms["observation"] == 120 * MINUTE


def test_a_score_says_when_it_is_due() -> None:
    moaas, cadss = KETAMINE.course.score("moaas"), KETAMINE.course.score("cadss6")
    assert moaas is not None
    assert cadss is not None
    assert moaas.every_ms == {"infusion": 10 * MINUTE, "observation": 15 * MINUTE}
    assert cadss.once_ms["infusion"] == KETAMINE.phase_ms["infusion"]


def test_the_edition_is_the_hash_of_the_files_bytes(tmp_path: Path) -> None:
    content = GOOD.replace("\n", "\r\n").encode("utf-8")
    path = tmp_path / "windows.toml"
    path.write_bytes(content)
    protocol = load_protocol(path)
    assert protocol.edition == hashlib.sha256(content).hexdigest()[:12]
    assert protocol.text.encode("utf-8") == content


@pytest.mark.parametrize("protocol", PRESETS.values(), ids=lambda protocol: protocol.name)
def test_a_stored_text_gives_the_same_protocol_again(protocol: Protocol) -> None:
    assert read_protocol(protocol.text, "kept by a session") == protocol


@settings(max_examples=30, deadline=None)
@given(comment=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
def test_any_change_of_the_text_is_another_edition(comment: str) -> None:
    changed = read_protocol(f"{GOOD}# {comment}\n", "changed")
    assert changed.edition != KETAMINE.edition
    assert changed.course == KETAMINE.course
    assert changed.alarms == KETAMINE.alarms


@settings(max_examples=50, deadline=None)
@given(
    place=st.integers(min_value=0, max_value=len(GOOD)), removed=st.integers(1, 40), put=st.text()
)
def test_a_damaged_file_is_read_or_refused_in_one_sentence(
    place: int, removed: int, put: str
) -> None:
    damaged = GOOD[:place] + put + GOOD[place + removed :]
    told = ""
    try:
        assert read_protocol(damaged, "damaged").course.discharge
    except ProtocolError as refusal:
        told = str(refusal)
    assert not told or told.startswith("damaged: ")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(ProtocolError, match=r"/two\.toml: .*another file is ketamine_iv too"):
        load_protocols(tmp_path)


def test_a_file_that_is_not_utf8_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('title = "Før"'.encode("latin-1"))
    with pytest.raises(ProtocolError, match=r"/latin\.toml: "):
        load_protocol(path)


def test_the_reference_of_the_format_is_up_to_date() -> None:
    assert README.read_text(encoding="utf-8") == reference(), (
        "run: python -m monitor.service.protocol_file.reference"
    )


def test_the_reference_knows_every_table_and_every_preset() -> None:
    text = reference()
    assert all(re.search(rf"^## `\[+{table}[.\]]", text, re.MULTILINE) for table in tables())
    presets = PROTOCOLS_DIRECTORY.glob("*.toml")
    assert all(f"| `{preset.name}` |" in text for preset in presets)
