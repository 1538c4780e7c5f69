from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.dashboard.desk import DeskSocket
from monitor.dashboard.server import make_parts, wait_for_automatic_operator
from monitor.dashboard.settings import DashboardSettings
from monitor.data_directory import DataDirectory
from monitor.demo import OPERATOR
from monitor.demo.furnishing import furnish, furnished
from monitor.demo.moving_in import open_rooms
from monitor.demo.staff import due_scores, score_at
from monitor.domain.chart import chart_of
from monitor.domain.gates import before_infusion
from monitor.domain.readings import MINUTE
from monitor.domain.sessions import Phase
from monitor.identity import hash_token
from monitor.programs import desk_control
from monitor.service.protocols import load_protocols
from monitor.storage import migrate, open_records


def test_a_demonstration_has_rooms_in_all_phases_and_an_operator(
    simulated_directory: DataDirectory,
) -> None:
    migrate(simulated_directory.path, simulated_directory.journal_key)
    given = furnish(simulated_directory, 6)
    records = open_records(simulated_directory.path)
    assert [room.name for room in records.rooms()] == [room["room"] for room in given]
    assert {session.phase for session in records.sessions(open_only=True)} == {
        Phase.PRECHECK,
        Phase.BASELINE,
        Phase.INFUSION,
        Phase.OBSERVATION,
    }
    assert [operator.name for operator in records.operators()] == [OPERATOR]
    assert {device.token_hash for device in records.devices()} == {
        hash_token(room["token"]) for room in given
    }
    assert all(device.simulated for device in records.devices())
    records.close()


def test_a_later_demonstration_goes_on_with_what_is_there_and_new_tokens(
    simulated_directory: DataDirectory,
) -> None:
    migrate(simulated_directory.path, simulated_directory.journal_key)
    first = furnish(simulated_directory, 2)
    second = furnish(simulated_directory, 3)
    assert not {room["token"] for room in first} & {room["token"] for room in second}
    records = open_records(simulated_directory.path)
    assert len(records.rooms()) == len(records.devices()) == len(records.sessions()) == 3
    records.close()


def test_no_page_of_a_demonstration_is_served_before_its_operator_is_there(
    simulated_directory: DataDirectory,
) -> None:
    settings = DashboardSettings(
        assets=simulated_directory.path,
        simulated=True,
        cookie_key=simulated_directory.cookie_key,
        auto_sign_in=OPERATOR,
    )
    with closing(open_records(simulated_directory.path)) as records:
        parts = make_parts(records, settings, simulated_directory.path / "gateway.json")
        wait_for_automatic_operator(parts, patience_s=0)
        waiting = threading.Thread(target=wait_for_automatic_operator, args=(parts,), daemon=True)
        waiting.start()
        migrate(simulated_directory.path, simulated_directory.journal_key)
        assert waiting.is_alive()
        furnish(simulated_directory, 0)
        waiting.join(10)
        assert not waiting.is_alive()


def test_staff_who_are_started_again_find_the_rooms_as_they_were(
    simulated_directory: DataDirectory,
) -> None:
    migrate(simulated_directory.path, simulated_directory.journal_key)
    rooms = furnished(simulated_directory, 10)
    command = (sys.executable, "-m", "simulators", "desk", "--gateway", "ws://127.0.0.1:1")
    desk_file = desk_control(simulated_directory)
    desk = subprocess.Popen((*command, "--control", str(desk_file)))
    try:
        open_rooms(simulated_directory, rooms, seed=3)
        first = beds(desk_file)
        wanted = ("room", "device", "into_infusion_min")
        assert [[bed[key] for key in wanted] for bed in first] == [
            [room[key] for key in wanted] for room in rooms
        ]
        assert {bed["seed"] for bed in first} == {3}
        again = furnished(simulated_directory, 10)
        assert again == rooms, "no new tokens: the devices would be refused"
        open_rooms(simulated_directory, again, seed=3)
        assert len(beds(desk_file)) == len(first)
    finally:
        desk.terminate()
        desk.wait(30)


def beds(desk_file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asyncio.run(DeskSocket(desk_file).ask("state"))["beds"]
    return found


def test_real_data_take_no_simulated_devices(data_directory: DataDirectory) -> None:
    migrate(data_directory.path, data_directory.journal_key)
    with pytest.raises(RuntimeError, match="simulated"):
        furnish(data_directory, 1)


def test_the_staff_of_a_demonstration_take_the_scores_that_are_due(
    simulated_directory: DataDirectory,
) -> None:
    migrate(simulated_directory.path, simulated_directory.journal_key)
    furnish(simulated_directory, 6)
    records = open_records(simulated_directory.path)
    now, protocols = records.newest_instant(), load_protocols()
    assert due_scores(records, protocols, now) == [], "nothing is due at once"
    due = due_scores(records, protocols, now + 11 * MINUTE)
    assert {(session.phase, task.what) for session, task in due} >= {
        (Phase.INFUSION, "moaas"),
        (Phase.BASELINE, "cadss6"),
    }
    records.close()
    assert [score_at("moaas", minutes) for minutes in (0, 38, 80)] == [5, 4, 5]
    assert score_at("dissociation", 0) < score_at("dissociation", 38) <= 10


def test_a_demonstrations_infusions_are_prepared_as_by_staff(
    simulated_directory: DataDirectory,
) -> None:
    migrate(simulated_directory.path, simulated_directory.journal_key)
    furnish(simulated_directory, 6)
    records = open_records(simulated_directory.path)
    course = load_protocols()["ketamine_iv"].course
    running = [s for s in records.sessions() if s.phase in (Phase.INFUSION, Phase.OBSERVATION)]
    assert len(running) == 4
    for session in running:
        assert before_infusion(chart_of(records.facts(session.id), ()), course) == []
    assert len(records.visits(open_only=True)) == 18
    records.close()
