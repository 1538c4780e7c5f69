"""Orders of operators to the gateway; one short connection each, so that a restarted gateway is found at once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from pydantic import ValidationError
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from monitor.tls import TlsError, local_context
from monitor.wire.orders import Order, OrderMessage, OrderResult

ANSWER_TIMEOUT_S = 4.0


class GatewayUnreachableError(RuntimeError):
    """No answer came; ``sent`` tells whether the order may nevertheless have been carried out."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class GatewayAddress(NamedTuple):
    """Where the living gateway listens, and the credential for orders from this machine."""

    url: str
    port: int
    credential: str
    certificate: str = ""


def read_gateway_file(path: Path) -> GatewayAddress | None:
    """The gateway's own note about itself, or None when there is none or it is half written."""
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        port, certificate = int(note["gateway_port"]), note.get("certificate", "")
        return GatewayAddress(note["url"], port, note["credential"], certificate)
    except (OSError, ValueError, KeyError, TypeError):
        return None


class GatewayOrders:
    """Sends each order over its own connection, to the gateway that the file names at that moment."""

    def __init__(self, gateway_file: Path, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._gateway_file = gateway_file
        self._timeout_s = timeout_s

    async def send(self, order: Order, *, by: str) -> OrderResult:
        """What became of the order. Raises GatewayUnreachableError when no answer came in time."""
        address = read_gateway_file(self._gateway_file)
        if address is None:
            raise GatewayUnreachableError("no gateway has written its address", sent=False)
        message = OrderMessage(order_id=uuid4(), operator=by, order=order)
        return await _exchange(address, message, self._timeout_s)


async def _exchange(
    address: GatewayAddress, message: OrderMessage, timeout_s: float
) -> OrderResult:
    sent = False
    try:
        async with (
            asyncio.timeout(timeout_s),
            connect(
                f"{address.url}/orders",
                additional_headers={"Authorization": f"Bearer {address.credential}"},
                ssl=local_context(address.certificate),
                compression=None,
                # A proxy of the environment must never stand between two processes of one machine.
                proxy=None,
                close_timeout=1,
            ) as socket,
        ):
            sent = True
            await socket.send(message.model_dump_json())
            return OrderResult.model_validate_json(await socket.recv())
    except (OSError, TimeoutError, TlsError, WebSocketException, ValidationError) as error:
        raise GatewayUnreachableError(f"{type(error).__name__}: {error}", sent=sent) from error
