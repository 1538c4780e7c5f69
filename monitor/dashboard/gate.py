"""The gate before every page: nothing but the sign-in form and the static assets is shown to someone unknown."""

from __future__ import annotations

import re
from html import escape

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.dashboard.signing_in import (
    SIGN_IN,
    SIGN_OUT,
    automatic_operator,
    chosen_theme,
    plain_page,
    set_operator_cookie,
    sign_in_address,
    signed_in_operator,
)
from monitor.dashboard.visit import Parts, Visit, begin_visit, end_visit
from monitor.domain.registry import Operator
from monitor.identity import COOKIE_NAME

_OPEN = re.compile(r"/assets/.+|" + re.escape(SIGN_IN))
_MACHINERY = re.compile(r"/_dash-.+|/_favicon\.ico|/_reload-hash|/api/.+|" + re.escape(SIGN_OUT))
_HEADERS = {
    # Everything comes from this server, so that the product works on an isolated network; the browser holds it to it.
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss:; worker-src 'self' blob:; frame-ancestors 'none'; "
    "form-action 'self'; base-uri 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


class Gate:
    """ASGI middleware: finds out who asks, begins their visit, and turns everyone else away.

    ``pages`` matches the paths at which the Dash app shows something.
    """

    def __init__(self, app: ASGIApp, parts: Parts, pages: re.Pattern[str]) -> None:
        self._app = app
        self._parts = parts
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let the app answer it."""
        if scope["type"] == "websocket":
            # Live data come from the gateway's own socket; Dash's callback socket is not part of the product.
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await self._answer(scope, receive, _with_headers(send, scope["path"]))
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if _OPEN.fullmatch(path):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        operator = signed_in_operator(self._parts, request.cookies.get(COOKIE_NAME))
        if operator is None and path != SIGN_OUT:
            operator = automatic_operator(self._parts)
            if operator is not None:
                send = self._with_cookie(send, operator)
        if operator is None:
            await _turn_away(path)(scope, receive, send)
            return
        await self._let_in(self._visit(request, operator), scope, receive, send)

    async def _let_in(self, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        token = begin_visit(visit)
        try:
            if self._pages.fullmatch(path):
                # Every page is the same shell, whose script then asks for the page of the address.
                scope = {**scope, "path": "/", "raw_path": b"/"}
            elif not _MACHINERY.fullmatch(path):
                await self._not_found(visit)(scope, receive, send)
                return
            await self._app(scope, receive, send)
        finally:
            end_visit(token)

    def _visit(self, request: Request, operator: Operator) -> Visit:
        words = self._parts.words(operator.language)
        return Visit(self._parts, operator, words, chosen_theme(request.cookies))

    def _with_cookie(self, send: Send, operator: Operator) -> Send:
        carrier = Response()
        set_operator_cookie(carrier, self._parts, operator.name)
        return _with_header(send, "set-cookie", carrier.headers["set-cookie"])

    def _not_found(self, visit: Visit) -> Response:
        _ = visit.words.gettext
        title, back = _("There is no such page"), _("Back to the ward")
        body = f'<h1>{escape(title)}</h1><p><a class="button" href="/">{escape(back)}</a></p>'
        return HTMLResponse(plain_page(self._parts, visit.words, visit.theme, title, body), 404)


def _turn_away(path: str) -> Response:
    if _MACHINERY.fullmatch(path):
        return JSONResponse({"error": "not signed in"}, 401)
    return RedirectResponse(sign_in_address(path), 303)


def _with_header(send: Send, name: str, value: str) -> Send:
    async def send_with_header(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append(name, value)
        await send(message)

    return send_with_header


def _with_headers(send: Send, path: str) -> Send:
    for name, value in _HEADERS.items():
        send = _with_header(send, name, value)
    if not path.startswith(("/assets/", "/_dash-component-suites/")):
        # A page of yesterday must never come out of a cache, nor stay in one on a shared computer.
        send = _with_header(send, "cache-control", "no-store")
    return send
