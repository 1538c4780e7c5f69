"""The gateway's numbers for Prometheus, read when they are asked for; the hot path only counts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from monitor.gateway.core import Core

PREFIX = "infusion_monitor_"


class GatewayCollector(Collector):
    """Names nobody: no patient, no token, no value; screens by their own random id."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def collect(self) -> Iterator[Metric]:
        core = self._core
        yield from _standing(core)
        yield from _watching(core)
        yield from _counters(
            ("frames", "Frames from devices", core.frames),
            ("readings", "Durable readings, rejected ones included", core.commits.readings),
            ("commits", "Durable batches", core.commits.commits),
            ("commit_failures", "Attempts to commit that failed", core.commits.failures),
            ("commit_busy_seconds", "Time spent in commits", core.commits.busy_s),
            ("poisoned_rows", "Rows that the database refused", core.poisoned),
            ("slow_screens", "Screens disconnected because they did not keep up", core.too_slow),
        )
        yield from _counters(
            ("notices_sent", "Notices that an address outside the house took", core.pager.sent),
            ("notices_failed", "Notices that were given up", core.pager.failed),
        )
        yield from _keeping(core)
        yield _deliveries(core)
        yield _screen_lags(core)


def _standing(core: Core) -> Iterator[Metric]:
    now_s = asyncio.get_running_loop().time()
    is_well, painted = not core.health.reasons(now_s), len(_painted_alarms(core))
    age_s = core.health.self_check_age_s(now_s)
    return _gauges(
        ("up_to_date", "1 when engine, storage and queue are well", float(is_well)),
        ("self_check_age_seconds", "Age of the alarm engine's last run", age_s),
        ("queue_depth", "Readings taken and not durable yet", core.commits.depth),
        ("tasks", "Tasks on the event loop", len(asyncio.all_tasks())),
        ("devices_connected", "Open device connections", len(core.devices)),
        ("screens_connected", "Open screens", len(core.screens)),
        ("alarms_painted", "Alarms that at least one screen says it shows", painted),
    )


def exposition(core: Core) -> str:
    """The text of ``/metrics``."""
    registry = CollectorRegistry()
    registry.register(GatewayCollector(core))
    return generate_latest(registry).decode()


def _gauges(*rows: tuple[str, str, float]) -> Iterator[Metric]:
    for name, meaning, value in rows:
        yield GaugeMetricFamily(PREFIX + name, meaning, value=value)


def _counters(*rows: tuple[str, str, float]) -> Iterator[Metric]:
    for name, meaning, value in rows:
        yield CounterMetricFamily(PREFIX + name, meaning, value=value)


def _watching(core: Core) -> Iterator[Metric]:
    """Whether anybody can see the alarms; never a part of the system's own health."""
    now, deliveries = core.clock.now(), core.stations.deliveries
    stations = core.monitor.confirming_stations(now)
    yield from _gauges(
        ("stations_confirming", "Visible stations that confirm what they show", stations),
        (
            "sessions_unwatched",
            "Open sessions without any confirming station for 10 s",
            core.monitor.unwatched_sessions(now),
        ),
        ("alarms_unseen", "Alarms with a signal that no station has shown", deliveries.unseen),
        ("notices_waiting", "Notices still to be delivered", core.pager.waiting),
        (
            "notices_blocked",
            "1 while notices do not get through",
            float(bool(core.pager.problem())),
        ),
    )
    yield from _counters(
        (
            "alarms_never_seen",
            "Alarms that ended before any station showed them",
            deliveries.ended_unseen,
        )
    )


def _keeping(core: Core) -> Iterator[Metric]:
    """Backups and the disk; what is not known is left out."""
    if core.keeper is None:
        return
    care = core.keeper.care()
    known = (
        ("backup_age_seconds", "Age of the newest backup", care.backup_age_s),
        ("disk_free_bytes", "Free on the disk of the record", float(care.free_bytes)),
        ("disk_bytes_per_day", "How fast that disk fills", care.bytes_per_day),
        ("disk_days_left", "Days until it is full at that pace", care.days_left),
        ("record_problems", "Things wrong with how the record is kept", float(len(care.problems))),
    )
    yield from _gauges(*((name, told, value) for name, told, value in known if value is not None))


def _deliveries(core: Core) -> Metric:
    deliveries = core.stations.deliveries
    return HistogramMetricFamily(
        PREFIX + "alarm_delivery_seconds",
        "From an alarm's raising to the first station that had it on screen",
        buckets=deliveries.buckets(),
        sum_value=deliveries.sum_s,
    )


def _screen_lags(core: Core) -> Metric:
    lags = GaugeMetricFamily(
        PREFIX + "screen_lag_updates",
        "Updates published that a screen has not confirmed as painted",
        labels=["screen", "hidden"],
    )
    for screen in core.screens:
        viewer = screen.viewer
        lag = core.published - viewer.painted
        lags.add_metric([viewer.screen, "true" if viewer.hidden else "false"], lag)
    return lags


def _painted_alarms(core: Core) -> set[str]:
    return {alarm for screen in core.screens for alarm in screen.viewer.painted_alarms}
