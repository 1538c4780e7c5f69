"""What was done at the desk, as a scenario: played again it is the same, second by second."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from simulators.check.stage import play
from simulators.desk.asked import Happening, NotDoneError
from simulators.desk.kept import Kept
from simulators.desk.names import plain_name
from simulators.desk.recorded import recorded
from simulators.desk.room import DeskRoom
from simulators.devices.measurement import Measurement
from simulators.scenarios.bed import build_bed
from simulators.scenarios.library import library, read_scenario
from simulators.scenarios.model import Scenario
from tests.simulators.engine import engine

SECONDS = 300
BY_HAND = (
    (40, {"do": "drive", "vital": "spo2", "to": 85, "over_s": 20}),
    (60, {"do": "drive", "vital": "spo2", "to": 92}),
    (60, {"do": "motion", "for_s": 10}),
    (90, {"do": "sensor_off", "for_s": 86_400}),
    (120, {"do": "device_well"}),
    (121, {"do": "cuff_now"}),
    (130, {"do": "release", "vital": "spo2", "over_s": 15}),
    (150, {"do": "airway", "lowest": 80}),
    (170, {"do": "freeze", "for_s": 10}),
)
HAPPENING: TypeAdapter[Happening] = TypeAdapter(Happening)


def desk_room(directory: Path, **kept: Any) -> DeskRoom:
    started = {"room": "Room 4", "device": "d1", "token": "t1", "place": 0, "seed": 5, **kept}
    return DeskRoom(Kept(**started), "ws://x", directory, lambda: None, lambda _: None)


def lived(room: DeskRoom, seconds: int) -> list[list[Measurement]]:
    """What its device measures in so many of the ward's seconds, with everything done by hand in them."""
    by_hand, measured = list(BY_HAND), []
    for _ in range(seconds):
        while by_hand and by_hand[0][0] <= room.bed.bedside.second:
            room.happen(HAPPENING.validate_python(by_hand.pop(0)[1]))
        measured.append(list(room.bed.take()))
    return measured


def played(written: dict[str, Any], directory: Path, seconds: int) -> list[list[Measurement]]:
    file = directory / written["name"]
    file.write_text(written["toml"])
    bed = build_bed(read_scenario(file), 0)
    return [list(bed.take()) for _ in range(seconds)]


@pytest.mark.parametrize(
    ("scenario", "place", "into_infusion_min"),
    [
        *(("ward", place, None) for place in (0, 6, 9)),
        ("hostile_feed", 1, None),
        ("airway", 0, 39.0),
        ("second_infusion", 1, None),
    ],
)
def test_a_recorded_room_played_again_is_the_same_second_by_second(
    scenario: str, place: int, into_infusion_min: float | None, tmp_path: Path
) -> None:
    room = desk_room(tmp_path, scenario=scenario, place=place, into_infusion_min=into_infusion_min)
    measured = lived(room, SECONDS)
    written = recorded("By hand", [room])
    assert (written["rooms"], written["events"]) == (1, len(BY_HAND))
    assert played(written, tmp_path, SECONDS) == measured


def test_a_fast_patients_file_has_the_patients_own_times(tmp_path: Path) -> None:
    room = desk_room(tmp_path, scenario="normal", speed=10)
    lived(room, SECONDS // 10)
    written = recorded("Ten times as fast", [room])
    assert "10 times as fast" in written["toml"]
    bed = build_bed(Scenario.model_validate(tomllib.loads(written["toml"])), 0)
    for _ in range(SECONDS):
        bed.take()
    assert bed.bedside.vitals == room.bed.bedside.vitals


def test_a_recorded_patient_is_the_same_person_without_the_room_it_was_named_after(
    tmp_path: Path,
) -> None:
    first = {"name": "first", "patient": {"draw": "strong"}}
    second = {"name": "second", "patient": {"same_as": "first", "infusion_number": 2}}
    file = tmp_path / "two.toml"
    file.write_text(
        'title = "x"\nminutes = 5\n[[room]]\nname = "first"\npatient = { draw = "strong" }\n'
        '[[room]]\nname = "second"\npatient = { same_as = "first", infusion_number = 2 }\n'
    )
    assert read_scenario(file) == Scenario.model_validate(
        {"title": "x", "minutes": 5, "room": [first, second]}
    )
    room = desk_room(tmp_path, scenario=str(file), place=1)
    measured = lived(room, 60)
    assert played(recorded("Again", [room]), tmp_path, 60) == measured


def test_a_recorded_file_says_as_much_as_it_lasted_and_where_the_session_stands(
    tmp_path: Path,
) -> None:
    rooms = [
        desk_room(tmp_path, scenario="normal", room="1", into_infusion_min=50),
        desk_room(tmp_path, scenario="normal", room="2", seed=9),
    ]
    lived(rooms[0], 150)
    scenario = Scenario.model_validate(tomllib.loads(recorded("Two", rooms)["toml"]))
    assert (scenario.title, scenario.minutes) == ("Two", 3)
    assert [(room.name, room.seed, room.phase) for room in scenario.room] == [
        ("1", 5, "observation"),
        ("2", 9, "baseline"),
    ]
    assert scenario.room[1].baseline == library()["normal"].room[0].baseline


def test_what_was_done_last_happens_in_the_recorded_file_and_what_never_came_is_not_in_it(
    tmp_path: Path,
) -> None:
    room = desk_room(tmp_path, scenario="airway")
    for _ in range(120):
        room.bed.take()
    room.happen(HAPPENING.validate_python({"do": "cuff_now"}))
    scenario = Scenario.model_validate(tomllib.loads(recorded("Two", [room])["toml"]))
    assert scenario.minutes == 3
    assert [(one.at, one.what.do) for one in scenario.room[0].event] == [
        (120, "airway"),
        (120, "cuff_now"),
    ]


def test_a_recorded_file_can_be_judged(tmp_path: Path) -> None:
    rooms = [desk_room(tmp_path, scenario="ward", room=str(n), place=n) for n in (0, 2)]
    lived(rooms[0], SECONDS)
    lived(rooms[1], SECONDS)
    scenario = Scenario.model_validate(tomllib.loads(recorded("Two", rooms)["toml"]))
    with engine(tmp_path / "engine") as monitor:
        (outcome,) = asyncio.run(play([("mine", scenario)], monitor))
    assert outcome.passed
    assert any("SpO₂" in alarm for alarm in outcome.also), "what was done by hand alarms"


def test_rooms_whose_names_a_file_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    rooms = [desk_room(tmp_path, scenario="normal", room=name) for name in ("Room 1", "Room-1")]
    with pytest.raises(NotDoneError, match="same name"):
        recorded("Two", rooms)


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Rom 4 (vest)", "Rom-4-vest"), ("Øst", "st"), ("–", "room"), ("a_b", "a_b")],
)
def test_a_name_is_made_one_that_a_file_can_have(name: str, plain: str) -> None:
    assert plain_name(name) == plain
