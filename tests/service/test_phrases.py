"""Every reason has words in every language."""

from __future__ import annotations

import pytest

from monitor.domain.alarms import Reason
from monitor.locale import load_translations
from monitor.service.phrases import _SENTENCES, Phrases
from monitor.service.protocols import load_protocols

EVERY_VALUE: dict[str, float | int | str | None] = {
    "metric": "nibp",
    "component": "systolic",
    "value": 184.5,
    "pressure": "",
    "limit": 180,
    "delay_s": 15,
    "metrics": "pulse_rate,spo2",
    "status": "sensor_off",
    "after_s": 10,
    "seconds": 3,
    "interval_s": 60,
    "low": 91,
    "high": 97,
    "minutes": 3,
    "setting": 50,
    "score": "moaas",
    "by": "N-12",
    "why": "toilet",
    "times": 2,
    "own": 88,
    "operator": "N-12",
    "rest": 124,
    "wanted": 94,
    "n": 2,
}
# Of a discharge criterion the values decide between sentences.
OF_VALUES: dict[str, tuple[str, str]] = {
    "discharge_held_alone": ("discharge_held", "rest"),
    "discharge_in": ("discharge_in", "value"),
    "discharge_in_value": ("discharge_in", ""),
    "discharge_outside": ("discharge_outside", "rest"),
    "discharge_outside_rest": ("discharge_outside", ""),
}
SPOKEN = {language: Phrases(language, known) for language, known in load_translations().items()}


@pytest.mark.parametrize("language", sorted(SPOKEN))
@pytest.mark.parametrize("template", sorted(_SENTENCES.values()))
def test_every_sentence_can_be_said(language: str, template: str) -> None:
    code = next(code for code, known in _SENTENCES.items() if known == template)
    values = {**EVERY_VALUE, "pressure": "184/112" if code.startswith("pressure") else ""}
    values["inclusive"] = int("at_or" in code)
    values["delay_s"] = 15 if code.endswith("_for") else 0
    code, left_out = OF_VALUES.get(code, (code, ""))
    values.pop(left_out, None)
    code = code.removesuffix("_for").replace("at_or_", "").replace("pressure_", "limit_")
    said = SPOKEN[language].say(Reason(code, values))
    assert said
    assert "{" not in said


def test_a_limit_says_value_limit_and_how_long() -> None:
    values: dict[str, float | int | str | None] = {"metric": "spo2", "component": "value"}
    values |= {"value": 88.5, "limit": 90, "delay_s": 15, "inclusive": 0, "pressure": ""}
    assert SPOKEN["en"].say(Reason("limit_below", values)) == "SpO₂ 88.5 % – below 90 for 15 s"
    assert "88,5" in SPOKEN["nb"].say(Reason("limit_below", values))


def test_a_cuff_is_said_whole() -> None:
    values: dict[str, float | int | str | None] = {"metric": "nibp", "component": "systolic"}
    values |= {"value": 184, "pressure": "184/112", "limit": 180, "inclusive": 1}
    said = SPOKEN["en"].say(Reason("limit_above", values))
    assert said == "BP 184/112 mmHg – systolic at or above 180"


@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_what_is_no_infusion_is_told_in_the_protocols_own_words(language: str) -> None:
    nasal = load_protocols()["esketamine_nasal"].course
    word = nasal.phase_words["infusion"][language]
    spoken = SPOKEN[language].called(nasal.phase_words)
    for code in ("due_phase_end_infusion", "overdue_infusion_end"):
        assert word in spoken.say(Reason(code))
        assert word not in SPOKEN[language].say(Reason(code))
    assert spoken.say(Reason("due_cuff")) == SPOKEN[language].say(Reason("due_cuff"))
