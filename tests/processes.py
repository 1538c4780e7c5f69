"""The installed program as processes of their own, and a device that speaks to it: the real thing."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from unittest.mock import patch

import structlog
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from monitor.cli.app import run

T = TypeVar("T")

PROGRAM = (sys.executable, "-m", "monitor")
START_TIMEOUT_S = 180.0


def until(find: Callable[[], T | None], *, within_s: float, what: str) -> T:
    """The first truthy answer of ``find``. Fails the test when none comes in time."""
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while True:
        if found := find():
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:g} s: {what}")
        pause.wait(0.02)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def command(data: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """One command on the data directory as a process, ended."""
    return subprocess.run(
        [*PROGRAM, "--data", str(data), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def result(data: Path, *arguments: str, given: str = "") -> str:
    """What a command that must succeed prints, ``given`` at its input; run in this process, which spares its start."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), patch("sys.stdin", io.StringIO(given)):
        code = run(["--data", str(data), *arguments])
    # A command sets up the log of its process, which is the tests' here.
    structlog.reset_defaults()
    assert code == 0, f"{arguments}: {err.getvalue()}"
    return out.getvalue().strip()


def result_json(data: Path, *arguments: str) -> Any:
    """The same as JSON."""
    return json.loads(result(data, *arguments, "--json"))


class Running:
    """``infusion-monitor serve`` (or another command that keeps running) in a process session of its own."""

    def __init__(self, data: Path, name: str = "serve", *flags: str) -> None:
        self.data = data
        self.port, self.gateway_port = free_port(), free_port()
        self.log = data.parent / f"{name}.log"
        self._arguments = [
            *(*PROGRAM, name, "--data", str(data), *flags),
            *("--port", str(self.port), "--gateway-port", str(self.gateway_port)),
        ]
        self.start()

    def start(self) -> None:
        """Start it, again after it has ended."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        try:
            self.wait_until_healthy()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            sys.stderr.write(self.log.read_text(errors="replace")[-4000:])
        self.end()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.gateway_port}"

    def health(self) -> dict[str, Any] | None:
        """What the gateway says of itself, or None when nobody answers."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.gateway_port}/healthz", timeout=2
            ) as answer:
                health: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as unwell:
            with unwell:
                health = json.load(unwell)
        except OSError:
            return None
        return health

    def page_status(self) -> int | None:
        """The HTTP status of the ward page, or None when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as answer:
                status: int = answer.status
                return status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def wait_until_healthy(self) -> None:
        """Until the gateway says that all is well."""

        def healthy() -> bool:
            code = self.process.poll()
            assert code is None, f"ended with {code}: {self.log.read_text()[-2000:]}"
            health = self.health()
            return health is not None and health["status"] == "ok"

        until(healthy, within_s=START_TIMEOUT_S, what="a healthy gateway")

    def wait_until_pages(self) -> None:
        """Until the dashboard answers."""
        until(self.page_status, within_s=START_TIMEOUT_S, what="a page")

    def processes(self) -> dict[int, str]:
        """Every living process of its session, by id, with its command line."""
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,stat=,args=", "-s", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        return {int(pid): args for pid, state, args in rows if not state.startswith("Z")}

    def child(self, word: str) -> int:
        """The id of the child process whose command line has this word."""

        def found() -> int | None:
            children = [p for p, args in self.processes().items() if "lifeline" in args]
            return next((p for p in children if f" {word} " in f"{self.processes().get(p)} "), None)

        return until(found, within_s=60, what=f"a process {word}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(10)

    def end(self) -> None:
        """Leave nothing of it."""
        if self.process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.stop()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


def moment(offset_s: float = 0) -> str:
    """Now, or so many seconds from now, as devices write it."""
    instant = datetime.fromtimestamp(time.time() + offset_s, UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pulse(value: float) -> dict[str, Any]:
    """A pulse rate measured now."""
    return {"metric": "pulse_rate", "value": value, "measured_at": moment()}


def spo2(value: float) -> dict[str, Any]:
    """An oxygen saturation measured now."""
    return {"metric": "spo2", "value": value, "measured_at": moment()}


class Device:
    """A device's connection; ``stream`` and ``seq`` go on over several of them."""

    def __init__(self, url: str, token: str, stream: str | None = None, seq: int = 0) -> None:
        self.stream, self.seq = stream or str(uuid.uuid4()), seq
        self._opened = ExitStack()
        self._socket: ClientConnection = self._opened.enter_context(
            connect(
                f"{url}/device",
                additional_headers={"Authorization": f"Bearer {token}"},
                subprotocols=[Subprotocol("infusion-monitor.v1")],
                proxy=None,
            )
        )
        hello = {"type": "hello", "stream": self.stream, "sent_at": moment()}
        self.welcome = self.say({**hello, "metrics": {"pulse_rate": 1, "spo2": 1}})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def send(self, *readings: dict[str, Any]) -> int:
        """Send a frame without waiting; its number."""
        self.seq += 1
        frame = {"type": "readings", "seq": self.seq, "sent_at": moment()}
        self._socket.send(json.dumps({**frame, "readings": readings}))
        return self.seq

    def heard(self, *, within_s: float = 10) -> dict[str, Any]:
        """The next welcome, ack or error; a device ignores types that it does not know."""
        while True:
            message: dict[str, Any] = json.loads(self._socket.recv(timeout=within_s))
            if message["type"] in ("welcome", "ack", "error"):
                return message

    def say(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a message and hear the answer."""
        self._socket.send(json.dumps(message))
        return self.heard()

    def deliver(self, *readings: dict[str, Any]) -> dict[str, Any]:
        """Send a frame and hear its acknowledgement."""
        seq = self.send(*readings)
        while True:
            answer = self.heard()
            if answer.get("seq", 0) >= seq:
                return answer
