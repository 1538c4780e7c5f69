"""The product as it is installed: its own processes on their own ports, driven by its own commands."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.fakes import wait_until
from tests.processes import result

START_S = 180.0
OPERATOR, PASSWORD = "nina", "correct horse"


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


class Stack:
    """A simulated clinic with room 1 (a session and a device) and room 2 (free), served until closed.

    ``speed``: how many times as fast its clock runs. ``is_empty``: nobody is in room 1 yet.
    """

    def __init__(self, directory: Path, *, speed: float = 1, is_empty: bool = False) -> None:
        self.data = directory / "data"
        self.log = directory / "log.txt"
        self.port, self.gateway_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self._processes: list[subprocess.Popen[bytes]] = []
        ports = ("--port", str(self.port), "--gateway-port", str(self.gateway_port))
        clock = ("--simulated", "--speed", str(speed))
        self._start("monitor", "serve", "--data", str(self.data), *clock, *ports)
        try:
            wait_until(self._is_up, "the product to serve", START_S)
        except BaseException:
            self.close()
            raise
        self.run("room", "add", "1")
        self.run("room", "add", "2")
        self.run("operator", "add", OPERATOR, "--role", "nurse", given=PASSWORD)
        self.token = self.device("1")
        self.session = ""
        if not is_empty:
            self.session = self.run("session", "start", "--room", "1", "--patient", "P-1")

    def run(self, *arguments: str, given: str = "") -> str:
        """One command; its result without the newline."""
        return result(self.data, *arguments, given=given)

    def device(self, room: str) -> str:
        """The token of another simulated device, which stands in this room."""
        return self.run("device", "add", "--room", room, "--name", f"Bed {room}", "--simulated")

    def feed(self, scenario: str = "normal", token: str = "") -> subprocess.Popen[bytes]:
        """A simulated device, that of room 1 unless another is named by its token, as its own process."""
        token = token or self.token
        queue = self.data.parent / f"queue-{token[:8]}"
        gateway = f"ws://127.0.0.1:{self.gateway_port}"
        where = ("--gateway", gateway, "--token", token, "--queue", str(queue))
        return self._start("simulators", "run", "--scenario", scenario, *where)

    @property
    def serving_pid(self) -> int:
        """The process that starts the others again when they end."""
        return self._processes[0].pid

    def gateway_pid(self) -> int:
        announced: dict[str, Any] = json.loads((self.data / "gateway.json").read_text())
        return int(announced["pid"])

    def desk_pid(self) -> int:
        """Awaited: the desk opens when the gateway lives, and anew after its death."""
        control = self.data / "desk.json"
        announced: dict[str, Any] = json.loads(wait_until(lambda: _text(control), "the desk"))
        return int(announced["pid"])

    def dashboard_pid(self) -> int:
        """The other process of ``serve`` than gateway and desk."""
        serving = self.serving_pid
        children = Path(f"/proc/{serving}/task/{serving}/children").read_text().split()
        others = {self.gateway_pid(), self.desk_pid()}
        (dashboard,) = {int(child) for child in children} - others
        return dashboard

    def is_serving(self) -> bool:
        """Whether the dashboard takes connections."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.2):
                return True
        except OSError:
            return False

    @contextmanager
    def frozen(self, pid: int) -> Iterator[None]:
        """A process that stands still and keeps its sockets open."""
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        process.wait(20)
        self._processes.remove(process)

    def close(self) -> None:
        for process in reversed(self._processes.copy()):
            self.stop(process)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", module, *arguments]
            process = subprocess.Popen(command, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def _is_up(self) -> bool:
        assert self._processes[0].poll() is None, self.log.read_text()
        return self.is_serving() and (self.data / "gateway.json").exists()


def _text(path: Path) -> str:
    """What is written there; nothing where there is no file."""
    return path.read_text() if path.exists() else ""
