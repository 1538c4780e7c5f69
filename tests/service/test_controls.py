"""Orders that change what alarms do: through orders, facts, screens and a restart."""

from __future__ import annotations

from uuid import uuid4

import pytest

from monitor.wire import orders
from monitor.wire.live import NotWatched, Painted, SessionView
from monitor.wire.orders import Order
from tests.service.clinic import Clinic


def view(clinic: Clinic) -> SessionView:
    (room,) = clinic.monitor.snapshot(clinic.now).rooms
    assert room.session is not None
    return room.session


def listed(clinic: Clinic) -> dict[str, NotWatched]:
    return {known.kind: known for known in clinic.monitor.snapshot(clinic.now).not_watched}


def kinds(clinic: Clinic) -> list[str]:
    return [type(fact.body).__name__ for fact in clinic.records.facts(clinic.session)]


def test_an_audio_pause_is_on_every_screen_and_ends_when_it_should_after_a_restart(
    clinic: Clinic,
) -> None:
    clinic.seconds(2, spo2=84)
    until = clinic.order(orders.PauseAudio(room="1", seconds=60)).result["until"]
    assert view(clinic).audio_paused_until == until == clinic.now + 60_000
    assert listed(clinic)["audio_paused"].until == until
    clinic.seconds(20, spo2=84)
    clinic.restart(after_s=2)
    assert view(clinic).audio_paused_until == until
    clinic.seconds(37, spo2=84)
    assert view(clinic).audio_paused_until == until
    clinic.seconds(2, spo2=84)
    assert view(clinic).audio_paused_until is None
    assert kinds(clinic).count("PauseEnded") == 1


def test_a_high_alarm_and_its_level_are_as_before_after_a_restart(clinic: Clinic) -> None:
    clinic.seconds(65, spo2=84)
    before = [known.model_dump() for known in clinic.monitor.snapshot(clinic.now).alarms]
    assert [known["level"] for known in before] == [1]
    clinic.restart()
    after = [known.model_dump() for known in clinic.monitor.snapshot(clinic.now).alarms]
    assert after == before
    clinic.seconds(60, spo2=84)
    assert [known.level for known in clinic.monitor.snapshot(clinic.now).alarms] == [2]


CONTROLS: list[tuple[Order, str]] = [
    (orders.PauseAudio(room="1"), "audio_paused"),
    (orders.PauseAlarms(session="s1", minutes=5, reason="toilet"), "alarms_paused"),
    (orders.SwitchAlarms(session="s1", metric="spo2", on=False, reason="no probe"), "alarms_off"),
    (
        orders.ChangeLimit(session="s1", limit="spo2_below_1", value=88, reason="COPD"),
        "limit_widened",
    ),
    (
        orders.ChangeLimit(session="s1", limit="spo2_below_1", value=None, reason="COPD"),
        "limit_taken_out",
    ),
]


@pytest.mark.parametrize(
    ("order", "kind"), CONTROLS, ids=lambda known: getattr(known, "kind", known)
)
def test_every_way_to_keep_a_signal_away_is_listed_journalled_and_survives_a_restart(
    clinic: Clinic, order: Order, kind: str
) -> None:
    assert kind not in listed(clinic)
    assert clinic.order(order).ok
    assert kind in listed(clinic)
    assert listed(clinic)[kind].text["en"] != listed(clinic)[kind].text["nb"]
    clinic.restart()
    assert kind in listed(clinic)


def test_a_confirmed_baseline_takes_its_line_off_the_list_and_is_remembered(clinic: Clinic) -> None:
    assert "no_baseline" in listed(clinic)
    confirm = orders.ConfirmBaseline(session="s1", systolic=124, diastolic=76)
    assert clinic.order(confirm).ok
    clinic.restart()
    assert view(clinic).baseline == {"systolic": 124, "diastolic": 76}
    assert "no_baseline" not in listed(clinic)
    swapped = confirm.model_copy(update={"systolic": 70})
    assert clinic.order(swapped).code == "contradictory"


