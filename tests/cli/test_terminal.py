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
