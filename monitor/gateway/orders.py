"""Orders of staff, from ``/orders`` and from a screen's buttons, answered once what they did is durable."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any

from monitor.domain.facts import Fact
from monitor.domain.permissions import PROGRAM
from monitor.gateway.access import CONSOLE, Orderer, orderer
from monitor.gateway.connections import BINARY, Socket
from monitor.gateway.passwords import Passwords, TooBusyError
from monitor.wire.base import InvalidMessageError
from monitor.wire.orders import (
    AddOperator,
    ChangePassword,
    NoteAccess,
    Order,
    OrderMessage,
    OrderResult,
    SetPin,
    parse_order,
)

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from monitor.gateway.core import Core


async def serve_orders(core: Core, websocket: ServerConnection, passwords: Passwords) -> None:
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
        await give_order(core, socket, message, by, passwords)

    await socket.receive_each(take_text, lambda: socket.close(BINARY))


async def give_order(
    core: Core, socket: Socket, message: OrderMessage, by: Orderer | None, passwords: Passwords
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
    if isinstance(message.order, SetPin):
        wait_s = passwords.wait_s(by.name, now_s)
        if wait_s > 0:
            text = f"too many wrong passwords: try again in {math.ceil(wait_s)} s"
            refuse(core, socket, message, "too_many_tries", text, wait_s=math.ceil(wait_s))
            return
    try:
        password_hash = await _password_hash(core, message.order, by, passwords)
    except TooBusyError:
        text = "too many passwords are worked out at this moment: try again"
        refuse(core, socket, message, "too_busy", text)
        return
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


async def _password_hash(core: Core, order: Order, by: Orderer, passwords: Passwords) -> str | None:
    """The hash of a new password or PIN; None without one, or when the password beside it is not the operator's."""
    if isinstance(order, AddOperator | ChangePassword):
        return await passwords.hash(order.password)
    if not isinstance(order, SetPin):
        return None
    operator = core.monitor.operator(by.name)
    known = "" if operator is None else operator.password_hash
    if await passwords.is_right(by.name, known, order.password):
        return await passwords.hash(order.pin)
    core.monitor.password_refused(by.name, round(time.time()), core.clock.now())
    return None


def refuse(
    core: Core, socket: Socket, message: OrderMessage, code: str, text: str, **result: Any
) -> None:
    """Answer an order that is not even looked at, after those that were given before it."""
    answer = OrderResult(
        order_id=message.order_id, ok=False, code=code, message=text, result=result
    ).model_dump_json()
    core.after_commit(lambda: socket.send(answer))


def refuse_frame(core: Core, socket: Socket, by: str, error: InvalidMessageError) -> None:
    """Answer a frame that is no order when its refusal is durable."""
    core.monitor.order_not_understood(by, error.message, core.clock.now())
    answer = OrderResult(
        order_id=None, ok=False, code="invalid_message", message=error.message, field=error.path
    ).model_dump_json()
    core.after_commit(lambda: socket.send(answer))
