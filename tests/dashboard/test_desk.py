from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import pytest

from monitor.dashboard.desk import DeskRefusedError, DeskSocket, DeskUnreachableError
from tests.dashboard.fake_desk import fake_desk, write_control


async def test_a_question_carries_what_is_asked_and_the_local_credential(tmp_path: Path) -> None:
    control = tmp_path / "desk.json"
    async with fake_desk(control) as desk:
        answer = await DeskSocket(control).ask("happen", room="1", event={"do": "panic"})
    assert answer["second"] == 12
    assert desk.has_done("happen") == [{"room": "1", "event": {"do": "panic"}}]


async def test_a_desk_that_came_back_elsewhere_is_found_at_the_next_question(
    tmp_path: Path,
) -> None:
    control = tmp_path / "desk.json"
    asker = DeskSocket(control)
    for _time in range(2):
        async with fake_desk(control):
            assert (await asker.ask("state"))["ok"]


async def test_a_refusal_names_the_field_and_says_why(tmp_path: Path) -> None:
    control = tmp_path / "desk.json"
    async with fake_desk(control) as desk:
        desk.refusals["happen"] = ("event.to", "no more than 300")
        with pytest.raises(DeskRefusedError, match="no more than 300") as raised:
            await DeskSocket(control).ask("happen", room="1", event={})
    assert raised.value.field == "event.to"


async def test_without_a_control_file_there_is_no_desk(tmp_path: Path) -> None:
    with pytest.raises(DeskUnreachableError, match="no desk"):
        await DeskSocket(tmp_path / "desk.json").ask("state")


@pytest.mark.parametrize("note", ["", "{", "[]", json.dumps({"url": "ws://127.0.0.1:1"})])
async def test_a_control_file_that_is_half_written_is_no_desk(tmp_path: Path, note: str) -> None:
    control = tmp_path / "desk.json"
    control.write_text(note)
    with pytest.raises(DeskUnreachableError):
        await DeskSocket(control).ask("state")


async def test_a_desk_that_is_gone_is_unreachable(tmp_path: Path) -> None:
    control = tmp_path / "desk.json"
    async with fake_desk(control):
        pass
    with pytest.raises(DeskUnreachableError):
        await DeskSocket(control).ask("state")


async def test_another_credential_is_not_let_in(tmp_path: Path) -> None:
    control = tmp_path / "desk.json"
    async with fake_desk(control):
        note = json.loads(control.read_text())
        write_control(control, int(note["url"].rpartition(":")[2]), "somebody else's")
        with pytest.raises(DeskUnreachableError, match="401"):
            await DeskSocket(control).ask("state")


async def test_a_desk_that_stands_still_is_not_waited_for(tmp_path: Path) -> None:
    control = tmp_path / "desk.json"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        write_control(control, silent.getsockname()[1])
        async with asyncio.timeout(10):
            with pytest.raises(DeskUnreachableError, match="TimeoutError"):
                await DeskSocket(control, look_timeout_s=0.05).ask("state")


@pytest.mark.parametrize("said", ["no json", "[]", "3"])
async def test_an_answer_that_is_none_is_no_answer(tmp_path: Path, said: str) -> None:
    control = tmp_path / "desk.json"
    async with fake_desk(control) as desk:
        desk.said = said
        with pytest.raises(DeskUnreachableError):
            await DeskSocket(control).ask("state")
