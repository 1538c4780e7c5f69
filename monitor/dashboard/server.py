"""Runs one dashboard under uvicorn."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from monitor.dashboard.app import create_app
from monitor.dashboard.orders import GatewayOrders, read_gateway_file
from monitor.dashboard.settings import DashboardSettings
from monitor.dashboard.visit import Parts
from monitor.identity import ArgonHasher
from monitor.locale import load_translations
from monitor.service.ports import Records


def make_parts(records: Records, settings: DashboardSettings, gateway_file: Path) -> Parts:
    """The parts of a dashboard that sends its orders to the gateway named in ``gateway_file``."""
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
        gateway_port=gateway_port,
    )


def run_dashboard(
    records: Records,
    settings: DashboardSettings,
    gateway_file: Path,
    *,
    host: str,
    port: int,
) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises SystemExit when the port cannot be had."""
    app = create_app(make_parts(records, settings, gateway_file))
    # Without the lifespan protocol: Dash would use it to add a route to whichever app was created last.
    config = uvicorn.Config(
        app.server,
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run()
