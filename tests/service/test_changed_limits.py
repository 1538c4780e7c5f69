"""Limits that are changed on trial: what they become, and what cannot be."""

from __future__ import annotations

import pytest

from monitor.domain.limits import RANK, Limit, Priority, Side
from monitor.domain.readings import Metric
from monitor.service.protocols import load_protocols
from monitor.service.rehearsal import (
    AddedLimit,
    Changes,
    ImpossibleLimitError,
    RuleChange,
    changed_protocol,
    rules_of,
)

PROTOCOLS = load_protocols()
KETAMINE = PROTOCOLS["ketamine_iv"]


def limits_after(*rules: RuleChange, added: tuple[AddedLimit, ...] = ()) -> dict[str, Limit]:
    changed = changed_protocol(KETAMINE, Changes(rules, added))
    return {limit.id: limit for limit in changed.alarms.limits}


def change(rule: str, value: float, **more: object) -> RuleChange:
    given = {"priority": Priority.HIGH, "delay_ms": 0} | more
    return RuleChange(rule, value, **given)  # type: ignore[arg-type]


def added(value: float, **more: object) -> AddedLimit:
    given = {"metric": Metric.SPO2, "component": "value", "side": Side.BELOW, "inclusive": False}
    return AddedLimit(**given | {"value": value, "priority": Priority.LOW} | more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_without_changes_is_the_protocol(name: str) -> None:
    assert changed_protocol(PROTOCOLS[name], Changes()) == PROTOCOLS[name]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_rule_can_be_changed_once(name: str) -> None:
    rules = [rule.id for rule in rules_of(PROTOCOLS[name])]
    assert len(rules) == len(set(rules))
    assert not [rule for rule in rules if rule.endswith("_repeat")]


def test_a_changed_limit_keeps_its_id_so_that_a_patients_own_limit_stays_with_it() -> None:
    limits = limits_after(change("spo2_below_1", 88, priority=Priority.MEDIUM, delay_ms=20_000))
    moved = limits["spo2_below_1"]
    assert (moved.limit, moved.delay_ms, moved.priority) == (88, 20_000, Priority.MEDIUM)
    assert limits["spo2_below_2"] == next(
        x for x in KETAMINE.alarms.limits if x.id == "spo2_below_2"
    )


def test_a_repeat_follows_its_limit_and_goes_with_it() -> None:
    limits = limits_after(change("systolic_above_2", 175))
    repeat = limits["systolic_above_2_repeat"]
    assert (repeat.limit, repeat.kind) == (175, "repeat")
    assert repeat.severity == limits["systolic_above_2"].severity + 1
    gone = limits_after(change("systolic_above_2", 175, priority=None))
    assert not {"systolic_above_2", "systolic_above_2_repeat"} & set(gone)


def test_rungs_are_ranked_anew_by_priority_and_distance() -> None:
    limits = limits_after(change("spo2_below_2", 84, delay_ms=15_000), added=(added(94),))
    rungs = [limits[name] for name in ("added_1", "spo2_below_1", "spo2_below_3", "spo2_below_2")]
    assert [rung.severity for rung in rungs] == sorted(rung.severity for rung in rungs)
    assert [RANK[rung.priority] for rung in rungs] == [1, 2, 3, 3]


def test_rises_and_scores_change_or_go() -> None:
    changed = changed_protocol(
        KETAMINE,
        Changes((change("rise_1", 60), change("rise_2", 25, priority=None), change("score_1", 2))),
    )
    assert [(rise.component, rise.by) for rise in changed.alarms.rises] == [("systolic", 60)]
    assert (changed.alarms.scores[0].limit, changed.alarms.scores[0].priority) == (2, Priority.HIGH)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (change("spo2_below_1", 101), "range"),
        (change("spo2_below_1", float("nan")), "range"),
        (change("systolic_above_1", 400), "range"),
        (change("spo2_below_1", 92, delay_ms=3_600_001), "delay"),
        (change("pulse_rate_below_1", 115), "crossing"),
        (change("rise_1", 0), "range"),
        (change("score_1", 5), "range"),
        (change("score_1", 2.5), "range"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_with_its_rule(wrong: RuleChange, code: str) -> None:
    with pytest.raises(ImpossibleLimitError) as refused:
        limits_after(wrong)
    assert (refused.value.rule, refused.value.code) == (wrong.rule, code)


@pytest.mark.parametrize(
    "wrong",
    [
        added(0),
        added(92, delay_ms=-1),
        added(40, metric=Metric.PULSE_RATE, side=Side.ABOVE),
        added(300, metric=Metric.NIBP, component="systolic", side=Side.ABOVE),
    ],
)
def test_an_added_limit_that_cannot_be_is_refused_without_a_rule(wrong: AddedLimit) -> None:
    with pytest.raises(ImpossibleLimitError) as refused:
        limits_after(added=(wrong,))
    assert refused.value.rule == ""
