"""What the README promises holds as written."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.settings import settings_table
from tests.conftest import REPOSITORY
from tests.processes import Running, result, result_json
from tests.shell import Shell

README = (REPOSITORY / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


COMMANDS = [shlex.split(line) for block in blocks("sh") for line in block.splitlines()]


def test_the_settings_table_is_the_one_of_the_program() -> None:
    assert settings_table() in README


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    assert (REPOSITORY / target).exists()


def test_the_make_targets_exist() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    targets = {command[1] for command in COMMANDS if command[0] == "make"}
    targets |= set(re.findall(r"`make (\w+)`", README))
    assert targets >= {"demo", "test"}
    assert all(f"\n{target}:" in makefile for target in targets)


def test_the_commands_run_in_the_order_in_which_they_are_written(shell: Shell) -> None:
    given = [command for command in COMMANDS if command[0] == "infusion-monitor"]
    assert ["infusion-monitor", "serve", "--data", "clinic"] in given
    for _, *arguments in given:
        if "serve" in arguments:
            continue
        # What a shell would do with them: the directory's name, and the password file.
        read = "<" in arguments
        words = arguments[: arguments.index("<")] if read else arguments
        named = [str(shell.data) if word == "clinic" else word for word in words]
        shell.done(*named, stdin="a long password\n" if read else "")
    assert shell.done("session", "list", "--json").json[0]["patient"] == "P-1001"


@pytest.mark.faults
def test_the_device_of_the_readme_is_heard_as_it_is_written(tmp_path: Path) -> None:
    (snippet,) = blocks("python")
    assert len([line for line in snippet.splitlines() if line]) == 20, "twenty lines are promised"
    client = tmp_path / "device.py"
    client.write_text(snippet)
    with Running(tmp_path / "data", "gateway") as gateway:
        result(gateway.data, "room", "add", "1")
        token = result(gateway.data, "device", "add", "--room", "1", "--name", "Mine")
        session = result(gateway.data, "session", "start", "--room", "1", "--patient", "P-1")
        arguments = [sys.executable, "-u", str(client), gateway.url, token]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as device:
            assert device.stdout is not None
            welcome, ack = (json.loads(device.stdout.readline()) for _ in range(2))
            device.terminate()
        assert (welcome["type"], welcome["room"], welcome["session"]) == ("welcome", "1", session)
        assert ack == {"type": "ack", "seq": 1, "stored": 2, "rejected": []}
        assert result_json(gateway.data, "device", "list")[0]["last_seen"] is not None
