"""Orders: done once, refused with a reason, journalled either way."""

from __future__ import annotations

from uuid import uuid4

import pytest

from monitor.domain.permissions import MAY_ORDER
from monitor.service.orders import _HANDLERS
from monitor.wire import orders
from monitor.wire.base import rfc3339
from tests.service.clinic import Clinic


def test_every_order_has_a_handler_and_a_row_in_the_table_of_permissions() -> None:
    kinds = {order.model_fields["kind"].default for order in _HANDLERS}
    assert kinds == set(MAY_ORDER)


def test_a_role_that_may_not_is_refused_and_it_is_journalled(clinic: Clinic) -> None:
    outcome = clinic.order(orders.AddRoom(name="9"), by="N-12", role="nurse")
    assert (outcome.ok, outcome.code) == (False, "not_allowed")
    assert clinic.monitor.ward.registry.room_named("9") is None


def test_a_tester_may_work_at_a_simulated_bedside_only(clinic: Clinic) -> None:
    start = orders.EnterPhase(session=clinic.session, phase="baseline")
    assert clinic.order(start, role="tester").ok
    clinic.monitor.ward.simulated = False
    later = orders.EnterPhase(session=clinic.session, phase="infusion")
    assert clinic.order(later, role="tester").code == "not_allowed"


def test_a_second_session_in_a_room_is_refused(clinic: Clinic) -> None:
    outcome = clinic.order(orders.StartSession(room="1", patient="P-2"))
    assert (outcome.code, outcome.field) == ("session_open", "room")


def test_phases_follow_the_table_and_an_illegal_move_says_what_is_legal(clinic: Clinic) -> None:
    outcome = clinic.order(orders.EnterPhase(session=clinic.session, phase="observation"))
    assert (outcome.code, outcome.field) == ("illegal_phase", "phase")
    assert "baseline" in outcome.message
    for phase in ("baseline", "infusion", "observation", "discharged"):
        assert clinic.enter(phase).ok
    closed = clinic.records.session(clinic.session)
    assert closed is not None
    assert not closed.is_open
    assert clinic.order(orders.StartSession(room="1", patient="P-1")).ok


def test_discharge_with_an_alarm_in_sight_needs_a_reason(clinic: Clinic) -> None:
    for phase in ("baseline", "infusion", "observation"):
        clinic.enter(phase)
    clinic.seconds(2, spo2=80)
    leave = orders.EnterPhase(session=clinic.session, phase="discharged")
    assert clinic.order(leave).code == "alarms_waiting"
    override = leave.model_copy(update={"override": "probe was off"})
    assert clinic.order(override).ok
    assert set(clinic.alarms().values()) == {"ended"}


def test_series_are_numbered_and_cancelled_sessions_do_not_count(clinic: Clinic) -> None:
    clinic.order(orders.CancelSession(session=clinic.session, reason="ill"))
    again = clinic.order(orders.StartSession(room="1", patient="P-1")).result["session"]
    session = clinic.records.session(again)
    assert session is not None
    assert session.number == 1


def test_a_manual_entry_is_stored_once_however_often_it_is_sent(clinic: Clinic) -> None:
    entry = orders.EnterVitals(
        entry=uuid4(), session=clinic.session, pulse_rate=82, systolic=131, diastolic=82, spo2=97
    )
    assert clinic.order(entry).result["repeated"] is False
    clinic.restart()
    assert clinic.order(entry).result["repeated"] is True
    sources = {known.reading.source for known in clinic.records.readings(clinic.session)}
    assert sources == {"manual"}
    assert len(clinic.records.readings(clinic.session)) == 3


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({}, "empty", "pulse_rate"),
        ({"spo2": 101}, "out_of_range", "spo2"),
        ({"pulse_rate": 0}, "out_of_range", "pulse_rate"),
        ({"systolic": 120}, "incomplete", "diastolic"),
        ({"systolic": 80, "diastolic": 120}, "contradictory", "diastolic"),
        ({"spo2": 68}, "unusual", "spo2"),
        ({"pulse_rate": 170}, "unusual", "pulse_rate"),
        ({"pulse_rate": 38}, "unusual", "pulse_rate"),
        ({"systolic": 235, "diastolic": 120}, "unusual", "systolic"),
        ({"systolic": 120, "diastolic": 115}, "unusual", "diastolic"),
    ],
)
def test_impossible_values_are_refused_and_unusual_ones_asked_for(
    clinic: Clinic, values: dict[str, float], code: str, field: str
) -> None:
    entry = orders.EnterVitals.model_validate(
        {"entry": str(uuid4()), "session": clinic.session, **values}
    )
    outcome = clinic.order(entry)
    assert (outcome.code, outcome.field) == (code, field)
    assert clinic.records.readings(clinic.session) == []
    confirmed = clinic.order(entry.model_copy(update={"confirmed": True}))
    assert confirmed.ok is (code == "unusual")


