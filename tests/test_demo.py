from __future__ import annotations

import pytest

from monitor.data_directory import DataDirectory
from monitor.demo import OPERATOR, furnish
from monitor.domain.sessions import Phase
from monitor.identity import hash_token
from monitor.storage import migrate, open_records


def test_a_demonstration_has_rooms_in_all_phases_and_an_operator(
    simulated_directory: DataDirectory,
) -> None:
    migrate(simulated_directory.path)
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
    migrate(simulated_directory.path)
    first = furnish(simulated_directory, 2)
    second = furnish(simulated_directory, 3)
    assert not {room["token"] for room in first} & {room["token"] for room in second}
    records = open_records(simulated_directory.path)
    assert len(records.rooms()) == len(records.devices()) == len(records.sessions()) == 3
    records.close()


def test_real_data_take_no_simulated_devices(data_directory: DataDirectory) -> None:
    migrate(data_directory.path)
    with pytest.raises(RuntimeError, match="simulated"):
        furnish(data_directory, 1)
