from __future__ import annotations

from typing import Any

from monitor.dashboard.components.expected_bar import answer
from monitor.dashboard.expected import (
    AFTER,
    BEFORE,
    EXPECTED,
    Earlier,
    Expected,
    Question,
    expected,
)
from monitor.dashboard.figures import TRACES
from monitor.dashboard.lines import PointRow
from monitor.dashboard.marks import Band
from monitor.dashboard.published import PUBLISHED
from monitor.dashboard.theme import PALETTES
from monitor.domain.facts import BaselineConfirmed, Fact
from monitor.domain.readings import HOUR, MINUTE, Metric
from monitor.domain.sessions import Phase, PhaseEntry
from tests.dashboard.clinic import T0, parts, reading, records, session, stored, visit_of

DAY = 24 * HOUR
BASELINE = Band(diastolic=80, systolic=128)


def cuff(at: int, systolic: float, diastolic: float) -> PointRow:
    return PointRow("r2", "nibp", at, at, None, systolic, diastolic, 99, "ok", 0, "d2")


def pulse(at: int, value: float) -> PointRow:
    return PointRow("r2", "pulse_rate", at, at, value, None, None, None, "ok", 0, "d2")


def drawn(**changes: Any) -> Expected:
    given = {"protocol": "ketamine_iv", "began_at": T0, "baseline": BASELINE, **changes}
    return expected(visit_of(parts()).words, Question(**given), PALETTES["dark"], HOUR)


def of_part(made: Expected, part: str) -> list[dict[str, Any]]:
    return [trace for trace in made.traces if trace["meta"]["part"] == part]


def marks(made: Expected) -> list[dict[str, Any]]:
    return [trace for trace in of_part(made, "published") if trace["mode"] == "markers"]


def test_before_the_infusion_there_is_a_reason_and_no_trace() -> None:
    made = drawn(began_at=None)
    assert made.traces == []
    assert made.notes == ["No expected response yet: the infusion has not begun."]


def test_without_a_baseline_nothing_published_is_drawn_and_it_says_so() -> None:
    made = drawn(baseline=None)
    assert made.traces == []
    assert "not confirmed yet" in made.notes[-1]


def test_what_is_published_of_another_protocol_is_never_shown() -> None:
    made = drawn(protocol="esketamine_nasal")
    assert made.traces == []
    assert made.notes[-1] == "No published response is known for this protocol."


def test_a_published_mean_stands_once_at_its_time_over_the_patients_own_baseline() -> None:
    riva, yale = marks(drawn())
    assert yale["x"] == [T0 + HOUR + 40 * MINUTE] * 2
    assert yale["y"] == [144.0, 91.0]
    assert riva["x"] == [T0 + HOUR + 30 * MINUTE] * 2
    assert riva["y"] == [131.3, 83.2]


def test_no_deviation_is_made_up_where_none_was_given() -> None:
    upper, lower = (t for t in of_part(drawn(), "published") if t["mode"] == "lines")
    assert (upper["name"], min(upper["y"]), max(upper["y"])) == ("Yale 2024", 132.8, 155.2)
    assert (lower["name"], min(lower["y"]), max(lower["y"])) == ("Yale 2024", 82.55, 99.45)
    assert any("no SD given" in note for note in drawn().notes)


def test_every_published_point_names_its_source_on_the_chart() -> None:
    labels = [t for t in of_part(drawn(), "published") if t["mode"] == "text"]
    for trace, known in zip(labels, PUBLISHED["ketamine_iv"], strict=True):
        assert known.source in trace["text"][0]


def test_an_earlier_session_is_moved_to_the_beginning_of_this_infusion() -> None:
    began = T0 - 7 * DAY
    one = Earlier(2, began, [cuff(began - MINUTE, 130, 82), cuff(began + 20 * MINUTE, 150, 95)])
    systolic, diastolic, label = of_part(drawn(earlier=[one]), "own")
    assert systolic["x"] == [T0 + HOUR - MINUTE, T0 + HOUR + 20 * MINUTE]
    assert systolic["y"] == [130, 150]
    assert diastolic["y"] == [82, 95]
    assert label["text"] == ["<b>2</b>"]
    assert 0 < label["x"][0] - (T0 + HOUR + 20 * MINUTE) < MINUTE


