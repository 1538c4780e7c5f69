"""A simulator desk that speaks the protocol over a real socket and simulates nobody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

CREDENTIAL = "desk-secret"
SCENARIOS = [
    {
        "name": "ward",
        "title": "A ward",
        "minutes": 20,
        "rooms": ["1", "2"],
        "places": [
            {"name": "1", "phase": "infusion", "into_infusion_min": 12, "baseline": [128, 78]},
            {"name": "2", "phase": "precheck", "into_infusion_min": -18, "baseline": None},
        ],
    }
]


@dataclass
class FakeDesk:
    """``refusals``: what is asked to the field and the sentence with which it is refused, once."""

    beds: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    refusals: dict[str, tuple[str, str]] = field(default_factory=dict)
    said: str | None = None
    """Instead of any answer."""

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(asked)
        do = asked["do"]
        if do in self.refusals:
            field_name, message = self.refusals.pop(do)
            return {"ok": False, "field": field_name, "message": message}
        return {"ok": True, **getattr(self, f"_{do}")(asked)}

    def has_done(self, do: str) -> list[dict[str, Any]]:
        """What of this kind was asked, without the envelope."""
        return [
            {name: value for name, value in asked.items() if name not in ("id", "do")}
            for asked in self.asked
            if asked["do"] == do
        ]

    def _state(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return {"now_ms": 0, "scenarios": SCENARIOS, "beds": list(self.beds.values())}

    def _phase(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"phase": "infusion" if asked["into_infusion_min"] is None else "observation"}

    def _start(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.beds[asked["room"]] = bed = {"room": asked["room"], "running": True}
        return {"bed": bed}

    def _stop(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.beds[asked["room"]]["running"] = False
        return {"bed": self.beds[asked["room"]]}

    def _happen(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return {"second": 12}

    def _record(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"name": "driven.toml", "toml": f"title = '{asked['title']}'", "events": 0}


@asynccontextmanager
async def fake_desk(control: Path) -> AsyncIterator[FakeDesk]:
    """A desk that has written its control file."""
    desk = FakeDesk()

    async def converse(socket: ServerConnection) -> None:
        async for text in socket:
            asked = json.loads(text)
            answer = {"id": asked["id"], **desk.answer(asked)}
            await socket.send(json.dumps(answer) if desk.said is None else desk.said)

    def admit(socket: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Authorization") == f"Bearer {CREDENTIAL}":
            return None
        return socket.respond(HTTPStatus.UNAUTHORIZED, "")

    async with serve(converse, "127.0.0.1", 0, process_request=admit) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        write_control(control, port)
        yield desk


def write_control(control: Path, port: int, credential: str = CREDENTIAL) -> None:
    """What the desk at this port says of itself."""
    note = {"pid": 1, "url": f"ws://127.0.0.1:{port}", "credential": credential}
    control.write_text(json.dumps(note))
