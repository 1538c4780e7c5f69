"""The command as a real process, over a real socket."""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from monitor.wire.device import DeviceReading
from simulators.cli import main
from tests.simulators.contract_gateway import ContractGateway, until
from tests.simulators.processes import output, simulate

RECORDING = """minute,HR [bpm],PULSE [bpm],RESP [pm],SpO2 [%],NBPSys [mmHg],NBPDias [mmHg],NBPMean [mmHg]
0,101.3,0.0,16.5,0.0,,,
1,89.5,88.5,21.2,95.7,87.0,46.0,62.0
2,76.8,72.6,,99.4,,,94.0
3,0.0,340.0,0.0,,86.0,22.0,44.0
"""


@pytest.fixture
def recording_file(tmp_path: Path) -> Path:
    path = tmp_path / "recording.csv"
    path.write_text(RECORDING)
    return path


Refused = Callable[..., tuple[int, str]]


@pytest.fixture
def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Refused:
    """Run a command that fails in this process: exit code and the one line on stderr."""

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("INFUSION_SIMULATE_TOKEN", "t1")
        monkeypatch.setenv("INFUSION_SIMULATE_QUEUE", str(tmp_path / "queue"))
        monkeypatch.setattr(sys, "argv", ["infusion-simulate", *arguments])
        with pytest.raises(SystemExit) as exited:
            main()
        stdout, stderr = capsys.readouterr()
        assert stdout == ""
        assert len(stderr.splitlines()) == 1, stderr
        return int(exited.value.code or 0), stderr

    return run


async def test_replay_sends_every_cell_as_it_stands_and_ends_when_all_is_acknowledged(
    recording_file: Path, tmp_path: Path
) -> None:
    def out_of_range(reading: DeviceReading) -> str | None:
        return "too high" if reading.value == 340 else None

    gateway = ContractGateway(clock_speed=600, reject=out_of_range)
    async with gateway.running():
        process = await simulate(
            "replay", str(recording_file), "--gateway", gateway.url, "--json", queue=tmp_path
        )
    stdout, stderr = await output(process)
    assert process.returncode == 0, stderr
    assert json.loads(stdout) == {
        "frames": 4,
        "resumed": 0,
        "stored": 12,
        "rejected": 1,
        "errors": 0,
        "kept": 0,
        "failed": 0,
    }
    assert [one.value for one in gateway.values("pulse_rate")] == [0, 88.5, 72.6]
    assert [one.value for one in gateway.values("resp_rate")] == [16.5, 21.2, None]
    assert [one.value for one in gateway.values("spo2")] == [0, 95.7, 99.4]
    assert [(one.systolic, one.diastolic, one.mean) for one in gateway.values("nibp")] == [
        (87, 46, 62),
        (None, None, 94),
        (86, 22, 44),
    ]
    times = [one.measured_at for one in gateway.values("spo2")]
    assert [(time - times[0]).total_seconds() for time in times] == [0, 60, 120]
    assert gateway.hellos[0].metrics == {
        "pulse_rate": 60,
        "resp_rate": 60,
        "spo2": 60,
        "nibp": 60,
    }
    assert "HR [bpm] is left out" in stderr
    assert ", no session" in stderr
    assert "out_of_range" in stderr


async def test_interval_gives_the_rows_a_new_spacing(recording_file: Path, tmp_path: Path) -> None:
    gateway = ContractGateway(clock_speed=60)
    async with gateway.running():
        await simulate(
            *("replay", str(recording_file), "--gateway", gateway.url, "--interval", "2"),
            queue=tmp_path,
        )
    times = [one.measured_at for one in gateway.values("pulse_rate")]
    assert [(time - times[0]).total_seconds() for time in times] == [0, 2, 4, 6]
    assert (gateway.hellos[0].metrics or {})["spo2"] == 2