def test_numbers_of_earlier_sessions_stand_at_the_ends_of_their_lines_and_never_on_each_other() -> (
    None
):
    began = T0 - 7 * DAY
    earlier = [
        Earlier(n, began, [cuff(began + 40 * MINUTE, 150 + n, 95), cuff(began + HOUR, 140, 90)])
        for n in (1, 2, 3)
    ]
    label = of_part(drawn(earlier=earlier), "own")[-1]
    assert len(set(label["x"])) == 1
    assert label["y"] == [143, 152, 161]


def test_of_an_earlier_session_only_what_is_around_its_infusion_is_shown() -> None:
    began = T0 - 7 * DAY
    points = [cuff(began - BEFORE - 1, 130, 82), cuff(began + AFTER + 1, 130, 82)]
    made = drawn(earlier=[Earlier(1, began, points)])
    assert of_part(made, "own") == []
    assert made.notes[0] == "No earlier session of this patient with an infusion."


def test_the_pulse_of_an_earlier_session_is_its_median_of_each_minute() -> None:
    began = T0 - DAY
    points = [pulse(began + second * 1000, value) for second, value in ((1, 70), (2, 72), (3, 200))]
    trace, _labels = of_part(drawn(earlier=[Earlier(1, began, points)]), "own")
    assert trace["yaxis"] == "y2"
    assert trace["y"] == [72]


def test_no_reading_ever_belongs_to_an_expected_trace() -> None:
    began = T0 - DAY
    made = drawn(earlier=[Earlier(1, began, [cuff(began, 130, 82), pulse(began, 70)])])
    for trace in made.traces:
        assert trace["meta"]["source"] == EXPECTED
        assert trace["meta"]["metric"] not in set(Metric)
        assert tuple(trace["meta"].values()) not in {tuple(kind) for kind in TRACES}
        assert trace["mode"] == "text" or trace["zorder"] < 0


def test_numbers_are_written_in_the_readers_language() -> None:
    given = Question("ketamine_iv", T0, BASELINE)
    made = expected(visit_of(parts(), "kari").words, given, PALETTES["dark"], HOUR)
    assert any("+16,0 ± 11,2" in note for note in made.notes)


def clinic_with_an_earlier_session() -> Any:
    known = records()
    began = T0 - 3 * DAY
    phases = (Phase.PRECHECK, Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION, Phase.DISCHARGED)
    entries = tuple(PhaseEntry(p, began + n * 10 * MINUTE) for n, p in enumerate(phases))
    known.all_sessions.append(session(id="s0", number=4, phases=entries))
    known.all_sessions.append(session(id="sx", patient="P-9", number=4, phases=entries))
    at = began + 25 * MINUTE
    pressure = {"systolic": 150.0, "diastolic": 90.0, "mean": 110.0}
    known.all_readings.append(stored(reading(Metric.NIBP, at, None, **pressure), session_id="s0"))
    return known


def test_switched_off_it_leaves_nothing_behind() -> None:
    visit = visit_of(parts(records=clinic_with_an_earlier_session()))
    assert answer(visit, "s1", on=False, shown="any") == ({"key": "", "traces": []}, [])


def test_it_is_drawn_from_the_patients_own_record_and_from_nobody_elses() -> None:
    visit = visit_of(parts(records=clinic_with_an_earlier_session()))
    told, notes = answer(visit, "s1", on=True, shown=None)
    assert [trace["meta"]["part"] for trace in told["traces"]] == ["own"] * 3
    assert notes[0].children == "Own session 4, aligned at the start of infusion"


def test_it_is_drawn_anew_only_when_infusion_baseline_or_history_changed() -> None:
    known = clinic_with_an_earlier_session()
    visit = visit_of(parts(records=known))
    told, _notes = answer(visit, "s1", on=True, shown=None)
    again, _notes = answer(visit, "s1", on=True, shown=told["key"])
    assert again is not told
    assert not isinstance(again, dict)
    values = {"systolic": 128.0, "diastolic": 80.0}
    known.all_facts.append(Fact(T0, "anna", "s1", BaselineConfirmed("s1", values)))
    changed, _notes = answer(visit, "s1", on=True, shown=told["key"])
    assert {trace["meta"]["part"] for trace in changed["traces"]} == {"own", "published"}
