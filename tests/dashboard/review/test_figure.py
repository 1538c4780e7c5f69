from __future__ import annotations

import base64
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dashboard.marks import PhaseSpan
from monitor.dashboard.review.channels import recorded
from monitor.dashboard.review.figure import hourly, review_figure
from monitor.dashboard.review.scene import EventMark, ReviewView
from monitor.dashboard.review.shapes import AlarmSpan, Piece, layered
from monitor.dashboard.theme import PALETTES
from monitor.domain.limits import Limit, Priority, Side
from monitor.domain.readings import HOUR, MANUAL_SOURCE, MINUTE, SECOND, Metric
from monitor.domain.review.in_force import InForce
from tests.dashboard.clinic import T0

PALETTE = PALETTES["dark"]
NAMES = {
    **{metric.value: metric.value for metric in Metric},
    **{name: name for name in ("systolic", "diastolic", "mean", "manual", "late", "limit")},
}
Point = tuple[Any, ...]


def a_value(minute: float, metric: str = "pulse_rate", value: float = 80, **given: Any) -> Point:
    at = T0 + round(minute * MINUTE)
    source, late = given.get("source", "d1"), given.get("late", 0)
    return ("r1", metric, at, at + 30, value, None, None, None, "ok", late, source)


def a_cuff(minute: float, systolic: float, source: str = "d1") -> Point:
    at = T0 + round(minute * MINUTE)
    return ("r1", "nibp", at, at + 30, None, systolic, 80.0, 100.0, "ok", 0, source)


def in_force(begin: int, end: int, systolic: float | None) -> InForce:
    held: dict[Metric, tuple[Limit, ...]] = dict.fromkeys(Metric, ())
    if systolic is not None:
        limit = Limit(Metric.NIBP, "systolic", Side.ABOVE, systolic, 0, Priority.HIGH, 1)
        held[Metric.NIBP] = (limit,)
    return InForce(T0 + begin * MINUTE, T0 + end * MINUTE, held)


def figure(*points: Point, **given: Any) -> dict[str, Any]:
    view = ReviewView(
        session_id="s1",
        recorded=recorded(points, 3 * SECOND),
        spans=given.pop("spans", [in_force(0, 60, 180)]),
        whole=(T0, T0 + 60 * MINUTE),
        origin=T0 + 10 * MINUTE,
        shift_ms=3_600_000,
        names=NAMES,
        palette=PALETTE,
        **given,
    )
    return review_figure(view)