@pytest.mark.parametrize(
    ("order", "code", "field"),
    [
        (
            orders.ChangeLimit(session="s1", limit="nope", value=1, reason="x"),
            "unknown_limit",
            "limit",
        ),
        (
            orders.ChangeLimit(session="s1", limit="pulse_rate_below_1", value=115, reason="x"),
            "contradictory",
            "value",
        ),
        (orders.PauseAudio(room="9"), "unknown_room", "room"),
        (orders.PauseAlarms(session="s9", minutes=1, reason="x"), "unknown_session", "session"),
        (orders.OfferHandover(session="s1", to="nobody"), "unknown_operator", "to"),
        (orders.AcceptHandover(session="s1"), "not_offered", ""),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_field_and_journalled(
    clinic: Clinic, order: Order, code: str, field: str
) -> None:
    outcome = clinic.order(order)
    assert (outcome.code, outcome.field) == (code, field)


@pytest.mark.parametrize("role", ["nurse", "tester"])
def test_alarms_off_needs_a_clinician(clinic: Clinic, role: str) -> None:
    order = orders.SwitchAlarms(session="s1", metric="spo2", on=False, reason="x")
    assert clinic.order(order, role=role).code == "not_allowed"


def test_a_hand_over_needs_both_sides(clinic: Clinic) -> None:
    clinic.order(orders.AddOperator(name="N-13", role="nurse", password="long enough"))
    assert view(clinic).holder == "N-12"
    assert clinic.order(orders.OfferHandover(session="s1", to="N-13")).ok
    assert (view(clinic).holder, view(clinic).offered_to) == ("N-12", "N-13")
    assert clinic.order(orders.AcceptHandover(session="s1"), by="N-14").code == "not_offered"
    assert clinic.order(orders.AcceptHandover(session="s1"), by="N-13").ok
    clinic.restart()
    assert (view(clinic).holder, view(clinic).offered_to) == ("N-13", None)


def test_a_score_is_judged_and_entered_once(clinic: Clinic) -> None:
    entered = orders.EnterScore(entry=uuid4(), session="s1", value=1)
    assert clinic.order(entered).result["repeated"] is False
    assert clinic.order(entered).result["repeated"] is True
    (alarm,) = clinic.monitor.snapshot(clinic.now).alarms
    assert (alarm.kind, alarm.priority, alarm.metric) == ("score", "high", None)


def test_a_call_for_help_is_an_alarm_in_its_room(clinic: Clinic) -> None:
    assert clinic.order(orders.CallHelp(room="1"), role="tester").ok
    (alarm,) = clinic.monitor.snapshot(clinic.now).alarms
    assert (alarm.room, alarm.kind, alarm.priority) == ("1", "help", "high")


def test_an_alarm_test_is_told_to_screens_once(clinic: Clinic) -> None:
    clinic.order(orders.TestAlarms())
    clinic.seconds(2)
    assert [update.alarm_test for update in clinic.updates].count(True) == 1


def test_alarms_that_were_not_tested_today_are_listed_also_after_a_restart(clinic: Clinic) -> None:
    assert "not_tested" in listed(clinic)
    clinic.order(orders.TestAlarms())
    clinic.restart()
    assert "not_tested" not in listed(clinic)
    clinic.now += 25 * 3_600_000
    assert "not_tested" in listed(clinic)


def test_an_unanswered_high_alarm_leaves_the_house_without_a_patient_reference(
    clinic: Clinic,
) -> None:
    clinic.seconds(62, spo2=84)
    unanswered = [page for page in clinic.monitor.take_pages() if page.code == "unanswered"]
    assert [(page.room, page.priority, page.seconds) for page in unanswered] == [("1", "high", 60)]
    assert "P-1" not in str(unanswered)


def test_who_painted_and_sounded_an_alarm_first_is_journalled(clinic: Clinic) -> None:
    screen = str(uuid4())
    clinic.monitor.screen_here(screen, "N-12", "station", clinic.now)
    clinic.seconds(2, spo2=84)
    (alarm,) = clinic.alarms()
    painted = Painted(seq=1, alarms=[alarm], sounded=[alarm], audio="on")
    clinic.monitor.screen_receipt(screen, painted, clinic.now)
    clinic.commit()
    clinic.monitor.screen_receipt(screen, painted, clinic.now)
    clinic.commit()
    assert kinds(clinic).count("AlarmShown") == 1
    (shown,) = clinic.monitor.snapshot(clinic.now).alarms
    assert shown.painted_at == shown.sounded_at == clinic.now


def test_a_hidden_screen_proves_no_delivery(clinic: Clinic) -> None:
    screen = str(uuid4())
    clinic.monitor.screen_here(screen, "N-12", "station", clinic.now)
    clinic.seconds(2, spo2=84)
    (alarm,) = clinic.alarms()
    clinic.monitor.screen_receipt(screen, Painted(seq=1, alarms=[alarm], hidden=True), clinic.now)
    (known,) = clinic.monitor.snapshot(clinic.now).alarms
    assert known.painted_at is None


def test_a_frozen_station_is_an_alarm_of_no_room_that_can_be_acknowledged(clinic: Clinic) -> None:
    frozen, other = str(uuid4()), str(uuid4())
    for screen in (frozen, other):
        clinic.monitor.screen_here(screen, "N-12", "station", clinic.now)
    for _ in range(12):
        clinic.monitor.screen_receipt(other, Painted(seq=1, audio="on"), clinic.now)
        clinic.seconds(1)
    (alarm,) = clinic.monitor.snapshot(clinic.now).alarms
    assert (alarm.id, alarm.kind, alarm.room, alarm.session) == ("ward-a1", "screen", "", None)
    assert clinic.order(orders.AcknowledgeAlarm(alarm="ward-a1")).ok
    assert clinic.monitor.snapshot(clinic.now).alarms == []


def test_open_sessions_that_nobody_watches_leave_the_house_once(clinic: Clinic) -> None:
    clinic.seconds(30)
    pages = [page.code for page in clinic.monitor.take_pages()]
    assert pages == ["nobody_watches"]


def test_a_canary_goes_through_the_database_and_is_never_a_reading(clinic: Clinic) -> None:
    clinic.seconds(12)
    canaries = [update.canary for update in clinic.updates if update.canary]
    assert canaries == sorted(canaries)
    assert len(canaries) >= 2
    positions = {known.source: known.last_seq for known in clinic.records.positions()}
    assert positions["system"] == canaries[-1]
    assert {known.reading.source for known in clinic.records.readings("s1")} == {clinic.device}


def test_notices_that_do_not_leave_the_house_are_listed(clinic: Clinic) -> None:
    clinic.monitor.pager_failed(clinic.now)
    assert "no_pages" in listed(clinic)
    clinic.monitor.pager_ok()
    assert "no_pages" not in listed(clinic)


def second_room(clinic: Clinic, name: str, holder: str) -> None:
    clinic.order(orders.AddRoom(name=name))
    clinic.order(orders.StartSession(room=name, patient=f"P-{name}"), by=holder)


def addressed(clinic: Clinic) -> list[tuple[int, str]]:
    shown = clinic.monitor.snapshot(clinic.now).alarms
    return [(known.level, known.addressed_to) for known in shown if known.metric == "spo2"]


def test_an_unanswered_high_alarm_goes_to_the_next_holder_and_then_to_everybody(
    clinic: Clinic,
) -> None:
    second_room(clinic, "10", "N-30")
    second_room(clinic, "2", "N-20")
    clinic.seconds(2, spo2=84)
    assert addressed(clinic) == [(0, "N-12")]
    clinic.seconds(60, spo2=84)
    assert addressed(clinic) == [(1, "N-20")]
    clinic.seconds(60, spo2=84)
    assert addressed(clinic) == [(2, "")]
    unanswered = [page for page in clinic.monitor.take_pages() if page.code == "unanswered"]
    assert [(page.seconds, page.to) for page in unanswered] == [(60, "N-20"), (120, "")]


def test_without_another_holder_an_unanswered_alarm_is_everybodys_at_once(clinic: Clinic) -> None:
    second_room(clinic, "2", "N-12")
    clinic.seconds(62, spo2=84)
    assert addressed(clinic) == [(1, "")]


def test_the_next_holder_is_looked_for_round_the_ward(clinic: Clinic) -> None:
    clinic.order(orders.AddOperator(name="N-20", role="nurse", password="eight long"))
    clinic.order(orders.OfferHandover(session="s1", to="N-20"))
    second_room(clinic, "0", "N-30")
    assert clinic.order(orders.AcceptHandover(session="s1"), by="N-20").ok
    clinic.seconds(62, spo2=84)
    assert addressed(clinic) == [(1, "N-30")]


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        ("spo2_below_2", 80, "not_allowed"),
        ("spo2_below_1", 0, "out_of_range"),
        ("spo2_below_1", 200, "out_of_range"),
        ("spo2_below_2", None, "not_allowed"),
    ],
)
def test_a_nurse_cannot_quiet_a_metric_by_its_limits(
    clinic: Clinic, limit: str, value: float | None, code: str
) -> None:
    change = orders.ChangeLimit(session="s1", limit=limit, value=value, reason="x")
    assert clinic.order(change, role="nurse").code == code


