"""What a clinician wants rehearsed, from the fields of the page."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.dashboard.rehearsal.asking import (
    OFF,
    Choice,
    NotPossibleError,
    changes_of,
    own_values,
    sessions_of,
)
from monitor.dashboard.rehearsal.form import typed_text
from monitor.dashboard.rehearsal.names import change_lines
from monitor.dashboard.visit import Parts, Visit
from monitor.domain.limits import Priority, Side
from monitor.locale import LANGUAGES
from monitor.service.phrases import Phrases
from monitor.service.protocols import load_protocols
from monitor.service.rehearsal import Changes, RuleChange, rules_of

KETAMINE = load_protocols()["ketamine_iv"]
SPO2 = {"value": "92", "delay": "15", "priority": "medium"}


def wanted(visit: Visit, **typed: dict[str, str]) -> Changes:
    return changes_of(visit.words, visit.phrases, KETAMINE, typed)


def chosen(visit: Visit, **changes: Any) -> tuple[list[str], bool]:
    given: dict[str, Any] = {"since": None, "until": None, "patient": "", "newest": "20"}
    choice = Choice(KETAMINE, **{**given, **changes})
    sessions, is_all = sessions_of(visit.words, visit.parts.records, choice)
    return [one.id for one in sessions], is_all


def refusal(visit: Visit, **typed: dict[str, str]) -> tuple[str, str]:
    with pytest.raises(NotPossibleError) as refused:
        wanted(visit, **typed)
    return str(refused.value), refused.value.field


def test_what_stands_as_in_the_protocol_is_no_change(visit: Visit) -> None:
    assert wanted(visit, spo2_below_1=SPO2) == Changes()


def test_a_changed_number_a_changed_priority_and_a_limit_taken_out_are_changes(
    visit: Visit,
) -> None:
    changes = wanted(
        visit,
        spo2_below_1=SPO2 | {"value": "90,5", "delay": "20"},
        systolic_above_1={"value": "165", "priority": "high"},
        rise_1={"value": "40", "priority": OFF},
    )
    assert changes.rules == (
        RuleChange("spo2_below_1", 90.5, Priority.MEDIUM, 20_000),
        RuleChange("systolic_above_1", 165, Priority.HIGH),
        RuleChange("rise_1", 40, None),
    )
    rules = {rule.id: rule for rule in rules_of(KETAMINE)}
    assert change_lines(visit.words, visit.phrases, rules, changes) == [
        "SpO₂ < 92 → 90.5, 20 s, !! medium",
        "Systolic BP ≥ 165 → 165, !!! high",
        "Systolic BP: rise over the baseline → not in force",
    ]


def test_what_the_fields_show_is_no_change_in_any_language(parts: Parts) -> None:
    for protocol in parts.protocols.values():
        for language in LANGUAGES:
            words = parts.words(language)
            phrases = Phrases(language, words.translations)
            shown = {
                rule.id: {
                    "value": typed_text(words, own_values(rule).value),
                    "delay": typed_text(words, own_values(rule).delay_ms / 1000),
                    "priority": str(own_values(rule).priority),
                }
                for rule in rules_of(protocol)
            }
            assert changes_of(words, phrases, protocol, shown) == Changes()
    assert typed_text(parts.words("nb"), 1800.5) == "1800,5"


def test_a_limit_more_is_added_where_it_has_a_value(visit: Visit) -> None:
    typed = {"what": "systolic", "sign": "≥", "value": " ", "delay": "5", "priority": "low"}
    assert wanted(visit, added=typed) == Changes()
    (added,) = wanted(visit, added=typed | {"value": "150"}).added
    assert (added.metric, added.component, added.side) == ("nibp", "systolic", Side.ABOVE)
    assert (added.inclusive, added.delay_ms) == (True, 0)


@pytest.mark.parametrize(
    ("typed", "sentence", "field"),
    [
        ({"value": ""}, "SpO₂ < 92: This is not a number.", "value"),
        ({"value": "ninety"}, "SpO₂ < 92: This is not a number.", "value"),
        ({"value": "nan"}, "this is from 1 to 100", "value"),
        ({"value": "101"}, "this is from 1 to 100; beyond that it would not be a limit.", "value"),
        ({"delay": "1e9"}, "a delay is from 0 to 3,600 s.", "delay"),
    ],
)
def test_an_impossible_limit_is_refused_in_one_sentence_beside_its_field(
    visit: Visit, typed: dict[str, str], sentence: str, field: str
) -> None:
    said, about = refusal(visit, spo2_below_1=SPO2 | typed)
    assert sentence in said
    assert about == f"rehearsal-spo2_below_1-{field}"


def test_limits_that_leave_no_value_between_them_are_refused(visit: Visit) -> None:
    low = {"value": "112", "delay": "30", "priority": "medium"}
    assert refusal(visit, pulse_rate_below_1=low) == (
        "Pulse < 50: below 112 and above 110 is an alarm: no value lies between.",
        "rehearsal-pulse_rate_below_1-value",
    )


def test_sessions_are_the_newest_and_it_is_told_whether_they_are_all(visit: Visit) -> None:
    assert chosen(visit) == (["s5", "s4", "s3", "s2", "s1"], True)
    assert chosen(visit, newest="2") == (["s5", "s4"], False)
    assert chosen(visit, patient="P-0417") == (["s4", "s2"], True)
    first = visit.parts.records.session("s1")
    assert first is not None
    assert chosen(visit, until=first.started_at + 1) == (["s1"], True)


@pytest.mark.parametrize("newest", ["", "0", "501", "ten", "-3", "2.5"])
def test_a_number_of_sessions_that_is_none_is_refused(visit: Visit, newest: str) -> None:
    with pytest.raises(NotPossibleError, match="a whole number from 1 to 500") as refused:
        chosen(visit, newest=newest)
    assert refused.value.field == "rehearsal-newest"


def test_days_in_the_wrong_order_and_a_patient_nobody_knows_are_said(visit: Visit) -> None:
    with pytest.raises(NotPossibleError, match="The first day is after the last one"):
        chosen(visit, since=2, until=1)
    with pytest.raises(NotPossibleError, match="No session of these days, this patient"):
        chosen(visit, patient="P-9")
