"""Screens over a real socket: who is let in, what they are sent, what they may order."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from monitor import identity
from monitor.gateway import viewers
from monitor.gateway.limits import Limits
from monitor.gateway.viewers import Viewer
from monitor.wire import orders
from tests.gateway.clinic import COOKIE_KEY, CREDENTIAL, Clinic, Screen, ask, bearer
from tests.gateway.conftest import running
from tests.gateway.fakes import until

SPO2_TOO_LOW = 80
DESK = identity.new_station("en", identity.holder_tag(COOKIE_KEY, "Kari"))


async def refusal(clinic: Clinic, **headers: str) -> int:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(clinic.url("/live"), additional_headers=headers, proxy=None):
            pass
    return refused.value.response.status_code


def cookie(operator: str, key: bytes = COOKIE_KEY) -> str:
    return f"{identity.COOKIE_NAME}={identity.sign_cookie(key, operator)}"


async def test_only_signed_in_screens_of_the_same_host_are_served(clinic: Clinic) -> None:
    here = "http://127.0.0.1:8050"
    assert await refusal(clinic, Origin=here) == 403
    assert await refusal(clinic, Cookie=cookie("Kari")) == 403
    assert await refusal(clinic, Cookie=cookie("Kari"), Origin="http://elsewhere.example") == 403
    assert await refusal(clinic, Cookie=cookie("Kari"), Origin="null") == 403
    assert await refusal(clinic, Cookie=cookie("Nobody"), Origin=here) == 403
    assert await refusal(clinic, Cookie=cookie("Kari", b"forged"), Origin=here) == 403
    assert await refusal(clinic, Cookie="a=b; c", Origin=here) == 403


async def test_a_disabled_operator_is_not_let_in(clinic: Clinic) -> None:
    await clinic.order(orders.DisableOperator(operator="Kari"))
    headers = {"Cookie": cookie("Kari"), "Origin": "http://127.0.0.1:8050"}
    assert await refusal(clinic, **headers) == 403


async def test_the_pass_of_a_station_does_not_help_a_disabled_operator(clinic: Clinic) -> None:
    await clinic.order(orders.DisableOperator(operator="Kari"))
    passed = identity.sign_station(COOKIE_KEY, DESK)
    both = f"{cookie('Kari')}; {identity.STATION_COOKIE_NAME}={passed}"
    assert await refusal(clinic, Cookie=both, Origin="http://127.0.0.1:8050") == 403


async def test_the_pass_alone_does_not_help_who_left_the_station_and_was_disabled(
    clinic: Clinic,
) -> None:
    async with clinic.screen(None, station="desk") as screen:
        await screen.snapshot()
        await clinic.order(orders.DisableOperator(operator="Kari"))
        assert await screen.closed_with() == 4003
    passed = identity.sign_station(COOKIE_KEY, DESK)
    alone = f"{identity.STATION_COOKIE_NAME}={passed}"
    assert await refusal(clinic, Cookie=alone, Origin="http://127.0.0.1:8050") == 403


async def test_a_station_that_another_left_last_goes_on(clinic: Clinic) -> None:
    other = orders.AddOperator(name="Ola", role="nurse", password="long enough")
    await clinic.order(other)
    await clinic.order(orders.DisableOperator(operator="Kari"))
    async with clinic.screen(None, station="desk", holder="Ola") as screen:
        assert (await screen.snapshot())["rooms"]


async def test_a_forged_pass_is_not_let_in(clinic: Clinic) -> None:
    forged = identity.sign_station(b"forged", DESK)
    headers = {
        "Cookie": f"{identity.STATION_COOKIE_NAME}={forged}",
        "Origin": "http://127.0.0.1:8050",
    }
    assert await refusal(clinic, **headers) == 403


async def test_a_locked_station_is_shown_everything_and_orders_nothing(clinic: Clinic) -> None:
    await clinic.order(orders.StartSession(room="1", patient="P-1"))
    async with clinic.screen(None, station="desk") as screen, clinic.device() as feed:
        assert (await screen.snapshot())["rooms"][0]["session"]["patient"] == "P-1"
        await feed.readings(1, SPO2_TOO_LOW, metric="spo2")
        while not (update := await screen.hear("update"))["alarms"]:
            pass
        [alarm] = update["alarms"]
        acknowledgement = orders.AcknowledgeAlarm(alarm=alarm["id"])
        for order in (acknowledgement, orders.PauseAudio(room="1"), orders.CallHelp(room="1")):
            answer = await screen.order(order)
            assert (answer["ok"], answer["code"]) == (False, "locked")
            assert answer["message"] == "this station is locked: sign in to act"
    async with clinic.screen() as screen:
        assert [alarm["state"] for alarm in (await screen.snapshot())["alarms"]] == ["active"]


async def test_a_locked_station_names_no_operator_of_its_own(clinic: Clinic) -> None:
    async with clinic.screen(None, station="desk") as screen:
        message = orders.OrderMessage(
            order_id=uuid4(), operator="Kari", order=orders.CallHelp(room="1")
        )
        await screen.say(message.model_dump_json())
        assert (await screen.hear("order_result"))["code"] == "locked"


async def test_a_locked_station_confirms_what_it_shows(clinic: Clinic) -> None:
    async with clinic.screen(None, station="desk") as screen:
        seq = (await screen.snapshot())["seq"]
        await screen.say({"type": "painted", "seq": seq, "audio": "on"})
        await until(lambda: clinic.monitor.confirming_stations(clinic.clock.now()) == 1)


async def test_a_sign_in_that_runs_out_locks_the_open_screen(clinic: Clinic) -> None:
    ending = int(time.time()) + 2
    cookie = identity.sign_cookie(COOKIE_KEY, "Kari", until_s=ending)
    headers = {
        "Cookie": f"{identity.COOKIE_NAME}={cookie}",
        "Origin": f"http://127.0.0.1:{clinic.port}",
    }
    async with connect(clinic.url("/live"), additional_headers=headers, proxy=None) as socket:
        screen = Screen(socket)
        await until(lambda: time.time() >= ending)
        assert (await screen.order(orders.CallHelp(room="1")))["code"] == "locked"


async def test_the_local_credential_opens_a_screen_feed_without_a_cookie(clinic: Clinic) -> None:
    headers = bearer(CREDENTIAL)
    async with connect(clinic.url("/live"), additional_headers=headers, proxy=None) as socket:
        screen = Screen(socket)
        await screen.say({"type": "subscribe", "screen": "00000000-0000-0000-0000-000000000001"})
        assert [room["name"] for room in (await screen.snapshot())["rooms"]] == ["1"]


async def test_a_snapshot_comes_first_and_then_updates_without_a_hole(clinic: Clinic) -> None:
    await clinic.order(orders.StartSession(room="1", patient="P-1"))
    async with clinic.screen() as screen, clinic.device() as feed:
        seq = (await screen.snapshot())["seq"]
        points: list[float] = []
        for number in range(1, 21):
            await feed.readings(number, 80 + number)
            await feed.ack()
        while len(points) < 20:
            update = await screen.hear("update")
            assert update["seq"] == seq + 1
            seq = update["seq"]
            points += [point[4] for point in update["points"]]
        assert points == list(range(81, 101))


async def test_a_screen_sees_nothing_that_is_not_durable(clinic: Clinic) -> None:
    await clinic.order(orders.StartSession(room="1", patient="P-1"))
    async with clinic.screen() as screen, clinic.device() as feed:
        await screen.snapshot()
        clinic.journal.is_full = True
        await feed.readings(1, 123)
        await until(lambda: clinic.journal.failures > 0)
        async with clinic.screen() as late:
            degraded = (await late.hear())["degraded"]
            assert "nothing can be made durable" in degraded[0]
            clinic.journal.is_full = False
            assert '"value": 123' in str(await late.snapshot()).replace("'", '"')
        while not (update := await screen.hear("update"))["points"]:
            pass
        assert update["points"][0][4] == 123


async def test_a_heartbeat_comes_each_second_and_tells_how_the_engine_is(clinic: Clinic) -> None:
    async with clinic.screen() as screen:
        await screen.snapshot()
        heartbeat = await screen.hear("heartbeat")
        assert heartbeat["degraded"] == []
        assert 0 <= heartbeat["self_check_age_s"] < 3


async def test_resync_brings_a_new_snapshot(clinic: Clinic) -> None:
    async with clinic.screen() as screen:
        await screen.snapshot()
        await screen.say({"type": "resync"})
        await screen.snapshot()


async def test_a_screen_that_asks_with_every_message_is_sent_the_ward_at_its_pace(
    tmp_path: Path,
) -> None:
    async with (
        running(Clinic(tmp_path, limits=Limits(snapshots_per_minute=6))) as clinic,
        clinic.screen() as greedy,
        clinic.screen() as other,
    ):
        await greedy.snapshot()
        await other.snapshot()
        for _ in range(100):
            await greedy.say({"type": "resync"})
        heard: list[str] = []
        while heard.count("heartbeat") < 2:
            heard.append(json.loads(await greedy.socket.recv())["type"])
        assert "snapshot" not in heard
        await clinic.order(orders.AddRoom(name="2"))
        assert (await other.hear("update"))["rooms"]


async def test_an_order_of_a_screen_is_the_signed_in_operators(clinic: Clinic) -> None:
    await clinic.order(orders.StartSession(room="1", patient="P-1"))
    async with clinic.screen() as screen, clinic.device() as feed:
        await screen.snapshot()
        await feed.readings(1, SPO2_TOO_LOW, metric="spo2")
        while not (update := await screen.hear("update"))["alarms"]:
            pass
        [alarm] = update["alarms"]
        assert alarm["state"] == "active"
        order = orders.AcknowledgeAlarm(alarm=alarm["id"])
        await screen.say(orders.OrderMessage(order_id=uuid4(), order=order).model_dump_json())
        while not (update := await screen.hear("update"))["alarms"]:
            pass
        assert update["alarms"][0]["state"] == "acknowledged"
        assert update["alarms"][0]["acknowledged_by"] == "Kari"
        assert (await screen.hear("order_result"))["ok"]


async def test_an_operator_disabled_while_signed_in_gives_no_more_orders(clinic: Clinic) -> None:
    async with clinic.screen() as screen:
        await clinic.order(orders.DisableOperator(operator="Kari"))
        result = await screen.order(orders.StartSession(room="1", patient="P-1"))
        assert (result["ok"], result["code"]) == (False, "unknown_operator")


async def test_a_frame_that_is_no_message_is_answered_and_journalled(clinic: Clinic) -> None:
    async with clinic.screen() as screen:
        await screen.snapshot()
        await screen.say('{"type":"nope"}')
        result = await screen.hear("order_result")
        assert (result["ok"], result["code"], result["order_id"]) == (
            False,
            "invalid_message",
            None,
        )


async def test_what_a_screen_painted_is_in_the_metrics(clinic: Clinic) -> None:
    async with clinic.screen() as screen:
        await screen.snapshot()
        await screen.say({"type": "painted", "seq": 0, "alarms": ["a1", "a2"]})
        await screen.say({"type": "resync"})
        await screen.snapshot()
        _, metrics = await clinic.get("/metrics")
        assert "infusion_monitor_alarms_painted 2.0" in metrics
        assert "infusion_monitor_screens_connected 1.0" in metrics


@pytest.fixture
async def unhurried_clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    """One where a screen may ask for everything as often as it likes."""
    async with running(Clinic(tmp_path, limits=Limits(snapshots_per_minute=1e9))) as clinic:
        yield clinic


async def test_a_screen_that_does_not_read_is_disconnected_and_starts_again(
    unhurried_clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = unhurried_clinic
    monkeypatch.setattr(viewers, "BLOCKED_S", 0.3)
    await clinic.order(orders.StartSession(room="1", patient="P-1"))
    # The client stops reading from its socket after two messages; the kernel's buffers fill up behind it.
    async with clinic.screen(max_queue=1) as asleep, clinic.device() as feed:
        await flood_screens(clinic, asleep)
        await feed.readings(1, 80)
        assert (await feed.ack())["stored"] == 1
        assert await asleep.closed_with() in (1013, None)
    async with clinic.screen() as again:
        assert (await again.snapshot())["rooms"][0]["values"]["pulse_rate"]["value"] == 80


async def flood_screens(clinic: Clinic, asleep: Screen) -> None:
    """Order things that every screen is told of until the one that sleeps is thrown out."""
    thrown_out = asyncio.Event()
    is_too_slow = Viewer.is_too_slow

    def noticed(viewer: Viewer, now_s: float) -> bool:
        slow = is_too_slow(viewer, now_s)
        if slow:
            thrown_out.set()
        return slow

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Viewer, "is_too_slow", noticed)
        async with clinic.orders() as socket, asyncio.timeout(30):
            number = 0
            while not thrown_out.is_set():
                number += 1
                await ask(socket, orders.AddRoom(name=f"room {number}"), "console:root")
                await asleep.say({"type": "resync"})
