"""The one place that chooses the concrete parts and wires them: database, clocks, gateway, dashboard."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.addresses import gateway_address
from monitor.config import as_environment
from monitor.data_directory import DataDirectory, DirectoryBusyError
from monitor.lifeline import notify_alive, notify_ready
from monitor.opened import OpenedMonitor, opened_monitor
from monitor.settings import Settings
from monitor.start_checks import (
    StartRefusedError,
    check_auto_sign_in,
    check_speed,
    notice_addresses,
    tls_context,
)

if TYPE_CHECKING:
    from monitor.gateway.limits import Limits
    from monitor.gateway.origins import Pages
    from monitor.gateway.routes import Routes
    from monitor.keeping.keeper import RecordKeeper
    from monitor.notices.addresses import AppriseAddress
    from monitor.service.ports import Pager

LOCK_PATIENCE_S = 5.0
"""A command that writes for itself holds the directory for a moment; a gateway waits for that long."""


def assets_directory() -> Path:
    """The browser's files: inside an installed package, or beside it in a checkout. Raises StartRefusedError."""
    package = Path(__file__).resolve().parent
    for directory in (package / "assets", package.parent / "assets"):
        if directory.is_dir():
            return directory
    raise StartRefusedError(f"the installation is incomplete: there is no {package / 'assets'}")


def run_gateway(directory: DataDirectory, settings: Settings, *, stepped: bool = False) -> None:
    """Be the directory's gateway until SIGTERM or SIGINT; ``stepped``: the clock stands until it is told to go on.

    Raises StartRefusedError or DirectoryError.
    """
    check_speed(settings, simulated=directory.simulated, stepped=stepped)
    addresses = notice_addresses(settings, simulated=directory.simulated)
    exit_when_told()
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(directory.writing(wait_s=_lock_patience_s(directory)))
        except DirectoryBusyError:
            raise StartRefusedError(_who_holds(directory)) from None
        opened = held.enter_context(
            opened_monitor(directory, speed=settings.speed, stepped=stepped, is_lasting=True)
        )
        held.callback(directory.withdraw)
        pager = _pager(addresses, settings, simulated=directory.simulated)
        held.callback(pager.close)
        _run_loop(_serve_gateway(directory, settings, opened, pager))


def _pager(addresses: list[AppriseAddress], settings: Settings, *, simulated: bool) -> Pager:
    import structlog

    from monitor.locale import load_translations
    from monitor.notices.pager import QueuedPager
    from monitor.notices.texts import notice_text

    if not addresses and not simulated:
        log = structlog.get_logger("monitor.notices")
        log.warning("alarms that nobody answers do not leave the house", reason="no notice_urls")
    translations = load_translations()[settings.language]
    return QueuedPager(addresses, lambda page: notice_text(page, translations))


def _lock_patience_s(directory: DataDirectory) -> float:
    return 0 if directory.living_gateway() else LOCK_PATIENCE_S


def _who_holds(directory: DataDirectory) -> str:
    address = directory.living_gateway()
    if address is None:
        return f"another process writes {directory.path}"
    return f"a gateway already runs on {directory.path}: process {address.pid} at {address.url}"


async def _serve_gateway(
    directory: DataDirectory, settings: Settings, opened: OpenedMonitor, pager: Pager
) -> None:
    from monitor.gateway.server import settle_memory

    settle_memory()
    keeper = _keeper(directory, settings)
    routes = _routes(directory, settings, opened, pager, keeper)
    keeping = asyncio.create_task(keeper.run())
    try:
        await _serve_and_announce(directory, settings, routes)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def _routes(
    directory: DataDirectory,
    settings: Settings,
    opened: OpenedMonitor,
    pager: Pager,
    keeper: RecordKeeper,
) -> Routes:
    """What is asked of the gateway's port, wired to the record. Call inside the running loop."""
    from monitor.gateway.core import Core
    from monitor.gateway.passwords import Passwords
    from monitor.gateway.routes import Routes
    from monitor.identity import ArgonHasher

    core = Core(
        opened.monitor,
        opened.journal,
        opened.clock,
        pager,
        opened.records,
        keeper,
        limits=_limits(settings),
    )
    return Routes(
        core=core,
        credential=secrets.token_urlsafe(32),
        cookie_key=directory.cookie_key,
        passwords=Passwords(ArgonHasher()),
        pages=_pages(settings),
    )


