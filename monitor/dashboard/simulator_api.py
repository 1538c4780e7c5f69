"""What the simulator's page asks for: the desk's state, and what a tester does to its patients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from monitor.dashboard.desk import DeskRefusedError, DeskUnreachableError
from monitor.dashboard.simulator_access import BarredError, desk_of
from monitor.dashboard.simulator_rooms import NotDoneError, RoomWish, clear, set_up
from monitor.dashboard.visit import Desk, Visit, current_visit

Work = Callable[[Desk, Visit], Awaitable[dict[str, Any]]]


_REASON = "the ward was cleared in the simulator"


class Happening(BaseModel):
    """Something done by hand to a room's patient, device or network; the desk knows the events."""

    model_config = ConfigDict(extra="forbid")

    room: str
    event: dict[str, Any]


class Stop(BaseModel):
    """A room's patient is stopped."""

    model_config = ConfigDict(extra="forbid")

    room: str


class Recording(BaseModel):
    """What was driven, as a scenario file with this title."""

    model_config = ConfigDict(extra="forbid")

    title: str


def register_simulator(server: FastAPI) -> None:
    """Add the routes under ``/api/simulator``. Every answer has ``ok``; one that is not has a ``message``."""

    @server.get("/api/simulator")
    async def state() -> JSONResponse:
        return await _answer(lambda desk, _visit: desk.ask("state"))

    @server.post("/api/simulator/happen")
    async def happen(what: Happening) -> JSONResponse:
        return await _answer(lambda desk, _visit: desk.ask("happen", **what.model_dump()))

    @server.post("/api/simulator/stop")
    async def stop(what: Stop) -> JSONResponse:
        return await _answer(lambda desk, _visit: desk.ask("stop", **what.model_dump()))

    @server.post("/api/simulator/record")
    async def record(what: Recording) -> JSONResponse:
        return await _answer(lambda desk, _visit: desk.ask("record", title=what.title, rooms=None))

    @server.post("/api/simulator/set-up")
    async def begin(wish: RoomWish) -> JSONResponse:
        return await _answer(lambda desk, visit: set_up(visit, desk, wish))

    @server.post("/api/simulator/clear")
    async def empty() -> JSONResponse:
        return await _answer(lambda desk, visit: clear(visit, desk, _REASON))


async def _answer(work: Work) -> JSONResponse:
    visit = current_visit()
    _ = visit.words.gettext
    try:
        answer = await work(desk_of(visit), visit)
        return JSONResponse({**answer, "ok": True})
    except BarredError as error:
        return _refused(403, str(error))
    except (DeskRefusedError, NotDoneError) as refusal:
        return _refused(409, str(refusal), refusal.field)
    except DeskUnreachableError:
        return _refused(503, _("The simulator desk does not answer."))


def _refused(status: int, message: str, field: str = "") -> JSONResponse:
    return JSONResponse({"ok": False, "message": message, "field": field}, status)
