"""Who takes part: the ward of each, started for so many rooms with a device each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

from websockets.sync.client import connect

from monitor.data_directory import DataDirectory, create
from monitor.identity import sign_cookie
from monitor.wire.orders import AcknowledgeAlarm, OrderMessage
from tests.benchmarks import clinic
from tests.benchmarks.bedside import Bed
from tests.benchmarks.contest import Contestant, Served
from tests.benchmarks.peers import installing, node_red, prometheus
from tests.benchmarks.peers.frames import rooms as names

PEERS = "tests.benchmarks.peers"


@contextmanager
def _ours(path: Path, rooms: int) -> Iterator[Served]:
    directory = create(path / "data", simulated=False)
    tokens = clinic.with_rooms(directory, rooms)
    with clinic.served(directory) as product:
        beds = [
            Bed(room, f"{product.gateway}/device", token)
            for room, token in zip(names(rooms), tokens, strict=True)
        ]
        cookie = sign_cookie(directory.cookie_key, clinic.OPERATOR)
        yield Served(product.page, beds, product.pid, cookie, acknowledging(directory))


def acknowledging(directory: DataDirectory) -> Callable[[list[str]], None]:
    address = directory.living_gateway()
    assert address is not None

    def acknowledge(alarms: list[str]) -> None:
        headers = {"Authorization": f"Bearer {address.credential}"}
        with connect(f"{address.url}/orders", additional_headers=headers, proxy=None) as socket:
            for alarm in alarms:
                order = AcknowledgeAlarm(alarm=alarm)
                message = OrderMessage(order_id=uuid4(), operator=clinic.OPERATOR, order=order)
                socket.send(message.model_dump_json())
                socket.recv(10)

    return acknowledge


@contextmanager
def _relayed(path: Path, rooms: int, *, alarms: bool = False) -> Iterator[Served]:
    port = clinic.free_port()
    page = f"http://127.0.0.1:{port}/{'alarms' if alarms else ''}"
    log = path / "relay.log"
    with clinic.process(log, "tests.benchmarks.relay", str(port)) as process:
        clinic.await_page(page, log)
        yield Served(page, beds_at(port, rooms), process.pid)


@contextmanager
def _dash_interval(path: Path, rooms: int) -> Iterator[Served]:
    port, device_port = clinic.free_port(), clinic.free_port()
    page, log = f"http://127.0.0.1:{port}/", path / "dash.log"
    arguments = (str(port), str(device_port), str(rooms))
    with clinic.process(log, f"{PEERS}.dash_interval", *arguments) as process:
        clinic.await_page(page, log)
        yield Served(page, beds_at(device_port, rooms), process.pid)


@contextmanager
def _served_by(program: Callable[[], str], module: str, path: Path, rooms: int) -> Iterator[Served]:
    """A peer in Python that serves its page and its devices at one port."""
    port = clinic.free_port()
    page, log = f"http://127.0.0.1:{port}/", path / "peer.log"
    command = (program(), "-m", f"{PEERS}.{module}", str(port), str(rooms))
    with clinic.program(log, *command) as process:
        clinic.await_page(page, log)
        yield Served(page, beds_at(port, rooms), process.pid)


@contextmanager
def _node_red(path: Path, rooms: int, *, alarms: bool = False) -> Iterator[Served]:
    command = installing.node_red()
    user, port, log = path / "user", clinic.free_port(), path / "node-red.log"
    node_red.write_user(user, installing.modules(), node_red.ward(rooms, alarms=alarms))
    beds = beds_at(port, rooms)
    with clinic.program(log, *command, "--userDir", str(user), "--port", str(port)) as process:
        page = f"http://127.0.0.1:{port}{node_red.PAGE}"
        clinic.await_page(page, log)
        yield Served(page, beds, process.pid)


@contextmanager
def _prometheus(path: Path, rooms: int) -> Iterator[Served]:
    programs = installing.prometheus()
    exporter, manager, own = (clinic.free_port() for _ in range(3))
    logs = [path / f"{name}.log" for name in ("exporter", "alertmanager", "prometheus")]
    with ExitStack() as stack:
        webhook, address = stack.enter_context(prometheus.listening())
        prometheus.write(path, exporter, manager, address)
        commands = [
            [
                programs["prometheus-alertmanager"],
                f"--config.file={path / 'alertmanager.yml'}",
                f"--storage.path={path / 'alertmanager'}",
                f"--web.listen-address=127.0.0.1:{manager}",
                "--cluster.listen-address=",
            ],
            [
                programs["prometheus"],
                f"--config.file={path / 'prometheus.yml'}",
                f"--storage.tsdb.path={path / 'prometheus'}",
                f"--web.listen-address=127.0.0.1:{own}",
            ],
        ]
        (path / ".usr").symlink_to(installing.DEBIAN / "usr")
        exporting = stack.enter_context(clinic.process(logs[0], f"{PEERS}.exporter", str(exporter)))
        for log, command in zip(logs[1:], commands, strict=True):
            stack.enter_context(clinic.program(log, *command, folder=path))
        for log, url in zip(logs, (exporter, manager, own), strict=True):
            clinic.await_page(f"http://127.0.0.1:{url}/metrics", log)
        yield Served("", beds_at(exporter, rooms), exporting.pid, webhook=webhook)


def beds_at(port: int, rooms: int) -> list[Bed]:
    """Devices of a contestant that asks for no token."""
    return [Bed(room, f"ws://127.0.0.1:{port}/device/{room}", "-") for room in names(rooms)]


OURS = Contestant("ours", "ours", _ours)
RELAY = Contestant("bare relay", "limit", _relayed)
RELAY_WITH_ALARMS = Contestant("bare relay", "limit", partial(_relayed, alarms=True))
DASH_INTERVAL = Contestant("Dash, 1 s Interval", "peer", _dash_interval)
DASH_WEBSOCKET = Contestant(
    "Dash websocket callbacks",
    "peer",
    partial(_served_by, lambda: sys.executable, "dash_websocket"),
)
NICEGUI = Contestant(
    "NiceGUI", "peer", partial(_served_by, lambda: str(installing.python()), "nicegui_ward")
)
NODE_RED = Contestant("Node-RED", "peer", _node_red)
NODE_RED_WITH_ALARMS = Contestant("Node-RED", "peer", partial(_node_red, alarms=True))
PROMETHEUS = Contestant("Prometheus + Alertmanager", "peer", _prometheus)
