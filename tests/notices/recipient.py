"""A real HTTP server that takes notices: it may refuse a few, or never answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Recipient:
    """Listens on a free port. ``taken`` are the bodies it took, ``attempts`` how many came."""

    def __init__(self, *, refusing: int = 0, answering: bool = True) -> None:
        self.taken: list[dict[str, Any]] = []
        self.attempts = 0
        self._refusing = refusing
        self._answering = answering
        self._ending = threading.Event()
        recipient = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                recipient._take(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://kari:hemmelig@127.0.0.1:{self.server.server_port}/ward"

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        self.attempts += 1
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if not self._answering:
            self._ending.wait(30)
            return
        if self.attempts <= self._refusing:
            request.send_error(503)
            return
        self.taken.append(json.loads(body))
        request.send_response(200)
        request.end_headers()

    def end(self) -> None:
        self._ending.set()
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def listening(recipient: Recipient) -> Iterator[Recipient]:
    thread = threading.Thread(target=recipient.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield recipient
    finally:
        recipient.end()
        thread.join(10)
