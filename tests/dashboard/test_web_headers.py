from __future__ import annotations

import base64
import hashlib
import re

import pytest

from monitor.dashboard.app import create_app
from monitor.dashboard.web_headers import WebHeaders
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import parts

_INLINE = re.compile(
    r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>(.*?)</script>", re.DOTALL
)


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in map(str.split, policy.split(";"))}


def policy_for(
    host: str = "ward.test:8050",
    *,
    scheme: str = "http",
    url: str | None = None,
    is_page: bool = True,
) -> dict[str, list[str]]:
    headers = WebHeaders(lambda: ["'sha256-x'"], url, lambda: 8051)
    return directives(headers.of("/", scheme, host, is_page=is_page)["content-security-policy"])


async def signed_in() -> Browser:
    browser = Browser(create_app(parts()))
    await browser.sign_in()
    return browser


async def test_every_script_that_a_page_carries_is_named_by_its_hash() -> None:
    page = await (await signed_in()).get("/")
    allowed = directives(page.headers["content-security-policy"])["script-src"]
    scripts = _INLINE.findall(page.text)
    assert len(scripts) > 1
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed


@pytest.mark.parametrize("path", ["/", "/session/s1", "/sign-in", "/nowhere", "/api/screen"])
async def test_no_answer_lets_a_script_run_from_text(path: str) -> None:
    page = await (await signed_in()).get(path)
    policy = directives(page.headers["content-security-policy"])
    assert policy["default-src"] == ["'none'"]
    for source in policy["script-src"]:
        assert source == "'self'" or source.startswith("'sha256-")
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/api/screen", "/assets/base.css"])
async def test_every_answer_says_how_it_may_be_used(path: str) -> None:
    headers = (await (await signed_in()).get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


async def test_the_page_of_a_stranger_has_the_same_protection() -> None:
    page = await Browser(create_app(parts())).get("/")
    assert page.status == 303
    assert page.headers["x-frame-options"] == "DENY"


def test_a_page_may_speak_to_its_own_server_and_the_gateway_and_nobody_else() -> None:
    assert policy_for()["connect-src"] == ["'self'", "ws://ward.test:8051"]
    assert policy_for("ward.test")["connect-src"] == ["'self'", "ws://ward.test:8051"]
    assert policy_for(scheme="https")["connect-src"] == ["'self'", "wss://ward.test:8051"]
    elsewhere = policy_for(url="wss://clinic.example/gateway")
    assert elsewhere["connect-src"] == ["'self'", "wss://clinic.example"]
    assert policy_for(is_page=False)["connect-src"] == ["'self'"]


@pytest.mark.parametrize(
    "host", ["[::1]:8050", "", "a b:1", "x; script-src *", "ward.test\r\nx: y"]
)
def test_what_the_host_header_says_cannot_open_the_policy(host: str) -> None:
    policy = policy_for(host)
    assert policy["connect-src"] == ["'self'", "ws://*:8051"]
    assert policy["script-src"] == ["'self'", "'sha256-x'"]


def test_a_page_over_https_is_asked_for_by_https_from_then_on() -> None:
    headers = WebHeaders(list, None, lambda: 8051).of("/", "https", "ward.test", is_page=True)
    assert headers["strict-transport-security"].startswith("max-age=")
