"""A browser without a screen: speaks ASGI to the app, keeps cookies, follows nothing by itself."""

from __future__ import annotations

import json
from asyncio import Event
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode


class Page(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Browser:
    app: Any
    cookies: dict[str, str] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    """More headers of every request."""

    async def get(self, path: str) -> Page:
        return await self._ask("GET", path, b"", "")

    async def submit(self, path: str, *, accept: str = "text/html", **fields: str) -> Page:
        body = urlencode(fields).encode()
        return await self._ask("POST", path, body, "application/x-www-form-urlencoded", accept)

    async def post(self, path: str, body: bytes, content_type: str) -> Page:
        return await self._ask("POST", path, body, content_type)

    async def sign_in(self, name: str = "anna", password: str = "infusion-1") -> Page:
        return await self.submit("/sign-in", operator=name, password=password)

    async def callback(self, output: str, inputs: list[Any], outputs: Any, **rest: Any) -> Page:
        body = {"output": output, "inputs": inputs, "outputs": outputs, **rest}
        return await self._ask(
            "POST", "/_dash-update-component", json.dumps(body).encode(), "application/json"
        )

    async def show(self, path: Any, search: Any = "") -> Page:
        """What Dash's router shows at this path."""
        return await self.callback(
            ".._pages_content.children..._pages_store.data..",
            [
                {"id": "_pages_location", "property": "pathname", "value": path},
                {"id": "_pages_location", "property": "search", "value": search},
            ],
            [
                {"id": "_pages_content", "property": "children"},
                {"id": "_pages_store", "property": "data"},
            ],
            changedPropIds=["_pages_location.pathname"],
        )

    async def _ask(
        self, method: str, path: str, body: bytes, content_type: str, accept: str = "*/*"
    ) -> Page:
        path, _, query = path.partition("?")
        headers = [(b"host", b"ward.test"), (b"content-type", content_type.encode())]
        headers.append((b"accept", accept.encode()))
        headers += [(name.encode(), value.encode()) for name, value in self.says.items()]
        if self.cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers.append((b"cookie", pairs.encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("ward.test", 80),
        }
        sent: list[dict[str, Any]] = []

        asked = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in asked:
                return message
            # This browser never leaves before the answer has come.
            await Event().wait()
            return {}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app.server(scope, receive, send)
        return self._page(sent)

    def _page(self, sent: list[dict[str, Any]]) -> Page:
        headers: dict[str, str] = {}
        for name, value in sent[0]["headers"]:
            if name == b"set-cookie":
                cookie: SimpleCookie = SimpleCookie(value.decode())
                for key, morsel in cookie.items():
                    self.cookies[key] = morsel.value
                    if not morsel.value or morsel["max-age"] == "0":
                        del self.cookies[key]
            headers[name.decode()] = value.decode()
        text = b"".join(message.get("body", b"") for message in sent[1:]).decode("utf-8", "replace")
        return Page(sent[0]["status"], headers, text)
