from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.dashboard.pages import paper
from monitor.dashboard.paper_sheet import Sheet, sheet_of, sheet_rows
from monitor.domain.course import Course, ScoreKind
from monitor.domain.readings import MINUTE
from monitor.service.protocols import Protocol, load_protocols
from tests.dashboard.clinic import parts, visit_of, visiting

PROTOCOLS = load_protocols()


def sheet(protocol: Protocol, name: str = "anna") -> Sheet:
    visit = visit_of(parts(), name)
    return sheet_of(visit.words, visit.phrases, protocol)


def shown(name: str, **settings: Any) -> str:
    with visiting(visit_of(parts(**settings))):
        page = paper.layout(protocol_name=name)
    return json.dumps(page, default=lambda part: part.to_plotly_json(), ensure_ascii=False)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_sheet_has_every_check_limit_and_criterion_of_its_protocol(name: str) -> None:
    protocol = PROTOCOLS[name]
    made = sheet(protocol)
    asked = [item for item in protocol.course.checks if item.phase == "precheck"]
    assert len(made.checks) + len(made.exclusions) == len(asked)
    assert len(made.discharge) == len(protocol.course.discharge)
    told = sum(len(line.limits) for line in made.limits)
    alarms = protocol.alarms
    assert told == len(alarms.limits) + len(alarms.rises) + len(alarms.scores)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_what_is_said_about_a_limit_are_the_protocols_own_words(name: str) -> None:
    protocol = PROTOCOLS[name]
    alarms = protocol.alarms
    known = {limit.source for limit in alarms.limits} | {rise.source for rise in alarms.rises}
    known |= {score.source for score in alarms.scores}
    assert {source for line in sheet(protocol).limits for _text, source in line.limits} <= known


def test_rows_stand_at_the_cadence_of_the_protocol() -> None:
    course = Course(
        cuff_ms={"infusion": 10 * MINUTE, "observation": 15 * MINUTE},
        phase_ms={"infusion": 40 * MINUTE, "observation": 50 * MINUTE},
    )
    rows = sheet_rows(visit_of(parts()).words, course)
    assert [row.minute for row in rows if row.phase == "Infusion"] == ["0", "10", "20", "30", "40"]
    # The planned end has a row of its own, so that nobody leaves unmeasured.
    assert [row.minute for row in rows if row.phase == "Observation"] == ["15", "30", "45", "50"]


def test_a_score_is_asked_for_in_the_first_row_at_which_it_is_due() -> None:
    kind = ScoreKind(
        "moaas",
        0,
        5,
        {"en": "Sedation"},
        "",
        every_ms={"infusion": 20 * MINUTE},
        once_ms={"observation": 20 * MINUTE},
    )
    course = Course(
        scores=(kind,),
        cuff_ms={"infusion": 10 * MINUTE, "observation": 15 * MINUTE},
        phase_ms={"infusion": 40 * MINUTE, "observation": 45 * MINUTE},
    )
    rows = sheet_rows(visit_of(parts()).words, course)
    due = [(row.phase, row.minute) for row in rows if "MOAA/S" in row.scores]
    assert due == [("Infusion", "20"), ("Infusion", "40"), ("Observation", "30")]


def test_a_dose_by_weight_has_its_whole_arithmetic() -> None:
    told = " ".join(sheet(PROTOCOLS["ketamine_iv"]).dose)
    for part in ("kg ×", "mg/kg", "mg/ml", "ml/h", "× 60 ÷"):
        assert part in told


def test_a_dose_in_devices_is_ticked_and_nothing_is_said_of_a_pump() -> None:
    told = " ".join(sheet(PROTOCOLS["esketamine_nasal"]).dose)
    assert "☐ 28  ☐ 56  ☐ 84" in told
    assert "ml/h" not in told
    assert "paused" not in shown("esketamine_nasal")
    assert "paused" in shown("ketamine_iv")


def test_what_is_no_infusion_is_not_called_one() -> None:
    told = shown("esketamine_nasal")
    assert "1 Before administration" in told
    assert "Administration" in [row.phase for row in sheet(PROTOCOLS["esketamine_nasal"]).rows]
    assert "infusion" not in told.lower().replace("infusion-monitor", "")
    assert "1 Before the infusion" in shown("ketamine_iv")


def test_a_check_that_may_not_apply_has_a_third_box() -> None:
    made = sheet(PROTOCOLS["ketamine_iv"])
    answers = {len(check.answers) for check in made.checks}
    assert answers == {2, 3}


def test_a_protocol_without_a_gate_says_nothing_of_one() -> None:
    protocol = PROTOCOLS["ketamine_iv"]
    bare = replace(protocol, course=replace(protocol.course, gate=None, dose=None))
    made = sheet(bare)
    assert made.gate == ""
    assert len(made.dose) == 1


def test_a_sheet_is_in_the_readers_language() -> None:
    made = sheet(PROTOCOLS["ketamine_iv"], "kari")
    assert made.title == "Ketamin i blodåre"
    assert "Samtykke" in " ".join(check.text for check in made.checks)


def test_a_simulated_directory_marks_its_sheets() -> None:
    assert '"data-simulated"' in shown("ketamine_iv", simulated=True)
    assert '"data-simulated"' not in shown("ketamine_iv")


def test_an_unknown_protocol_has_no_sheet() -> None:
    assert "There is no such protocol." in shown("nothing")
