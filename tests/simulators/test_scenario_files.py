"""What may stand in a scenario file: a check that cannot fail, or what never happens, is refused with its place."""

from __future__ import annotations

import ast
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest

from monitor.domain import conditions, schedule
from monitor.domain.alarms import AlarmType, State
from monitor.domain.conditions import limit as limit_condition
from monitor.domain.limits import Priority
from monitor.domain.readings import Metric
from monitor.domain.sessions import Phase
from monitor.service.protocols import load_protocols
from simulators.check.staff import AT_REST
from simulators.scenarios import vocabulary
from simulators.scenarios.library import ScenarioError, library, read_scenario
from simulators.scenarios.model import Scenario
from simulators.scenarios.vocabulary import METRICS_OF, PHYSIOLOGICAL

HEAD = 'title = "x"\nminutes = 8\n[[room]]\n'


def reason(text: str, directory: Path) -> str:
    """What follows the file's name in the sentence with which it is refused."""
    file = directory / "mine.toml"
    file.write_text(text)
    with pytest.raises(ScenarioError) as refused:
        read_scenario(file)
    name, _, said = str(refused.value).partition(": ")
    assert name == "mine.toml"
    return said


@pytest.mark.parametrize(
    ("room", "said"),
    [
        ('event = [{ at = 1, do = "panic" }, { at = 2, do = "airways" }]', "'airways' is not one"),
        ("bed = 1", "room 1: bed: this key is not known"),
        ('name = "corner"\nbed = 1', "room 1 (corner): bed: this key is not known"),
        ('event = [{ do = "panic" }]', "room 1, event 1: at: this key is missing"),
        ("event = [{ at = 1 }]", "room 1, event 1: do: this key is missing"),
        ('event = [{ at = 1, do = "pump" }]', "room 1, event 1: rate: this key is missing"),
        (
            'event = [{ at = 1, do = "airway", lowest = 30 }]',
            "room 1, event 1: lowest: at least 40 is wanted",
        ),
        (
            'event = [{ at = 1, do = "panic", hard = true }]',
            "room 1, event 1: hard: this key is not known",
        ),
        (
            'event = [{ at = 1, do = "drive", vital = "mood", to = 3 }]',
            "room 1, event 1: vital: 'mood' is not one of 'pulse_rate', 'spo2'",
        ),
        ('event = [{ at = "1", do = "panic" }]', 'event 1: at: a time is whole seconds, "MM:SS"'),
        ("event = [{ at = true, do = 'panic' }]", "event 1: at: a time is whole seconds"),
        ("event = 3", "room 1: event: a list is wanted"),
        ("devices = { cuff_scatter = [4, -1] }", "room 1, devices.cuff_scatter 2: at least 0"),
        ('phase = "asleep"', "room 1: phase: 'asleep' is not one of 'precheck', 'baseline'"),
        ("order = [{ at = 1 }]", "room 1, order 1: order: this key is missing"),
        ("order = [{ at = 1, order = {} }]", "room 1, order 1: order: kind: this key is missing"),
        ('[[room.expected]]\nkind = "limit"', "room 1, expected 1: raised: this key is missing"),
    ],
)
def test_a_fault_is_told_in_own_words_with_the_place_as_people_count_it(
    room: str, said: str, tmp_path: Path
) -> None:
    assert said in reason(HEAD + room, tmp_path)


def test_the_second_room_is_room_2(tmp_path: Path) -> None:
    rooms = 'name = "a"\n[[room]]\nname = "b"\nevent = [{ at = 1, do = "airways" }]'
    assert reason(HEAD + rooms, tmp_path).startswith(
        "room 2 (b), event 1: do: 'airways' is not one of 'pump', 'labetalol'"
    )


def test_a_directory_is_no_scenario_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"is a directory, not a scenario file$"):
        read_scenario(tmp_path)


