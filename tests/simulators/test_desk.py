"""The simulator desk over its own socket, its rooms at a gateway that keeps the contract."""

from __future__ import annotations

import asyncio
import json
import signal
import stat
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from simulators.desk.desk import Desk
from simulators.desk.server import open_door
from simulators.feeds.feed import GRACE_S
from tests.simulators.contract_gateway import ContractGateway, until
from tests.simulators.processes import output, simulate

SPEED = 20
START: dict[str, Any] = {
    "do": "start",
    "room": "1",
    "device": "d1",
    "token": "t1",
    "scenario": "normal",
}


class Asker:
    """A program that has read the control file."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._asked = 0

    async def ask(self, do: str, **more: Any) -> dict[str, Any]:
        self._asked += 1
        await self._socket.send(json.dumps({"id": self._asked, "do": do, **more}))
        answer: dict[str, Any] = json.loads(await self._socket.recv())
        assert answer.pop("id") == self._asked
        return answer

    async def done(self, do: str, **more: Any) -> dict[str, Any]:
        answer = await self.ask(do, **more)
        assert answer.pop("ok"), answer
        return answer

    async def refused(self, do: str, **more: Any) -> tuple[str, str]:
        answer = await self.ask(do, **more)
        assert not answer["ok"], answer
        return answer["field"], answer["message"]

    async def bed(self, room: str = "1") -> dict[str, Any]:
        beds = (await self.done("state"))["beds"]
        (found,) = [bed for bed in beds if bed["room"] == room]
        return dict(found)

    async def until_bed(
        self, claim: Callable[[dict[str, Any]], bool], what: str, within_s: float = 30
    ) -> dict[str, Any]:
        async with asyncio.timeout(within_s):
            while not claim(bed := await self.bed()):
                await asyncio.sleep(0.02)
        assert claim(bed), what
        return bed


def read_note(control: Path) -> dict[str, Any]:
    note: dict[str, Any] = json.loads(control.read_text())
    return note


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@asynccontextmanager
async def asking(control: Path) -> AsyncIterator[Asker]:
    note = read_note(control)
    credential = {"Authorization": f"Bearer {note['credential']}"}
    async with connect(note["url"], additional_headers=credential, proxy=None) as socket:
        yield Asker(socket)


@pytest.fixture
async def gateway() -> AsyncIterator[ContractGateway]:
    async with ContractGateway(clock_speed=SPEED, tokens={"t1", "t2"}).running() as running:
        yield running


@pytest.fixture
async def desk(gateway: ContractGateway, tmp_path: Path) -> AsyncIterator[Asker]:
    """A desk in this process; the gateway's clock runs twenty times as fast as ours."""
    kept = tmp_path / "desk-rooms.json"
    open_desk = Desk(f"{gateway.url}/device", tmp_path / "queues", kept, lambda _: None)
    open_desk.open([])
    async with open_door(open_desk, tmp_path / "desk.json"):
        async with asking(tmp_path / "desk.json") as asker:
            yield asker
        await open_desk.close()


def lives(seconds: int) -> Callable[[dict[str, Any]], bool]:
    return lambda bed: bed["second"] >= seconds and bed["link"] == "connected"


async def test_a_room_that_is_started_measures_and_says_what_its_body_does(
    desk: Asker, gateway: ContractGateway
) -> None:
    started = await desk.done(**START, seed=7)
    assert started["bed"]["vitals"] is None, "nobody has lived yet"
    bed = await desk.until_bed(lives(20), "it lives")
    assert bed["vitals"].keys() == {"pulse_rate", "spo2", "systolic", "diastolic", "resp_rate"}
    assert (bed["scenario"], bed["seed"], bed["speed"], bed["running"]) == ("normal", 7, 1, True)
    assert bed["minutes"] == pytest.approx(-5 + bed["second"] / 60, abs=0.01)
    assert bed["frames"] > 0
    assert gateway.values("spo2")
    now_ms = (await desk.done("state"))["now_ms"]
    assert abs(now_ms - gateway.now()) < 5000 * SPEED, "it tells the ward's time"