def test_a_clinician_may_widen_the_limit_of_a_high_alarm_and_a_nurse_narrow_it(
    clinic: Clinic,
) -> None:
    wider = orders.ChangeLimit(session="s1", limit="spo2_below_2", value=86, reason="COPD")
    assert clinic.order(wider, role="clinician").ok
    narrower = orders.ChangeLimit(session="s1", limit="spo2_below_2", value=91, reason="x")
    assert clinic.order(narrower, role="nurse").ok


def test_a_confirmed_baseline_never_hides_a_nearer_limit(clinic: Clinic) -> None:
    clinic.order(orders.ConfirmBaseline(session="s1", systolic=150, diastolic=95))
    assert view(clinic).limits["systolic"]["high"] == 165
    assert view(clinic).limits["diastolic"]["high"] == 100
    assert "baseline_unmeasured" in listed(clinic)


def test_alarm_pauses_in_a_row_are_counted_where_all_can_see(clinic: Clinic) -> None:
    for _ in range(3):
        clinic.order(orders.PauseAlarms(session="s1", minutes=10, reason="toilet"))
    again = listed(clinic)["alarms_paused_again"]
    assert "3 times" in again.text["en"]


def test_a_confirming_cuff_is_wanted_beyond_this_patients_own_limit(clinic: Clinic) -> None:
    own = orders.ChangeLimit(session="s1", limit="systolic_above_2", value=190, reason="x")
    assert clinic.order(own, role="clinician").ok
    for seconds in (0, 120):
        clinic.wait(seconds)
        clinic.frame({"metric": "nibp", "systolic": 185, "diastolic": 90, "mean": 120})
    raised = {known.reason_code for known in clinic.records.alarms("s1")}
    assert not any(code.startswith("repeat") for code in raised)
