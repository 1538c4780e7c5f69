"""The scenarios judge the monitor: as it is they all pass, and broken on purpose some of them do not."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.service.proof_ports import AlarmInputs
from monitor.service.protocols import Protocol
from monitor.service.rehearsal import Verdict, prove_alarms, rehearse
from simulators.check.stage import play
from simulators.check.verdict import Outcome
from simulators.scenarios.library import (
    LIBRARY,
    SCHEMA,
    ScenarioError,
    library,
    path_of,
    read_scenario,
    schema_text,
)
from simulators.scenarios.times import clock
from tests.simulators.engine import engine
from tests.simulators.mutations import MUTATIONS, Mutation, mutated
from tests.simulators.processes import output, simulate

STORIES = (
    *("normal", "white_coat", "responder", "panic", "vasovagal", "desaturation", "airway"),
    *("motion", "probe_off", "cuff_failure", "stream_loss", "late_rise", "second_infusion"),
)


def played(
    directory: Path, names: Sequence[str], mutation: Mutation | None = None
) -> list[Outcome]:
    scenarios = [(name, library()[name]) for name in names]
    with engine(directory / "engine", None if mutation is None else mutated(mutation)) as monitor:
        return asyncio.run(play(scenarios, monitor))


def wrong(outcomes: Sequence[Outcome]) -> list[str]:
    return [f"{one.name}: {row}" for one in outcomes for row in one.rows if not row.right]


def test_all_thirteen_stories_and_a_full_ward_are_in_the_library() -> None:
    assert set(STORIES) | {"ward"} <= set(library())
    assert len(library()["ward"].room) == 12


class Day(NamedTuple):
    """The whole library played side by side: the verdicts, and what would be on record of every session."""

    outcomes: list[Outcome]
    sessions: list[AlarmInputs]
    protocol: Protocol


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Played once for all tests of this file that only look at it."""
    with engine(tmp_path_factory.mktemp("day") / "engine") as monitor:
        outcomes = asyncio.run(play(list(library().items()), monitor))
        protocols = monitor.monitor.ward.protocols
        sessions = list(monitor.monitor.ward.sessions)
        return Day(outcomes, [*map(monitor.alarm_inputs, sessions)], protocols["ketamine_iv"])


def test_the_monitor_does_what_every_scenario_expects(day: Day) -> None:
    assert not wrong(day.outcomes)


def test_rehearsal_with_unchanged_limits_gives_the_recorded_alarms_of_every_scenario(
    day: Day,
) -> None:
    alarms, course = day.protocol.alarms, day.protocol.course
    assert len(day.sessions) >= len(library())
    for inputs in day.sessions:
        rehearsal = rehearse(inputs, alarms, course, alarms)
        assert rehearsal.problem == ""
        assert {known.verdict for known in rehearsal.differences} <= {Verdict.UNCHANGED}
    assert sum(len(prove_alarms(known, alarms, course).changes) for known in day.sessions) > 100


def test_limits_that_are_never_crossed_lose_every_alarm_of_a_limit_and_no_other(day: Day) -> None:
    alarms, course = day.protocol.alarms, day.protocol.course
    quiet = replace(alarms, limits=(), rises=())
    counts: Counter[tuple[str, str]] = Counter()
    for inputs in day.sessions:
        for known in rehearse(inputs, alarms, course, quiet).differences:
            alarm = known.recorded or known.rehearsed
            assert alarm is not None
            family = alarm.key.partition("|")[0]
            counts[family, str(known.verdict)] += 1
    assert counts["limit", "lost"] > 10
    assert counts["limit", "unchanged"] == 0
    assert not [key for key in counts if key[1] == "gained"]
    assert counts["missing", "unchanged"] > 0


def test_a_longer_delay_is_told_in_seconds(day: Day) -> None:
    alarms, course = day.protocol.alarms, day.protocol.course
    slower = replace(
        alarms,
        limits=tuple(
            replace(limit, delay_ms=limit.delay_ms + 5_000) if limit.delay_ms else limit
            for limit in alarms.limits
        ),
    )
    delayed = [
        known
        for inputs in day.sessions
        for known in rehearse(inputs, alarms, course, slower).differences
        if known.verdict is Verdict.DELAYED
    ]
    assert {known.seconds for known in delayed} == {5.0}


