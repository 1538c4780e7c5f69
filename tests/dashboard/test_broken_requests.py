"""What no page sends is refused in words and costs little; what breaks all the same is answered with every header."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from monitor.dashboard.app import create_app
from monitor.dashboard.body import MOST_BODY_BYTES
from monitor.domain.registry import Operator
from monitor.identity import COOKIE_NAME, sign_cookie
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import COOKIE_KEY, parts, records

CALLBACKS = "/_dash-update-component"


async def signed_in() -> Browser:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    return browser


class Sender:
    """Sends without end and counts what was taken."""

    def __init__(self) -> None:
        self.sent = 0
        self.answers: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(0)
        part = b" " * 65_536
        self.sent += len(part)
        return {"type": "http.request", "body": part, "more_body": True}

    async def send(self, message: dict[str, Any]) -> None:
        self.answers += [message] if "status" in message else []

    @property
    def statuses(self) -> list[int]:
        return [answer["status"] for answer in self.answers]


def posted(browser: Browser, path: str, announced: bytes) -> dict[str, Any]:
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = [(b"host", b"ward.test"), (b"content-type", b"application/json")]
    headers.append((b"cookie", cookies.encode()))
    headers += [(b"content-length", announced)] if announced else []
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http"}
    where = {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""}
    peers = {"client": ("127.0.0.1", 1), "server": ("ward.test", 80)}
    return {**scope, **where, **peers, "headers": headers}


@pytest.mark.parametrize("path", [CALLBACKS, "/api/simulator/happen"])
async def test_a_body_without_end_is_read_to_the_limit_only(path: str) -> None:
    known = records()
    known.all_operators = [Operator("ola", "tester", "no password")]
    app = create_app(parts(records=known, simulated=True))
    browser = Browser(app, {COOKIE_NAME: sign_cookie(COOKIE_KEY, "ola")})
    sender = Sender()
    await browser.app.server(posted(browser, path, b""), sender.receive, sender.send)
    assert sender.statuses == [413]
    assert sender.sent <= MOST_BODY_BYTES + 65_536


@pytest.mark.parametrize("path", [CALLBACKS, "/sign-in", "/api/active"])
@pytest.mark.parametrize("announced", [b"150000000", b"9" * 5_000])
async def test_a_body_that_is_announced_too_large_is_not_read(path: str, announced: bytes) -> None:
    browser, sender = await signed_in(), Sender()
    await browser.app.server(posted(browser, path, announced), sender.receive, sender.send)
    assert (sender.statuses, sender.sent) == ([413], 0)


async def test_a_body_without_end_behind_a_request_for_a_file_is_dropped() -> None:
    browser, sender = await signed_in(), Sender()
    asked = {**posted(browser, "/assets/00_base.js", b""), "method": "GET"}
    await browser.app.server(asked, sender.receive, sender.send)
    assert sender.statuses == [200]


async def test_nor_does_a_locked_station_send_more() -> None:
    browser, sender = await signed_in(), Sender()
    del browser.cookies[COOKIE_NAME]
    await browser.app.server(posted(browser, CALLBACKS, b""), sender.receive, sender.send)
    assert sender.statuses == [413]


@pytest.mark.parametrize(
    "path",
    [
        "/api/trace/s1?after_batch=99999999999999999999",
        "/api/trace/s1?after_batch=-99999999999999999999",
        "/api/review/s1/points?since=1&until=1e308",
        "/api/review/s1/points?since=nan&until=1",
    ],
)
async def test_a_number_beyond_every_record_is_refused(path: str) -> None:
    assert (await (await signed_in()).get(path)).status == 422


async def test_what_breaks_says_what_a_browser_may_do_as_every_answer_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_given: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("monitor.dashboard.api.describe_screen", broken)
    browser, sender = await signed_in(), Sender()
    request = {**posted(browser, "/api/screen", b""), "method": "GET"}
    with pytest.raises(RuntimeError, match="a fault of ours"):
        await browser.app.server(request, sender.receive, sender.send)
    assert sender.statuses == [500]
    told = dict(sender.answers[0]["headers"])
    assert b"default-src 'none'" in told[b"content-security-policy"]
    assert told[b"x-content-type-options"] == b"nosniff"
    assert told[b"cache-control"] == b"no-store"