async def test_a_stopped_room_shows_nothing_that_looks_like_life_and_can_start_again(
    desk: Asker, gateway: ContractGateway
) -> None:
    await desk.done(**START)
    await desk.until_bed(lives(3), "it lives")
    bed = (await desk.done("stop", room="1"))["bed"]
    assert (bed["running"], bed["vitals"], bed["link"]) == (False, None, None)
    assert bed["stopped_because"] == "stopped by hand"
    assert gateway.sockets == {}
    await desk.done(**{**START, "scenario": "panic"})
    assert (await desk.until_bed(lives(1), "it lives again"))["scenario"] == "panic"


async def test_a_room_is_stopped_at_once_whatever_its_network_holds_back(desk: Asker) -> None:
    await desk.done(**START)
    await desk.until_bed(lives(2), "it lives")
    event = {"do": "delay", "delay_s": 600, "for_s": 3600}
    await desk.done("happen", room="1", event=event)
    await desk.until_bed(lives(30), "frames are held back")
    async with asyncio.timeout(GRACE_S):
        assert not (await desk.done("stop", room="1"))["bed"]["running"]


async def test_what_is_done_by_hand_acts_in_the_next_second_and_is_written_down(
    desk: Asker, gateway: ContractGateway
) -> None:
    await desk.done(**START)
    before = await desk.until_bed(lives(2), "it lives")
    event = {"do": "drive", "vital": "spo2", "to": 84, "over_s": 5}
    second = (await desk.done("happen", room="1", event=event))["second"]
    assert second >= before["second"]
    bed = await desk.until_bed(lives(second + 40), "it has come")
    assert bed["vitals"]["spo2"] == 84
    assert bed["driven"] == {"spo2": 84}
    assert (bed["events"], bed["log"][0]["second"], bed["log"][0]["event"]) == (1, second, event)
    assert gateway.values("spo2")[-1].value == 84
    await desk.done("happen", room="1", event={"do": "release", "vital": "spo2", "over_s": 0})
    bed = await desk.until_bed(lambda bed: bed["driven"] == {}, "it is let go")
    assert (await desk.done("record", title="Saturation falls"))["events"] == 2


async def test_everything_that_is_wrong_is_said_and_can_be_ended(desk: Asker) -> None:
    await desk.done(**START)
    await desk.until_bed(lives(2), "it lives")
    for event in (
        {"do": "sensor_off", "for_s": 86_400},
        {"do": "freeze", "for_s": 86_400},
        {"do": "battery", "percent": 5},
        {"do": "skew", "offset_s": 95},
        {"do": "network_cut"},
    ):
        await desk.done("happen", room="1", event=event)
    bed = await desk.until_bed(lambda bed: bed["link"] == "cut", "the network is cut")
    assert (bed["probe"], bed["frozen"], bed["network"]) == ("off", True, "cut")
    assert bed["clock_error_ms"] == 95_000
    assert bed["battery_percent"] <= 5
    await desk.done("happen", room="1", event={"do": "network_back"})
    bed = await desk.until_bed(lives(3), "it is connected")
    for event in ({"do": "device_well"}, {"do": "network_well"}):
        await desk.done("happen", room="1", event=event)
    bed = await desk.until_bed(lambda bed: not bed["frozen"], "it is well")
    assert (bed["probe"], bed["network"], bed["clock_error_ms"]) == ("on", "up", 0)


async def test_a_fast_patient_lives_faster_and_its_readings_keep_the_wards_time(
    desk: Asker, gateway: ContractGateway
) -> None:
    await desk.done(**START, speed=30)
    bed = await desk.until_bed(lives(600), "ten minutes of the patient")
    assert bed["second"] % 30 == 0
    times = [one.measured_at.timestamp() for one in gateway.values("spo2")]
    assert {round(after - before, 3) for before, after in pairwise(times)} == {1}
    assert (gateway.hellos[0].metrics or {})["nibp"] == 10
    assert gateway.values("nibp"), "a cuff each five minutes of the patient"