@pytest.mark.parametrize("name", library())
def test_every_room_of_a_scenario_expects_or_forbids_something(name: str) -> None:
    for room in library()[name].room:
        assert room.expected or room.forbidden


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_broken_alarm_system_is_noticed(
    mutation: Mutation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mutation.in_code is not None:
        mutation.in_code(monkeypatch)
    outcomes = played(tmp_path, mutation.noticed_by, mutation)
    assert [one.name for one in outcomes if one.passed] == []


async def test_command_checks_against_a_gateway_of_its_own_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    # Two of them: that each is as expected is seen above, by the engine in this process.
    wanted = ("desaturation", "probe_off")
    process = await simulate("check", *wanted, "--json", queue=tmp_path, wait=False)
    stdout, stderr = await output(process, within_s=400)
    outcomes = json.loads(stdout)
    assert [one["scenario"] for one in outcomes if not one["passed"]] == [], stdout
    assert tuple(one["scenario"] for one in outcomes) == wanted
    assert process.returncode == 0, stderr
    of_its_session = ("ps", "-o", "args=", "-s", str(process.pid))
    left = await asyncio.create_subprocess_exec(*of_its_session, stdout=PIPE)
    assert (await left.communicate())[0] == b""


def test_an_order_that_is_done_although_it_was_to_be_refused_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "x"\nminutes = 1\n[[room]]\n'
        'order = [{ at = 5, refused = "e", order = { kind = "pause_infusion", reason = "r" } }]\n'
    )
    said: list[str] = []
    with engine(tmp_path / "engine") as monitor:
        scenarios = [("mine", read_scenario(file))]
        (outcome,) = asyncio.run(play(scenarios, monitor, said.append))
    assert [row.seen for row in outcome.rows] == ["pause_infusion was done"]
    assert said == ["mine: played, 1 of 1"], "the verdict is told once, in the table"


async def test_failed_expectation_is_exit_code_1_with_what_was_seen(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "Nobody is ever off"\nminutes = 2\n[[room]]\n'
        'event = [{ at = "00:20", do = "sensor_off", for_s = 20 }]\n'
        '[[room.expected]]\nkind = "limit"\nraised = [0, 60]\n[[room.forbidden]]\n'
    )
    process = await simulate("check", str(file), queue=tmp_path, wait=False)
    stdout, stderr = await output(process, within_s=120)
    assert process.returncode == 1
    assert "FAILED" not in stderr
    assert "mine: FAILED" in stdout
    assert "NOT limit 00:00-01:00" in stdout
    assert "00:20-00:40 low no_value ended: No value: Pulse, SpO₂ – sensor off" in stdout
    assert stdout.endswith("0 of 1 scenarios passed\n")


def test_schema_beside_the_library_is_the_one_of_the_models() -> None:
    assert SCHEMA.read_text() == schema_text() + "\n", (
        f"write it anew: {sys.executable} -c 'from simulators.scenarios.library import *; "
        "SCHEMA.write_text(schema_text() + chr(10))'"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = 1", "title"),
        ("no toml", "mine.toml"),
        ('title = "x"\nminutes = 1\nroom = []', "room"),
        ('title = "x"\nminutes = 1\n[[room]]\nbed = 1', "room 1: bed"),
        ('title = "x"\nminutes = 1\n[[room]]\nevent = [{ at = "1", do = "panic" }]', "MM:SS"),
        ('title = "x"\nminutes = 1\n[[room]]\nevent = [{ at = 1, do = "dance" }]', "dance"),
        ('title = "x"\nminutes = 1\n[[room]]\nevent = [{ do = "panic" }]', "at"),
        ('title = "x"\nminutes = 1\n[[room]]\nfact = [{ what = "phase" }]', "at_least"),
        ('title = "x"\nminutes = 1\n[[room]]\npatient = { same_as = "y" }', "same_as"),
        ('title = "x"\nminutes = 1\n[[room]]\nname = "2"\n[[room]]', "same name"),
    ],
)
def test_file_that_is_no_scenario_is_refused_with_its_place(
    text: str, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ScenarioError, match=r"mine\.toml") as refused:
        read_scenario(file)
    assert words in str(refused.value)


def test_scenario_is_found_by_name_or_path(tmp_path: Path) -> None:
    assert path_of("airway") == LIBRARY / "airway.toml"
    file = tmp_path / "mine.toml"
    file.touch()
    assert path_of(str(file)) == file
    with pytest.raises(ScenarioError, match="neither"):
        path_of("nothing")


def test_times_are_written_as_they_are_read() -> None:
    assert [clock(second) for second in (0, 65, 4210)] == ["00:00", "01:05", "70:10"]
