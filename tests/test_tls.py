"""The product speaks TLS with a certificate of its own, or behind the reverse proxy of the README."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from http.client import HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import trustme
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from monitor.dashboard.orders import GatewayOrders
from monitor.domain.facts import AccessNoted
from monitor.identity import COOKIE_NAME, STATION_COOKIE_NAME
from monitor.storage import open_records
from monitor.tls import TlsError, local_context, server_context, tls_files
from monitor.wire.orders import AddRoom
from tests.processes import Running, free_port, result, result_json, until
from tests.shell import Shell

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
NAME = "clinic.example"
CADDY = shutil.which("caddy") or ""
PASSWORD = "correct horse"


class Certified:
    """A certificate of a test authority for the clinic's name and this machine."""

    def __init__(self, folder: Path, name: str = "server") -> None:
        authority = trustme.CA()
        issued = authority.issue_cert(NAME, "localhost", "127.0.0.1")
        self.certificate, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        for blob in issued.cert_chain_pems:
            blob.write_to_path(self.certificate, append=True)
        issued.private_key_pem.write_to_path(self.key)
        self.key.chmod(0o600)
        self.trusted = ssl.create_default_context()
        authority.configure_trust(self.trusted)

    def flags(self) -> tuple[str, ...]:
        return ("--tls-certificate", str(self.certificate), "--tls-key", str(self.key))


class Encrypted(Running):
    """The product with a certificate."""

    def __init__(self, data: Path, certified: Certified) -> None:
        self.certified = certified
        super().__init__(data, "serve", *certified.flags())

    @property
    def url(self) -> str:
        return f"wss://127.0.0.1:{self.gateway_port}"

    def health(self) -> dict[str, Any] | None:
        try:
            _, text = self.get(self.gateway_port, "/healthz")
        except OSError:
            return None
        health: dict[str, Any] = json.loads(text)
        return health

    def get(self, port: int, path: str) -> tuple[HTTPMessage, str]:
        return asked(f"https://127.0.0.1:{port}{path}", self.certified.trusted)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


NOTHING: Mapping[str, str] = {}
FORWARDED = {"X-Forwarded-For": "192.0.2.99", "X-Forwarded-Proto": "https"}
"""What a proxy says of a browser elsewhere, and any program can write."""


