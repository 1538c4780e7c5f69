"""Devices over a real socket: what they send is durable, once, before they are told so."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from monitor.gateway import core, server
from monitor.gateway.commits import GroupCommit
from monitor.service.monitor import Monitor
from monitor.wire import orders
from monitor.wire.device import SUBPROTOCOL
from tests.gateway.clinic import Clinic, Feed, bearer
from tests.gateway.fakes import until


async def refusal(clinic: Clinic, headers: dict[str, str], *protocols: str) -> int:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            clinic.url("/device"),
            additional_headers=headers,
            subprotocols=list(protocols) or None,  # type: ignore[arg-type]
            proxy=None,
        ):
            pass
    return refused.value.response.status_code


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nobodys", "Basic eDp5", "Bearer \xe9"])
async def test_no_unknown_or_malformed_token_is_401(clinic: Clinic, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    assert await refusal(clinic, headers, SUBPROTOCOL) == 401


async def test_a_revoked_device_is_403(clinic: Clinic) -> None:
    await clinic.order(orders.RevokeDevice(device="d1"))
    assert await refusal(clinic, bearer(clinic.token), SUBPROTOCOL) == 403


async def test_another_subprotocol_or_none_is_400(clinic: Clinic) -> None:
    assert await refusal(clinic, bearer(clinic.token)) == 400
    assert await refusal(clinic, bearer(clinic.token), "infusion-monitor.v0") == 400


async def test_an_acknowledged_reading_is_on_disk(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        assert feed.welcome["room"] == "1"
        assert feed.welcome["last_seq"] == 0
        await feed.readings(1, 81, 82.125)
        assert await feed.ack() == {"type": "ack", "seq": 1, "stored": 2, "rejected": []}
        assert clinic.readings() == 2


async def test_rejected_readings_are_named_in_the_ack(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        await feed.readings(1, 81, 301)
        ack = await feed.ack()
        assert (ack["stored"], [(r["index"], r["code"]) for r in ack["rejected"]]) == (
            1,
            [(1, "out_of_range")],
        )


async def test_a_device_may_send_on_and_every_seq_is_covered_by_the_acks(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        for seq in range(1, 201):
            await feed.readings(seq, 80)
        covered = stored = 0
        while covered < 200:
            ack = await feed.ack()
            assert ack["seq"] > covered
            covered, stored = ack["seq"], stored + ack["stored"]
        assert stored == 200
        assert clinic.readings() == 200


async def test_a_queue_goes_on_after_a_reconnect_and_stores_nothing_twice(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        await feed.readings(1, 81)
        await feed.ack()
        stream = feed.stream
    async with clinic.device(stream=stream) as feed:
        assert feed.welcome["last_seq"] == 1
        await feed.readings(1, 99)
        assert await feed.ack() == {"type": "ack", "seq": 1, "stored": 0, "rejected": []}
    assert clinic.readings() == 1


async def test_a_queue_goes_on_after_a_restart_of_the_gateway(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        await feed.readings(1, 81)
        await feed.readings(7, 82)
        await until(lambda: clinic.readings() == 2)
        stream = feed.stream
        closing = asyncio.create_task(feed.closed_with())
        await clinic.close()
        assert await closing == 1012
    await clinic.open()
    async with clinic.device(stream=stream) as feed:
        assert feed.welcome["last_seq"] == 7


async def test_a_newer_connection_closes_the_older_with_4000(clinic: Clinic) -> None:
    async with clinic.device() as older, clinic.device(stream=older.stream) as newer:
        assert await older.closed_with() == 4000
        await newer.readings(1, 80)
        assert (await newer.ack())["stored"] == 1


async def test_a_device_revoked_while_connected_is_closed_with_4003(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        await clinic.order(orders.RevokeDevice(device="d1"))
        async with asyncio.timeout(1):
            assert await feed.closed_with() == 4003


async def test_binary_closes_with_1003(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        await feed.socket.send(b"\x00")
        assert await feed.closed_with() == 1003


async def test_a_frame_over_64_kib_closes_with_1009_and_one_of_64_kib_does_not(
    clinic: Clinic,
) -> None:
    async with clinic.device() as feed:
        await feed.say(" " * 65536)
        assert (await feed.hear())["type"] == "error"
        await feed.say(" " * 65537)
        assert await feed.closed_with() == 1009


async def test_more_than_a_hundred_errors_close_with_1008(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        for _ in range(101):
            await feed.say("{")
        assert await feed.closed_with() == 1008


async def test_a_frame_before_hello_closes_with_4001(clinic: Clinic) -> None:
    async with clinic.device(hello=False) as feed:
        await feed.readings(1, 80)
        assert await feed.closed_with() == 4001


async def test_a_device_is_told_when_a_session_starts_in_its_room(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        assert feed.welcome["session"] is None
        started = await clinic.order(orders.StartSession(room="1", patient="P-1"))
        session = started["result"]["session"]
        assert await feed.hear("session") == {"type": "session", "session": session}


async def test_nothing_is_acknowledged_while_the_disk_is_full_and_then_once(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        clinic.journal.is_full = True
        await feed.readings(1, 80)
        await until(lambda: clinic.journal.failures >= 3)
        await feed.readings(2, 81, 82)
        await feed.say("{")
        assert (await feed.hear())["type"] == "error"
        status, health = await clinic.health()
        assert (status, health["status"], health["queue_depth"]) == (503, "degraded", 3)
        assert "database or disk is full" in health["reasons"][0]
        clinic.journal.is_full = False
        assert (await feed.ack())["stored"] == 1
        assert (await feed.ack())["stored"] == 2
        assert (await clinic.health())[0] == 200
    assert clinic.readings() == 3


async def test_a_flood_from_one_device_does_not_starve_another(clinic: Clinic) -> None:
    added = await clinic.order(orders.AddDevice(room="1", name="second"))
    async with clinic.device() as flood, clinic.device(added["result"]["token"]) as calm:
        flooding = asyncio.create_task(flood_for_ever(flood))
        for seq in range(1, 4):
            await calm.readings(seq, 80)
            assert (await calm.ack())["seq"] == seq
        assert not flooding.done()
        flooding.cancel()


async def flood_for_ever(feed: Feed) -> None:
    for seq in itertools.count(1):
        await feed.readings(seq, 80)


async def test_no_device_is_let_in_while_too_much_waits(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GroupCommit, "is_full", property(lambda _: True))
    assert await refusal(clinic, bearer(clinic.token), SUBPROTOCOL) == 503


async def test_a_device_that_does_not_read_its_acks_is_closed(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clinic.device() as feed:
        monkeypatch.setattr(core, "MOST_UNREAD_BYTES", -1)
        await feed.readings(1, 80)
        assert await feed.closed_with() == 1008


async def test_a_frame_that_breaks_the_engine_is_seen_and_the_others_go_on(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = await clinic.order(orders.AddDevice(room="1", name="second"))
    async with clinic.device() as feed, clinic.device(added["result"]["token"]) as other:
        with monkeypatch.context() as patch:
            patch.setattr(Monitor, "record_frame", broken)
            await feed.readings(1, 80)
            assert await feed.closed_with() == 1011
        await other.readings(1, 80)
        assert (await other.ack())["stored"] == 1
        status, health = await clinic.health()
        assert (status, health["reasons"]) == (503, ["engine: it failed (ZeroDivisionError)"])


def broken(*_: object) -> None:
    raise ZeroDivisionError("a mistake")


async def test_a_clinic_without_a_disk_at_the_end_still_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LAST_COMMIT_S", 0.1)
    clinic = Clinic(tmp_path)
    await clinic.open()
    clinic.journal.is_full = True
    async with clinic.device(hello=False) as feed:
        await feed.say({"type": "hello", "stream": feed.stream, "sent_at": feed.now()})
        await until(lambda: clinic.journal.failures > 0)
        await clinic.close()
