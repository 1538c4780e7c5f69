"""What is left, and what goes on, when processes are killed or told to stop."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.processes import Device, Running, command, free_port, pulse, result, spo2, until

# In one worker: they start many processes each.
pytestmark = pytest.mark.faults


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests after which it must run as before."""
    with Running(tmp_path_factory.mktemp("served") / "data") as served:
        served.wait_until_pages()
        yield served


def none_left(served: Running) -> None:
    until(lambda: not served.processes(), within_s=8, what=f"no process: {served.processes()}")


def test_serve_ends_within_five_seconds_and_leaves_no_process(data: Path) -> None:
    with Running(data) as ending:
        ending.wait_until_pages()
        ending.process.send_signal(signal.SIGTERM)
        assert ending.process.wait(5) == 0
        none_left(ending)


def test_serve_ends_with_every_refused_sign_in_on_record(data: Path) -> None:
    with Running(data) as ending:
        ending.wait_until_pages()
        answers = [refused_sign_in(ending.port) for _ in range(9)]
        assert answers == [401] * 5 + [429] * 4
        assert ending.stop() == 0
    refused = json.loads(result(data, "access", "--kind", "sign_ins", "--json"))
    assert sum(one["details"]["times"] for one in refused) == len(answers), refused


def refused_sign_in(port: int) -> int:
    form = urlencode({"operator": "nobody", "password": "wrong"}).encode()
    with pytest.raises(HTTPError) as answer:
        urlopen(f"http://127.0.0.1:{port}/sign-in", form, timeout=10)
    with answer.value as refusal:
        return refusal.code


def test_serve_told_to_stop_while_it_starts_leaves_no_process(data: Path) -> None:
    served = Running(data)
    until(lambda: len(served.processes()) > 1, within_s=20, what="a child")
    assert served.stop() == 0
    none_left(served)


def test_a_killed_supervisor_takes_its_children_along(data: Path) -> None:
    with Running(data) as killed:
        killed.process.kill()
        none_left(killed)


def test_a_killed_dashboard_comes_back_and_monitoring_is_not_touched(served: Running) -> None:
    result(served.data, "room", "add", "1")
    token = result(served.data, "device", "add", "--room", "1", "--name", "M")
    gateway = served.child("gateway")
    with Device(served.url, token) as device:
        assert device.deliver(pulse(80))["stored"] == 1
        dashboard = served.child("dashboard")
        os.kill(dashboard, signal.SIGKILL)
        assert device.deliver(pulse(81), spo2(97))["stored"] == 2
        until(lambda: served.child("dashboard") != dashboard, within_s=20, what="a new dashboard")
        served.wait_until_pages()
        assert device.deliver(pulse(82))["stored"] == 1
    assert served.child("gateway") == gateway


def test_a_killed_gateway_comes_back_by_itself(served: Running) -> None:
    gateway = served.child("gateway")
    os.kill(gateway, signal.SIGKILL)
    until(lambda: served.child("gateway") != gateway, within_s=20, what="a new gateway")
    served.wait_until_healthy()
    result(served.data, "room", "add", "back")


def test_real_data_have_no_simulator_desk(served: Running) -> None:
    served.wait_until_pages()
    assert not (served.data / "desk.json").exists()
    assert not [args for args in served.processes().values() if "simulators" in args]


def test_a_clinic_without_an_address_for_notices_is_told_at_each_start_of_its_gateway(
    served: Running,
) -> None:
    log = served.log.read_text()
    assert log.count("do not leave the house") == log.count("event=journal_opened") > 0


def test_a_second_gateway_on_the_same_directory_is_refused_in_one_line(served: Running) -> None:
    port = str(free_port())
    refused = command(served.data, "gateway", "--gateway-port", port)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert "already runs" in refused.stderr
    refused = command(served.data, "serve", "--gateway-port", port, "--port", str(free_port()))
    assert refused.returncode == 1
    assert "already runs" in refused.stderr


def test_a_taken_port_is_said_in_one_line_and_nothing_stays(
    served: Running, tmp_path: Path
) -> None:
    taken = str(served.gateway_port)
    refused = command(tmp_path / "other", "serve", "--gateway-port", taken, "--port", "0")
    assert refused.returncode == 1
    lines = [line for line in refused.stderr.splitlines() if line.startswith("infusion-monitor:")]
    assert len(lines) == 1
    assert f"127.0.0.1:{taken}" in lines[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_demonstration_leaves_no_process(data: Path, number: signal.Signals) -> None:
    with Running(data, "demo", "--no-browser", "--rooms", "2") as demo:
        demo.wait_until_pages()
        demo.child("simulators")
        demo.process.send_signal(number)
        demo.process.wait(8)
        none_left(demo)
    if number is not signal.SIGKILL:
        assert not (data / "demo-tokens.json").exists()