def test_a_file_that_is_no_text_is_told_as_that(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="not UTF-8 text"):
        read_scenario(file)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ('kind = "limits"', "kind: 'limits' is not one of 'limit'"),
        ('metric = "sp02"', "metric: 'sp02' is not one of 'pulse_rate'"),
        ('type = "medical"', "type: 'medical' is not one of 'physiological'"),
        ('priority = "urgent"', "priority: 'urgent' is not one of 'high'"),
        ('reason = ""', "reason: at least 1 letters are wanted"),
        ('kind = "silence"\ntype = "physiological"', "alarms of kind 'silence' are technical"),
        ('kind = "limit"\ntype = "technical"', "alarms of kind 'limit' are physiological"),
        ('kind = "clock"\nmetric = "spo2"', "metric: alarms of kind 'clock' have none"),
        ('kind = "overdue"\nmetric = "nibp"', "metric: alarms of kind 'overdue' have one of cuff"),
    ],
)
@pytest.mark.parametrize("table", ["expected", "forbidden", "acknowledge"])
def test_alarms_that_there_are_not_are_neither_expected_nor_forbidden_nor_acknowledged(
    table: str, check: str, said: str, tmp_path: Path
) -> None:
    if table == "acknowledge":
        room = f"[[room.acknowledge]]\nat = 1\n[room.acknowledge.alarm]\n{check}"
    else:
        window = "raised = [0, 60]\n" if table == "expected" else ""
        room = f"[[room.{table}]]\n{window}{check}"
    found = reason(HEAD + room, tmp_path)
    assert found.startswith(f"room 1, {table} 1: ")
    assert said in found


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ('what = "readings"\nmetric = "sp02"\nequals = 3', "metric: 'sp02' is not one of"),
        ('what = "readings"\nstatus = "moved"\nequals = 3', "status: 'moved' is not one of 'ok'"),
        ('what = "readings"\nat_least = 0', "at_least: there are never fewer than 0"),
        ('what = "number"\nat_least = 1', "there are never fewer than 1"),
        ('what = "readings"\nequals = "541"', "equals: a whole number is wanted"),
        ('what = "readings"\nequals = 5.5', "equals: a phase or a whole number is wanted"),
        ('what = "readings"\nequals = true', "equals: a phase or a whole number is wanted"),
        ('what = "readings"\nat_least = nan', "at_least: a finite number is wanted"),
        ('what = "readings"\nat_least = 5\nat_most = 4', "at_most: 4 is below at_least, 5"),
        ('what = "readings"', "equals, at_least or at_most is wanted"),
        ('what = "phase"\nat_least = 1', "a phase is no number: equals is wanted"),
        ('what = "phase"\nat_most = 1\nequals = "infusion"', "a phase is no number"),
        ('what = "phase"\nequals = "over"', "equals: 'over' is not one of 'precheck'"),
        (
            'what = "phase"\nmetric = "spo2"\nequals = "infusion"',
            "metric: says nothing about phase",
        ),
        ('what = "score"\nat_least = 3', "score: this key is missing: one of 'moaas'"),
        ('what = "score"\nscore = "cads6"\nat_least = 3', "score: 'cads6' is not one of"),
        ('what = "rejected"\nlate = true\nequals = 0', "late: says nothing about rejected"),
    ],
)
def test_a_fact_that_cannot_be_wrong_or_cannot_be_right_is_refused(
    fact: str, said: str, tmp_path: Path
) -> None:
    found = reason(f"{HEAD}[[room.fact]]\n{fact}", tmp_path)
    assert found.startswith("room 1, fact 1: ")
    assert said in found


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (
            'event = [{ at = "08:00", do = "panic" }]',
            "room 1, event 1: at: 08:00 is not before the scenario's end at 08:00",
        ),
        (
            'order = [{ at = "09:00", order = { kind = "call_help" } }]',
            "room 1, order 1: at: 09:00 is not before",
        ),
        ("acknowledge = [{ at = 480 }]", "room 1, acknowledge 1: at: 08:00 is not before"),
        ('starts_at = "08:00"', "room 1: starts_at: 08:00 is not before"),
        (
            'starts_at = "05:00"\nevent = [{ at = "03:00", do = "panic" }]',
            "at: 03:00 after the room's start at 05:00 is not before",
        ),
        ('[[room.expected]]\nraised = ["08:01", "09:00"]', "expected 1: raised: 08:01 is after"),
        ('[[room.expected]]\nraised = ["03:00", "02:00"]', "raised: 02:00 is before 03:00"),
        (
            '[[room.expected]]\nraised = ["01:00", "02:00"]\nended = ["09:00", "10:00"]',
            "room 1, expected 1: ended: 09:00 is after",
        ),
        (
            '[[room.expected]]\nraised = ["03:00", "04:00"]\nended = ["01:00", "02:00"]',
            "room 1, expected 1: ended: 02:00 is before it is raised at 03:00",
        ),
        (
            '[[room.forbidden]]\n[[room.forbidden]]\nduring = ["09:00", "10:00"]',
            "room 1, forbidden 2: during: 09:00 is after the scenario's end at 08:00",
        ),
        (
            'starts_at = "05:00"\n[[room.forbidden]]\nduring = ["01:00", "02:00"]',
            "forbidden 1: during: 02:00 is before the room's start",
        ),
    ],
)
def test_what_would_never_happen_or_never_be_looked_at_is_refused(
    room: str, said: str, tmp_path: Path
) -> None:
    assert said in reason(HEAD + room, tmp_path)


