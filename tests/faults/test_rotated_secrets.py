"""New keys by a command: what was signed or sealed with the old ones opens nothing at the gateway that starts next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from monitor import identity
from monitor.console import execute
from monitor.data_directory import open_existing
from monitor.storage import verify
from monitor.wire.orders import AddOperator
from tests.processes import Device, Running, pulse, result, spo2

pytestmark = pytest.mark.faults

HOLDER = "Kari"


def opens(gateway: Running, path: str, headers: dict[str, str]) -> bool:
    """Whether a socket opens."""
    try:
        with connect(f"{gateway.url}/{path}", additional_headers=headers, proxy=None):
            return True
    except InvalidStatus:
        return False


def of_a_station(gateway: Running) -> dict[str, str]:
    """A pass as the directory's key signs it now."""
    key = open_existing(gateway.data).cookie_key
    station = identity.sign_station(
        key, identity.new_station("en", identity.holder_tag(key, HOLDER))
    )
    page = f"http://127.0.0.1:{json.loads((gateway.data / 'gateway.json').read_text())['port']}"
    return {"Cookie": f"{identity.STATION_COOKIE_NAME}={station}", "Origin": page}


def of_a_program(gateway: Running) -> dict[str, str]:
    credential = json.loads((gateway.data / "gateway.json").read_text())["credential"]
    return {"Authorization": f"Bearer {credential}"}


def test_after_a_rotation_nothing_old_opens_anything_and_the_record_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Running(data, "gateway") as gateway:
        execute(open_existing(data), AddOperator(name=HOLDER, role="nurse", password="long enough"))
        result(data, "room", "add", "1")
        token = result(data, "device", "add", "--room", "1", "--name", "M")
        old = {"live": of_a_station(gateway), "orders": of_a_program(gateway)}
        assert all(opens(gateway, path, headers) for path, headers in old.items())
        with Device(gateway.url, token) as device:
            device.deliver(pulse(80), spo2(97))
            stream, seq = device.stream, device.seq
    told = json.loads(result(data, "secrets", "rotate", "--yes", "--json"))
    with Running(data, "gateway") as gateway:
        new = {"live": of_a_station(gateway), "orders": of_a_program(gateway)}
        assert not any(opens(gateway, path, headers) for path, headers in old.items())
        assert all(opens(gateway, path, headers) for path, headers in new.items())
        # A device has a token of its own, and its queue goes on.
        with Device(gateway.url, token, stream, seq) as device:
            assert device.welcome["last_seq"] == seq
            assert device.deliver(pulse(81), spo2(97))["stored"] == 2
    proof = verify(data, open_existing(data).journal_key)
    assert proof.fault is None
    assert proof.batches > told["journal"]["batch"]
