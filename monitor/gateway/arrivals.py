"""Connections that have not asked for anything yet: at the end nobody waits for them."""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.server import ServerConnection

from monitor.gateway.direct import DirectConnection

FEW = 8


class Arrivals:
    """Those who have connected and still owe their request, whole or in part.

    At most ``most`` of them: with the next one the one that has waited longest is cut off. Who has something to ask
    for asks at once, so a crowd that says nothing keeps no device and no screen out.
    """

    def __init__(self, most: int) -> None:
        # In the order in which they came.
        self._waiting: dict[ServerConnection, None] = {}
        self._most = most
        self._ended = False

    def connection(self, *arguments: Any, **options: Any) -> ServerConnection:
        """A connection that is counted here until its request has come; made as the library makes its own."""
        return _Arriving(self, *arguments, **options)

    def make_way(self) -> None:
        """Every connection is wanted for something else: all but the newest few that have asked for nothing go."""
        while len(self._waiting) > FEW:
            self._cut_oldest()

    def end(self) -> None:
        """Cut off who has asked for nothing, and from now on who still arrives: the library would wait for them."""
        self._ended = True
        for connection in self._waiting:
            connection.transport.abort()

    def arrived(self, connection: ServerConnection) -> None:
        """Its request is awaited from now on."""
        self._waiting[connection] = None
        connection.request_rcvd.add_done_callback(lambda _: self._waiting.pop(connection, None))
        if len(self._waiting) > self._most:
            self._cut_oldest()
        if self._ended:
            connection.transport.abort()

    def lost(self, connection: ServerConnection) -> None:
        """It is gone, with its request or without."""
        self._waiting.pop(connection, None)

    def _cut_oldest(self) -> None:
        oldest = next(iter(self._waiting))
        del self._waiting[oldest]
        oldest.transport.abort()


class _Arriving(DirectConnection):
    def __init__(self, arrivals: Arrivals, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._arrivals = arrivals

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._arrivals.arrived(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._arrivals.lost(self)