def test_the_last_second_can_be_looked_at_and_the_one_before_it_can_bring_something() -> None:
    event = {"at": "07:59", "do": "panic"}
    expected = {"raised": ["08:00", "09:00"]}
    room = {"event": [event], "expected": [expected]}
    Scenario.model_validate({"title": "x", "minutes": 8, "room": [room]})


@pytest.mark.parametrize("minutes", ["0.001", "0", "-1", "nan", "inf", "601"])
def test_a_scenario_lasts_a_second_or_longer(minutes: str, tmp_path: Path) -> None:
    text = f'title = "x"\nminutes = {minutes}\n[[room]]\n'
    assert reason(text, tmp_path).startswith("minutes: ")


@pytest.mark.parametrize(
    "room",
    [
        "into_infusion_min = nan",
        "patient = { anxiety = inf }",
        "patient = { systolic = nan }",
        "devices = { cuff_fails = nan }",
        'event = [{ at = 1, do = "says", metric = "spo2", value = nan }]',
        'event = [{ at = 1, do = "pump", rate = inf }]',
        'event = [{ at = 1, do = "skew", offset_s = nan }]',
        'order = [{ at = 1, order = { kind = "enter_vitals", spo2 = nan } }]',
        'order = [{ at = 1, order = { kind = "enter_vitals", more = [{ spo2 = inf }] } }]',
    ],
)
def test_what_is_not_a_number_is_refused_wherever_it_stands(room: str, tmp_path: Path) -> None:
    assert "a finite number is wanted" in reason(HEAD + room, tmp_path)


def test_an_order_that_there_is_not_is_refused(tmp_path: Path) -> None:
    room = 'order = [{ at = 1, refused = "no", order = { kind = "enter_fase" } }]'
    said = "room 1, order 1: order: kind: there is no order 'enter_fase'"
    assert reason(HEAD + room, tmp_path) == said


@pytest.mark.parametrize(
    ("patient", "said"),
    [
        ("spo2 = 30", "patient.spo2: at least 50 is wanted"),
        ("spo2 = 101", "patient.spo2: at most 100 is wanted"),
        ("systolic = 300", "patient.systolic: at most 240 is wanted"),
        ("diastolic = 20", "patient.diastolic: at least 30 is wanted"),
        ("pulse_rate = 10", "patient.pulse_rate: at least 30 is wanted"),
        ("resp_rate = 90", "patient.resp_rate: at most 60 is wanted"),
        ("systolic_rise = 500", "patient.systolic_rise: at most 120 is wanted"),
        ("unrest = -1", "patient.unrest: at least 0 is wanted"),
        ("systolic = 70", "patient: 70/76: systolic is above diastolic"),
        ("systolic = 100, diastolic = 110", "patient: 100/110: systolic is above diastolic"),
        ('drawn_as = "4"', "patient: drawn_as: draw is missing"),
        ('draw = "mild", same_as = "a"', "patient: draw: the person of an earlier room"),
    ],
)
def test_a_patient_who_could_not_live_is_refused(patient: str, said: str, tmp_path: Path) -> None:
    assert reason(f"{HEAD}patient = {{ {patient} }}", tmp_path).startswith(f"room 1: {said}")


