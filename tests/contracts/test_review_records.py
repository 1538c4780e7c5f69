"""What all records tell of sessions as their reviewers look at them, and of outcome scores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.domain import facts
from monitor.domain.facts import FactBody
from monitor.domain.outcomes import Outcome
from monitor.domain.readings import MANUAL_SOURCE, Metric, Reading
from monitor.domain.sessions import Phase
from monitor.domain.sign_off import Comment, ReviewState, Signature, SignOff
from monitor.service.batches import Batch, StoredReading
from monitor.service.ports import Journal, Records
from monitor.service.review_ports import Alarmed, SessionFigures, SessionFilter
from tests.storage.builders import NOW, a_batch, a_reading, an_alarm, fact, session_started, stored

NOTHING = dict.fromkeys(
    [
        (kind, urgency)
        for kind in ("physiological", "technical")
        for urgency in ("high", "medium", "low")
    ],
    0,
)


def spo2(seconds: float, value: float | None, seq: int = 0, **changes: Any) -> StoredReading:
    return stored(
        seq or round(seconds * 10), a_reading(seconds, value, metric=Metric.SPO2, **changes)
    )


def cuff(seconds: float, systolic: float, diastolic: float, **changes: Any) -> StoredReading:
    pressure = {"systolic": systolic, "diastolic": diastolic}
    reading = a_reading(seconds, None, metric=Metric.NIBP, **pressure, **changes)
    return stored(1000 + round(seconds * 10), reading)


def entered(phase: str, session_id: str = "s1") -> FactBody:
    return facts.PhaseEntered(session_id, phase, None)


def of(records: Records, session_id: str = "s1") -> SessionFigures:
    found = records.figures(session_id)
    assert found is not None
    listed = records.session_list(SessionFilter())
    assert found in [row.figures for row in listed.rows if row.id == session_id]
    return found


def peak(records: Records) -> tuple[float | None, float | None, float | None]:
    found = of(records)
    seconds = None if found.peak_at is None else (found.peak_at - NOW) / 1000
    return found.peak_systolic, found.peak_diastolic, seconds


def lowest(records: Records) -> tuple[float | None, float | None]:
    found = of(records)
    seconds = None if found.lowest_spo2_at is None else (found.lowest_spo2_at - NOW) / 1000
    return found.lowest_spo2, seconds


def test_a_session_that_nothing_was_measured_in_has_no_figures(
    records: Records, journal: Journal
) -> None:
    assert of(records) == SessionFigures(None, None, None, None, None, None, None, NOTHING)
    assert records.figures("s99") is None


def few(records: Records) -> int | None:
    return records.session_list(SessionFilter()).rows[0].few


def test_a_listed_session_says_how_few_readings_it_has(journal: Journal, records: Records) -> None:
    assert few(records) == 0
    journal.commit(a_batch([spo2(1, None, status="sensor_off")]))
    assert few(records) == 0
    journal.commit(a_batch([spo2(2, 97)]))
    assert few(records) == 1
    journal.commit(a_batch([spo2(3, 96)]))
    assert few(records) is None


def test_a_session_with_a_saturation_and_a_pressure_has_more_than_one_reading(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([spo2(2, 97), cuff(3, 120, 70)]))
    assert few(records) is None


def test_the_lowest_saturation_is_the_first_of_the_lowest(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([spo2(5, 93), spo2(3, 91.5), spo2(4, None, status="sensor_off")]))
    assert lowest(records) == (91.5, 3)
    journal.commit(a_batch([spo2(9, 91.5), spo2(10, 99)]))
    assert lowest(records) == (91.5, 3)
    journal.commit(a_batch([spo2(2, 91.5, late=True)]))
    assert lowest(records) == (91.5, 2)
    journal.commit(a_batch([spo2(11, 80, status="motion")]))
    assert lowest(records) == (80, 11)


def test_the_peak_is_the_highest_systolic_with_its_diastolic(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([cuff(1, 150, 95), cuff(2, 149, 110), cuff(3, 150, 99)]))
    assert peak(records) == (150, 95, 1)
    mean_only = stored(99, a_reading(4, None, metric=Metric.NIBP, mean=200.0))
    journal.commit(a_batch([mean_only]))
    assert peak(records) == (150, 95, 1)


def test_from_the_infusion_on_only_what_comes_after_its_beginning_is_a_peak(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([cuff(1, 180, 95)]))
    assert peak(records) == (180, 95, 1)
    journal.commit(a_batch([], entered("baseline"), entered("infusion"), at=NOW + 10_000))
    assert peak(records) == (None, None, None)
    journal.commit(a_batch([cuff(9, 190, 99, late=True), cuff(10, 120, 70)]))
    assert peak(records) == (120, 70, 10)


def test_readings_of_a_batch_that_begins_the_infusion_are_told_apart_too(
    journal: Journal, records: Records
) -> None:
    readings = [cuff(1, 180, 95), cuff(12, 130, 80)]
    journal.commit(a_batch(readings, entered("baseline"), entered("infusion"), at=NOW + 10_000))
    assert peak(records) == (130, 80, 12)


def test_the_newest_confirmed_baseline_counts(journal: Journal, records: Records) -> None:
    first = facts.BaselineConfirmed("s1", {"systolic": 120.0, "diastolic": 80.0})
    journal.commit(a_batch([], first))
    assert of(records)[:2] == (120, 80)
    journal.commit(a_batch([], replace(first, values={"systolic": 131.5, "diastolic": 84.0})))
    assert of(records)[:2] == (131.5, 84)


def by_hand(
    seconds: float, seq: int, entry: str, **values: Any
) -> tuple[list[StoredReading], FactBody]:
    reading: Reading = a_reading(seconds, source=MANUAL_SOURCE)
    if "spo2" in values:
        reading = reading._replace(metric=Metric.SPO2, value=values["spo2"])
    else:
        reading = reading._replace(metric=Metric.NIBP, value=None, **values)
    row = StoredReading("s1", "manual-s1", seq, 0, reading)
    return [row], facts.VitalsEntered("s1", entry, reading.at, values, seq)


def test_what_was_voided_is_neither_peak_nor_lowest(journal: Journal, records: Records) -> None:
    mistyped, first = by_hand(5, 1, "e1", systolic=210.0, diastolic=80.0)
    other, second = by_hand(6, 2, "e2", spo2=70.0)
    journal.commit(a_batch([*mistyped, *other, cuff(4, 130, 85), spo2(4, 95)], first, second))
    assert (peak(records), lowest(records)) == ((210, 80, 5), (70, 6))
    journal.commit(a_batch([], facts.EntryVoided("s1", "e1", "mistyped", None)))
    assert (peak(records), lowest(records)) == ((130, 85, 4), (70, 6))
    journal.commit(a_batch([], facts.EntryVoided("s1", "e2", "mistyped", None)))
    assert (peak(records), lowest(records)) == ((130, 85, 4), (95, 4))


def test_what_is_entered_and_voided_in_one_batch_never_counts(
    journal: Journal, records: Records
) -> None:
    rows, body = by_hand(5, 1, "e1", spo2=60.0)
    journal.commit(a_batch([*rows, spo2(4, 95)], body, facts.EntryVoided("s1", "e1", "x", None)))
    assert lowest(records) == (95, 4)


def test_what_is_rejected_or_nobodys_or_anothers_counts_for_nobody(
    journal: Journal, records: Records
) -> None:
    others = [spo2(3, 85)._replace(session_id="s2"), spo2(4, 84)._replace(session_id=None)]
    journal.commit(a_batch(others, session_started("s2", "r2")))
    assert lowest(records) == (None, None)
    assert of(records, "s2").lowest_spo2 == 85


def test_what_is_given_to_a_session_counts_from_its_confirmation_on(
    journal: Journal, records: Records
) -> None:
    span = ("x1", "d1", NOW, NOW + 60_000, "s1")
    nobodys = [reading._replace(session_id=None) for reading in (spo2(3, 85), cuff(4, 170, 99))]
    journal.commit(a_batch([*nobodys, spo2(5, 96)], facts.AssignmentProposed(*span, "x")))
    assert (peak(records)[0], lowest(records)) == (None, (96, 5))
    journal.commit(a_batch([], facts.AssignmentConfirmed(*span)))
    assert (peak(records), lowest(records)) == ((170, 99, 4), (85, 3))
    journal.commit(a_batch([spo2(6, 84)._replace(session_id=None)]))
    journal.commit(a_batch([spo2(61, 50)._replace(session_id=None)]))
    assert lowest(records) == (84, 6)


def test_alarms_are_counted_when_they_are_raised_as_what_they_became(
    journal: Journal, records: Records
) -> None:
    pending = an_alarm(alarm_id="a1", raised_at=None, state="pending", priority="medium")
    journal.commit(a_batch([], pending))
    assert of(records).alarms == NOTHING
    raised = replace(pending, raised_at=NOW, state="active")
    journal.commit(a_batch([], raised, an_alarm(alarm_id="a2", type="technical", priority="low")))
    counted = {**NOTHING, ("physiological", "medium"): 1, ("technical", "low"): 1}
    assert of(records).alarms == counted
    escalated = replace(raised, priority="high", event="escalated")
    journal.commit(a_batch([], escalated, replace(escalated, state="ended", ended_at=NOW + 5)))
    assert of(records).alarms == {**NOTHING, ("physiological", "high"): 1, ("technical", "low"): 1}


def reviewed(records: Records, session_id: str = "s1") -> ReviewState:
    found = records.review_state(session_id)
    assert found is not None
    (listed,) = (row for row in records.session_list(SessionFilter()).rows if row.id == session_id)
    assert listed.state is found.state
    assert (listed.signed_by, listed.signed_at) == (found.signatures or [(None, None)])[-1]
    return found


def signed(seconds: int, by: str) -> Batch:
    at = NOW + seconds * 1000
    return Batch(at, facts=[fact(facts.ReviewSigned("s1"), at, by)])


def closed(journal: Journal, seconds: int = 60) -> None:
    journal.commit(a_batch([], facts.SessionCancelled("s1", "ill"), at=NOW + seconds * 1000))


def test_a_session_is_open_then_unsigned_then_signed(journal: Journal, records: Records) -> None:
    assert records.review_state("s99") is None
    assert reviewed(records) == (SignOff.OPEN, None, (), ())
    closed(journal)
    assert reviewed(records) == (SignOff.UNSIGNED, NOW + 60_000, (), ())
    journal.commit(signed(70, "Dr-1"))
    journal.commit(signed(80, "Dr-2"))
    assert reviewed(records).state is SignOff.SIGNED
    assert reviewed(records).signatures == (
        Signature("Dr-1", NOW + 70_000),
        Signature("Dr-2", NOW + 80_000),
    )
    assert records.signers() == {"s1": {"Dr-1", "Dr-2"}}


def test_comments_are_told_and_change_nothing(journal: Journal, records: Records) -> None:
    closed(journal)
    journal.commit(signed(70, "Dr-1"))
    body = facts.ReviewCommented("s1", "a calm one")
    journal.commit(Batch(NOW, facts=[fact(body, NOW + 90_000, "Dr-2")]))
    assert reviewed(records).comments == (Comment("Dr-2", NOW + 90_000, "a calm one"),)
    assert reviewed(records).state is SignOff.SIGNED


@pytest.mark.parametrize(
    "change",
    [
        a_batch([spo2(30, 95, late=True)], at=NOW + 90_000),
        a_batch([], facts.EntryVoided("s1", "e1", "x", None), at=NOW + 90_000),
        a_batch([], facts.NoteEntered("s1", "e2", "x", NOW), at=NOW + 90_000),
        a_batch([], facts.PatientCorrected("s1", "P-2", "x"), at=NOW + 90_000),
        # The clock has been set back meanwhile.
        a_batch([], facts.NoteEntered("s1", "e2", "x", NOW), at=NOW - 3_600_000),
    ],
    ids=["late reading", "voided entry", "note", "patient", "clock set back"],
)
def test_a_signature_does_not_hold_for_what_comes_later(
    journal: Journal, records: Records, change: Batch
) -> None:
    closed(journal)
    journal.commit(signed(70, "Dr-1"))
    journal.commit(change)
    assert reviewed(records).state is SignOff.CHANGED
    assert records.signers() == {}
    journal.commit(signed(99, "Dr-2"))
    assert reviewed(records).state is SignOff.SIGNED
    assert records.signers() == {"s1": {"Dr-2"}}


def test_what_is_committed_with_a_signature_is_not_signed_for(
    journal: Journal, records: Records
) -> None:
    closed(journal)
    both = signed(70, "Dr-1")
    both.readings.append(spo2(30, 95))
    journal.commit(both)
    assert reviewed(records).state is SignOff.CHANGED


@pytest.fixture
def many(journal: Journal) -> Journal:
    """Five sessions of three patients in three rooms: s1 open, s2 cancelled, s3 signed, s4 changed, s5 unsigned."""
    rooms = [facts.RoomAdded("r2", "Søvnrommet"), facts.RoomAdded("r3", "3 %")]
    journal.commit(a_batch([], *rooms))
    begun = [("s2", "r2", "P-1"), ("s3", "r2", "P-1"), ("s4", "r3", "Q_7"), ("s5", "r3", "P-2")]
    for hours, (session_id, room, patient) in enumerate(begun, 1):
        at = NOW + hours * 3_600_000
        started = facts.SessionStarted(session_id, room, patient, None, "esketamine_nasal")
        journal.commit(a_batch([], started, at=at))
        ends = entered("cancelled" if session_id == "s2" else "discharged", session_id)
        journal.commit(a_batch([], ends, at=at + 60_000))
    for number, low in ((3, 95.0), (4, 88.0), (1, 91.0)):
        journal.commit(a_batch([spo2(20_000, low)._replace(session_id=f"s{number}")]))
    for session_id in ("s3", "s4"):
        journal.commit(Batch(NOW, facts=[fact(facts.ReviewSigned(session_id), NOW, "Dr-1")]))
    journal.commit(a_batch([], facts.NoteEntered("s4", "e1", "x", NOW)))
    return journal


def ids(records: Records, *, total: int | None = None, **asked: Any) -> list[str]:
    names = ("order_by", "descending", "offset", "limit")
    order = {name: asked.pop(name) for name in names if name in asked}
    page = records.session_list(SessionFilter(**asked), **order)
    assert page.total == (len(page.rows) if total is None else total)
    return [row.id for row in page.rows]


def test_sessions_are_listed_the_newest_first(many: Journal, records: Records) -> None:
    assert ids(records) == ["s5", "s4", "s3", "s2", "s1"]
    assert ids(records, descending=False) == ["s1", "s2", "s3", "s4", "s5"]
    assert ids(records, offset=1, limit=2, total=5) == ["s4", "s3"]
    assert ids(records, offset=9, total=5) == []


def test_a_row_says_what_a_list_shows(many: Journal, records: Records) -> None:
    row = records.session_list(SessionFilter()).rows[2]
    at = NOW + 2 * 3_600_000
    told = (row.room, row.patient, row.protocol, row.number, row.started_at, row.ended_at)
    assert told == ("Søvnrommet", "P-1", "esketamine_nasal", 2, at, at + 60_000)
    assert (row.phase, row.state, row.signed_by) == (Phase.DISCHARGED, SignOff.SIGNED, "Dr-1")
    assert row.figures.lowest_spo2 == 95


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"patient": "p-"}, ["s5", "s3", "s2", "s1"]),
        ({"patient": "_"}, ["s4"]),
        ({"patient": "%"}, []),
        ({"room": "SØVN"}, ["s3", "s2"]),
        ({"room": "%"}, ["s5", "s4"]),
        ({"room": "nowhere"}, []),
        ({"protocol": "KETAMINE_IV"}, ["s1"]),
        ({"states": frozenset({SignOff.OPEN})}, ["s1"]),
        ({"states": frozenset({SignOff.UNSIGNED, SignOff.CHANGED})}, ["s5", "s4", "s2"]),
        ({"states": frozenset({SignOff.SIGNED})}, ["s3"]),
        ({"since": NOW + 3_600_000, "until": NOW + 3 * 3_600_000}, ["s3", "s2"]),
        ({"patient": "P-1", "states": frozenset({SignOff.SIGNED})}, ["s3"]),
        ({"patient": "", "room": "", "protocol": ""}, ["s5", "s4", "s3", "s2", "s1"]),
    ],
)
def test_sessions_are_chosen(
    many: Journal, records: Records, asked: dict[str, Any], found: list[str]
) -> None:
    assert ids(records, **asked) == found


@pytest.mark.parametrize(
    ("order_by", "up", "down"),
    [
        ("lowest_spo2", ["s4", "s1", "s3", "s2", "s5"], ["s3", "s1", "s4", "s5", "s2"]),
        ("number", ["s1", "s4", "s5", "s2", "s3"], ["s3", "s2", "s5", "s4", "s1"]),
        ("room", ["s1", "s4", "s5", "s2", "s3"], ["s3", "s2", "s5", "s4", "s1"]),
        ("state", ["s1", "s2", "s5", "s3", "s4"], ["s4", "s3", "s5", "s2", "s1"]),
        ("signed_at", ["s3", "s4", "s1", "s2", "s5"], ["s4", "s3", "s5", "s2", "s1"]),
        ("ended_at", ["s2", "s3", "s4", "s5", "s1"], ["s5", "s4", "s3", "s2", "s1"]),
    ],
)
def test_sessions_are_ordered_and_what_has_no_value_comes_last(
    many: Journal, records: Records, order_by: str, up: list[str], down: list[str]
) -> None:
    assert ids(records, order_by=order_by, descending=False) == up
    assert ids(records, order_by=order_by) == down


@pytest.mark.parametrize(
    "order_by",
    [
        "patient",
        "protocol",
        "phase",
        "baseline",
        "peak",
        "physiological",
        "technical",
        "started_at",
    ],
)
def test_every_column_orders_all_sessions(many: Journal, records: Records, order_by: str) -> None:
    assert sorted(ids(records, order_by=order_by)) == ["s1", "s2", "s3", "s4", "s5"]


@pytest.mark.parametrize(
    ("alarms", "found"),
    [
        (Alarmed.HIGH, ["s1"]),
        (Alarmed.MEDIUM, ["s3", "s1"]),
        (Alarmed.PATIENT, ["s3", "s1"]),
        (Alarmed.TECHNICAL, ["s4"]),
        (Alarmed.NONE, ["s5", "s2"]),
    ],
)
def test_sessions_are_chosen_by_their_alarms(
    many: Journal, records: Records, alarms: Alarmed, found: list[str]
) -> None:
    raised = [
        an_alarm(alarm_id="a1", session_id="s1", priority="high"),
        an_alarm(alarm_id="a2", session_id="s3", priority="medium"),
        an_alarm(alarm_id="a3", session_id="s4", type="technical", priority="low"),
    ]
    many.commit(a_batch([], *raised))
    assert ids(records, alarms=alarms) == found
    assert ids(records, order_by="physiological")[:2] == ["s1", "s3"]
    assert ids(records, order_by="technical")[0] == "s4"


def test_sessions_are_chosen_by_their_peak(many: Journal, records: Records) -> None:
    for session_id, high in (("s1", 165.0), ("s4", 181.0)):
        many.commit(a_batch([cuff(20_000, high, 90)._replace(session_id=session_id)]))
    assert ids(records, peak_from=165) == ["s4", "s1"]
    assert ids(records, peak_from=165.5) == ["s4"]


def test_an_order_that_there_is_none_of_is_an_error(records: Records, journal: Journal) -> None:
    with pytest.raises(KeyError):
        records.session_list(SessionFilter(), order_by="weight")


def test_outcomes_come_by_day_with_the_voided_ones(journal: Journal, records: Records) -> None:
    first = facts.OutcomeEntered("e1", "P-1", "madrs", 31, "2026-11-20", None)
    later = facts.OutcomeEntered("e2", "P-1", "phq9", 12, "2026-11-21", "by telephone")
    other = replace(first, entry="e3", patient="P-2")
    voided = fact(facts.OutcomeVoided("e1", "mistyped"), NOW + 5, "ola")
    journal.commit(
        Batch(NOW, facts=[*(fact(b, NOW, "kari") for b in (later, first, other)), voided])
    )
    told = Outcome(
        "e1", "P-1", "madrs", 31, "2026-11-20", None, "kari", NOW, "ola", NOW + 5, "mistyped"
    )
    assert records.outcomes("P-1")[0] == told
    assert [(o.entry, o.counts) for o in records.outcomes("P-1")] == [("e1", False), ("e2", True)]
    assert [o.entry for o in records.outcomes()] == ["e1", "e3", "e2"]
    assert records.outcomes("P-9") == []
