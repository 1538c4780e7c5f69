"""What is measured: rooms with devices and sessions, and the product's own processes serving them."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

from monitor.data_directory import DataDirectory, wait_for_gateway
from monitor.opened import opened_monitor
from monitor.wire import orders

START_S = 40.0
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
    with log.open("wb") as written:
        started = Popen([sys.executable, "-m", *arguments], stdout=written, stderr=written)
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


@contextmanager
def served(directory: DataDirectory) -> Iterator[tuple[str, str, int]]:
    """The whole product: the address of its pages, of its gateway, and the gateway's process id."""
    port, gateway_port = str(free_port()), str(free_port())
    ports = ("--port", port, "--gateway-port", gateway_port)
    log = directory.path / "serve.log"
    with process(log, "monitor", "serve", "--data", str(directory.path), *ports):
        address = wait_for_gateway(directory, time.monotonic() + START_S)
        assert address is not None, log.read_text()
        await_port(int(port))
        yield address.dashboard_url, address.url, address.pid


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