def test_a_baseline_is_a_pressure(tmp_path: Path) -> None:
    assert "80/120" in reason(f"{HEAD}baseline = [80, 120]", tmp_path)
    assert "baseline 1: at most 240" in reason(f"{HEAD}baseline = [400, 120]", tmp_path)


@pytest.mark.parametrize(
    ("minutes", "phase"),
    [
        *((None, "precheck"), (-18, "precheck")),
        *((-17, "baseline"), (-0.1, "baseline"), (0, "infusion"), (39.9, "infusion")),
        *((40, "observation"), (600, "observation")),
    ],
)
def test_a_patient_who_begins_at_another_minute_is_in_the_phase_that_fits_it(
    minutes: float | None, phase: str
) -> None:
    assert library()["ward"].room[5].phase_at(minutes) == phase


def kinds_of_the_domain() -> set[str]:
    """Every kind that a condition of a session is given in the domain, by name or as it is written."""
    found: set[str] = set()
    for module in pkgutil.iter_modules(conditions.__path__):
        names = vars(import_module(f"{conditions.__name__}.{module.name}"))
        found |= {names[name] for name in ("KIND", "NO_VALUE", "SILENCE") if name in names}
    domain = Path(limit_condition.__file__).parents[1]
    building = domain.parent / "service" / "protocol_file" / "building.py"
    for file in (domain / "limits.py", Path(limit_condition.__file__), building):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.keyword) and call.arg == "kind":
                found |= {
                    part.value
                    for part in ast.walk(call.value)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return found


def test_the_words_of_a_scenario_are_those_of_the_domain() -> None:
    assert set(get_args(vocabulary.AlarmKind)) == kinds_of_the_domain()
    assert set(get_args(vocabulary.Metric)) == set(Metric)
    assert set(get_args(vocabulary.AlarmMetric)) == {*Metric, schedule.CUFF}
    assert set(get_args(vocabulary.AlarmType)) == set(AlarmType)
    assert set(get_args(vocabulary.AlarmPriority)) == set(Priority)
    assert set(get_args(vocabulary.AlarmState)) == {*State} - {State.PENDING}
    assert set(get_args(vocabulary.SessionPhase)) == {*Phase} - {Phase.CANCELLED}
    course = load_protocols()["ketamine_iv"].course
    assert set(get_args(vocabulary.ScoreName)) == set(AT_REST), "the scores that staff enter"
    assert set(AT_REST) <= {score.id for score in course.scores}


def test_each_kind_has_the_type_and_the_metrics_that_the_domain_gives_it() -> None:
    given: dict[str, tuple[str, str]] = {}
    for module in pkgutil.iter_modules(conditions.__path__):
        names = vars(import_module(f"{conditions.__name__}.{module.name}"))
        for call in ast.walk(ast.parse(Path(names["__file__"]).read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Condition":
                said: dict[str, Any] = {one.arg or "": one.value for one in call.keywords}
                given[module.name] = (said["type"].attr, ast.unparse(said["metric"]))
    physiological = {name for name, (type_, _) in given.items() if type_ == "PHYSIOLOGICAL"}
    assert physiological == {"limit", "score"} == PHYSIOLOGICAL - {"burden", "rise", "repeat"}
    without = {name for name, (_, metric) in given.items() if metric == "None"}
    assert without == {"clock", "help_call", "score"}
    assert {kind for kind, metrics in METRICS_OF.items() if not metrics} == {
        *without - {"help_call"},
        "help",
    }
