"""No page in a browser opens a socket that is not for pages, whatever secret it might have got hold of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from monitor import identity
from monitor.gateway.origins import pages_of
from monitor.wire.device import SUBPROTOCOL
from tests.gateway.clinic import COOKIE_KEY, CREDENTIAL, Clinic, bearer
from tests.gateway.conftest import running

ELSEWHERE = (
    "https://evil.test",
    "http://127.0.0.1:8050",
    "http://localhost:{port}",
    "http://127.0.0.1:{port}.evil.test",
    "null",
    "",
    "file://",
)
OWN = "http://127.0.0.1:{port}"


async def answer(clinic: Clinic, path: str, headers: list[tuple[str, str]]) -> int:
    """The status of a handshake; 101 where a socket opens."""
    options: dict[str, Any] = {"subprotocols": [SUBPROTOCOL]} if path == "/device" else {}
    try:
        async with connect(
            clinic.url(path), additional_headers=headers, proxy=None, close_timeout=1, **options
        ):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def from_page(clinic: Clinic, origin: str, **headers: str) -> list[tuple[str, str]]:
    return [*headers.items(), ("Origin", origin.format(port=clinic.port))]


@pytest.mark.parametrize("path", ["/device", "/orders"])
async def test_a_page_of_a_browser_opens_neither_feed_nor_orders_even_with_the_secret(
    clinic: Clinic, path: str
) -> None:
    secret = bearer(clinic.token if path == "/device" else CREDENTIAL)
    for origin in ELSEWHERE:
        assert await answer(clinic, path, from_page(clinic, origin, **secret)) == 403, origin
    assert await answer(clinic, path, list(secret.items())) == 101


async def test_a_device_may_name_the_address_that_it_calls_and_an_order_none_at_all(
    clinic: Clinic,
) -> None:
    as_device, as_program = bearer(clinic.token), bearer(CREDENTIAL)
    assert await answer(clinic, "/device", from_page(clinic, OWN, **as_device)) == 101
    assert await answer(clinic, "/orders", from_page(clinic, OWN, **as_program)) == 403
    two = [*from_page(clinic, OWN, **as_device), ("Origin", "https://evil.test")]
    assert await answer(clinic, "/device", two) == 403


async def test_a_screen_of_another_origin_is_refused_with_every_cookie(clinic: Clinic) -> None:
    cookie = f"{identity.COOKIE_NAME}={identity.sign_cookie(COOKIE_KEY, 'Kari')}"
    for origin in ("https://evil.test", "http://localhost:{port}", "null", "", "file://"):
        given = from_page(clinic, origin, Cookie=cookie)
        assert await answer(clinic, "/live", given) == 403, origin
    assert await answer(clinic, "/live", from_page(clinic, OWN, Cookie=cookie)) == 101


async def test_a_screen_from_another_port_or_by_another_scheme_is_refused_with_every_cookie(
    tmp_path: Path,
) -> None:
    cookie = f"{identity.COOKIE_NAME}={identity.sign_cookie(COOKIE_KEY, 'Kari')}"
    pages = pages_of(port=8050, tls=False, addresses=["wss://clinic.example/gateway"])
    others = ("http://127.0.0.1:1", "https://127.0.0.1:8050", "http://127.0.0.1")
    async with running(Clinic(tmp_path, pages=pages)) as clinic:
        with structlog.testing.capture_logs() as lines:
            for origin in (*others, "http://clinic.example", *others):
                given = from_page(clinic, origin, Cookie=cookie)
                assert await answer(clinic, "/live", given) == 403
        # Each once: only the log can say why such a page has no live data.
        assert [line["origin"] for line in lines] == [*others, "http://clinic.example"]
        for origin in ("http://127.0.0.1:8050", "https://clinic.example"):
            assert await answer(clinic, "/live", from_page(clinic, origin, Cookie=cookie)) == 101


@pytest.mark.parametrize(
    ("address", "origin", "is_served"),
    [
        ("", "https://clinic.example", False),
        ("", "https://clinic.example:8050", True),
        ("", "https://CLINIC.example:8050", True),
        ("", "http://clinic.example:8050", False),
        ("wss://clinic.example:8443/gateway", "https://clinic.example:8443", True),
        ("wss://clinic.example:8443/gateway", "https://clinic.example", False),
        ("https://pages.example/", "https://pages.example", True),
        ("https://pages.example:443", "https://pages.example", True),
        ("https://pages.example", "http://pages.example", False),
        ("https://pages.example:99999", "https://pages.example", False),
    ],
)
def test_pages_are_known_by_the_settings_and_by_the_host_that_was_called(
    address: str, origin: str, is_served: bool
) -> None:
    pages = pages_of(port=8050, tls=True, addresses=[address])
    assert pages.are_of([origin], ["clinic.example:8051"]) == is_served
    assert not pages.are_of([origin, origin], ["clinic.example:8051"])


def test_a_port_that_is_not_known_beforehand_cannot_be_compared() -> None:
    pages = pages_of(port=0, tls=False, addresses=[""])
    assert pages.are_of(["http://127.0.0.1:40123"], ["127.0.0.1:8051"])
    assert not pages.are_of(["https://127.0.0.1:40123"], ["127.0.0.1:8051"])
