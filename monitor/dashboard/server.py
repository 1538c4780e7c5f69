"""Runs one dashboard under uvicorn."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn

from monitor.dashboard.access_log import AccessLog
from monitor.dashboard.app import create_app
from monitor.dashboard.arrivals import Arrivals, allow_many_files
from monitor.dashboard.desk import DeskSocket
from monitor.dashboard.examining import Examiner
from monitor.dashboard.orders import GatewayOrders, read_gateway_file
from monitor.dashboard.rehearsal.running import Rehearsals
from monitor.dashboard.review.proving import Prover
from monitor.dashboard.settings import DashboardSettings
from monitor.dashboard.visit import Parts
from monitor.dashboard.visitors import operator_in_use
from monitor.identity import ArgonHasher
from monitor.locale import load_translations
from monitor.service.ports import Records, RecordsUnavailableError
from monitor.service.protocols import load_protocols
from monitor.tidying import keep_tidy

MOST_CONNECTIONS = 512
OPERATOR_PATIENCE_S = 30.0
_LOOK_AGAIN_S = 0.02


def make_parts(records: Records, settings: DashboardSettings, gateway_file: Path) -> Parts:
    """The parts of a dashboard that sends its orders to the gateway named in ``gateway_file``.

    The record is in the same directory, and in a simulated one the desk has its file there.
    """
    ZoneInfo(settings.clinic_time_zone)

    def gateway_port() -> int:
        address = read_gateway_file(gateway_file)
        return settings.gateway_port if address is None else address.port

    return Parts(
        records=records,
        settings=settings,
        orders=GatewayOrders(gateway_file),
        hasher=ArgonHasher(),
        translations=load_translations(),
        protocols=load_protocols(),
        gateway_port=gateway_port,
        prover=Prover(gateway_file.parent),
        access_log=AccessLog(GatewayOrders(gateway_file)),
        rehearsals=Rehearsals(gateway_file.parent),
        examiner=Examiner(gateway_file.parent),
        desk=DeskSocket(gateway_file.with_name("desk.json")) if settings.simulated else None,
    )


def run_dashboard(
    records: Records,
    settings: DashboardSettings,
    gateway_file: Path,
    *,
    host: str,
    port: int,
    tls: ssl.SSLContext | None = None,
    most_connections: int = MOST_CONNECTIONS,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, over https with ``tls``; ``ready`` is called once connections are taken.

    Raises OSError when the port cannot be had.
    """
    parts = make_parts(records, settings, gateway_file)
    # What checks would find, tests have found; they are a third of a megabyte of each page, and a tenth of a second.
    app = create_app(parts, has_checks=False)
    config = server_config(
        app.server,
        Arrivals(most_connections),
        host=host,
        port=port,
        tls=tls,
        behind_proxy=settings.behind_proxy,
    )
    allow_many_files()
    wait_for_automatic_operator(parts)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Bound here: uvicorn would log the failure and exit where the caller has one line to say.
    _Server(config, ready, parts.access_log).run(
        sockets=[socket.create_server((host, port), family=family)]
    )


def wait_for_automatic_operator(parts: Parts, patience_s: float = OPERATOR_PATIENCE_S) -> None:
    """Until whoever every visitor is signed in as is on record; a page would be a form that nobody can fill in.

    A demonstration makes this operator while its dashboard starts. One that nobody makes is waited for no longer than
    ``patience_s``.
    """
    name, deadline = parts.settings.auto_sign_in, time.monotonic() + patience_s
    while name is not None and time.monotonic() < deadline:
        # There is no record at all until the gateway has made it.
        with suppress(RecordsUnavailableError):
            if operator_in_use(parts, name) is not None:
                return
        time.sleep(_LOOK_AGAIN_S)


def server_config(
    app: Any,
    arrivals: Arrivals,
    *,
    host: str,
    port: int,
    tls: ssl.SSLContext | None = None,
    behind_proxy: bool = False,
) -> uvicorn.Config:
    """How uvicorn is to serve the pages."""
    # Without the lifespan protocol: Dash would use it to add a route to whichever app was created last.
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=arrivals.protocol(),
        lifespan="off",
        log_config=None,
        access_log=False,
        # Of X-Forwarded-For and -Proto, which any program on this machine may write.
        proxy_headers=behind_proxy,
        timeout_graceful_shutdown=3,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
    )


class _Server(uvicorn.Server):
    """A server that says when it listens, gives back what it does not need, and leaves nothing untold."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], access_log: AccessLog
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._access_log = access_log
        self._tidying: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            # What every page is made of stays for good: two hundred thousand objects that no collection need walk. Not
            # even once before: it would hold up the first page by a tenth of a second to find five hundred.
            gc.freeze()
            self._tidying = asyncio.create_task(keep_tidy())
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._tidying is not None:
            self._tidying.cancel()
        await self._access_log.settle()
        await super().shutdown(sockets)
