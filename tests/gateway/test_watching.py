"""The system watches itself, over real sockets: stations that freeze, alarms on every screen, notices that leave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from monitor.gateway.core import STANDSTILL_S
from monitor.wire import orders
from tests.gateway.clinic import CREDENTIAL, Clinic, Feed, Json, Screen, bearer
from tests.gateway.fakes import until

SPO2_TOO_LOW = 80
SILENT_S = 10


async def paint(screen: Screen, *alarms: str, hidden: bool = False, **more: object) -> None:
    """Confirm, and wait until the gateway has taken note."""
    await screen.say({"type": "painted", "seq": 0, "alarms": alarms, "hidden": hidden, **more})
    await screen.say({"type": "resync"})
    await screen.snapshot()


async def time_passes(clinic: Clinic, *painting: Screen, seconds: int = SILENT_S + 1) -> None:
    """Gateway time, second by second, while these stations go on confirming."""
    for _ in range(seconds):
        clinic.clock.jump(1)
        for screen in painting:
            await paint(screen)


@asynccontextmanager
async def alarming(clinic: Clinic) -> AsyncIterator[tuple[Feed, str]]:
    """A session in room 1 with a high alarm; the device and the alarm's id."""
    await clinic.order(orders.StartSession(room="1", patient="P-1"))
    async with clinic.screen() as screen, clinic.device() as feed:
        await screen.snapshot()
        await feed.readings(1, SPO2_TOO_LOW, metric="spo2")
        alarm = await alarm_told(screen)
        await screen.socket.close(1001)
        yield feed, alarm["id"]


async def alarm_told(screen: Screen, **wanted: object) -> Json:
    """The next alarm that a screen is told of, with these fields."""
    while True:
        for alarm in (await screen.hear("update"))["alarms"]:
            if all(alarm[name] == value for name, value in wanted.items()):
                return dict(alarm)


async def metric(clinic: Clinic, name: str) -> float:
    _, text = await clinic.get("/metrics")
    found = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"infusion_monitor_{name}"
    ]
    assert len(found) == 1, name
    return found[0]


async def test_a_frozen_station_alarms_on_the_other_one(clinic: Clinic) -> None:
    async with clinic.screen() as frozen, clinic.screen() as other:
        await paint(frozen)
        await paint(other)
        await time_passes(clinic, other, seconds=SILENT_S - 1)
        assert (await snapshot_of(other))["alarms"] == []
        await time_passes(clinic, other, seconds=2)
        [alarm] = await raised_on(other)
        assert (alarm["kind"], alarm["session"], alarm["room"]) == ("screen", None, "")
        assert "Kari" in alarm["text"]["en"]
        await paint(frozen)
        assert (await snapshot_of(other))["alarms"] == []


async def snapshot_of(screen: Screen) -> Json:
    await screen.say({"type": "resync"})
    return await screen.snapshot()


async def raised_on(screen: Screen) -> list[Json]:
    """The alarms that a screen is shown after the next tick that raises any."""
    async with asyncio.timeout(5):
        while not (alarms := (await snapshot_of(screen))["alarms"]):
            pass
    return list(alarms)


async def test_a_station_whose_page_was_closed_is_no_fault_and_a_lost_one_is(
    clinic: Clinic,
) -> None:
    async with clinic.screen() as other:
        async with clinic.screen() as closed, clinic.screen() as lost:
            await paint(closed)
            await paint(lost)
            await closed.socket.close(1001)
            lost.socket.transport.abort()
        await time_passes(clinic, other)
        assert [alarm["kind"] for alarm in await raised_on(other)] == ["screen"]


async def test_when_the_only_station_freezes_a_notice_leaves_the_house(clinic: Clinic) -> None:
    await clinic.order(orders.StartSession(room="1", patient="P-1"))
    async with clinic.screen() as frozen:
        await paint(frozen)
        clinic.clock.jump(SILENT_S - 2)
        await paint(frozen)
        assert await metric(clinic, "stations_confirming") == 1
        assert await metric(clinic, "sessions_unwatched") == 0
        clinic.clock.jump(SILENT_S + 1)
        await until(lambda: bool(clinic.pager.pages))
        assert [page.code for page in clinic.pager.pages] == ["nobody_watches"]
        assert await metric(clinic, "stations_confirming") == 0
        assert await metric(clinic, "sessions_unwatched") == 1
        assert (await clinic.health())[0] == 200


async def test_a_hidden_station_is_nobodys_eye(clinic: Clinic) -> None:
    async with alarming(clinic) as (_, alarm), clinic.screen() as screen:
        await paint(screen, alarm, hidden=True)
        [shown] = (await snapshot_of(screen))["alarms"]
        assert shown["painted_at"] is None
        assert await metric(clinic, "stations_confirming") == 0
        assert await metric(clinic, "alarms_unseen") == 1
        await paint(screen, alarm)
        [shown] = (await snapshot_of(screen))["alarms"]
        assert shown["painted_at"] is not None
        assert await metric(clinic, "alarms_unseen") == 0
        assert await metric(clinic, "alarm_delivery_seconds_count") == 1


async def test_which_station_showed_and_sounded_an_alarm_is_on_record(clinic: Clinic) -> None:
    async with alarming(clinic) as (_, alarm), clinic.screen() as screen:
        await paint(screen, alarm, audio="on")
        await paint(screen, alarm, audio="on", sounded=[alarm])
        await until(lambda: len(clinic.rows("SELECT 1 FROM facts WHERE kind = 'alarm_shown'")) == 2)