async def test_two_rooms_do_not_disturb_each_other(desk: Asker, gateway: ContractGateway) -> None:
    await desk.done(**START)
    other = {"room": "Corner room", "device": "d2", "token": "t2"}
    await desk.done(**{**START, **other, "scenario": "ward", "place": 6})
    await desk.until_bed(lives(2), "the first lives")
    await until(lambda: len(gateway.sockets) == 2, "both are connected")
    await desk.done("stop", room="1")
    assert (await desk.bed("Corner room"))["running"]


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"do": "start"}, "room", "required"),
        ({**START, "speed": 61}, "speed", "60"),
        ({**START, "room": "2", "scenario": "../secret"}, "scenario", "there is no scenario"),
        ({**START, "room": "2", "place": 1}, "place", "no room 2"),
        ({**START}, "room", "stop it first"),
        ({**START, "room": "2"}, "device", "runs in room 1"),
        ({"do": "phase", "scenario": "no"}, "scenario", "there is no scenario"),
        ({"do": "phase", "scenario": "normal", "place": 1}, "place", "no room 2"),
        ({"do": "stop", "room": "9"}, "room", "nothing was started in room 9"),
        ({"do": "happen", "room": "1", "event": {"do": "dance"}}, "event.do", "dance"),
        ({"do": "happen", "room": "1", "event": {"do": "drive", "vital": "spo2"}}, "event.to", ""),
        (
            {"do": "happen", "room": "1", "event": {"do": "freeze", "for_s": -1}},
            "event.for_s",
            "greater than 0",
        ),
        ({"do": "record", "title": "x", "rooms": ["9"]}, "room", "room 9"),
        ({"do": "record", "title": ""}, "title", "at least 1"),
        ({"do": "fly"}, "do", "no fly"),
        ({}, "do", ""),
    ],
)
async def test_what_cannot_be_done_is_refused_with_field_and_reason(
    desk: Asker, asked: dict[str, Any], field: str, words: str
) -> None:
    await desk.done(**START)
    answer = await desk.ask(asked.pop("do", ""), **asked)
    assert (answer["ok"], answer["field"]) == (False, field)
    assert words in answer["message"]


async def test_nonsense_is_answered_and_the_desk_goes_on(desk: Asker) -> None:
    for text in ("no json", "[1]", '{"do":1}'):
        await desk._socket.send(text)
        assert json.loads(await desk._socket.recv())["ok"] is False
    assert (await desk.done("state"))["beds"] == []


async def test_a_token_that_nobody_knows_stops_the_room_and_says_why(desk: Asker) -> None:
    await desk.done(**{**START, "token": "t9"})
    bed = await desk.until_bed(lambda bed: not bed["running"], "it is refused")
    assert bed["link"] == "refused"
    assert "does not know this token" in bed["stopped_because"]
    event = {"do": "reassure"}
    assert "does not run" in (await desk.refused("happen", room="1", event=event))[1]


async def test_the_scenarios_say_where_each_patient_stands(desk: Asker) -> None:
    scenarios = {one["name"]: one for one in (await desk.done("state"))["scenarios"]}
    assert len(scenarios["ward"]["places"]) == len(scenarios["ward"]["rooms"]) == 12
    assert scenarios["normal"]["places"] == [
        {"name": "1", "phase": "baseline", "into_infusion_min": -5.0, "baseline": [124, 76]}
    ]


async def test_the_desk_says_in_which_phase_the_session_of_a_patient_stands(desk: Asker) -> None:
    patient = {"scenario": "ward", "place": 5}
    assert (await desk.done("phase", **patient))["phase"] == "precheck"
    for minute, phase in ((-3, "baseline"), (12, "infusion"), (55, "observation")):
        answer = await desk.done("phase", **patient, into_infusion_min=minute)
        assert answer["phase"] == phase


async def launched(gateway: ContractGateway, control: Path) -> Process:
    arguments = ("desk", "--control", str(control), "--gateway", gateway.url)
    process = await simulate(*arguments, queue=control.parent, wait=False)
    await until(control.exists, "the desk is open", deadline_s=30)
    return process


async def told_to_stop(process: Process) -> None:
    process.send_signal(signal.SIGTERM)
    assert (await output(process))[0] == ""
    assert process.returncode == 0