async def test_held_values_are_repeated_once_a_second_and_marked(
    recording_file: Path, tmp_path: Path
) -> None:
    gateway = ContractGateway(clock_speed=600)
    async with gateway.running():
        await simulate(
            *("replay", str(recording_file), "--gateway", gateway.url, "--hold"), queue=tmp_path
        )
    spo2 = gateway.values("spo2")
    assert len(spo2) == 180
    assert [one.value for one in spo2 if one.status == "ok"] == [0, 95.7, 99.4]
    assert [one.value for one in spo2[60:120]] == [95.7] * 60
    assert {one.status for one in spo2[61:120]} == {"demo"}
    assert len(gateway.values("nibp")) == 3
    assert (gateway.hellos[0].metrics or {})["spo2"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (("replay", "FILE", "--gateway", "ws://h:1", "--hold", "--interval", "1"), 2, "exclude"),
        (("replay", "FILE"), 2, "--gateway"),
        (("replay", "missing.csv", "--gateway", "ws://h:1"), 1, "missing.csv"),
        (("replay", "FILE", "--gateway", "nowhere"), 1, "not an address"),
        (
            ("replay", "FILE", "--gateway", "ws://h:1", "--map", "HR [bpm]=hr"),
            1,
            "hr is not one of",
        ),
        (
            ("replay", "FILE", "--gateway", "ws://h:1", "--map", "HR [bpm]=pulse_rate"),
            1,
            "two columns are pulse_rate",
        ),
        (
            ("run", "--scenario", "party", "--gateway", "ws://h:1"),
            2,
            "party is neither a file nor a scenario",
        ),
        (("run", "--gateway", "ws://h:99999"), 1, "not an address"),
        (("dance",), 2, "dance"),
    ],
)
def test_wrong_usage_and_failures_are_one_clear_line_on_stderr(
    arguments: tuple[str, ...], code: int, line: str, recording_file: Path, refused: Refused
) -> None:
    named = [str(recording_file) if one == "FILE" else one for one in arguments]
    exit_code, stderr = refused(*named)
    assert exit_code == code, stderr
    assert line in stderr


@pytest.mark.parametrize(
    ("known", "revoked", "words"),
    [(set(), set(), "does not know this token"), ({"t1"}, {"t1"}, "revoked")],
)
async def test_refused_token_ends_the_command_with_exit_1(
    known: set[str], revoked: set[str], words: str, recording_file: Path, tmp_path: Path
) -> None:
    gateway = ContractGateway(tokens=known, revoked=revoked)
    async with gateway.running():
        process = await simulate(
            "replay", str(recording_file), "--gateway", gateway.url, queue=tmp_path
        )
    _, stderr = await output(process)
    assert process.returncode == 1
    assert words in stderr


async def test_several_rooms_run_in_one_process_and_move_at_once(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.json"
    tokens.write_text(
        json.dumps(
            [{"room": str(n), "token": f"t{n}", "phase_offset_min": 10.0 * n} for n in range(1, 7)]
        )
    )
    tokens.chmod(0o600)
    gateway = ContractGateway(tokens={f"t{n}" for n in range(1, 7)})
    async with gateway.running():
        process = await simulate(
            *("run", "--scenario", "ward", "--gateway", gateway.url, "--tokens", str(tokens)),
            queue=tmp_path / "queue",
            wait=False,
        )
        await until(
            lambda: {token for token, *_ in gateway.readings} == gateway.tokens, "six rooms move"
        )
        process.send_signal(signal.SIGTERM)
        stdout, stderr = await output(process)
    assert process.returncode == 0, stderr
    assert "0 frames kept" in stdout
    assert len(stdout.splitlines()) == 1


async def test_room_that_is_refused_leaves_the_others_alone(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.json"
    tokens.write_text('[{"room": "1", "token": "t1"}, {"room": "2", "token": "revoked"}]')
    tokens.chmod(0o600)
    gateway = ContractGateway(clock_speed=20, tokens={"t1", "revoked"}, revoked={"revoked"})
    async with gateway.running():
        process = await simulate(
            *("run", "--gateway", gateway.url, "--tokens", str(tokens), "--for", "2"),
            queue=tmp_path / "queue",
        )
    stdout, stderr = await output(process)
    assert process.returncode == 1, "a failure is not hidden behind the rooms that worked"
    assert "room 2: stopped: this device's token is revoked" in stderr
    assert len(gateway.frames) > 10
    assert "0 frames kept" in stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[{"room": "1", "tocken": "secret"}]', "0.token"),
        ("[]", "at least 1"),
        ("secret", "JSON"),
        ('[{"room": "1", "token": "secret", "scenario": "party"}]', "party is neither"),
    ],
)
def test_wrong_tokens_file_is_told_without_its_tokens(
    content: str, words: str, tmp_path: Path, refused: Refused
) -> None:
    tokens = tmp_path / "tokens.json"
    tokens.write_text(content)
    tokens.chmod(0o600)
    code, stderr = refused("run", "--gateway", "ws://h:1", "--tokens", str(tokens))
    assert code == 1
    assert words in stderr
    assert "secret" not in stderr


