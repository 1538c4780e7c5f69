from __future__ import annotations

from typing import Any

from monitor.domain import facts
from monitor.domain.chart import Chart, chart_of
from monitor.domain.facts import Fact
from monitor.domain.review.given import dose_given, furthest_scores

T0 = 1_795_252_800_000
PLANNED = facts.InfusionPlanned("s1", 82.0, 0.5, 41.0, 40.0, 1.0, 41.0, 61.5, False)


def chart(*bodies: Any) -> Chart:
    return chart_of([Fact(T0 + place, "kari", "s1", body) for place, body in enumerate(bodies)], ())


def score(name: str, value: int, entry: str) -> facts.ScoreEntered:
    return facts.ScoreEntered("s1", entry, name, value, T0)


def test_a_dose_is_given_when_its_infusion_has_begun() -> None:
    assert dose_given(chart(PLANNED), began=False) is None
    assert dose_given(chart(), began=True) is None
    assert dose_given(chart(PLANNED), began=True) == (41.0, 0.5, 40.0, True)


def test_a_dose_of_an_infusion_that_was_stopped_early_is_not_whole() -> None:
    given = dose_given(chart(PLANNED, facts.InfusionStopped("s1", "nausea")), began=True)
    assert given is not None
    assert not given.is_whole


def test_the_furthest_score_is_the_highest_and_of_moaas_the_lowest() -> None:
    taken = [score("moaas", 5, "a"), score("moaas", 3, "b"), score("cadss6", 9, "c")]
    assert furthest_scores(chart(*taken, score("cadss6", 4, "d"))) == {"moaas": 3, "cadss6": 9}


def test_a_voided_score_and_one_that_nobody_took_do_not_count() -> None:
    voided = facts.EntryVoided("s1", "a", "wrong patient", None)
    assert furthest_scores(chart(score("dissociation", 9, "a"), voided)) == {}
