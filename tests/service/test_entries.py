"""Entries of staff: taken once, corrected or voided with the original kept; alarms and screens follow."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from monitor.domain import facts
from monitor.wire.base import rfc3339
from tests.service.clinic import Clinic, cuff, value
from tests.service.course import (
    OTHER,
    done,
    enter,
    give,
    infusing,
    observed,
    refused,
    room,
    states,
    when,
)

KINDS: dict[str, dict[str, Any]] = {
    "enter_vitals": {"pulse_rate": 80, "spo2": 97},
    "enter_score": {"score": "moaas", "value": 5},
    "enter_event": {"event": "nausea", "severity": "mild"},
    "enter_medication": {"drug": "Ondansetron", "dose": 4, "unit": "mg", "route": "iv"},
    "enter_intervention": {"intervention": "breathing"},
    "enter_note": {"text": "Calm."},
}


def void(clinic: Clinic, entry: str, **more: Any) -> None:
    done(give(clinic, "void_entry", entry=entry, reason="typing error", **more))


def correct(clinic: Clinic, entry: str, kind: str, **fields: Any) -> str:
    replacement = str(uuid4())
    done(
        give(
            clinic,
            "correct_entry",
            entry=entry,
            reason="typing error",
            replacement={
                "kind": f"enter_{kind}",
                "entry": replacement,
                "session": clinic.session,
                **fields,
            },
        )
    )
    return replacement


def ends_of(clinic: Clinic) -> list[tuple[str, str]]:
    """What ended alarms, and who it was."""
    return [
        (fact.body.event, fact.by)
        for fact in clinic.records.facts(clinic.session, ["alarm_changed"])
        if isinstance(fact.body, facts.AlarmChanged)
        and fact.body.event in ("voided", "condition_ended")
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_that_is_sent_again_changes_nothing(clinic: Clinic, kind: str) -> None:
    order = {**KINDS[kind], "entry": str(uuid4())}
    assert done(give(clinic, kind, **order))["repeated"] is False
    stored = len(clinic.records.facts(clinic.session)), len(clinic.records.readings(clinic.session))
    assert done(give(clinic, kind, **order))["repeated"] is True
    clinic.restart()
    assert done(give(clinic, kind, **order, by=OTHER))["repeated"] is True
    kinds = [fact.body for fact in clinic.records.facts(clinic.session, [f"{kind[6:]}_entered"])]
    assert len(kinds) == 1
    assert len(clinic.records.readings(clinic.session)) == stored[1]


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_whose_answer_was_lost_is_known_after_discharge_and_a_restart(
    clinic: Clinic, kind: str
) -> None:
    order = {**KINDS[kind], "entry": str(uuid4())}
    done(give(clinic, kind, **order))
    observed(clinic)
    done(give(clinic, "enter_phase", phase="discharged", override="test", role="clinician"))
    clinic.restart()
    assert done(give(clinic, kind, **order))["repeated"] is True
    amended = {**order, "entry": str(uuid4())}
    assert refused(give(clinic, kind, **amended)) == "time_wanted"
    begun = rfc3339(clinic.monitor.ward.sessions[clinic.session].started_at)
    done(give(clinic, kind, **amended, measured_at=begun))


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("event", {"event": "levitation"}, "unknown_event"),
        ("event", {"event": "other"}, "note_wanted"),
        ("intervention", {"intervention": "dance"}, "unknown_intervention"),
        ("medication", {**KINDS["enter_medication"], "route": "post"}, "unknown_route"),
        ("score", {"score": "iq", "value": 5}, "unknown_score"),
        ("score", {"score": "moaas", "value": 6}, "out_of_range"),
        ("vitals", {"systolic": 120}, "incomplete"),
        ("vitals", {"spo2": 101}, "out_of_range"),
        ("vitals", {"spo2": 60}, "unusual"),
        ("vitals", {}, "empty"),
        ("vitals", {"spo2": 97, "measured_at": "2199-01-01T00:00:00Z"}, "future_time"),
        ("note", {"text": "x", "measured_at": "2020-01-01T00:00:00Z"}, "too_old"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    clinic: Clinic, kind: str, fields: dict[str, Any], code: str
) -> None:
    assert refused(give(clinic, f"enter_{kind}", entry=str(uuid4()), **fields)) == code
    assert clinic.monitor.ward.chart(clinic.monitor.ward.sessions[clinic.session]).entries == {}


def test_something_that_is_on_no_list_is_entered_with_a_note(clinic: Clinic) -> None:
    enter(clinic, "event", event="other", note="Hiccups.")
    enter(clinic, "intervention", intervention="other", note="A glass of water.")


def test_voiding_a_value_ends_its_alarm_as_voided_by_that_operator(clinic: Clinic) -> None:
    clinic.seconds(3)
    entry = enter(clinic, "vitals", pulse_rate=130, confirmed=True)
    assert states(clinic, "limit") == ["active"]
    clinic.now += 1000
    void(clinic, entry, by=OTHER)
    assert states(clinic, "limit") == ["ended"]
    assert ("voided", OTHER) in ends_of(clinic)


def test_a_latched_alarm_stays_after_the_void_until_it_is_acknowledged(clinic: Clinic) -> None:
    entry = enter(clinic, "vitals", spo2=80, confirmed=True)
    void(clinic, entry)
    assert states(clinic, "limit") == ["latched"]
    (alarm,) = clinic.alarms()
    done(give(clinic, "acknowledge_alarm", alarm=alarm))
    assert states(clinic, "limit") == ["ended"]


def test_a_replacement_is_judged_afresh(clinic: Clinic) -> None:
    clinic.seconds(3)
    entry = enter(clinic, "vitals", pulse_rate=130, confirmed=True)
    correct(clinic, entry, "vitals", pulse_rate=145, confirmed=True)
    assert states(clinic, "limit") == ["ended", "active"]
    entry = enter(clinic, "vitals", spo2=97)
    correct(clinic, entry, "vitals", spo2=88)
    assert states(clinic, "limit") == ["ended", "active", "active"]


def test_a_replacement_inside_all_limits_raises_nothing(clinic: Clinic) -> None:
    clinic.seconds(3)
    entry = enter(clinic, "vitals", systolic=184, diastolic=100)
    assert states(clinic, "limit") != []
    correct(clinic, entry, "vitals", systolic=148, diastolic=90)
    assert "active" not in states(clinic, "limit")


def test_of_two_entries_of_one_moment_only_the_voided_one_goes(clinic: Clinic) -> None:
    clinic.seconds(60)
    moment = when(clinic, 0.5)
    harmless = enter(clinic, "vitals", spo2=97, measured_at=moment)
    bad = enter(clinic, "vitals", spo2=88, measured_at=moment)
    void(clinic, harmless)
    assert states(clinic, "limit") == ["active"]
    points = [p for p in room(clinic).trend if p[1] == "spo2" and p[10] == "manual"]
    assert [point[4] for point in points] == [88]
    void(clinic, bad)
    assert "active" not in states(clinic, "limit")


def test_a_value_that_was_outdated_by_a_voided_one_is_judged_afresh(clinic: Clinic) -> None:
    clinic.seconds(6 * 60)
    wrong = enter(clinic, "vitals", spo2=97)
    enter(clinic, "vitals", spo2=88, measured_at=when(clinic, 5))
    assert states(clinic, "limit") == []
    void(clinic, wrong)
    assert states(clinic, "limit") == ["active"]


def test_voiding_the_only_other_source_ends_a_disagreement(clinic: Clinic) -> None:
    clinic.seconds(3, spo2=97)
    entry = enter(clinic, "vitals", spo2=90.5)
    assert states(clinic, "disagreement") == ["active"]
    void(clinic, entry)
    assert states(clinic, "disagreement") == ["ended"]


def test_a_late_value_that_is_voided_takes_what_it_told_with_it(clinic: Clinic) -> None:
    clinic.seconds(20 * 60, spo2=97)
    entry = enter(clinic, "vitals", spo2=80, confirmed=True, measured_at=when(clinic, 18))
    assert states(clinic, "late_data") == ["active"]
    void(clinic, entry)
    assert states(clinic, "late_data") == ["ended"]


def test_a_late_value_beside_a_voided_one_keeps_what_it_told(clinic: Clinic) -> None:
    clinic.seconds(20 * 60, spo2=97)
    enter(clinic, "vitals", spo2=80, confirmed=True, measured_at=when(clinic, 17))
    entry = enter(clinic, "vitals", spo2=82, confirmed=True, measured_at=when(clinic, 18))
    void(clinic, entry)
    assert states(clinic, "late_data") == ["active"]


def test_voiding_a_score_ends_its_alarm_and_the_one_before_counts_again(clinic: Clinic) -> None:
    clinic.seconds(3)
    enter(clinic, "score", score="moaas", value=3)
    clinic.now += 1000
    entry = enter(clinic, "score", score="moaas", value=5)
    assert states(clinic, "score") == ["ended"]
    void(clinic, entry, by=OTHER)
    assert states(clinic, "score") == ["ended", "active"]


def test_the_tile_shows_what_is_left(clinic: Clinic) -> None:
    clinic.frame(value("pulse_rate", 80), value("spo2", 97), cuff(121, 81))
    clinic.seconds(20)
    entry = enter(clinic, "vitals", systolic=150, diastolic=90, spo2=93)
    shown = room(clinic).values
    assert (shown["nibp"].systolic, shown["spo2"].value) == (150, 93)
    clinic.now += 100
    void(clinic, entry)
    shown = room(clinic).values
    assert (shown["nibp"].systolic, shown["nibp"].device) == (121, "Monitor 1")
    assert (shown["spo2"].value, shown["spo2"].source) == (97, "device")
    assert clinic.updates[-1].reload


def test_the_tile_shows_the_entry_before_or_nothing(clinic: Clinic) -> None:
    first = enter(clinic, "vitals", resp_rate=14)
    clinic.now += 60_000
    second = enter(clinic, "vitals", resp_rate=20)
    void(clinic, second)
    assert room(clinic).values["resp_rate"].value == 14
    void(clinic, first)
    assert "resp_rate" not in room(clinic).values


def test_after_a_reload_and_a_restart_no_voided_point_is_left(clinic: Clinic) -> None:
    clinic.seconds(5)
    entry = enter(clinic, "vitals", spo2=90.5, systolic=150, diastolic=90)
    clinic.seconds(5)
    clinic.restart()
    void(clinic, entry)
    for _ in range(2):
        shown = room(clinic)
        assert [point for point in shown.trend if point[10] == "manual"] == []
        assert "nibp" not in shown.values
        clinic.restart()


def test_the_cuff_that_is_due_goes_back_to_the_one_before(clinic: Clinic) -> None:
    clinic.frame(cuff(120, 80))
    due = cuff_due(clinic)
    clinic.seconds(60)
    entry = enter(clinic, "vitals", systolic=150, diastolic=90)
    assert cuff_due(clinic) == due + 60_000
    void(clinic, entry)
    assert cuff_due(clinic) == due
    alarms = clinic.monitor.ward.alarms.session(clinic.session)
    assert alarms is not None
    assert alarms.state.last_cuff_at == due - 15 * 60_000


def cuff_due(clinic: Clinic) -> int:
    return next(due.at for due in clinic.monitor.snapshot(clinic.now).due if due.kind == "cuff")


def test_a_void_and_a_correction_that_are_sent_again_are_harmless(clinic: Clinic) -> None:
    entry = enter(clinic, "note", text="Calm.")
    order: dict[str, Any] = {
        "entry": entry,
        "reason": "typing error",
        "replacement": {
            "kind": "enter_note",
            "entry": str(uuid4()),
            "session": clinic.session,
            "text": "Alm.",
        },
    }
    assert done(give(clinic, "correct_entry", **order))["repeated"] is False
    clinic.restart()
    assert done(give(clinic, "correct_entry", **order))["repeated"] is True
    assert (
        done(give(clinic, "void_entry", entry=entry, reason="again", by=OTHER))["repeated"] is True
    )
    assert len(clinic.records.facts(clinic.session, ["entry_voided"])) == 1
    assert len(clinic.records.facts(clinic.session, ["note_entered"])) == 2


def test_a_correction_is_refused_whole(clinic: Clinic) -> None:
    entry = enter(clinic, "vitals", spo2=97)
    other = enter(clinic, "note", text="Calm.")
    change = {"entry": entry, "reason": "typing error"}
    replacement: dict[str, Any] = {
        "kind": "enter_vitals",
        "entry": str(uuid4()),
        "session": clinic.session,
    }
    for wrong, code in (
        ({**replacement, "spo2": 101}, "out_of_range"),
        ({**replacement, "spo2": 96, "session": "s9"}, "other_session"),
        ({**replacement, "spo2": 96, "entry": entry}, "entry_known"),
        ({**replacement, "spo2": 96, "entry": other}, "entry_known"),
        ({**replacement, "kind": "enter_note", "text": "x"}, "other_kind"),
    ):
        assert refused(give(clinic, "correct_entry", **change, replacement=wrong)) == code
    assert clinic.records.facts(clinic.session, ["entry_voided"]) == []
    change["entry"] = str(uuid4())
    unknown = give(clinic, "correct_entry", **change, replacement={**replacement, "spo2": 96})
    assert refused(unknown) == "unknown_entry"


def test_two_operators_who_correct_the_same_entry_do_it_once(clinic: Clinic) -> None:
    entry = enter(clinic, "vitals", spo2=97)
    correct(clinic, entry, "vitals", spo2=96)
    second = {"kind": "enter_vitals", "entry": str(uuid4()), "session": clinic.session, "spo2": 95}
    outcome = give(
        clinic, "correct_entry", entry=entry, reason="mine", replacement=second, by=OTHER
    )
    assert refused(outcome) == "voided"
    assert len(clinic.records.facts(clinic.session, ["vitals_entered"])) == 2


def test_a_correction_that_names_no_time_is_about_the_same_moment(clinic: Clinic) -> None:
    clinic.seconds(60)
    entry = enter(clinic, "vitals", spo2=97, measured_at=when(clinic, 0.5))
    measured_at = clinic.now - 30_000
    clinic.seconds(30)
    replacement = correct(clinic, entry, "vitals", spo2=96)
    chart = clinic.monitor.ward.charts[clinic.session]
    assert chart.entries[replacement].measured_at == measured_at


def test_after_discharge_entries_are_corrected_as_amendments_and_nothing_new_is_entered(
    clinic: Clinic,
) -> None:
    infusing(clinic)
    entry = enter(clinic, "medication", **KINDS["enter_medication"])
    done(give(clinic, "enter_phase", phase="observation"))
    done(give(clinic, "enter_phase", phase="discharged", override="test", role="clinician"))
    clinic.now += 3_600_000
    clinic.monitor.tick(clinic.now)
    clinic.restart()
    replacement = correct(clinic, entry, "medication", **{**KINDS["enter_medication"], "dose": 8})
    session = clinic.records.session(clinic.session)
    assert session is not None
    (fact,) = clinic.records.facts(clinic.session, ["entry_voided"])
    assert fact.at > (session.ended_at or 0)
    chart = clinic.monitor.ward.charts[clinic.session]
    assert chart.entries[replacement].measured_at == chart.entries[entry].measured_at
    assert not clinic.alarms() or set(clinic.alarms().values()) == {"ended"}


def test_an_amendment_is_about_the_time_of_the_session(clinic: Clinic) -> None:
    clinic.now += 60_000
    entry = enter(clinic, "note", text="Calm.")
    done(give(clinic, "cancel_session", reason="pressure"))
    clinic.now += 600_000
    late = {"kind": "enter_note", "entry": str(uuid4()), "session": clinic.session, "text": "x"}
    late["measured_at"] = when(clinic, 1)
    outcome = give(clinic, "correct_entry", entry=entry, reason="x", replacement=late)
    assert refused(outcome) == "too_late"
    void(clinic, entry)


def test_after_a_day_and_an_hour_a_session_is_out_of_reach_and_its_entries_are_forgotten(
    clinic: Clinic,
) -> None:
    entry = enter(clinic, "note", text="Calm.")
    done(give(clinic, "cancel_session", reason="pressure"))
    clinic.now += 27 * 3_600_000
    clinic.monitor.tick(clinic.now)
    assert clinic.monitor.ward.entries == set()
    outcome = give(clinic, "void_entry", entry=entry, reason="late")
    assert refused(outcome) == "unknown_session"


def test_a_pressure_that_a_newer_one_has_overtaken_is_told_all_the_same(clinic: Clinic) -> None:
    clinic.seconds(400)
    done(give(clinic, "enter_vitals", entry=str(uuid4()), systolic=130, diastolic=80))
    ago = rfc3339(clinic.now - 300_000)
    late: dict[str, Any] = {"systolic": 205, "diastolic": 100, "measured_at": ago}
    done(give(clinic, "enter_vitals", entry=str(uuid4()), **late))
    told = [known for known in clinic.records.alarms(clinic.session) if known.raised_at]
    assert [known.alarm_kind for known in told] == ["late_data"]


def test_a_corrected_cuff_is_not_overdue_for_the_moment_between(clinic: Clinic) -> None:
    clinic.seconds(1140)
    first = str(uuid4())
    done(give(clinic, "enter_vitals", entry=first, systolic=130, diastolic=80))
    replacement: dict[str, Any] = {
        "kind": "enter_vitals",
        "entry": str(uuid4()),
        "session": clinic.session,
    }
    replacement |= {"systolic": 132, "diastolic": 80}
    before = len(clinic.alarms())
    done(give(clinic, "correct_entry", entry=first, reason="slip", replacement=replacement))
    assert len(clinic.alarms()) == before


def test_a_severity_is_refused_where_the_event_has_none(clinic: Clinic) -> None:
    entry: dict[str, Any] = {"entry": str(uuid4()), "event": "panic", "severity": "severe"}
    outcome = give(clinic, "enter_event", **entry)
    assert (refused(outcome), outcome.field) == ("no_severity", "severity")
    assert "panic" in outcome.message
    done(give(clinic, "enter_event", **{**entry, "severity": None}))
