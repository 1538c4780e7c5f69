"""A running gateway packs the readings of sessions that closed a while ago, beside a feed that goes on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from monitor.gateway import server
from monitor.gateway.compaction import keep_compact
from monitor.wire import orders
from tests.gateway.clinic import Clinic
from tests.gateway.conftest import running
from tests.gateway.fakes import until

TWO_HOURS_S = 7200


async def test_what_closed_an_hour_ago_is_packed_beside_a_live_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = partial(keep_compact, pause_s=0.01, idle_s=0.02)
    monkeypatch.setattr(server, "keep_compact", often)
    async with running(Clinic(tmp_path)) as clinic, clinic.device() as feed:
        started = await clinic.order(orders.StartSession(room="1", patient="P-1"), "Kari")
        session = started["result"]["session"]
        await feed.readings(1, 70, 71, 72)
        await feed.ack()
        before = clinic.records.readings(session)
        assert (await clinic.order(orders.CancelSession(session=session, reason="x"), "Kari"))["ok"]
        await feed.readings(2, 80)
        await feed.ack()
        assert clinic.rows("SELECT count(*) FROM reading_blocks") == [(0,)]
        clinic.clock.jump(TWO_HOURS_S)
        await until(lambda: clinic.rows("SELECT count(*) FROM reading_blocks") == [(1,)])
        await feed.readings(3, 81)
        await feed.ack()
        assert len(before) == 3
        assert clinic.records.readings(session) == before
        assert clinic.readings() == 2
