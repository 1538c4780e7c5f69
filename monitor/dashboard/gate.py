"""The gate before every page: a stranger is shown the sign-in form, a locked station the live ward, an operator all."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.dashboard.asked import Asked
from monitor.dashboard.body import BodyTooLargeError, limited
from monitor.dashboard.doors import ACTIVE, CALLBACKS, Doors
from monitor.dashboard.elsewhere import is_from_elsewhere
from monitor.dashboard.locked import LOCKED_HEADER, may_look, may_update
from monitor.dashboard.openings import note_callback, note_route
from monitor.dashboard.signing_in import (
    SIGN_IN,
    chosen_theme,
    plain_page,
    sign_in_address,
)
from monitor.dashboard.signing_out import SIGN_OUT
from monitor.dashboard.visit import NOBODY, Parts, Visit, begin_visit, end_visit
from monitor.dashboard.visitors import (
    Visitor,
    automatic_visitor,
    forget_operator,
    forget_station,
    set_operator_cookie,
    set_station_cookie,
    visitor_of,
)
from monitor.dashboard.web_headers import WebHeaders
from monitor.domain.permissions import may_do
from monitor.domain.registry import Operator

_OPEN = re.compile(r"/assets/.+|" + re.escape(SIGN_IN))
_MACHINERY = re.compile(r"/_dash-.+|/_favicon\.ico|/_reload-hash|/api/.+|" + re.escape(SIGN_OUT))

_NO_CALLBACK = "the request is not one that a callback of this app declares: reload the page"
_ELSEWHERE = "this was asked for by a page of another site\n"


class Gate:
    """ASGI middleware: finds out who asks, begins their visit, and turns everyone else away.

    ``pages`` matches the paths at which the Dash app shows something; ``shows`` says whether it has what such a path
    names. Where it has not, its page says so in words, and the status as well.
    """

    def __init__(
        self,
        app: ASGIApp,
        parts: Parts,
        pages: re.Pattern[str],
        shows: Callable[[str], bool],
        doors: Doors,
        headers: WebHeaders,
    ) -> None:
        self._app = app
        self._parts = parts
        self._pages = pages
        self._doors = doors
        self._headers = headers
        self._shows = shows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let the app answer it."""
        if scope["type"] == "websocket":
            # Live data come from the gateway's own socket; Dash's callback socket is not part of the product.
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            send = _with_headers(send, lambda: self._headers_of(scope), scope["scheme"])
            try:
                await self._answer(scope, limited(scope, receive), send)
            except BodyTooLargeError as refusal:
                await PlainTextResponse(f"{refusal.detail}\n", 413)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _headers_of(self, scope: Scope) -> dict[str, str]:
        path, host = scope["path"], Headers(scope=scope).get("host", "")
        is_page = self._pages.fullmatch(path) is not None
        return self._headers.of(path, scope["scheme"], host, is_page=is_page)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        reads_page = not _MACHINERY.fullmatch(path)
        if is_from_elsewhere(scope["method"], Headers(scope=scope), is_page=reads_page):
            await PlainTextResponse(_ELSEWHERE, 403)(scope, receive, send)
            return
        if _OPEN.fullmatch(path):
            await self._app(scope, receive, send)
            return
        visitor = visitor_of(self._parts, Request(scope).cookies)
        if visitor == Visitor() and path != SIGN_OUT:
            visitor = automatic_visitor(self._parts)
            if visitor.operator is not None:
                send = self._with_sign_in(send, visitor.operator)
        if visitor.operator is not None:
            if visitor.station is None and self._pages.fullmatch(path):
                send = self._with_station(send, visitor.operator)
        elif visitor.is_barred or visitor.station is None:
            await _turn_away(path, is_barred=visitor.is_barred)(scope, receive, send)
            return
        await self._serve(visitor, scope, receive, send)

    async def _serve(self, visitor: Visitor, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an operator or a locked station."""
        request, path, asked = Request(scope, receive), scope["path"], None
        if path == CALLBACKS:
            body = await request.body()
            receive = _said_again(body, receive)
            asked = self._doors.asked(request.headers.get("content-type", ""), body)
            if asked is None:
                await JSONResponse({"ok": False, "message": _NO_CALLBACK}, 400)(
                    scope, receive, send
                )
                return
        visit = self._visit(request, visitor)
        if self._may(visitor, path, asked):
            send = self._kept_awake(send, visitor, path)
            send = self._noted(send, visitor, request, asked)
            await self._let_in(visit, scope, receive, send)
        else:
            await self._refusal(visit, path)(scope, receive, send)

    def _may(self, visitor: Visitor, path: str, asked: Asked | None) -> bool:
        """Whether an operator or a locked station may have what is asked for; whatever is nowhere comes to nothing."""
        if visitor.operator is None:
            if asked is not None:
                return may_update(self._doors, self._parts, asked)
            return may_look(self._doors, self._parts, path)
        if asked is not None:
            action = self._doors.action_of_callback(self._parts, asked)
            if action is None:
                return False
        else:
            action = self._doors.action_of(self._parts, path)
        simulated = self._parts.settings.simulated
        return action is None or may_do(visitor.operator.role, action, simulated=simulated)

    def _noted(self, send: Send, visitor: Visitor, request: Request, asked: Asked | None) -> Send:
        """What somebody is given or takes along of a patient's record is on record itself."""
        if visitor.operator is None:
            return send
        operator, path = visitor.operator.name, request.url.path
        if asked is not None:
            return _as_given(send, lambda: note_callback(self._parts, operator, asked))
        named, query = self._doors.names(path), request.query_params
        return _as_given(send, lambda: note_route(self._parts, operator, path, named, query))

    def _refusal(self, visit: Visit, path: str) -> Response:
        if visit.is_locked:
            return _turn_away(path, is_locked=True)
        _ = visit.words.gettext
        title = _("Your role may not see this")
        if _MACHINERY.fullmatch(path):
            return JSONResponse({"ok": False, "message": title}, 403)
        return self._plain(visit, title, 403)

    async def _let_in(self, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        token = begin_visit(visit)
        try:
            if self._pages.fullmatch(path):
                if not self._shows(path):
                    send = _with_status(send, 404)
                # Every page is the same shell, whose script then asks for the page of the address.
                scope = {**scope, "path": "/", "raw_path": b"/"}
            elif path != CALLBACKS and self._doors.action_of(self._parts, path) is None:
                await self._not_found(visit)(scope, receive, send)
                return
            await self._app(scope, receive, send)
        finally:
            end_visit(token)

    def _visit(self, request: Request, visitor: Visitor) -> Visit:
        operator = visitor.operator or NOBODY
        language = operator.language
        if visitor.operator is None and visitor.station is not None:
            language = visitor.station.language
        words, theme = self._parts.words(language), chosen_theme(request.cookies)
        return Visit(self._parts, operator, words, theme, visitor.ends_at_s)

    def _with_sign_in(
        self, send: Send, operator: Operator, until_s: int | None = None, sign_in: str = ""
    ) -> Send:
        return _with_cookies(
            send, lambda r: set_operator_cookie(r, self._parts, operator, until_s, sign_in)
        )

    def _kept_awake(self, send: Send, visitor: Visitor, path: str) -> Send:
        if path != ACTIVE or visitor.operator is None:
            return send
        return self._with_sign_in(send, visitor.operator, visitor.until_s, visitor.sign_in)

    def _with_station(self, send: Send, operator: Operator) -> Send:
        return _with_cookies(send, lambda r: set_station_cookie(r, self._parts, None, operator))

    def _not_found(self, visit: Visit) -> Response:
        return self._plain(visit, visit.words.gettext("There is no such page"), 404)

    def _plain(self, visit: Visit, title: str, status: int) -> Response:
        _ = visit.words.gettext
        back = _("Back to the ward")
        # The gateway may well be up: what has no scripts has no live connection, and says no more than that.
        contact = escape(_("No live data on this page"))
        lost = f'<p class="sign-in-note" data-connection="lost">{contact}</p>'
        link = f'<p><a class="button" href="/">{escape(back)}</a></p>'
        body = f"<h1>{escape(title)}</h1>{lost}{link}"
        return HTMLResponse(plain_page(self._parts, visit.words, visit.theme, title, body), status)


def _turn_away(path: str, *, is_barred: bool = False, is_locked: bool = False) -> Response:
    response: Response
    if is_locked and path == CALLBACKS:
        # "Nothing changes", as Dash understands it: a 401 is an error of the page to it. The header tells our script.
        response = Response(status_code=204, headers={LOCKED_HEADER: "locked"})
    elif _MACHINERY.fullmatch(path):
        response = JSONResponse({"error": "locked" if is_locked else "not signed in"}, 401)
    else:
        response = RedirectResponse(sign_in_address(path), 303)
    if is_barred:
        # Else the browser of somebody who was disabled could go on as a station.
        forget_operator(response)
        forget_station(response)
    return response


def _said_again(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, once more for the app."""
    waiting = [body]

    async def say_again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return say_again


def _with_cookies(send: Send, set_cookies: Callable[[Response], None]) -> Send:
    carrier = Response()
    set_cookies(carrier)
    return _with_header(send, "set-cookie", carrier.headers["set-cookie"])


def _with_header(send: Send, name: str, value: str) -> Send:
    async def send_with_header(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append(name, value)
        await send(message)

    return send_with_header


def _with_status(send: Send, status: int) -> Send:
    async def send_with_status(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            message["status"] = status
        await send(message)

    return send_with_status


def _as_given(send: Send, note: Callable[[], None]) -> Send:
    """Note what an answer gives, before its first byte leaves; one that says no or nothing gives nothing."""

    async def send_noted(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in (200, 206):
            note()
        await send(message)

    return send_noted


def _with_headers(send: Send, headers: Callable[[], dict[str, str]], scheme: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            # Asked for now: Dash adds the last of its scripts while it answers its first request.
            answered = MutableHeaders(scope=message)
            for name, value in headers().items():
                answered.append(name, value)
            if scheme == "https":
                _keep_cookies_secure(answered)
        await send(message)

    return send_with_headers


def _keep_cookies_secure(answered: MutableHeaders) -> None:
    """What was set over https is sent over https only."""
    cookies = answered.getlist("set-cookie")
    del answered["set-cookie"]
    for cookie in cookies:
        answered.append("set-cookie", f"{cookie}; Secure")
