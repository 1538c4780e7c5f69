"""Health and metrics: about the system itself, and for those who may see them."""

from __future__ import annotations

import http.client
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.gateway.access import is_loopback
from monitor.gateway.health import Health
from monitor.service.monitor import Monitor
from tests.gateway.clinic import Clinic


class CalmStorage:
    depth = 7

    def reasons(self, now_s: float) -> list[str]:  # noqa: ARG002 - always well
        return []


def test_a_self_check_older_than_three_seconds_is_degraded() -> None:
    health = Health(CalmStorage(), 100)
    assert health.report(103)["status"] == "ok"
    report = health.report(104.5)
    assert report["status"] == "degraded"
    assert report["reasons"] == ["engine: its last self-check is 4.5 s old"]
    assert (report["self_check_age_s"], report["queue_depth"]) == (4.5, 7)


def test_a_failed_engine_stays_degraded_whatever_comes_after() -> None:
    health = Health(CalmStorage(), 100)
    health.engine_failed("KeyError")
    health.engine_checked(101)
    assert health.reasons(101) == ["engine: it failed (KeyError)"]


async def test_a_running_gateway_is_well(clinic: Clinic) -> None:
    status, health = await clinic.health()
    assert (status, health["status"], health["queue_depth"]) == (200, "ok", 0)
    assert health["self_check_age_s"] < 3


async def test_metrics_are_prometheus_text(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        await feed.readings(1, 80)
        await feed.ack()
        status, text = await clinic.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert status == 200
    assert families["infusion_monitor_devices_connected"].samples[0].value == 1
    assert families["infusion_monitor_frames"].samples[0].value == 2


def test_only_this_machine_is_local() -> None:
    assert is_loopback(("127.0.0.1", 1))
    assert is_loopback(("::1", 1, 0, 0))
    assert not is_loopback(("192.0.2.7", 1))
    assert not is_loopback(None)


@pytest.mark.parametrize("path", ["/", "/nothing", "/device/x", "/healthz/"])
async def test_any_other_path_is_404(clinic: Clinic, path: str) -> None:
    assert (await clinic.get(path))[0] == 404


async def test_a_gateway_whose_engine_fails_says_so_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(monitor: Monitor, now: int) -> None:
        raise ZeroDivisionError("a mistake")

    clinic = Clinic(tmp_path)
    await clinic.open()
    monkeypatch.setattr(Monitor, "tick", fail)
    with pytest.raises(ZeroDivisionError):
        await clinic.ended()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        await clinic.health()


async def test_a_port_that_is_taken_is_refused(clinic: Clinic, tmp_path: Path) -> None:
    other = Clinic(tmp_path / "other")
    other.directory.mkdir()
    with pytest.raises(OSError, match="in use"):
        await other.open(port=clinic.port)
