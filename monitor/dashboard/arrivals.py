"""How many connections the dashboard holds: a crowd that asks for nothing, or reads nothing, keeps no staff out.

uvicorn closes a connection that is silent after an answer. It waits for ever for one that never asked, or asked by
half, and its own limit counts all of them: a few hundred would have everybody else refused.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

FEW = 8
"""Always left to those who have just come."""
_FILES = 65_536


class Arrivals:
    """Every open connection; at most ``most``.

    With the next one another goes: the one that has owed its request for longest, or, where all but a few have asked,
    the one whose answer takes longest to be read.
    """

    def __init__(self, most: int) -> None:
        # In the order in which they became what they are.
        self._waiting: dict[H11Protocol, None] = {}
        self._answered: dict[H11Protocol, None] = {}
        self._most = most

    def __len__(self) -> int:
        return len(self._waiting) + len(self._answered)

    def protocol(self) -> type[H11Protocol]:
        """What uvicorn is to make of each connection. By h11: it also bounds the head of a request."""
        arrivals = self

        class Arriving(H11Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn declares it
                arrivals.seen(self)

            def data_received(self, data: bytes) -> None:
                super().data_received(data)
                arrivals.seen(self)

            def on_response_complete(self) -> None:
                super().on_response_complete()
                arrivals.seen(self)

            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                arrivals.gone(self)

            def handle_websocket_upgrade(self, event: Any) -> None:
                # Another protocol has it from here on, and the gate closes it.
                arrivals.gone(self)
                super().handle_websocket_upgrade(event)

        return Arriving

    def seen(self, connection: H11Protocol) -> None:
        """Something happened on it; whether it is being answered now or owes a request, in whole or in part."""
        cycle: RequestResponseCycle | None = connection.cycle
        is_answered = cycle is not None and not (cycle.more_body or cycle.response_complete)
        here, there = (
            (self._answered, self._waiting) if is_answered else (self._waiting, self._answered)
        )
        if connection.transport.is_closing() or connection.transport.get_protocol() != connection:
            return
        there.pop(connection, None)
        here.setdefault(connection)
        if len(self) > self._most:
            self._cut_one()

    def gone(self, connection: H11Protocol) -> None:
        """It is closed."""
        self._waiting.pop(connection, None)
        self._answered.pop(connection, None)

    def _cut_one(self) -> None:
        pool = self._waiting if len(self._waiting) > FEW else self._answered or self._waiting
        oldest = next(iter(pool))
        self.gone(oldest)
        oldest.transport.abort()


def allow_many_files() -> None:
    """As many open files as the system lets this process have: what waits for TLS is seen by nobody else."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
