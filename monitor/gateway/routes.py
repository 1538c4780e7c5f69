"""What each path of the gateway's port is: websockets for devices, screens, orders (and a stepped clock), two pages."""

from __future__ import annotations

import json
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from websockets.typing import Subprotocol

from monitor.domain.permissions import (
    DEVICE,
    FEED_READINGS,
    PROGRAM,
    SEE_HEALTH,
    SEE_METRICS,
    SEE_WARD,
    SPEAK_FOR_OPERATORS,
    STEP_CLOCK,
    STRANGER,
    may_do,
)
from monitor.gateway.access import (
    OTHER_ORIGIN,
    Guest,
    Refusal,
    admit_device,
    admit_screen,
    has_credential,
    is_loopback,
    is_no_browser,
    peer_of,
)
from monitor.gateway.clock import SteppedClock
from monitor.gateway.devices import serve_device
from monitor.gateway.feed_protocol import REVOKED, Close
from monitor.gateway.live import serve_screen
from monitor.gateway.metrics import exposition
from monitor.gateway.orders import serve_orders
from monitor.gateway.passwords import Passwords
from monitor.gateway.stepping import serve_clock
from monitor.wire.device import SUBPROTOCOL

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

    from monitor.gateway.core import Core
    from monitor.gateway.origins import Pages

_log = structlog.get_logger("monitor.gateway")

FAILED = Close(1011, "the gateway could not take this")
PATHS: dict[str, str] = {
    "/healthz": SEE_HEALTH,
    "/metrics": SEE_METRICS,
    "/device": FEED_READINGS,
    "/live": SEE_WARD,
    "/orders": SPEAK_FOR_OPERATORS,
    "/clock": STEP_CLOCK,
}
"""Everything that can be asked for on this port, each with the action that it is."""
MOST_STRANGERS = 20
LONGEST_TOLD = 200
LASTING = ("/device", "/live")
"""Those that stay; the others have asked and are gone."""
NOT_FOR_BROWSERS = Refusal(403, "this is not for browsers")
NO_FILES = Refusal(503, "no file descriptors are left; come back later")
OVERLOADED = Refusal(503, "too much waits to be stored; come back later")


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """Answers requests and serves connections; handshakes are checked with ``credential`` and ``cookie_key``.

    ``pages``: where those are that may open a screen feed.
    """

    core: Core
    credential: str
    cookie_key: bytes
    passwords: Passwords
    pages: Pages
    strangers: set[str] = field(default_factory=set)
    """Origins that the log has told of."""

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """The plain HTTP answer to a request, or None to open a websocket."""
        path = urlsplit(request.path).path
        if path == "/healthz":
            return self._health(connection)
        if path == "/metrics":
            return self._metrics(connection, request)
        refusal = self._refusal(path, request)
        return None if refusal is None else _refuse(connection, refusal)

    async def serve(self, connection: ServerConnection) -> None:
        """Serve one open websocket until it ends."""
        try:
            await self._serve(connection)
        except Exception as error:  # noqa: BLE001 - whatever broke: it must be seen, and the others must go on
            self.core.health.engine_failed(type(error).__name__)
            # Without the message, which may quote a patient's values.
            where = traceback.format_tb(error.__traceback__)
            _log.error("a connection broke the gateway", error=type(error).__name__, where=where)
            await connection.close(FAILED.code, FAILED.reason)

    async def _serve(self, connection: ServerConnection) -> None:
        request = connection.request
        if request is None:
            raise RuntimeError("a websocket is served after its handshake")
        path = urlsplit(request.path).path
        if path == "/orders":
            await serve_orders(self.core, connection, self.passwords)
        elif path == "/clock" and isinstance(self.core.clock, SteppedClock):
            await serve_clock(self.core, self.core.clock, connection)
        elif path == "/live":
            guest = self._admit_screen(request)
            if not isinstance(guest, Refusal):
                await serve_screen(self.core, connection, guest, self.passwords)
        else:
            device = admit_device(self.core.monitor, request.headers)
            if isinstance(device, Refusal):
                # Revoked while the handshake was under way.
                await connection.close(REVOKED.code, REVOKED.reason)
            else:
                await serve_device(self.core, connection, device)

    def _refusal(self, path: str, request: Request) -> Refusal | None:
        action = PATHS.get(path)
        if action is None or (path == "/clock" and not isinstance(self.core.clock, SteppedClock)):
            return Refusal(404, "there is nothing here")
        peer = self._peer(path, request)
        if isinstance(peer, Refusal):
            return peer
        if path in LASTING and self.core.health.is_out_of_files:
            return NO_FILES
        allowed = may_do(peer, action, simulated=self.core.monitor.simulated)
        return None if allowed else Refusal(403, "this is not for you")

    def _peer(self, path: str, request: Request) -> str | Refusal:
        """Who knocks at a socket, in the words of the table of permissions."""
        if path != "/live" and not is_no_browser(request.headers, own_allowed=path == "/device"):
            return NOT_FOR_BROWSERS
        if path == "/device":
            device = admit_device(self.core.monitor, request.headers)
            if isinstance(device, Refusal):
                return device
            return OVERLOADED if self.core.commits.is_full else DEVICE
        if path == "/live":
            guest = self._admit_screen(request)
            if guest is OTHER_ORIGIN:
                self._tell_of_origin(request.headers.get_all("Origin"))
            return guest if isinstance(guest, Refusal) else peer_of(self.core.monitor, guest)
        trusted = has_credential(request.headers, self.credential)
        return PROGRAM if trusted else Refusal(401, "the local credential is wanted")

    def _tell_of_origin(self, origins: list[str]) -> None:
        """Once each, and of a few: staff see a page without live data, and only the log can say what is to be set."""
        for origin in origins:
            if len(self.strangers) < MOST_STRANGERS and origin not in self.strangers:
                self.strangers.add(origin)
                _log.warning(
                    "a page of another origin asked for live data; if it is ours, set dashboard_url or port",
                    origin=origin[:LONGEST_TOLD],
                )

    def _admit_screen(self, request: Request) -> Guest | Refusal | None:
        return admit_screen(
            self.core.monitor,
            request.headers,
            credential=self.credential,
            cookie_key=self.cookie_key,
            pages=self.pages,
        )

    def _health(self, connection: ServerConnection) -> Response:
        report = self.core.health.report(connection.loop.time())
        response = connection.respond(200 if report["status"] == "ok" else 503, json.dumps(report))
        return _typed(response, "application/json")

    def _metrics(self, connection: ServerConnection, request: Request) -> Response:
        local = is_loopback(connection.remote_address)
        trusted = local or has_credential(request.headers, self.credential)
        peer = PROGRAM if trusted else STRANGER
        if not may_do(peer, PATHS["/metrics"], simulated=self.core.monitor.simulated):
            return _refuse(connection, Refusal(403, "local, or with the local credential only"))
        return _typed(
            connection.respond(200, exposition(self.core)),
            "text/plain; version=0.0.4; charset=utf-8",
        )


def choose_subprotocol(
    _connection: ServerConnection, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    """Devices must offer theirs (checked before); screens and orders have none."""
    return Subprotocol(SUBPROTOCOL) if SUBPROTOCOL in offered else None


def _refuse(connection: ServerConnection, refusal: Refusal) -> Response:
    response = connection.respond(refusal.status, refusal.message + "\n")
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _typed(response: Response, content_type: str) -> Response:
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = content_type
    response.headers["Cache-Control"] = "no-store"
    return response
