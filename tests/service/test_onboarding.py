"""A tester makes a simulated ward ready and empties it, without an administrator; in a real one nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.chart import chart_of
from monitor.domain.gates import before_infusion
from monitor.service.onboarding import clear_ward, drive, room_names, set_up_room
from monitor.service.protocols import load_protocols
from monitor.wire import orders
from tests.service.clinic import Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic(tmp_path)
    yield clinic
    clinic.journal.close()
    clinic.records.close()


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic(tmp_path, simulated=False)
    yield clinic
    clinic.journal.close()
    clinic.records.close()


def as_tester(clinic: Clinic) -> Any:
    def give(order: orders.Order) -> dict[str, Any]:
        outcome = clinic.order(order, by="T-1", role="tester")
        assert outcome.ok, f"{order.kind}: {outcome.message}"
        return outcome.result

    return give


SETTING_UP: tuple[Any, ...] = (
    orders.AddRoom(name="9"),
    orders.AddDevice(room="1", name="x", simulated=True),
    orders.RotateToken(device="d1"),
    orders.RevokeDevice(device="d1"),
    orders.RetireRoom(room="1"),
    orders.StartSession(room="1", patient="P-2"),
    orders.CancelSession(session="s1", reason="test"),
)


@pytest.mark.parametrize("order", SETTING_UP, ids=lambda order: order.kind)
def test_in_a_real_directory_a_tester_sets_nothing_up_and_is_told_why(
    real: Clinic, order: orders.Order
) -> None:
    outcome = real.order(order, by="T-1", role="tester")
    assert outcome.code == "not_allowed"
    assert outcome.message.endswith("in a simulated data directory only")
    facts = [fact.body for fact in real.records.facts(None)]
    facts += [fact.body for fact in real.records.facts("s1")]
    assert "not_allowed" in {getattr(body, "code", "") for body in facts}, "it is on record"


def test_operators_are_not_a_testers_to_make_anywhere(clinic: Clinic) -> None:
    add = orders.AddOperator(name="X", role="administrator", password="long enough")
    outcome = clinic.order(add, by="T-1", role="tester")
    assert (outcome.code, outcome.message) == (
        "not_allowed",
        "the role tester may not add operator",
    )


def test_a_tester_leaves_devices_alone_that_are_not_simulated(clinic: Clinic) -> None:
    add = orders.AddDevice(room="1", name="a real one", simulated=False)
    refused = clinic.order(add, by="T-1", role="tester")
    assert (refused.code, refused.field) == ("not_allowed", "simulated")
    device = clinic.order(add).result["id"]
    for order in (orders.RotateToken(device=device), orders.RevokeDevice(device=device)):
        assert clinic.order(order, by="T-1", role="tester").code == "not_allowed"


@pytest.mark.parametrize("phase", ["precheck", "baseline", "infusion", "observation"])
def test_a_room_is_set_up_with_a_session_where_the_scenario_says(
    clinic: Clinic, phase: str
) -> None:
    steps = set_up_room(clinic.records, "7", patient="P-7", phase=phase, baseline=(124, 76))
    made = drive(steps, as_tester(clinic))
    session = clinic.records.session(made.session or "")
    assert session is not None
    assert (made.room, session.phase, session.patient) == ("7", phase, "P-7")
    device = clinic.monitor.device_with_token(made.token)
    assert device is not None
    assert (device.id, device.simulated) == (made.device, True)
    if phase in ("infusion", "observation"):
        course = load_protocols()["ketamine_iv"].course
        chart = chart_of(clinic.records.facts(session.id), ())
        assert before_infusion(chart, course) == [], "it is prepared as by staff"


def test_what_is_there_already_is_used_and_its_session_stays(clinic: Clinic) -> None:
    steps = set_up_room(clinic.records, "1", patient="P-9", phase="infusion")
    made = drive(steps, as_tester(clinic))
    assert (made.device, made.session) == (clinic.device, clinic.session)
    assert clinic.monitor.device_with_token(clinic.token) is None, "the device has a new token"
    assert clinic.monitor.device_with_token(made.token) is not None
    kept = clinic.records.session(clinic.session)
    assert kept is not None
    assert (kept.patient, kept.phase) == ("P-1", "precheck")


def test_a_room_can_be_set_up_without_a_session(clinic: Clinic) -> None:
    made = drive(set_up_room(clinic.records, "7", patient="P-7"), as_tester(clinic))
    assert made.session is None
    assert len(clinic.records.sessions()) == 1


def test_free_rooms_come_before_new_ones(clinic: Clinic) -> None:
    clinic.order(orders.AddRoom(name="Corner"))
    clinic.order(orders.AddRoom(name="3"))
    assert room_names(clinic.records, 4) == ["Corner", "3", "2", "4"]
    clinic.order(orders.RetireRoom(room="3"))
    assert room_names(clinic.records, 3) == ["Corner", "2", "3"]


def test_a_ward_is_cleared_whatever_its_sessions_are_in(clinic: Clinic) -> None:
    for number, phase in enumerate(("baseline", "infusion", "observation"), start=2):
        steps = set_up_room(clinic.records, str(number), patient=f"P-{number}", phase=phase)
        drive(steps, as_tester(clinic))
    clinic.seconds(3, spo2=70)
    assert clinic.alarms(), "and one of them alarms"
    cleared = drive(clear_ward(clinic.records, "end of the test"), as_tester(clinic))
    assert cleared == (4, 4, 4)
    assert clinic.records.sessions(open_only=True) == []
    assert all(device.revoked for device in clinic.records.devices())
    assert all(room.retired for room in clinic.records.rooms())
    assert {session.phase for session in clinic.records.sessions()} == {"cancelled", "discharged"}
    assert drive(clear_ward(clinic.records, "again"), as_tester(clinic)) == (0, 0, 0)


def test_clearing_leaves_a_real_device_and_its_room(clinic: Clinic) -> None:
    clinic.order(orders.AddRoom(name="2"))
    clinic.order(orders.AddDevice(room="2", name="a real one", simulated=False))
    assert drive(clear_ward(clinic.records, "end"), as_tester(clinic)) == (1, 1, 1)
    assert [room.name for room in clinic.records.rooms() if not room.retired] == ["2"]
