"""Orders given on the machine itself: through the living gateway, or without one by writing the journal directly."""

from __future__ import annotations

import getpass
import os
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from monitor.data_directory import (
    DataDirectory,
    DirectoryBusyError,
    DirectoryError,
    GatewayAddress,
)
from monitor.tls import TlsError, local_context
from monitor.wire.orders import Order, OrderMessage, OrderResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from websockets.sync.client import ClientConnection

    from monitor.service.given import Outcome

PATIENCE_S = 10.0
"""How long to wait for a gateway that is just starting, or for another command to finish writing."""
_POLL_S = 0.05


class NotDoneError(RuntimeError):
    """The order was refused, or nobody can tell what became of it; the message is one sentence."""


def console_user() -> str:
    """Who gives an order here, as the journal names it: ``console:<os user>``."""
    try:
        return f"console:{getpass.getuser()}"
    except (KeyError, OSError):
        # A user id without a name, as in a container.
        return f"console:{os.getuid()}"


def execute(
    directory: DataDirectory, order: Order, *, patience_s: float = PATIENCE_S
) -> dict[str, Any]:
    """Carry out one order with an administrator's rights and return its result.

    Raises NotDoneError when it is refused, DirectoryError when the directory cannot be written.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            with directory.writing():
                return _checked(_write(directory, order))
        except DirectoryBusyError:
            address = directory.living_gateway()
        if address is not None and (result := _ask(address, order)) is not None:
            return _checked(result)
        if time.monotonic() > deadline:
            raise DirectoryError(f"another process holds {directory.path} and takes no orders")
        time.sleep(_POLL_S)


@contextmanager
def counter(
    directory: DataDirectory, *, patience_s: float = PATIENCE_S
) -> Iterator[Callable[..., dict[str, Any]]]:
    """A place to give many orders at: one connection to the gateway, or without one a single hold of the lock.

    What it yields carries out an order and returns its result, or raises NotDoneError; with an operator's name it is
    given in that name, else in the console's. Raises DirectoryError as ``execute`` does.
    """
    deadline = time.monotonic() + patience_s
    while True:
        address = directory.living_gateway()
        if address is not None:
            with _connected(address) as socket:
                yield partial(_answered, socket, address)
            return
        try:
            with directory.writing():
                from monitor.opened import opened_monitor

                with opened_monitor(directory) as opened:
                    yield lambda order, by=None: _checked(
                        opened.execute(order, by=by or console_user())
                    )
            return
        except DirectoryBusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_S)


def _answered(
    socket: ClientConnection, address: GatewayAddress, order: Order, by: str | None = None
) -> dict[str, Any]:
    return _checked(_exchange(socket, address, order, by))


def _checked(result: OrderResult | Outcome) -> dict[str, Any]:
    if not result.ok:
        raise NotDoneError(result.message or result.code)
    return result.result


def _ask(address: GatewayAddress, order: Order) -> OrderResult | None:
    """The gateway's answer; None when it cannot be reached, so that nothing was sent."""
    from websockets.exceptions import WebSocketException

    sent = False
    try:
        with _connected(address) as socket:
            sent = True
            return _exchange(socket, address, order)
    except (OSError, TimeoutError, WebSocketException) as error:
        if not sent:
            return None
        raise NotDoneError(
            f"the gateway ended before it answered; look whether the order was carried out ({error})"
        ) from None


def _connected(address: GatewayAddress) -> ClientConnection:
    from websockets.sync.client import connect

    try:
        trusted = local_context(address.certificate)
    except TlsError as error:
        raise NotDoneError(f"the gateway cannot be trusted: {error}") from None
    return connect(
        f"{address.url}/orders",
        additional_headers={"Authorization": f"Bearer {address.credential}"},
        ssl=trusted,
        # Two processes of one machine: what the environment says of proxies is meant for others.
        proxy=None,
        close_timeout=1,
    )


def _exchange(
    socket: ClientConnection, address: GatewayAddress, order: Order, by: str | None = None
) -> OrderResult:
    message = OrderMessage(order_id=uuid4(), operator=by or console_user(), order=order)
    socket.send(message.model_dump_json())
    try:
        answer = socket.recv(timeout=PATIENCE_S)
    except TimeoutError:
        raise NotDoneError(_silence(address)) from None
    return OrderResult.model_validate_json(answer)


def _silence(address: GatewayAddress) -> str:
    """What is known of a gateway that has taken an order and does not answer it."""
    from monitor.keeping.health import health_of

    health = health_of(address)
    if health is None:
        told = ", nor when asked how it is"
    elif health["status"] == "ok":
        told = ""
    else:
        told = f"; it says: {'; '.join(health['reasons'])}"
    return (
        f"the gateway has not answered for {PATIENCE_S:g} s{told}; "
        "the order may still be carried out, look before you give it again"
    )


def _write(directory: DataDirectory, order: Order) -> Outcome:
    """Do what the gateway would do. Call with the lock held."""
    from monitor.opened import opened_monitor

    with opened_monitor(directory) as opened:
        return opened.execute(order, by=console_user())