async def _serve_and_announce(directory: DataDirectory, settings: Settings, routes: Routes) -> None:
    """Serve, and leave word in the directory where, once it can be reached. Raises StartRefusedError."""
    from monitor.gateway.server import ListensAt, serve_gateway

    listening = asyncio.Event()

    def ready(port: int) -> None:
        listening.set()
        directory.announce(gateway_address(directory, settings, port, routes.credential))
        notify_ready()

    try:
        await serve_gateway(
            routes,
            ListensAt(settings.host, settings.gateway_port, tls_context(settings)),
            ready=ready,
            stop=_told_to_stop(),
            alive=notify_alive,
        )
    except OSError as error:
        if listening.is_set():
            raise
        raise _not_listening("gateway", settings.host, settings.gateway_port, error) from error


def _limits(settings: Settings) -> Limits:
    from monitor.gateway.limits import Limits

    return Limits(
        waiting_connections=settings.limit_waiting_connections,
        screens_per_operator=settings.limit_screens_per_operator,
        device_frames_per_s=settings.limit_device_frames_per_s,
        screen_frames_per_s=settings.limit_screen_frames_per_s,
        snapshots_per_minute=settings.limit_snapshots_per_minute,
        orders_per_minute=settings.limit_orders_per_minute,
    )


def _pages(settings: Settings) -> Pages:
    from monitor.gateway.origins import pages_of

    # A gateway that was started alone, and told of no port, need not have a dashboard at the usual one.
    port = settings.port if "port" in settings.model_fields_set else 0
    # Where only the gateway's public address is known, the pages are offered beside it.
    address = settings.dashboard_url or settings.gateway_url
    return pages_of(port=port, tls=bool(settings.tls_certificate), addresses=[address])


def _keeper(directory: DataDirectory, settings: Settings) -> RecordKeeper:
    from monitor.keeping.keeper import RecordKeeper

    every_ms = round(settings.backup_every_hours * 3_600_000) if settings.backup_directory else None
    return RecordKeeper(
        directory.path,
        every_ms=every_ms,
        environment={**os.environ, **as_environment(settings)},
        now=lambda: round(time.time() * 1000),
    )


def run_dashboard(
    directory: DataDirectory, settings: Settings, *, auto_sign_in: str | None = None
) -> None:
    """Serve the pages until SIGTERM or SIGINT. Raises StartRefusedError."""
    from monitor.dashboard.server import run_dashboard as serve_pages
    from monitor.dashboard.settings import DashboardSettings
    from monitor.storage import open_records

    if auto_sign_in is not None:
        check_auto_sign_in(simulated=directory.simulated)
    exit_when_told()
    records = open_records(directory.path)
    try:
        serve_pages(
            records,
            DashboardSettings(
                assets=assets_directory(),
                simulated=directory.simulated,
                cookie_key=directory.cookie_key,
                # The same as the command's: what leaves either way has the same references.
                research_secret=directory.research_secret,
                clinic_time_zone=settings.clinic_time_zone,
                ends_together_minutes=settings.ends_together_minutes,
                idle_lock_minutes=settings.idle_lock_minutes,
                language=settings.language,
                auto_sign_in=auto_sign_in,
                gateway_port=settings.gateway_port,
                gateway_url=settings.gateway_url or None,
                behind_proxy=settings.is_behind_proxy,
            ),
            directory.path / "gateway.json",
            host=settings.host,
            port=settings.port,
            tls=tls_context(settings),
            most_connections=settings.limit_page_connections,
            ready=notify_ready,
        )
    except OSError as error:
        raise _not_listening("dashboard", settings.host, settings.port, error) from error
    finally:
        records.close()


def _not_listening(who: str, host: str, port: int, error: OSError) -> StartRefusedError:
    if isinstance(error, socket.gaierror) or (error.errno or 0) < 0:
        # The resolver's number, not the system's, whoever has wrapped it.
        reason = "this name cannot be resolved to an address"
    else:
        # The system's own words: libraries wrap them in theirs.
        reason = os.strerror(error.errno) if error.errno else str(error)
    return StartRefusedError(f"the {who} cannot listen on {host}:{port}: {reason}")


def exit_when_told() -> None:
    """End with code 0 on SIGTERM and SIGINT, from the start on; servers replace this by stopping in order."""
    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: sys.exit(0))


def _told_to_stop() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets. Call inside the running loop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _run_loop(work: Coroutine[object, object, None]) -> None:
    try:
        import uvloop
    except ImportError:
        # Not built for this platform; the standard loop serves the same, slower.
        new_loop = asyncio.new_event_loop
    else:
        new_loop = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(work)
