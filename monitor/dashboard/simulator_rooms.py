"""How a room of a simulated ward comes to its patient, and how the ward is emptied: orders as staff give them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field

from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.presenters import refusal_text, unreachable_text
from monitor.dashboard.visit import Desk, Visit
from monitor.service.onboarding import Steps, clear_ward, set_up_room
from monitor.wire.base import Name
from monitor.wire.orders import Order

T = TypeVar("T")


class NotDoneError(RuntimeError):
    """One sentence for the tester; ``field`` names the part of the form that it is about, or is empty."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class RoomWish(BaseModel):
    """A simulated patient in a room, made where there is none.

    ``place`` is the patient's in the scenario's file; beyond its end they begin again. ``session``: whether one is
    started where the room has none, in the phase that the desk says.
    """

    model_config = ConfigDict(extra="forbid")

    room: Name
    scenario: str
    place: int = Field(0, ge=0)
    seed: int = Field(1, ge=0, lt=2**53)
    speed: int = Field(1, ge=1, le=60)
    into_infusion_min: float | None = Field(None, ge=-240, le=600)
    session: bool = False


async def set_up(visit: Visit, desk: Desk, wish: RoomWish) -> dict[str, Any]:
    """Room, device, session and feed. Raises NotDoneError, DeskRefusedError, DeskUnreachableError."""
    _ = visit.words.gettext
    state = await desk.ask("state")
    if any(bed["room"] == wish.room and bed["running"] for bed in state["beds"]):
        # Asked before anything is done: a new token would stop the feed that runs.
        raise NotDoneError(_("A patient runs in this room already: stop it first."), "room")
    scenario = next((one for one in state["scenarios"] if one["name"] == wish.scenario), None)
    if scenario is None:
        raise NotDoneError(_("There is no such scenario."), "scenario")
    place = wish.place % len(scenario["places"])
    baseline = scenario["places"][place]["baseline"]
    phase = await _phase(desk, wish, place) if wish.session else None
    made = await _carry_out(visit, _steps(visit, wish, phase, baseline))
    given = wish.model_dump(exclude={"session", "place"})
    return await desk.ask("start", **given, place=place, device=made.device, token=made.token)


async def clear(visit: Visit, desk: Desk, reason: str) -> dict[str, Any]:
    """Stop every feed, then end every session, revoke every simulated device and retire its room.

    Raises NotDoneError at the first order that is refused, DeskRefusedError, DeskUnreachableError.
    """
    for bed in (await desk.ask("state"))["beds"]:
        if bed["running"]:
            await desk.ask("stop", room=bed["room"])
    cleared = await _carry_out(visit, clear_ward(visit.parts.records, reason))
    return cleared._asdict()


async def _phase(desk: Desk, wish: RoomWish, place: int) -> str:
    """Asked of the desk: a file that it records says the same of this patient."""
    answer = await desk.ask(
        "phase",
        scenario=wish.scenario,
        place=place,
        into_infusion_min=wish.into_infusion_min,
    )
    return str(answer["phase"])


def _steps(
    visit: Visit, wish: RoomWish, phase: str | None, baseline: Sequence[float] | None
) -> Steps[Any]:
    return set_up_room(
        visit.parts.records,
        wish.room,
        patient=_reference(wish),
        phase=phase,
        baseline=None if baseline is None else (baseline[0], baseline[1]),
    )


def _reference(wish: RoomWish) -> str:
    """A pseudonym: it has a digit, and each room's differs from every other's."""
    return f"SIM{wish.seed}-{re.sub(r'[^0-9A-Za-z]+', '-', wish.room)}"[:40]


async def _carry_out(visit: Visit, steps: Steps[T]) -> T:
    """Give the orders one after another; what became of it all."""
    result: dict[str, Any] | None = None
    try:
        while True:
            order, outcome = await asyncio.to_thread(_next, steps, result)
            if order is None:
                return cast("T", outcome)
            result = await _give(visit, order)
    finally:
        steps.close()


def _next(steps: Steps[T], result: Any) -> tuple[Order | None, Any]:
    """The next order, or None with the outcome. It reads the record, so it is called in a thread."""
    try:
        return steps.send(result), None
    except StopIteration as end:
        return None, end.value


async def _give(visit: Visit, order: Order) -> dict[str, Any]:
    try:
        result = await visit.send(order)
    except GatewayUnreachableError as error:
        raise NotDoneError(unreachable_text(visit.words, error)) from error
    if not result.ok:
        raise NotDoneError(refusal_text(visit.words, result), result.field)
    return result.result