async def test_a_killed_desk_goes_on_with_the_same_patients_and_invents_nothing(
    gateway: ContractGateway, tmp_path: Path
) -> None:
    control = tmp_path / "desk.json"
    process = await launched(gateway, control)
    assert stat.S_IMODE(control.stat().st_mode) == 0o600
    async with asking(control) as asker:
        await asker.done(**START, speed=5)
        await asker.done(**{**START, "room": "2", "device": "d2", "token": "t2"})
        await asker.done("stop", room="2")
        await asker.done("happen", room="1", event={"do": "drive", "vital": "spo2", "to": 90})
        before = await asker.until_bed(lives(50), "it lives")
    process.kill()
    await process.wait()
    assert stat.S_IMODE((tmp_path / "desk-rooms.json").stat().st_mode) == 0o600
    control.unlink()
    died_at = max(one.measured_at for one in gateway.readings.values())
    process = await launched(gateway, control)
    async with asking(control) as asker:
        bed = await asker.until_bed(lives(before["second"] + 5), "it goes on")
        assert bed["vitals"]["spo2"] == 90
        assert (bed["driven"], bed["events"]) == ({"spo2": 90}, 1)
        assert not (await asker.bed("2"))["running"], "what was stopped stays so"
        frames = len(gateway.frames)
        await until(lambda: len(gateway.frames) > frames + 2, "it measures")
        bed = await asker.bed()
    times = sorted({one.measured_at for one in gateway.values("spo2")})
    gap = next(one for one in times if one > died_at) - died_at
    lived = (times[-1] - times[0]).total_seconds()
    assert gap.total_seconds() > SPEED / 10, "while nobody was there nothing was measured"
    assert bed["second"] >= 5 * round(lived), "its time went on meanwhile"
    await told_to_stop(process)
    assert names_in(tmp_path) == ["desk-queues"], "it forgets its rooms"


async def test_nobody_is_let_in_without_the_credential(
    gateway: ContractGateway, tmp_path: Path
) -> None:
    open_desk = Desk(f"{gateway.url}/device", tmp_path, tmp_path / "rooms.json", lambda _: None)
    async with open_door(open_desk, tmp_path / "desk.json"):
        url = read_note(tmp_path / "desk.json")["url"]
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer "}):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url, additional_headers=headers, proxy=None)
            assert refused.value.response.status_code == 401
        page = {"Authorization": f"Bearer {read_note(tmp_path / 'desk.json')['credential']}"}
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers=page, origin=Origin("http://x.test"), proxy=None)
        assert refused.value.response.status_code == 403, "no page of a browser is let in"
    assert not (tmp_path / "desk.json").exists()


async def test_a_second_desk_is_refused_and_leaves_the_first_ones_rooms_alone(
    gateway: ContractGateway, tmp_path: Path
) -> None:
    control = tmp_path / "desk.json"
    first = await launched(gateway, control)
    note = read_note(control)
    second = await simulate(
        *("desk", "--control", str(control), "--gateway", gateway.url), queue=tmp_path
    )
    assert second.returncode == 1
    assert "another desk has" in (await output(second))[1]
    assert read_note(control) == note
    await told_to_stop(first)


async def test_a_desk_begins_with_the_rooms_of_a_tokens_file(
    gateway: ContractGateway, tmp_path: Path
) -> None:
    tokens = tmp_path / "tokens.json"
    tokens.write_text('[{"room": "1", "token": "t1", "phase_offset_min": 12, "device": "d1"}]')
    tokens.chmod(0o600)
    control = tmp_path / "desk.json"
    arguments = ("--control", str(control), "--gateway", gateway.url, "--tokens", str(tokens))
    process = await simulate("desk", *arguments, "--seed", "3", queue=tmp_path, wait=False)
    await until(control.exists, "the desk is open", deadline_s=30)
    async with asking(control) as asker:
        bed = await asker.until_bed(lives(1), "it lives")
    assert (bed["scenario"], bed["seed"], bed["into_infusion_min"]) == ("ward", 3, 12)
    await told_to_stop(process)


async def test_rooms_that_cannot_be_read_are_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "desk-rooms.json").write_text('[{"room": "1", "token": "secret"}]')
    arguments = ("--control", str(tmp_path / "desk.json"), "--gateway", "ws://127.0.0.1:1")
    process = await simulate("desk", *arguments, queue=tmp_path)
    said = (await output(process))[1]
    assert process.returncode == 1
    assert "desk-rooms.json" in said
    assert "secret" not in said
    assert said.count("\n") == 1
