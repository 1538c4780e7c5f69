"""Commands as processes of their own, where what is wrong is the terminal or the disk behind it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from monitor.data_directory import DataDirectory
from tests.processes import PROGRAM


@pytest.mark.parametrize("arguments", [("check-config",), ("--help",)])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_result_that_cannot_be_written_is_one_line_and_a_failure(
    data_directory: DataDirectory, arguments: tuple[str, ...], unbuffered: str
) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*PROGRAM, "--data", str(data_directory.path), *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            text=True,
            timeout=60,
            check=False,
        )
    said = "infusion-monitor: the result cannot be written: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (1, said)


def test_ctrl_c_at_the_password_prompt_ends_with_one_line(data_directory: DataDirectory) -> None:
    terminal, inside = pty.openpty()
    arguments = ("operator", "add", "Kari", "--role", "nurse")
    with subprocess.Popen(
        [*PROGRAM, "--data", str(data_directory.path), *arguments],
        stdin=inside,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        assert process.stderr is not None
        # Nothing of it is written to the terminal, for there echo is what the prompt switches off.
        prompt = process.stderr.read(len("Password: "))
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    os.close(terminal)
    os.close(inside)
    assert (process.returncode, prompt, said) == (
        130,
        "Password: ",
        "infusion-monitor: interrupted\n",
    )


def test_a_command_that_only_reads_loads_nothing_that_writes(data_directory: DataDirectory) -> None:
    """Loading is most of the time that such a command takes."""
    ended = subprocess.run(
        [PROGRAM[0], "-X", "importtime", *PROGRAM[1:], "room", "list"],
        env=os.environ | {"INFUSION_MONITOR_DATA": str(data_directory.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "monitor.storage.records" in loaded
    assert not loaded & {"structlog", "alembic", "filelock", "monitor.storage.journal"}
    assert not loaded & {"monitor.wire.orders", "monitor.service.monitor", "websockets", "dash"}
