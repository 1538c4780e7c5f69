"""Orders: who may give them, and that the answer comes after they are durable."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from monitor.wire import orders
from tests.gateway.clinic import Clinic, ask
from tests.gateway.fakes import until


@pytest.mark.parametrize("credential", ["", "wrong"])
async def test_orders_need_the_local_credential(clinic: Clinic, credential: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with clinic.orders(credential):
            pass
    assert refused.value.response.status_code == 401


async def test_an_order_is_durable_when_it_is_answered(clinic: Clinic) -> None:
    result = await clinic.order(orders.AddRoom(name="2"))
    assert result["ok"]
    assert clinic.rows("SELECT count(*) FROM rooms WHERE name = '2'") == [(1,)]


async def test_an_order_is_not_answered_while_it_cannot_be_stored(clinic: Clinic) -> None:
    clinic.journal.is_full = True
    order = asyncio.create_task(clinic.order(orders.AddRoom(name="2")))
    await until(lambda: clinic.journal.failures >= 2)
    assert not order.done()
    clinic.journal.is_full = False
    assert (await order)["ok"]


async def test_an_operators_role_decides(clinic: Clinic) -> None:
    assert (await clinic.order(orders.AddRoom(name="2"), "Kari"))["code"] == "not_allowed"
    assert (await clinic.order(orders.StartSession(room="1", patient="P-1"), "Kari"))["ok"]


@pytest.mark.parametrize("operator", [None, "", "Nobody", "console:"])
async def test_an_unknown_operator_gives_no_orders(clinic: Clinic, operator: str | None) -> None:
    assert (await clinic.order(orders.AddRoom(name="2"), operator))["code"] == "unknown_operator"


async def test_an_order_that_is_not_even_looked_at_is_answered_in_its_turn(clinic: Clinic) -> None:
    given = [
        orders.OrderMessage(order_id=uuid4(), operator=operator, order=orders.CallHelp(room="1"))
        for operator in ("Kari", "Nobody", "console:root")
    ]
    clinic.journal.is_full = True
    async with clinic.orders() as socket:
        for message in given:
            await socket.send(message.model_dump_json())
        await until(lambda: clinic.journal.failures >= 2)
        clinic.journal.is_full = False
        answers = [json.loads(await asyncio.wait_for(socket.recv(), 10)) for _ in given]
    assert [answer["order_id"] for answer in answers] == [str(one.order_id) for one in given]


async def test_a_frame_that_is_no_order_is_answered_with_the_field_at_fault(clinic: Clinic) -> None:
    async with clinic.orders() as socket:
        await socket.send('{"type":"order","order_id":"x","order":{"kind":"add_room","name":"2"}}')
        answer = await asyncio.wait_for(socket.recv(), 10)
        assert '"code":"invalid_message"' in str(answer)
        room = await ask(socket, orders.AddRoom(name="2"), "console:root")
        assert room["ok"]


async def test_a_password_is_stored_as_a_hash_only(clinic: Clinic) -> None:
    order = orders.AddOperator(name="Ola", role="clinician", password="correct horse")
    assert (await clinic.order(order))["ok"]
    [(stored,)] = clinic.rows("SELECT password_hash FROM operators WHERE name = 'Ola'")
    assert stored == "hash of 13 characters"
