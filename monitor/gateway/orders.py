"""Orders of staff, from ``/orders`` and from a screen's buttons, answered once what they did is durable."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from monitor.domain.facts import Fact
from monitor.domain.permissions import PROGRAM
from monitor.gateway.access import CONSOLE, Orderer, orderer
from monitor.gateway.connections import BINARY, Socket
from monitor.wire.base import InvalidMessageError
from monitor.wire.orders import (
    AddOperator,
    ChangePassword,
    NoteAccess,
    OrderMessage,
    OrderResult,
    SetPin,
    parse_order,
)

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from monitor.gateway.core import Core
    from monitor.service.ports import PasswordHasher

WRONG_PASSWORD_S = 1.0


async def serve_orders(core: Core, websocket: ServerConnection, hasher: PasswordHasher) -> None:
    """Serve one connection of the dashboard or a command: an order in, its result out, in that order."""
    socket = Socket(websocket)

    async def take_text(frame: str) -> None:
        try:
            message = parse_order(frame)
        except InvalidMessageError as error:
            refuse_frame(core, socket, "", error)
            return
        by = orderer(core.monitor, message.operator or "", console_allowed=True)
        if isinstance(message.order, NoteAccess):
            # Of no operator's own: a program of this machine tells what others did.
            by = Orderer(Fact.SYSTEM, PROGRAM)
        await give_order(core, socket, message, by, hasher)

    await socket.receive_each(take_text, lambda: socket.close(BINARY))


async def give_order(
    core: Core, socket: Socket, message: OrderMessage, by: Orderer | None, hasher: PasswordHasher
) -> None:
    """Carry out one order and answer it when what it did is durable."""
    if by is None:
        text = "this operator is not known here, or is disabled"
        refuse(core, socket, message, "unknown_operator", text)
        return
    now_s = asyncio.get_running_loop().time()
    if not by.name.startswith(CONSOLE) and core.order_count.is_too_many(by.name, now_s):
        text = "too many orders of this operator within a minute"
        refuse(core, socket, message, "too_many_orders", text)
        return
    password_hash = None
    if isinstance(message.order, AddOperator | ChangePassword):
        # Slow by design; in a thread, so that readings and alarms do not wait for it.
        password_hash = await asyncio.to_thread(hasher.hash, message.order.password)
    elif isinstance(message.order, SetPin):
        password_hash = await _pin_hash(core, message.order, by, hasher)
    outcome = core.monitor.execute(
        message.order, by=by.name, role=by.role, now=core.clock.now(), password_hash=password_hash
    )
    answer = OrderResult(
        order_id=message.order_id,
        ok=outcome.ok,
        code=outcome.code,
        message=outcome.message,
        field=outcome.field,
        result=outcome.result,
    ).model_dump_json()
    core.after_commit(lambda: socket.send(answer))


async def _pin_hash(core: Core, order: SetPin, by: Orderer, hasher: PasswordHasher) -> str | None:
    """The hash of a new PIN, or None when the password beside it is not the operator's."""
    operator = core.monitor.operator(by.name)
    known = "" if operator is None else operator.password_hash
    if await asyncio.to_thread(hasher.verify, known, order.password):
        return await asyncio.to_thread(hasher.hash, order.pin)
    # At a station that was left open nobody is to guess quickly.
    await asyncio.sleep(WRONG_PASSWORD_S)
    return None


def refuse(core: Core, socket: Socket, message: OrderMessage, code: str, text: str) -> None:
    """Answer an order that is not even looked at, after those that were given before it."""
    answer = OrderResult(
        order_id=message.order_id, ok=False, code=code, message=text
    ).model_dump_json()
    core.after_commit(lambda: socket.send(answer))


def refuse_frame(core: Core, socket: Socket, by: str, error: InvalidMessageError) -> None:
    """Answer a frame that is no order when its refusal is durable."""
    core.monitor.order_not_understood(by, error.message, core.clock.now())
    answer = OrderResult(
        order_id=None, ok=False, code="invalid_message", message=error.message, field=error.path
    ).model_dump_json()
    core.after_commit(lambda: socket.send(answer))
