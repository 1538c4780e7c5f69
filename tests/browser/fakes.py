"""A dashboard and a gateway that a test holds in its hand: real HTTP, real sockets, and every message on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from tests.browser.pages import ASSETS

_TYPES = {"css": "text/css", "js": "text/javascript", "md": "text/plain"}
DEADLINE_S = 10.0


def wait_until(holds: Callable[[], Any], what: str, deadline_s: float = DEADLINE_S) -> Any:
    """The first true answer. Fails, saying what was awaited, when none comes in time."""
    until = time.monotonic() + deadline_s
    while time.monotonic() < until:
        answer = holds()
        if answer:
            return answer
        threading.Event().wait(0.01)
    raise AssertionError(f"waited {deadline_s:g} s in vain for {what}")


class FakeDashboard:
    """Serves given pages and files by path, the assets, and ``/api``."""

    def __init__(self, gateway_url: str) -> None:
        self.pages: dict[str, str] = {}
        self.files: dict[str, Path] = {}
        self.screen: dict[str, Any] = {
            "gateway_url": gateway_url,
            "gateway_port": 1,
            "language": "en",
            "operator": {"name": "N-12", "role": "nurse", "label": "N-12 · nurse"},
            "signed_in_for_s": 3600.0,
            "automatic": None,
            "simulated": True,
            "clinic_time_zone": "Europe/Oslo",
            "strings": {},
        }
        self.trace: dict[str, Any] = {"batch": 0, "points": []}
        self.trace_requests: list[str] = []
        dashboard = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                dashboard.answer(self)

            def log_message(self, *_words: object) -> None:
                """Quiet: the test's own output is what counts."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path, _, query = request.path.partition("?")
        if path == "/api/screen":
            self._send(request, "application/json", json.dumps(self.screen))
        elif path.startswith("/api/trace/"):
            self.trace_requests.append(query)
            self._send(request, "application/json", json.dumps(self.trace))
        elif path.startswith("/assets/"):
            name = path.removeprefix("/assets/")
            self._send(request, _TYPES[name.rpartition(".")[2]], (ASSETS / name).read_text())
        elif path in self.files:
            kind = _TYPES[path.rpartition(".")[2]]
            self._send(request, kind, self.files[path].read_text(encoding="utf-8"))
        elif path in self.pages:
            self._send(request, "text/html", self.pages[path])
        else:
            request.send_error(404)

    def _send(self, request: BaseHTTPRequestHandler, kind: str, text: str) -> None:
        body = text.encode()
        request.send_response(200)
        request.send_header("Content-Type", f"{kind}; charset=utf-8")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class FakeGateway:
    """Sends a snapshot to whoever subscribes, and then what the test says. ``beating`` turns heartbeats on and off."""

    def __init__(self, snapshot: Callable[[], dict[str, Any]], port: int = 0) -> None:
        self.snapshot = snapshot
        self.seq = 0
        self.beating = True
        self.self_check_age_s = 0.1
        self.degraded: list[str] = []
        self.received: list[dict[str, Any]] = []
        self.on_order: Callable[[dict[str, Any]], None] | None = None
        self._connections: set[ServerConnection] = set()
        self._alarms: dict[str, dict[str, Any]] = {}
        self._telling = threading.RLock()
        self._stopped = threading.Event()
        self._server: Server = serve(self._serve, "127.0.0.1", port)
        self.port = self._server.socket.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        threading.Thread(target=self._beat, daemon=True).start()

    def now(self) -> int:
        return round(time.time() * 1000)

    def send(self, message: dict[str, Any]) -> None:
        """One message to every screen."""
        text = json.dumps(message)
        for connection in list(self._connections):
            try:
                connection.send(text)
            except ConnectionClosed:
                self._connections.discard(connection)

    def update(self, **what: Any) -> int:
        """The next update by sequence number. Returns its ``seq``."""
        with self._telling:
            return self._tell(what)

    def _whole(self) -> dict[str, Any]:
        """The snapshot with the alarms that were told since: a page that comes back misses nothing."""
        snapshot = self.snapshot()
        alarms = {alarm["id"]: alarm for alarm in snapshot["alarms"]} | self._alarms
        return {**snapshot, "alarms": list(alarms.values()), "seq": self.seq}

    def _tell(self, what: dict[str, Any]) -> int:
        self.seq += 1
        self._alarms |= {alarm["id"]: alarm for alarm in what.get("alarms", [])}
        body: dict[str, Any] = {"points": [], "rooms": [], "retired_rooms": [], "alarms": []}
        body |= {"due": None, "not_watched": None, "unassigned": None}
        self.send({"type": "update", "seq": self.seq, "server_time": self.now(), **body, **what})
        return self.seq

    def heartbeat(self) -> None:
        self.send(
            {
                "type": "heartbeat",
                "seq": self.seq,
                "server_time": self.now(),
                "self_check_age_s": self.self_check_age_s,
                "degraded": self.degraded,
            }
        )

    def messages(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in list(self.received) if message["type"] == kind]

    def drop_connections(self) -> None:
        for connection in list(self._connections):
            connection.close()

    def close(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self.drop_connections()

    def _serve(self, connection: ServerConnection) -> None:
        try:
            for text in connection:
                message = json.loads(text)
                self.received.append(message)
                if message["type"] in ("subscribe", "resync"):
                    with self._telling:
                        connection.send(json.dumps(self._whole()))
                        self._connections.add(connection)
                elif message["type"] == "order" and self.on_order:
                    self.on_order(message)
        finally:
            self._connections.discard(connection)

    def _beat(self) -> None:
        while not self._stopped.wait(0.5):
            if self.beating:
                self.heartbeat()