async def test_canaries_reach_every_screen_and_are_never_a_reading(clinic: Clinic) -> None:
    async with clinic.screen() as screen:
        await screen.snapshot()
        canaries: list[int] = []
        while len(canaries) < 2:
            clinic.clock.jump(5)
            while (update := await screen.hear("update"))["canary"] is None:
                pass
            canaries.append(update["canary"])
            assert update["points"] == []
        assert canaries[1] > canaries[0]
        assert clinic.readings() == 0


async def test_what_one_screen_acknowledges_every_other_knows_within_a_second(
    clinic: Clinic,
) -> None:
    async with alarming(clinic) as (_, alarm), clinic.screen() as one, clinic.screen() as other:
        await one.snapshot()
        await other.snapshot()
        loop = asyncio.get_running_loop()
        asked_s = loop.time()
        assert (await one.order(orders.AcknowledgeAlarm(alarm=alarm)))["ok"]
        told = await alarm_told(other, id=alarm, state="acknowledged")
        assert told["acknowledged_by"] == "Kari"
        assert loop.time() - asked_s < 1


async def test_an_unanswered_high_alarm_leaves_the_house_without_the_patient(
    clinic: Clinic,
) -> None:
    async with alarming(clinic) as (feed, alarm), clinic.screen() as screen:
        for second in range(65):
            clinic.clock.jump(1)
            await feed.readings(second + 2, SPO2_TOO_LOW, metric="spo2")
            await feed.ack()
            await paint(screen, alarm)
        await until(lambda: bool(clinic.pager.pages))
        assert [page.code for page in clinic.pager.pages] == ["unanswered"]
        assert (clinic.pager.pages[0].room, clinic.pager.pages[0].priority) == ("1", "high")
        assert "P-1" not in str(clinic.pager.pages)


async def test_a_notice_is_not_sent_before_what_it_tells_of_is_durable(clinic: Clinic) -> None:
    await clinic.order(orders.StartSession(room="1", patient="P-1"))
    clinic.journal.is_full = True
    clinic.clock.jump(SILENT_S + 1)
    await until(lambda: clinic.journal.failures > 2)
    assert clinic.pager.pages == []
    clinic.journal.is_full = False
    await until(lambda: bool(clinic.pager.pages))


async def test_notices_that_do_not_get_through_stand_on_every_screen(clinic: Clinic) -> None:
    async with clinic.screen() as screen:
        await paint(screen, audio="on")
        clinic.pager.trouble = "1 (JSON): no answer, or refused"
        await until_listed(screen, "no_pages", listed=True)
        assert await metric(clinic, "notices_blocked") == 1
        assert (await clinic.health())[0] == 200
        clinic.pager.trouble = ""
        await until_listed(screen, "no_pages", listed=False)


async def test_a_record_that_is_not_kept_is_told_everywhere_and_degrades_nothing(
    clinic: Clinic,
) -> None:
    async with clinic.screen() as screen:
        await paint(screen, audio="on")
        clinic.keeper.problems = {"no_backup": "backup: the last one failed: disk full"}
        await until_listed(screen, "no_backup", listed=True)
        status, health = await clinic.health()
        assert (status, health["status"]) == (200, "ok")
        assert health["warnings"] == ["backup: the last one failed: disk full"]
        assert await metric(clinic, "record_problems") == 1
        assert await metric(clinic, "backup_age_seconds") == 3600
        assert await metric(clinic, "disk_free_bytes") == 50 * 10**9
        clinic.keeper.problems = {}
        await until_listed(screen, "no_backup", listed=False)


async def until_listed(screen: Screen, kind: str, *, listed: bool) -> None:
    while True:
        gaps = (await screen.hear("update"))["not_watched"]
        if gaps is not None and (kind in {gap["kind"] for gap in gaps}) is listed:
            return


async def test_the_screen_of_a_disabled_operator_is_ended_and_missed(clinic: Clinic) -> None:
    ola = orders.AddOperator(name="Ola", role="nurse", password="long enough")
    assert (await clinic.order(ola))["ok"]
    async with clinic.screen("Ola") as other, clinic.screen("Kari") as screen:
        await paint(screen)
        await paint(other)
        await clinic.order(orders.DisableOperator(operator="Kari"))
        assert await screen.closed_with() == 4003
        await time_passes(clinic, other)
        [alarm] = await raised_on(other)
        assert (alarm["kind"], "Kari" in alarm["text"]["en"]) == ("screen", True)


async def test_a_program_on_this_machine_is_no_station(clinic: Clinic) -> None:
    async with connect(
        clinic.url("/live"), additional_headers=bearer(CREDENTIAL), proxy=None
    ) as socket:
        program = Screen(socket)
        await program.say({"type": "subscribe", "screen": str(uuid4())})
        await paint(program)
        assert await metric(clinic, "stations_confirming") == 0


async def test_a_gateway_that_stood_still_says_so_and_blames_no_station(clinic: Clinic) -> None:
    async with clinic.screen() as one, clinic.screen() as other:
        await paint(one)
        await paint(other)
        clinic.clock.jump(SILENT_S - 2)
        # The loop, and with it everything that judges, stands still for longer than a self-check may be old.
        until_s = time.monotonic() + STANDSTILL_S + 0.5
        while time.monotonic() < until_s:
            clinic.clock.now()
        [alarm] = await raised_on(other)
        assert (alarm["kind"], alarm["priority"]) == ("engine", "low")
        assert "stood still for" in alarm["text"]["en"]
        answer = await other.order(orders.AcknowledgeAlarm(alarm=alarm["id"]))
        assert answer["ok"]
        assert (await snapshot_of(other))["alarms"] == []
