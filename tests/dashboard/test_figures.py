from __future__ import annotations

from dataclasses import replace
from typing import Any

from monitor.dashboard.figures import TRACES, TraceView, session_figure
from monitor.dashboard.lines import PointRow, continuous_line
from monitor.dashboard.marks import Band, Mark, PhaseSpan, drawn_limits
from monitor.dashboard.theme import PALETTES
from monitor.domain.limits import Limit, Side
from monitor.domain.readings import MINUTE, SECOND, Metric
from monitor.service.protocols import load_protocols
from tests.dashboard.clinic import T0

HOUR_MS = 60 * MINUTE
NAMES = {
    "nibp": "BP",
    "pulse_rate": "Pulse",
    "spo2": "SpO₂",
    "mean": "Mean BP",
    "manual": "by hand",
    "late": "late",
}
LIMITS = load_protocols()["ketamine_iv"].alarms.limits


def point(metric: str, second: float, value: float | None = None, **changes: Any) -> PointRow:
    at = T0 + round(second * SECOND)
    row = PointRow("r2", metric, at, at, value, None, None, None, "ok", 0, "d2")
    return row._replace(**changes)


def cuff(
    second: float,
    systolic: float | None,
    diastolic: float | None,
    mean: float | None,
    **changes: Any,
) -> PointRow:
    values = {"systolic": systolic, "diastolic": diastolic, "mean": mean}
    return point("nibp", second, None, **values, **changes)


def figure(*points: PointRow, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "session_id": "s1",
        "batch": 7,
        "points": points,
        "limits": LIMITS,
        "stale_ms": 3 * SECOND,
        "shift_ms": HOUR_MS,
        "names": NAMES,
        "palette": PALETTES["dark"],
    }
    return session_figure(TraceView(**{**given, **changes}))


def trace(drawn: dict[str, Any], metric: str, source: str, part: str) -> dict[str, Any]:
    wanted = {"metric": metric, "source": source, "part": part}
    return next(found for found in drawn["data"] if found["meta"] == wanted)


def test_traces_stand_in_the_order_that_the_live_script_relies_on() -> None:
    drawn = figure()
    assert [tuple(found["meta"].values()) for found in drawn["data"]] == [tuple(k) for k in TRACES]


def test_a_cuff_is_a_bar_from_systolic_to_diastolic_with_a_dot_for_its_mean() -> None:
    drawn = figure(cuff(0, 132, 84, 100))
    assert trace(drawn, "nibp", "device", "range")["y"] == [132, 84, None]
    assert trace(drawn, "nibp", "device", "mean")["y"] == [100]


def test_a_cuff_with_a_mean_only_is_a_lone_dot() -> None:
    drawn = figure(cuff(0, None, None, 88))
    assert trace(drawn, "nibp", "device", "range")["y"] == []
    assert trace(drawn, "nibp", "device", "mean")["y"] == [88]


def test_a_cuff_without_a_value_is_not_drawn() -> None:
    drawn = figure(cuff(0, None, None, None, status="cuff_error"))
    assert all(found["y"] == [] for found in drawn["data"])


def test_times_are_moved_to_the_clinics_wall_and_the_script_is_told_by_how_much() -> None:
    drawn = figure(point("spo2", 0, 97))
    assert trace(drawn, "spo2", "device", "line")["x"] == [T0 + HOUR_MS]
    assert drawn["layout"]["meta"] == {"batch": 7, "shift_ms": HOUR_MS}


def test_a_reading_without_a_value_breaks_the_line() -> None:
    points = [point("spo2", 0, 97), point("spo2", 1, None), point("spo2", 2, 96)]
    assert continuous_line(points, "spo2", 3 * SECOND).y == [97, None, 96]


def test_silence_longer_than_the_stale_time_breaks_the_line() -> None:
    points = [point("spo2", second, 97) for second in (0, 1, 2, 3, 10, 11)]
    assert continuous_line(points, "spo2", 3 * SECOND).y == [97, 97, 97, 97, None, 97, 97]


def test_a_metric_that_comes_once_a_minute_is_one_line() -> None:
    points = [point("pulse_rate", 60 * minute, 80) for minute in range(5)]
    assert None not in continuous_line(points, "pulse_rate", 3 * SECOND).y


def test_two_sources_are_never_joined() -> None:
    points = [
        point("spo2", second, value, source=source)
        for second in range(2)
        for source, value in (("d1", 97), ("d2", 90))
    ]
    assert continuous_line(points, "spo2", 3 * SECOND).y == [97, 97, None, 90, 90]


def test_lines_are_never_joined_over_gaps_by_the_drawing() -> None:
    assert all(found["connectgaps"] is False for found in figure()["data"])


def test_what_a_person_entered_is_a_mark_of_its_own() -> None:
    drawn = figure(point("pulse_rate", 0, 81, source="manual"), point("pulse_rate", 0, 80))
    assert trace(drawn, "pulse_rate", "manual", "point")["y"] == [81]
    assert trace(drawn, "pulse_rate", "device", "line")["y"] == [80]


def test_late_readings_are_in_the_line_and_marked() -> None:
    drawn = figure(point("spo2", 0, 97), point("spo2", 1, 88, late=1))
    assert trace(drawn, "spo2", "device", "line")["y"] == [97, 88]
    assert trace(drawn, "spo2", "device", "late")["y"] == [88]


def test_the_readers_zoom_belongs_to_the_session() -> None:
    assert figure()["layout"]["uirevision"] == "s1"