def test_tokens_that_others_may_read_are_refused(tmp_path: Path, refused: Refused) -> None:
    tokens = tmp_path / "tokens.json"
    tokens.write_text('[{"room": "1", "token": "secret"}]')
    tokens.chmod(0o644)
    code, stderr = refused("run", "--gateway", "ws://h:1", "--tokens", str(tokens))
    assert code == 1
    assert "chmod 600" in stderr
    assert "secret" not in stderr


async def test_killed_simulator_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    gateway = ContractGateway(clock_speed=60)
    cuts: list[str] = []

    def cut_before_frames_are_kept(where: str) -> bool:
        if where == "before":
            cuts.append(where)
        return where == "before"

    async with gateway.running():
        command = ("run", "--scenario", "normal", "--gateway", gateway.url)
        for _ in range(3):
            kept = len(gateway.frames)
            process = await simulate(*command, queue=tmp_path, wait=False)
            await until(partial(_has_more_than, gateway.frames, kept + 20), "frames come")
            # From here on nothing is kept, so that the kill finds frames in the queue.
            cuts.clear()
            gateway.disturb = cut_before_frames_are_kept
            await until(partial(_has_more_than, cuts, 2), "frames are lost on the way")
            process.kill()
            await output(process)
            gateway.disturb = lambda _: False
        process = await simulate(*command, "--for", "1", queue=tmp_path, wait=False)
        stdout, stderr = await output(process)
    assert "0 frames kept" in stdout
    assert re.search(r"[1-9]\d* frames kept", stderr), "the restart found frames in the queue"
    assert_whole(gateway, streams=1)


def _has_more_than(things: Sequence[object], count: int) -> bool:
    return len(things) > count


async def test_unacknowledged_frames_come_after_a_restart_with_their_own_times(
    tmp_path: Path,
) -> None:
    gateway = ContractGateway()
    async with gateway.running():
        command = ("run", "--scenario", "normal", "--gateway", gateway.url)
        process = await simulate(*command, queue=tmp_path, wait=False)
        await until(lambda: len(gateway.frames) >= 1, "the first frame")
        port = gateway.port
    # The gateway is gone, the device measures on.
    (queue,) = list_queues(tmp_path)
    await until(lambda: len(queue.read_text().splitlines()) >= 4, "frames are queued")
    process.kill()
    await output(process)
    kept = [json.loads(line) for line in queue.read_text().splitlines()[1:]]
    async with gateway.running(port):
        process = await simulate(*command, "--for", "1", queue=tmp_path, wait=False)
        await output(process)
    assert_whole(gateway, streams=1)
    stored = {
        seq: reading for (_, _, seq, index), reading in gateway.readings.items() if index == 0
    }
    for frame in kept:
        asked = frame["readings"][0]["measured_at"]
        assert (
            stored[frame["seq"]]
            .measured_at.isoformat(timespec="milliseconds")
            .replace("+00:00", "Z")
            == asked
        )


async def test_second_simulator_on_the_same_queue_is_refused(tmp_path: Path) -> None:
    gateway = ContractGateway()
    async with gateway.running():
        command = ("run", "--scenario", "normal", "--gateway", gateway.url)
        first = await simulate(*command, queue=tmp_path, wait=False)
        await until(lambda: len(gateway.frames) >= 1, "the first frame")
        second = await simulate(*command, queue=tmp_path)
        _, stderr = await output(second)
        assert second.returncode == 1
        assert "in use by another process" in stderr
        first.terminate()
        await output(first)


async def test_replay_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("second,spo2\n" + "".join(f"{n},{n % 50 + 50}\n" for n in range(200)))
    gateway = ContractGateway(clock_speed=60)
    async with gateway.running():
        command = ("replay", str(path), "--gateway", gateway.url)
        process = await simulate(*command, queue=tmp_path / "q", wait=False)
        await until(lambda: len(gateway.frames) > 20, "frames come")
        process.kill()
        await output(process)
        process = await simulate(*command, queue=tmp_path / "q")
        _, stderr = await output(process)
    assert process.returncode == 0, stderr
    assert "goes on at row" in stderr
    assert [one.value for one in gateway.values("spo2")] == [n % 50 + 50 for n in range(200)]


def list_queues(directory: Path) -> list[Path]:
    return list(directory.glob("*.queue"))


def assert_whole(gateway: ContractGateway, streams: int) -> None:
    """Every seq from 1 on came once."""
    by_stream: dict[UUID, list[int]] = {}
    for _, stream, seq in gateway.frames:
        by_stream.setdefault(stream, []).append(seq)
    assert len(by_stream) == streams
    for seqs in by_stream.values():
        assert sorted(seqs) == list(range(1, len(seqs) + 1))