def test_the_time_of_an_entry_can_be_set_back_but_not_before_the_session(clinic: Clinic) -> None:
    clinic.seconds(600)

    def entered(ago_s: int) -> orders.EnterVitals:
        moment = rfc3339(clinic.now - ago_s * 1000)
        given = {"measured_at": moment, "spo2": 84, "confirmed": True}
        return orders.EnterVitals.model_validate(
            {"entry": str(uuid4()), "session": clinic.session, **given}
        )

    assert clinic.order(entered(900)).code == "too_old"
    assert clinic.order(entered(-120)).code == "future_time"
    assert clinic.order(entered(300)).ok
    assert len(clinic.alarms()) == 1, "a manual value up to 15 minutes old raises"


def test_acknowledging_is_idempotent_and_an_unknown_alarm_is_refused(clinic: Clinic) -> None:
    clinic.seconds(2, spo2=80)
    (alarm,) = clinic.alarms()
    seen = orders.AcknowledgeAlarm(alarm=alarm)
    assert clinic.order(seen).result["changed"] is True
    assert clinic.order(seen).result["changed"] is False
    assert clinic.alarms() == {alarm: "acknowledged"}
    assert clinic.order(orders.AcknowledgeAlarm(alarm="s9-a9")).code == "unknown_alarm"


def test_a_revoked_device_is_told_and_its_token_is_nobodys_any_more(clinic: Clinic) -> None:
    clinic.order(orders.RevokeDevice(device=clinic.device))
    assert [(n.kind, n.device_id) for n in clinic.monitor.take_notices()][-1] == (
        "revoked",
        clinic.device,
    )
    revoked = clinic.monitor.device_with_token(clinic.token)
    assert revoked is not None
    assert revoked.revoked


def test_a_rotated_token_takes_the_old_ones_place(clinic: Clinic) -> None:
    token = clinic.order(orders.RotateToken(device=clinic.device)).result["token"]
    assert clinic.monitor.device_with_token(clinic.token) is None
    assert clinic.monitor.device_with_token(token) is not None


def test_the_last_administrator_cannot_lock_the_clinic_out(clinic: Clinic) -> None:
    clinic.order(orders.AddOperator(name="A-1", role="administrator", password="long enough"))
    outcome = clinic.order(orders.DisableOperator(operator="A-1"), by="A-1")
    assert outcome.code == "last_administrator"


def test_simulated_devices_are_refused_in_a_real_directory(clinic: Clinic) -> None:
    clinic.monitor.ward.simulated = False
    outcome = clinic.order(orders.AddDevice(room="1", name="x", simulated=True))
    assert outcome.code == "not_simulated"


@pytest.mark.parametrize("name", ["kari", "KARI", "Kari"])
def test_operators_that_differ_by_case_alone_are_one_name(clinic: Clinic, name: str) -> None:
    assert clinic.order(orders.AddOperator(name="Kari", role="nurse", password="infusion-1")).ok
    outcome = clinic.order(orders.AddOperator(name=name, role="clinician", password="infusion-2"))
    assert (outcome.code, outcome.field) == ("name_taken", "name")
    assert "Kari" in outcome.message
