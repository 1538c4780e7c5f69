"""Peer: Prometheus with Alertmanager, asked and judged every second, and a webhook that is told of each alarm."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIMIT, SILENT_S = 85, 3
LOW, SILENT = "SpO2Low", "FeedSilent"


@dataclass
class Webhook:
    """What Alertmanager has told: each alarm with its room and when it came; and which stand now."""

    came: dict[str, tuple[str, float]] = field(default_factory=dict)
    standing: set[str] = field(default_factory=set)

    def take(self, message: dict[str, Any], at: float) -> None:
        for alert in message["alerts"]:
            name = f"{alert['labels']['alertname']} {alert['labels']['room']}"
            if alert["status"] != "firing":
                self.standing.discard(name)
            elif name not in self.standing:
                self.standing.add(name)
                self.came[f"{name} {alert['startsAt']}"] = (alert["labels"]["room"], at)


@contextmanager
def listening() -> Iterator[tuple[Webhook, str]]:
    """A webhook, and its address."""
    webhook = Webhook()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            at = time.time()
            webhook.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))), at)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_given: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield webhook, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def write(folder: Path, exporter_port: int, alertmanager_port: int, webhook: str) -> None:
    """Both configurations. JSON is YAML."""
    every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    manager = {"static_configs": [{"targets": [f"127.0.0.1:{alertmanager_port}"]}]}
    rooms = {"targets": [f"127.0.0.1:{exporter_port}"]}
    prometheus = {
        "global": every,
        "rule_files": ["rules.yml"],
        "alerting": {"alertmanagers": [manager]},
        "scrape_configs": [{"job_name": "rooms", "static_configs": [rooms]}],
    }
    silent = f"time() - spo2_received > {SILENT_S}"
    rules = [
        {"alert": LOW, "expr": f"spo2 < {LIMIT}"},
        {"alert": SILENT, "expr": silent},
    ]
    route = {
        "receiver": "screen",
        "group_by": ["alertname", "room"],
        "group_wait": "0s",
        "group_interval": "1s",
        "repeat_interval": "1h",
    }
    receiver = {"name": "screen", "webhook_configs": [{"url": webhook, "send_resolved": True}]}
    files = {
        "prometheus.yml": prometheus,
        "rules.yml": {"groups": [{"name": "ward", "rules": rules}]},
        "alertmanager.yml": {"route": route, "receivers": [receiver]},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
