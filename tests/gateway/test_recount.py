"""The count of readings of nobody after some of them were given to a session."""

from __future__ import annotations

from monitor.domain.readings import MINUTE
from monitor.wire import orders
from monitor.wire.base import rfc3339
from tests.gateway.clinic import Clinic
from tests.gateway.fakes import until


async def test_the_ward_counts_anew_when_readings_were_given_to_a_session(clinic: Clinic) -> None:
    async with clinic.device() as feed:
        await feed.readings(1, 70, 71, 72)
        await feed.ack()
    started = await clinic.order(orders.StartSession(room="1", patient="P-1"), "Kari")
    now = clinic.clock.now()
    proposal = orders.ProposeAssignment.model_validate(
        {
            "device": "d1",
            "first_at": rfc3339(now - MINUTE),
            "last_at": rfc3339(now + MINUTE),
            "session": started["result"]["session"],
            "reason": "started late",
        }
    )
    proposed = await clinic.order(proposal, "Kari")
    assert clinic.monitor.ward.unassigned(now) == 3
    confirmed = orders.ConfirmAssignment(assignment=proposed["result"]["assignment"])
    assert (await clinic.order(confirmed))["ok"]
    await until(lambda: clinic.monitor.ward.unassigned(clinic.clock.now()) == 0)