def asked(
    url: str, trusted: ssl.SSLContext, said: Mapping[str, str] = NOTHING, **form: str
) -> tuple[HTTPMessage, str]:
    """Headers and text of an answer, whatever its status; a form is posted."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted), _Stay
    )
    posted = urlencode(form).encode() if form else None
    question = urllib.request.Request(url, posted, headers=dict(said))  # noqa: S310 - our own pages
    try:
        answer = opener.open(question, timeout=10)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        return answer.headers, answer.read().decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encrypted]:
    folder = tmp_path_factory.mktemp("tls")
    with Encrypted(folder / "data", Certified(folder)) as served:
        until(lambda: can_connect(served.port), within_s=40, what="the pages")
        result(served.data, "room", "add", "1")
        result(served.data, "operator", "add", "Kari", "--role", "nurse", given=PASSWORD)
        yield served


def can_connect(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5):
            return True
    except OSError:
        return False


def signed_in(url: str, trusted: ssl.SSLContext, said: Mapping[str, str] = NOTHING) -> list[str]:
    headers, _ = asked(f"{url}/sign-in", trusted, said, operator="Kari", password=PASSWORD)
    return headers.get_all("Set-Cookie") or []


def test_pages_and_cookies_are_for_https_only(served: Encrypted) -> None:
    headers, _ = served.get(served.port, "/sign-in")
    assert "max-age" in headers["Strict-Transport-Security"]
    cookies = signed_in(f"https://127.0.0.1:{served.port}", served.certified.trusted)
    assert {cookie.split("=")[0] for cookie in cookies} == {COOKIE_NAME, STATION_COOKIE_NAME}
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=strict"} <= set(cookie.split("; ")), cookie


def test_what_speaks_no_tls_or_trusts_another_authority_gets_nothing(served: Encrypted) -> None:
    for port in (served.port, served.gateway_port):
        with pytest.raises(OSError, match=r"Remote end closed|reset"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            asked(f"https://127.0.0.1:{port}/", ssl.create_default_context())


def test_devices_and_screens_are_fed_over_tls(served: Encrypted) -> None:
    token = result(served.data, "device", "add", "--room", "1", "--name", "Bed 1")
    feeds(served.url, served.certified.trusted, token)
    cookies = signed_in(f"https://127.0.0.1:{served.port}", served.certified.trusted)
    watches(served.url, served.certified.trusted, f"https://127.0.0.1:{served.port}", cookies)


def test_commands_and_pages_trust_their_own_gateway_and_no_other(
    served: Encrypted, tmp_path: Path
) -> None:
    result(served.data, "room", "add", "2")
    orders = GatewayOrders(served.data / "gateway.json")
    given = asyncio.run(orders.send(AddRoom(name="3"), by="console:root"))
    assert given.ok
    assert {room["name"] for room in result_json(served.data, "room", "list")} == {"1", "2", "3"}
    stranger = local_context(str(Certified(tmp_path).certificate))
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(f"{served.url}/orders", ssl=stranger, proxy=None)


def feeds(url: str, trusted: ssl.SSLContext, token: str) -> None:
    with connect(
        f"{url}/device",
        ssl=trusted,
        additional_headers={"Authorization": f"Bearer {token}"},
        subprotocols=[Subprotocol("infusion-monitor.v1")],
        proxy=None,
    ) as device:
        stream = "7f1f0d8e-6f5e-4a86-8d9d-0d6d0a1c6c11"
        hello = {"type": "hello", "stream": stream, "sent_at": "2026-11-22T10:00:00Z"}
        device.send(json.dumps(hello))
        assert json.loads(device.recv(timeout=10))["type"] == "welcome"


def watches(url: str, trusted: ssl.SSLContext, page: str, cookies: list[str]) -> None:
    shown = "; ".join(cookie.partition(";")[0] for cookie in cookies)
    options: dict[str, Any] = {"ssl": trusted, "proxy": None}
    with pytest.raises(InvalidStatus):
        connect(f"{url}/live", **options, additional_headers={"Cookie": shown})
    with connect(
        f"{url}/live", **options, origin=Origin(page), additional_headers={"Cookie": shown}
    ) as screen:
        subscribe = {"type": "subscribe", "screen": "7f1f0d8e-6f5e-4a86-8d9d-0d6d0a1c6c12"}
        screen.send(json.dumps(subscribe))
        assert json.loads(screen.recv(timeout=10))["type"] == "snapshot"


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.setenv("INFUSION_MONITOR_DATA", str(tmp_path / "data"))
    return Shell(tmp_path / "data", monkeypatch, capsys)


def readable_by_others(files: Certified, _: Certified) -> None:
    files.key.chmod(0o640)


def of_another_certificate(files: Certified, other: Certified) -> None:
    files.key = other.key


def nowhere(files: Certified, _: Certified) -> None:
    files.key = files.key.with_name("none.key")


def no_certificate(files: Certified, _: Certified) -> None:
    files.certificate.write_text("nothing")


SPOILED = [
    (readable_by_others, "others than its owner can read"),
    (of_another_certificate, "no pair"),
    (nowhere, "No such file"),
    (no_certificate, "no pair"),
]


@pytest.mark.parametrize(("spoil", "told"), SPOILED)
def test_files_that_cannot_be_used_are_refused_by_every_command_in_one_line(
    spoil: Callable[[Certified, Certified], None],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shell: Shell,
) -> None:
    files = Certified(tmp_path)
    spoil(files, Certified(tmp_path, "other"))
    monkeypatch.setenv("INFUSION_MONITOR_TLS_CERTIFICATE", str(files.certificate))
    monkeypatch.setenv("INFUSION_MONITOR_TLS_KEY", str(files.key))
    for command in ("check-config", "serve", "gateway", "dashboard"):
        assert told in shell.refused(command), command
    assert not shell.data.exists()


def test_a_certificate_without_a_key_is_refused(shell: Shell, tmp_path: Path) -> None:
    line = shell.refused("serve", "--tls-certificate", str(tmp_path / "server.pem"))
    assert "together" in line


def test_a_demonstration_says_that_it_speaks_no_tls(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Certified(tmp_path)
    monkeypatch.setenv("INFUSION_MONITOR_TLS_CERTIFICATE", str(files.certificate))
    monkeypatch.setenv("INFUSION_MONITOR_TLS_KEY", str(files.key))
    assert "no TLS" in shell.refused("demo", "--no-browser")


def test_old_versions_of_tls_are_not_spoken(tmp_path: Path) -> None:
    files = Certified(tmp_path)
    given = tls_files(str(files.certificate), str(files.key))
    assert given is not None
    context = server_context(given)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    with pytest.raises(TlsError, match=r"none\.pem"):
        local_context(str(tmp_path / "none.pem"))


def addresses(data: Path) -> set[str]:
    """From where somebody has signed in, as the record has it."""
    with closing(open_records(data)) as records:
        until(lambda: bool(records.facts(None, ["access_noted"])), within_s=20, what="the note")
        noted = [fact.body for fact in records.facts(None, ["access_noted"])]
    return {body.address for body in noted if isinstance(body, AccessNoted)}


@pytest.mark.parametrize("gateway_url", ["", "wss://clinic.example/gateway"])
def test_what_a_proxy_says_of_who_asks_is_believed_only_where_one_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gateway_url: str
) -> None:
    monkeypatch.setenv("INFUSION_MONITOR_GATEWAY_URL", gateway_url)
    with Running(tmp_path / "data") as served:
        served.wait_until_pages()
        result(served.data, "operator", "add", "Kari", "--role", "nurse", given=PASSWORD)
        trusted = ssl.create_default_context()
        cookies = signed_in(f"http://127.0.0.1:{served.port}", trusted, FORWARDED)
        assert len(cookies) == 2
        assert all(("Secure" in cookie) is bool(gateway_url) for cookie in cookies)
        told = FORWARDED["X-Forwarded-For"] if gateway_url else "127.0.0.1"
        assert addresses(served.data) == {told}


@pytest.mark.skipif(not CADDY, reason="caddy is not installed")
def test_the_reverse_proxy_of_the_readme_serves_pages_screens_and_devices_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, port = Certified(tmp_path), free_port()
    public = f"localhost:{port}"
    monkeypatch.setenv("INFUSION_MONITOR_GATEWAY_URL", f"wss://{public}/gateway")
    with Running(tmp_path / "data") as behind:
        behind.wait_until_pages()
        (written,) = re.findall(r"```caddy\n(.*?)```", README, re.DOTALL)
        config = tmp_path / "Caddyfile"
        config.write_text(
            "{\n admin off\n auto_https off\n}\n"
            + written.replace(
                f"{NAME} {{", f"https://{public} {{\n tls {files.certificate} {files.key}"
            )
            .replace("127.0.0.1:8050", f"127.0.0.1:{behind.port}")
            .replace("127.0.0.1:8051", f"127.0.0.1:{behind.gateway_port}")
        )
        with (tmp_path / "caddy.log").open("wb") as log:
            caddy = subprocess.Popen(
                [CADDY, "run", "--config", str(config), "--adapter", "caddyfile"],
                stdout=log,
                stderr=log,
                env={"HOME": str(tmp_path)},
            )
        try:
            until(lambda: can_connect(port), within_s=20, what="the proxy")
            behind_proxy(behind, files.trusted, public)
        finally:
            caddy.terminate()
            caddy.wait(10)


def behind_proxy(behind: Running, trusted: ssl.SSLContext, public: str) -> None:
    result(behind.data, "room", "add", "1")
    result(behind.data, "operator", "add", "Kari", "--role", "nurse", given=PASSWORD)
    token = result(behind.data, "device", "add", "--room", "1", "--name", "Bed 1")
    cookies = signed_in(f"https://{public}", trusted, FORWARDED)
    assert len(cookies) == 2
    assert FORWARDED["X-Forwarded-For"] not in addresses(behind.data)
    assert all("Secure" in cookie for cookie in cookies)
    feeds(f"wss://{public}/gateway", trusted, token)
    watches(f"wss://{public}/gateway", trusted, f"https://{public}", cookies)
    credential = json.loads((behind.data / "gateway.json").read_text())["credential"]
    for path in ("metrics", "orders", "clock", "healthz"):
        headers = {"Authorization": f"Bearer {credential}"}
        with pytest.raises(InvalidStatus, match="404"):
            connect(
                f"wss://{public}/gateway/{path}",
                ssl=trusted,
                additional_headers=headers,
                proxy=None,
            )
