"""The chart of a session, from its facts and readings."""

from __future__ import annotations

from dataclasses import replace

from monitor.domain import facts
from monitor.domain.chart import Chart, plain
from monitor.domain.readings import Metric
from tests.domain.records import (
    SESSION,
    at,
    charted,
    fact,
    measured,
    pressure,
    score,
    vitals,
    without_revision,
)

ALARM = facts.AlarmChanged(
    session_id=SESSION,
    alarm_id="s1-a1",
    event="delay_ended",
    state="active",
    alarm_kind="silence",
    metric=None,
    source="d1",
    type="technical",
    priority="low",
    onset=0,
    raised_at=0,
    acknowledged_at=None,
    acknowledged_by=None,
    ended_at=None,
    reason_code="silence",
    reason_values={},
    note=None,
)


def voided(entry: str, minutes: float = 9, replaced_by: str | None = None) -> facts.Fact:
    return fact(minutes, facts.EntryVoided(SESSION, entry, "typing error", replaced_by), "N-7")


def test_an_entry_that_was_voided_stays_marked_and_does_not_count() -> None:
    chart = charted(score(5, "moaas", 4, "e1"), score(7, "moaas", 5, "e2"), voided("e1"))
    assert chart.scores("moaas") == [(at(7), 5)]
    kept = chart.entries["e1"]
    assert isinstance(kept.body, facts.ScoreEntered)
    assert (kept.body.value, kept.by) == (4, "N-12")
    assert kept.voided is not None
    assert (kept.voided.by, kept.voided.reason) == ("N-7", "typing error")


def test_what_was_voided_first_stays_so() -> None:
    chart = charted(score(5, "moaas", 4, "e1"), voided("e1", 6, "e2"), voided("e1", 7))
    known = chart.entries["e1"].voided
    assert known is not None
    assert (known.at, known.replaced_by) == (at(6), "e2")


def test_an_entry_is_taken_once() -> None:
    first = score(5, "moaas", 4, "e1")
    assert charted(first, score(6, "moaas", 2, "e1")).scores("moaas") == [(at(5), 4)]


def test_cuffs_of_devices_and_of_staff_are_in_one_row_by_time() -> None:
    chart = charted(
        pressure(8, 130, 80), vitals(6, "e1", systolic=120, diastolic=70), pressure(3, 110, 60)
    )
    assert [(c.at, c.systolic, c.source, c.entry) for c in chart.cuffs()] == [
        (at(3), 110, "d1", None),
        (at(6), 120, "manual", "e1"),
        (at(8), 130, "d1", None),
    ]


def test_a_mean_alone_is_a_cuff_and_no_value_is_none() -> None:
    chart = charted(
        vitals(6, mean=90), pressure(8, 130, 80)._replace(systolic=None, diastolic=None)
    )
    assert [(c.systolic, c.mean) for c in chart.cuffs()] == [(None, 90)]


def test_the_reading_of_an_entry_is_not_counted_twice() -> None:
    chart = charted(vitals(6, systolic=120, diastolic=80), pressure(6, 120, 80, "manual"))
    assert len(chart.cuffs()) == 1


def test_a_minute_is_kept_with_its_extremes_and_ends() -> None:
    chart = charted(*(measured(Metric.SPO2, m, v) for m, v in [(5.5, 97), (5.1, 95), (5.9, 99)]))
    (band,) = chart.minutes["spo2"].values()
    assert band == (95, 99, 291, 3, at(5.1), at(5.9))


def test_a_new_dose_must_be_checked_anew() -> None:
    plan = facts.InfusionPlanned(SESSION, 80, 0.8, 64, 40, 1, 64, 96, True)
    checked = fact(3, facts.DoseChecked(SESSION), "N-7")
    chart = charted(fact(2, plan), checked)
    assert (chart.planned_by, chart.dose_checked_by) == ("N-12", "N-7")
    chart.apply(fact(4, replace(plan, dose_mg=60)))
    assert chart.dose_checked_by == ""


def test_every_fact_but_those_of_alarms_makes_a_new_revision() -> None:
    chart = Chart()
    chart.apply(fact(1, facts.NoteEntered(SESSION, "e1", "calm", at(1))))
    assert chart.revision == 1
    chart.apply(fact(1, ALARM))
    assert chart.revision == 1


def test_readings_may_come_in_any_order() -> None:
    known = [pressure(3, 110, 60), pressure(2, 120, 80), measured(Metric.SPO2, 1, 97)]
    known += [measured(Metric.SPO2, 1.5, 95), pressure(2, 119, 80, "d2")]
    there, back = charted(*known), charted(*reversed(known))
    assert there.cuffs() == back.cuffs()
    assert there.minutes == back.minutes
    assert without_revision(there)[0] is None


def test_an_entry_says_its_own_values() -> None:
    chart = charted(score(5, "moaas", 4, "e1"))
    assert plain(chart.entries["e1"]) == {
        "entry": "e1",
        "score": "moaas",
        "value": 4,
        "measured_at": at(5),
    }
