"""What must stay secret is in no log, no process list and no address, even when everything is logged."""

from __future__ import annotations

import base64
import json
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.processes import Device, Running, pulse, result, until

pytestmark = pytest.mark.faults

PASSWORD = "planted-password-correct-horse"
WRONG = "planted-password-that-is-wrong"
PAGER = "planted-password-of-the-pager"
PATIENT = "PLANTED-0417"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Everything is logged that can be."""
    folder = tmp_path_factory.mktemp("secrets")
    data = folder / "data"
    result(data, "room", "add", "1")
    (data / "config.toml").write_text(
        f'log_level = "debug"\nnotice_urls = ["json://nurse:{PAGER}@127.0.0.1:9/"]\n'
    )
    (data / "config.toml").chmod(0o600)
    with Running(data) as served:
        served.wait_until_pages()
        yield served


@pytest.fixture(scope="module")
def secrets(served: Running) -> dict[str, str]:
    """Everything secret that was used, after a while of use, right and wrong."""
    result(served.data, "operator", "add", "Kari", "--role", "nurse", given=PASSWORD)
    token = result(served.data, "device", "add", "--room", "1", "--name", "Bed 1")
    result(served.data, "session", "start", "--room", "1", "--patient", PATIENT)
    with Device(served.url, token) as device:
        device.deliver(pulse(82))
        device.say({"type": "readings", "seq": "x", "token": token})
    cookie = sign_in(served, PASSWORD)
    sign_in(served, WRONG)
    credential = json.loads((served.data / "gateway.json").read_text())["credential"]
    wrong_ways_in(served, token, credential, cookie)
    keys = {path.name: path.read_bytes() for path in (served.data / "keys").iterdir()}
    return {
        "the operator's password": PASSWORD,
        "a wrong password": WRONG,
        "the pager's password": PAGER,
        "the patient": PATIENT,
        "the device's token": token,
        "the local credential": credential,
        "a cookie": cookie,
        **{f"{name} in hex": key.hex() for name, key in keys.items()},
        **{f"{name} in base 64": base64.b64encode(key).decode() for name, key in keys.items()},
    }


def sign_in(served: Running, password: str) -> str:
    """The cookie that came of it; empty for none."""
    form = urlencode({"operator": "Kari", "password": password}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{served.port}/sign-in", form, {"Accept": "application/json"}
    )
    with (
        suppress(urllib.error.HTTPError),
        urllib.request.urlopen(  # noqa: S310
            request, timeout=20
        ) as answer,
    ):
        return str(answer.headers["Set-Cookie"]).partition("=")[2].partition(";")[0]
    return ""


def wrong_ways_in(served: Running, token: str, credential: str, cookie: str) -> None:
    """Somebody puts a secret where it does not belong: that must not make it known."""
    for path in (f"/device?token={token}", f"/{credential}", f"/live?cookie={cookie}"):
        with suppress(WebSocketException):
            connect(f"{served.url}{path}", proxy=None)
    with suppress(WebSocketException):
        connect(
            f"{served.url}/orders",
            additional_headers={"Authorization": f"Bearer {credential}x"},
            proxy=None,
        )
    for path in (f"/{cookie}", f"/sign-in?password={WRONG}"):
        with suppress(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{served.port}{path}", timeout=20)


def test_no_secret_is_logged(served: Running, secrets: dict[str, str]) -> None:
    until(lambda: "journal_opened" in served.log.read_text(), within_s=20, what="a log")
    logged = served.log.read_text()
    assert [what for what, secret in secrets.items() if secret in logged] == []


def test_no_secret_is_in_the_process_list(served: Running, secrets: dict[str, str]) -> None:
    processes = served.processes()
    assert len(processes) > 2
    for pid in processes:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        assert [what for what, secret in secrets.items() if secret in line] == [], line


def test_only_what_a_program_is_told_in_private_is_in_its_environment(
    served: Running, secrets: dict[str, str]
) -> None:
    for pid in served.processes():
        environment = Path(f"/proc/{pid}/environ")
        assert stat.S_IMODE(environment.stat().st_mode) & 0o077 == 0
        given = environment.read_bytes().decode()
        found = {what for what, secret in secrets.items() if secret in given}
        assert found <= {"the pager's password"}


def test_what_is_kept_secret_is_the_owners_alone(served: Running, secrets: dict[str, str]) -> None:
    for name in ("gateway.json", "keys", "keys/cookie.key", "keys/journal.key"):
        assert stat.S_IMODE((served.data / name).stat().st_mode) & 0o077 == 0, name
    for path in served.data.rglob("*"):
        if path.is_file() and path.name not in ("config.toml", "gateway.json"):
            content = path.read_bytes()
            for what in ("the operator's password", "a wrong password", "the device's token"):
                assert secrets[what].encode() not in content, (what, path)
