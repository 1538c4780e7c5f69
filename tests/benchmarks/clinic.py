"""What is measured: rooms with devices and sessions, and the product's own processes serving them."""

from __future__ import annotations

import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import NamedTuple

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from monitor.data_directory import DataDirectory, wait_for_gateway
from monitor.opened import opened_monitor
from monitor.wire import orders

START_S = 120.0
REPOSITORY = Path(__file__).parents[2]
OPERATOR = "nina"


def with_rooms(directory: DataDirectory, rooms: int) -> list[str]:
    """Rooms with a device and an open session each, and one operator; the devices' tokens."""
    tokens = []
    with opened_monitor(directory) as opened:
        nurse = orders.AddOperator(name=OPERATOR, role="nurse", password="correct horse")
        opened.execute(nurse, by="console:bench")
        for number in range(rooms):
            name = str(number + 1)
            opened.execute(orders.AddRoom(name=name), by="console:bench")
            added = opened.execute(orders.AddDevice(room=name, name=name), by="console:bench")
            opened.execute(orders.StartSession(room=name, patient=f"P-{name}"), by="console:bench")
            tokens.append(str(added.result["token"]))
    return tokens


@contextmanager
def process(log: Path, *arguments: str) -> Iterator[Popen[bytes]]:
    """A Python module as a process of its own, asked to end afterwards."""
    with program(log, sys.executable, "-m", *arguments) as started:
        yield started


class Restarted:
    """A program that is killed and started again at once, as a supervisor would."""

    def __init__(self, log: Path, *command: str) -> None:
        self._log, self._command = log, command
        self._start()

    def kill(self) -> None:
        """``kill -9``, and the next one."""
        self._process.kill()
        self._process.wait(30)
        self._start()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def _start(self) -> None:
        with self._log.open("ab") as written:
            self._process = Popen(self._command, stdout=written, stderr=written, cwd=REPOSITORY)

    @property
    def pid(self) -> int:
        return self._process.pid


@contextmanager
def restarted(log: Path, *command: str) -> Iterator[Restarted]:
    """Such a program for the length of the block."""
    process = Restarted(log, *command)
    try:
        yield process
    finally:
        process.end()


@contextmanager
def program(log: Path, *command: str, folder: Path = REPOSITORY) -> Iterator[Popen[bytes]]:
    """A process that works in this folder, asked to end afterwards."""
    with log.open("ab") as written:
        started = Popen(command, stdout=written, stderr=written, cwd=folder)
    try:
        yield started
    finally:
        started.terminate()
        started.wait(30)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def await_page(url: str, log: Path) -> None:
    """Return once this page is served. Fails with the end of the log."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own, on this machine
                return
        except OSError:
            told = log.read_text(errors="replace")[-500:].splitlines()
            assert time.monotonic() < deadline, f"no page at {url}: {told[-1:]}"
            time.sleep(0.05)


def await_device(url: str, log: Path) -> None:
    """Return once a device may connect there. Fails with the end of the log."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            connect(url, proxy=None, open_timeout=5).close()
            return
        except (OSError, WebSocketException):
            told = log.read_text(errors="replace")[-500:].splitlines()
            assert time.monotonic() < deadline, f"no device may connect to {url}: {told[-1:]}"
            time.sleep(0.05)


def await_port(port: int) -> None:
    """Return once somebody listens there."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens on {port}"
            time.sleep(0.05)


class Product(NamedTuple):
    """The whole product while it runs: its pages, its gateway, the ids of the gateway's process and of the first."""

    page: str
    gateway: str
    gateway_pid: int
    pid: int


@contextmanager
def served(directory: DataDirectory) -> Iterator[Product]:
    """The whole product, as ``serve`` starts it."""
    port, gateway_port = str(free_port()), str(free_port())
    ports = ("--port", port, "--gateway-port", gateway_port)
    log = directory.path / "serve.log"
    with process(log, "monitor", "serve", "--data", str(directory.path), *ports) as first:
        address = wait_for_gateway(directory, time.monotonic() + START_S)
        assert address is not None, log.read_text()
        await_port(int(port))
        yield Product(address.dashboard_url, address.url, address.pid, first.pid)