def traces(drawn: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return [trace for trace in drawn["data"] if trace["meta"]["part"] == part]


def unpacked(values: dict[str, str]) -> list[float]:
    return list(np.frombuffer(base64.b64decode(values["bdata"]), dtype="<f8"))


def test_a_long_session_has_whole_hours_on_its_axis() -> None:
    assert [hourly(hours * HOUR) for hours in (2, 5, 24)] == [None, 30, 120]


def test_the_axis_counts_minutes_from_the_beginning_of_the_infusion() -> None:
    (line,) = traces(figure(a_value(0), a_value(1), a_value(2)), "line")
    assert unpacked(line["x"]) == [-10, -9, -8]


def test_a_point_is_told_with_the_time_on_the_clinics_wall() -> None:
    (line,) = traces(figure(a_value(3)), "line")
    assert unpacked(line["customdata"]) == [T0 + 3 * MINUTE + 3_600_000]


def test_a_gap_is_no_line() -> None:
    points = [a_value(n / 60) for n in range(10)] + [a_value(5 + n / 60) for n in range(10)]
    (line,) = traces(figure(*points), "line")
    assert [bool(np.isnan(value)) for value in unpacked(line["y"])].count(True) == 1
    assert line["connectgaps"] is False


def test_the_limit_is_a_step_line_over_the_time_in_which_it_held() -> None:
    drawn = figure(spans=[in_force(0, 20, 180), in_force(20, 60, 170)])
    (line,) = traces(drawn, "limit")
    assert list(zip(line["x"], line["y"], strict=True)) == [
        (-10, 180),
        (10, 180),
        (10, 170),
        (50, 170),
    ]


def test_a_limit_that_was_taken_out_for_a_while_is_broken_there() -> None:
    spans = [in_force(0, 20, 180), in_force(20, 30, None), in_force(30, 60, 180)]
    (line,) = traces(figure(spans=spans), "limit")
    assert line["y"] == [180, 180, None, 180, 180]


def test_a_pressure_is_in_the_colour_of_the_limit_of_its_own_time() -> None:
    drawn = figure(
        a_cuff(10, 175), a_cuff(30, 175), spans=[in_force(0, 20, 180), in_force(20, 60, 170)]
    )
    by_minute = {trace["x"][0]: trace["marker"]["color"] for trace in traces(drawn, "mean")}
    assert by_minute == {0.0: PALETTE.pressure, 20.0: PALETTE.high}


def test_what_a_person_read_has_another_shape_than_what_a_device_measured() -> None:
    drawn = figure(
        a_cuff(1, 120),
        a_cuff(2, 122, MANUAL_SOURCE),
        a_value(2, "spo2", 97, source=MANUAL_SOURCE),
    )
    shapes = {trace["meta"]["source"]: trace["marker"]["symbol"] for trace in traces(drawn, "mean")}
    assert shapes == {"device": "circle", MANUAL_SOURCE: "diamond"}
    (spot,) = traces(drawn, "point")
    assert spot["marker"]["symbol"] == "diamond"


def test_what_came_late_is_hatched_over_its_own_panel_only() -> None:
    points = [a_value(n / 60, late=int(n >= 30)) for n in range(60)]
    (hatch,) = traces(figure(*points), "late")
    assert hatch["fillpattern"]["shape"] == "/"
    assert hatch["yaxis"] == "y2"
    assert (min(hatch["x"][:4]), max(hatch["x"][:4])) == (-9.5, pytest.approx(-9.0167))


def an_alarm(
    metric: Metric | None = Metric.SPO2,
    begin: float = 20,
    end: float = 25,
    *rungs: tuple[str, float],
    **given: Any,
) -> AlarmSpan:
    reached = rungs or (("high", begin + 1),)
    return AlarmSpan(
        given.pop("id", "a1"),
        metric,
        given.pop("is_physiological", True),
        T0 + round(begin * MINUTE),
        tuple((priority, T0 + round(minute * MINUTE)) for priority, minute in reached),
        T0 + round(end * MINUTE),
        **given,
    )


def named(drawn: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [shape for shape in drawn["layout"]["shapes"] if shape.get("name") == name]


def test_a_value_beyond_shades_its_own_panel_while_it_was_and_stands_in_the_strip_of_it() -> None:
    drawn = figure(alarms=[an_alarm()])
    bottom, top = drawn["layout"]["yaxis3"]["domain"]
    (fill,), (bar,) = named(drawn, "beyond"), named(drawn, "alarm")
    assert [(shape["x0"], shape["x1"]) for shape in (fill, bar)] == [(10, 15)] * 2
    assert (fill["y0"], fill["y1"]) == (bottom, top)
    assert bar["y0"] == bottom
    assert bar["y1"] - bar["y0"] < (top - bottom) / 10
    (line,) = named(drawn, "alarm a1")
    assert (line["x0"], line["y0"], line["y1"]) == (11, bottom, top)


def test_an_alarm_that_became_worse_has_its_worse_colour_only_from_then_on() -> None:
    drawn = figure(alarms=[an_alarm(Metric.NIBP, 20, 50, ("medium", 20), ("high", 30))])
    told = [(bar["x0"], bar["x1"], bar["fillcolor"]) for bar in named(drawn, "alarm")]
    assert told == [(10, 20, PALETTE.medium), (20, 40, PALETTE.high)]


def test_what_is_overdue_or_technical_shades_nothing() -> None:
    drawn = figure(
        alarms=[
            an_alarm(None, 20, 60, ("medium", 20), is_physiological=False),
            an_alarm(Metric.SPO2, 20, 60, ("low", 20), is_physiological=False),
        ]
    )
    assert named(drawn, "beyond") == []
    (below, in_panel) = named(drawn, "alarm")
    assert below["y1"] < drawn["layout"]["yaxis3"]["domain"][0]
    assert in_panel["y0"] == drawn["layout"]["yaxis3"]["domain"][0]


def test_ten_alarms_on_top_of_each_other_shade_a_panel_no_more_than_one() -> None:
    known = [an_alarm(Metric.SPO2, 20 + n, 40, id=f"a{n}") for n in range(10)]
    fills = named(figure(alarms=known), "beyond")
    assert len(fills) == 1
    assert fills[0]["opacity"] < 0.2


def test_a_signal_that_stood_unseen_is_a_dotted_line_and_no_condition() -> None:
    drawn = figure(alarms=[an_alarm(stood_until=T0 + 55 * MINUTE)])
    (unseen,), (bar,) = named(drawn, "unseen"), named(drawn, "alarm")
    assert (unseen["x0"], unseen["x1"], unseen["line"]["dash"]) == (15, 45, "dot")
    assert bar["x1"] == 15


@given(
    st.lists(
        st.builds(
            lambda since, lasted, priority: Piece(since, since + lasted, priority),
            st.integers(0, 50),
            st.integers(1, 30),
            st.sampled_from(("low", "medium", "high")),
        ),
        max_size=12,
    )
)
def test_layers_never_overlap_and_each_moment_has_its_worst_priority(pieces: list[Piece]) -> None:
    found = layered(pieces)
    assert all(one.until <= other.since for one, other in pairwise(found))
    for moment in range(81):
        held = [p.priority for p in pieces if p.since <= moment < p.until]
        shown = [p.priority for p in found if p.since <= moment < p.until]
        assert shown == sorted(held, key=("high", "medium", "low").index)[:1]


def test_the_sign_of_an_alarm_under_the_axis_knows_which_one_it_is() -> None:
    marks = [
        EventMark(T0 + 20 * MINUTE, "event", "Nausea <b>"),
        EventMark(T0 + 21 * MINUTE, "high", "BP", "a7"),
    ]
    (trace,) = traces(figure(marks=marks), "mark")
    assert [told[2] for told in trace["customdata"]] == ["", "a7"]
    assert "<" not in trace["customdata"][0][1]


def test_the_infusion_is_shaded_and_phases_are_named() -> None:
    phases = [
        PhaseSpan("Baseline", T0, T0 + 10 * MINUTE, False),
        PhaseSpan("Infusion", T0 + 10 * MINUTE, T0 + 50 * MINUTE, True),
    ]
    drawn = figure(phases=phases)
    (shade,) = [shape for shape in drawn["layout"]["shapes"] if shape.get("name") == "phase"]
    assert (shade["x0"], shade["x1"]) == (0, 40)
    texts = [label["text"] for label in drawn["layout"]["annotations"]]
    assert {"baseline", "infusion"} <= set(texts)


def test_respiration_has_a_panel_only_where_it_was_measured() -> None:
    assert "yaxis4" not in figure()["layout"]
    assert "yaxis4" in figure(a_value(1, "resp_rate", 14))["layout"]


@pytest.mark.parametrize("value", [31.0, 240.0])
def test_no_value_is_ever_out_of_sight(value: float) -> None:
    low, high = figure(a_value(1, value=value))["layout"]["yaxis2"]["range"]
    assert low < value < high


def test_a_session_without_anything_has_three_empty_panels() -> None:
    drawn = figure(spans=[])
    assert [name for name in drawn["layout"] if name.startswith("yaxis")] == [
        "yaxis",
        "yaxis2",
        "yaxis3",
        "yaxis9",
    ]
    assert not traces(drawn, "line")
