"""What every answer tells the browser it may do with it: the content security policy and its kin.

Scripts come from this server alone; the few that Dash writes into the page itself (its start, and the callbacks that
run in the browser) are named by their hashes, so nothing that a reference or a comment smuggles into a page runs.
Nothing may be evaluated from text. Styles are the one exception: Mantine, AG Grid and Plotly set ``style`` attributes
and add sheets of their own as they draw, which no hash can name beforehand; a style runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Sound and a screen that stays awake are what the pages use; a script that gets in shall find no more.
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), "
    "serial=(), usb=(), bluetooth=(), autoplay=(self), screen-wake-lock=(self)",
}
_HSTS = "max-age=31536000"
_UNCHANGING = re.compile(r"/assets/plotly/[a-z-]+-\d+\.\d+\.\d+\.min\.js")
"""Of another maker, by its version."""
_CACHED = ("/assets/", "/_dash-component-suites/")


class WebHeaders:
    """The headers of a dashboard's answers.

    ``script_hashes()``: CSP sources of the scripts that the app's own pages carry now. ``gateway_url``: where browsers
    find the gateway, or None for the page's own host at ``gateway_port()``.
    """

    def __init__(
        self,
        script_hashes: Callable[[], Iterable[str]],
        gateway_url: str | None,
        gateway_port: Callable[[], int],
    ) -> None:
        self._script_hashes = script_hashes
        self._gateway_url = gateway_url
        self._gateway_port = gateway_port

    def of(self, path: str, scheme: str, host: str, *, is_page: bool) -> dict[str, str]:
        """The headers of an answer at this path, asked for by ``scheme`` at ``host`` as the Host header says it.

        ``is_page``: the answer is the app's shell, with scripts in it.
        """
        headers = dict(_ALWAYS)
        if is_page:
            scripts = " ".join(["'self'", *dict.fromkeys(self._script_hashes())])
            connections = f"'self' {self._gateway(scheme, host)}"
            headers["content-security-policy"] = _policy(scripts, connections)
        else:
            headers["content-security-policy"] = _policy("'self'", "'self'")
        if scheme == "https":
            headers["strict-transport-security"] = _HSTS
        if not path.startswith(_CACHED):
            # A page of yesterday must never come out of a cache, nor stay in one on a shared computer.
            headers["cache-control"] = "no-store"
        elif _UNCHANGING.fullmatch(path):
            # A browser that must ask whether it is still the same reads and compiles the whole again each time.
            headers["cache-control"] = "public, max-age=31536000, immutable"
        return headers

    def _gateway(self, scheme: str, host: str) -> str:
        if self._gateway_url is not None:
            address = urlsplit(self._gateway_url)
            return f"{address.scheme}://{address.netloc}"
        name = host.rpartition(":")[0] if re.search(r":\d+\Z", host) else host
        if not _HOST.fullmatch(name):
            # The grammar of sources has no place for an IPv6 address: its port is all that can be held to.
            name = "*"
        return f"{'wss' if scheme == 'https' else 'ws'}://{name}:{self._gateway_port()}"


def _policy(scripts: str, connections: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src {connections}",
            "media-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "object-src 'none'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        )
    )