def test_the_usual_range_is_always_in_sight_and_no_value_is_out_of_it() -> None:
    axis = figure()["layout"]["yaxis3"]
    assert axis["autorange"] is True
    assert axis["autorangeoptions"]["include"][0] <= 85


def test_a_session_without_readings_shows_its_own_time() -> None:
    phases = [PhaseSpan("Pre-check", T0, T0, False)]
    axis = figure(phases=phases)["layout"]["xaxis"]
    begin = T0 + HOUR_MS
    assert axis["range"] == [begin - MINUTE // 2, begin + 32 * MINUTE]


def test_every_reading_is_inside_the_time_that_is_shown() -> None:
    low, high = figure(point("spo2", 0, 97), point("spo2", 5000, 97))["layout"]["xaxis"]["range"]
    assert low <= T0 + HOUR_MS
    assert high >= T0 + 5000 * SECOND + HOUR_MS


def test_limits_of_medium_and_high_priority_are_drawn_once_per_side() -> None:
    drawn = [(str(limit.metric), limit.component, limit.limit) for limit in drawn_limits(LIMITS)]
    assert ("spo2", "value", 92) in drawn
    assert ("spo2", "value", 85) not in drawn
    assert ("pulse_rate", "value", 110) not in drawn


def test_a_rise_over_a_high_baseline_hides_no_stricter_limit() -> None:
    fixed = next(limit for limit in LIMITS if limit.component == "systolic" and limit.limit == 165)
    rise = replace(fixed, id="systolic_rise", kind="rise", limit=190.0, severity=fixed.severity - 1)
    assert [limit.limit for limit in drawn_limits([rise, fixed])] == [165]
    nearer = replace(rise, limit=150.0)
    assert [limit.limit for limit in drawn_limits([fixed, nearer])] == [150]


def test_the_numbers_of_neighbouring_limits_do_not_touch() -> None:
    def limit(component: str, side: Side, value: float) -> Limit:
        return replace(LIMITS[0], metric=Metric.NIBP, component=component, side=side, limit=value)

    close = [
        limit("systolic", Side.ABOVE, 110.0),
        limit("diastolic", Side.ABOVE, 105.0),
        limit("systolic", Side.BELOW, 90.0),
    ]
    drawn = figure(limits=close)["layout"]["annotations"]
    at = {
        label["text"]: label["xshift"]
        for label in drawn
        if label["xref"] == "paper" and label["yref"] == "y"
    }
    assert at["105"] == at["90"] == 0
    assert at["110"] < 0


def test_phases_alarms_and_limits_stand_across_the_panels() -> None:
    phases = [
        PhaseSpan("Pre-check", T0, T0 + MINUTE, False),
        PhaseSpan("Infusion", T0 + MINUTE, T0 + 41 * MINUTE, True),
    ]
    layout = figure(phases=phases, marks=[Mark(T0 + 2 * MINUTE, "high")])["layout"]
    shading = [shape for shape in layout["shapes"] if shape["type"] == "rect"]
    assert [(shape["x0"], shape["x1"]) for shape in shading] == [
        (T0 + MINUTE + HOUR_MS, T0 + 41 * MINUTE + HOUR_MS)
    ]
    texts = [label["text"] for label in layout["annotations"]]
    assert "Infusion" in texts
    assert "<b>!!!</b>" in texts


def test_of_alarms_that_would_touch_only_the_worst_is_marked_and_every_one_has_its_line() -> None:
    alarms = [Mark(T0 + n * 1000, priority) for n, priority in enumerate(("low", "high", "medium"))]
    later = Mark(T0 + 20 * MINUTE, "medium")
    layout = figure(marks=[*alarms, later])["layout"]
    signs = [label["text"] for label in layout["annotations"] if "!" in label["text"]]
    assert signs == ["<b>!!!</b>", "<b>!!</b>"]
    lines = [shape for shape in layout["shapes"] if shape["line"].get("dash") == "dot"]
    assert len(lines) == 4


def beyond(drawn: dict[str, Any]) -> list[tuple[float, float, str]]:
    return [
        (shape["y0"], shape["y1"], shape["line"]["color"])
        for shape in drawn["layout"]["shapes"]
        if shape.get("name") == "beyond"
    ]


def test_a_cuff_beyond_a_limit_has_the_colour_of_the_worst_alarm_that_it_reaches() -> None:
    palette = PALETTES["dark"]
    drawn = figure(cuff(0, 132, 84, 100), cuff(300, 168, 96, 120), cuff(600, 184, 112, 136))
    assert beyond(drawn) == [(96, 168, palette.medium), (112, 184, palette.high)]


def test_a_cuff_is_judged_by_the_limits_that_hold_for_this_session() -> None:
    assert beyond(figure(cuff(0, 184, 112, 136), limits=())) == []


def test_a_mean_alone_has_no_bar_to_colour() -> None:
    assert beyond(figure(cuff(0, None, None, 190))) == []


def test_a_confirmed_baseline_is_a_band_from_diastolic_to_systolic() -> None:
    def bands(drawn: dict[str, Any]) -> list[tuple[float, float]]:
        shapes = drawn["layout"]["shapes"]
        return [(s["y0"], s["y1"]) for s in shapes if s.get("name") == "baseline"]

    assert bands(figure(baseline=Band(diastolic=79, systolic=128))) == [(79, 128)]
    assert bands(figure()) == []
