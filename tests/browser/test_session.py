"""The live session: its trace grows without moving the reader's view, and nothing is missing from it."""

from __future__ import annotations

import itertools
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from playwright.sync_api import Page, expect

from monitor.dashboard.lines import Line, thinned
from tests.browser import clinic, pages
from tests.browser.fakes import FakeDashboard, FakeGateway, wait_until
from tests.dashboard.clinic import T0
from tests.dashboard.test_lines import lines, runs

pytestmark = pytest.mark.browser

PLOTLY = Path(str(files("plotly"))) / "package_data" / "plotly.min.js"
GRAPH = 'document.querySelector("#session-trace .js-plotly-plot")'
PARTS = [
    ("nibp", "device", "range"),
    ("nibp", "device", "mean"),
    ("pulse_rate", "device", "line"),
    ("spo2", "device", "line"),
    ("pulse_rate", "manual", "point"),
    ("pulse_rate", "device", "late"),
]


def figure(points: list[list[Any]]) -> dict[str, Any]:
    """A figure as the dashboard draws it, with some pulses in it."""
    traces = []
    for metric, source, part in PARTS:
        given = points if (metric, part) == ("pulse_rate", "line") else []
        traces.append(
            {
                "type": "scatter",
                "mode": "lines" if part in ("line", "range") else "markers",
                "x": [point[2] for point in given],
                "y": [point[4] for point in given],
                "meta": {"metric": metric, "source": source, "part": part},
            }
        )
    layout = {"uirevision": "s1", "xaxis": {"type": "date"}, "meta": {"batch": 7, "shift_ms": 0}}
    return {"data": traces, "layout": layout}


class SessionPage:
    """The page with its figure drawn; ``start`` is the time of the first of its ten pulses."""

    def __init__(self, page: Page, dashboard: FakeDashboard, gateway: FakeGateway) -> None:
        self.page = page
        self.gateway = gateway
        self.start = gateway.now() - 60_000
        self.drawn = [
            clinic.point("r1", "pulse_rate", 70 + n, at=self.start + 1000 * n) for n in range(10)
        ]
        dashboard.files["/plotly.js"] = PLOTLY
        stub = "window.told = []; window.dash_clientside = { set_props: (id, props) => told.push([id, props]) };"
        scripts = f'<script src="/plotly.js"></script><script>{stub}</script>'
        dashboard.pages["/session/s1"] = pages.html(pages.SESSION, extra_scripts=scripts)
        page.goto(f"{dashboard.url}/session/s1")
        self.draw(self.drawn)

    def draw(self, points: list[list[Any]]) -> None:
        drawn = json.dumps(figure(points))
        self.page.evaluate(f"Plotly.react({GRAPH}, {drawn}).then(() => true)")

    def xy(self, metric: str, part: str, source: str = "device") -> tuple[list[Any], list[Any]]:
        at = PARTS.index((metric, source, part))
        x, y = self.page.evaluate(
            f"(() => {{ const t = {GRAPH}.data[{at}]; return [t.x, t.y]; }})()"
        )
        return x, y

    def pulse(self, after_ms: int, value: Any, **changes: Any) -> None:
        point = clinic.point("r1", "pulse_rate", value, at=self.start + after_ms, **changes)
        self.gateway.update(points=[point])

    def axis_range(self) -> Any:
        return self.page.evaluate(f"{GRAPH}._fullLayout.xaxis.range")


@pytest.fixture
def session(page: Page, dashboard: FakeDashboard, gateway: FakeGateway) -> SessionPage:
    shown = SessionPage(page, dashboard, gateway)
    expect(page.locator("[data-connection]")).to_have_attribute("data-connection", "live")
    wait_until(lambda: dashboard.trace_requests, "the figure to be caught up")
    return shown


def test_the_numbers_stand_with_their_limits(session: SessionPage, page: Page) -> None:
    expect(page.locator('[data-metric="pulse_rate"]')).to_have_text("71")
    expect(page.locator('[data-metric="spo2"]')).to_have_text("97")
    expect(page.locator('[data-metric="nibp"]')).to_have_text("132/84")
    expect(page.locator("#session-numerics")).to_contain_text("MAP 100")
    expect(page.locator("#session-numerics")).to_contain_text("50\u2060–\u2060120")
    expect(page.locator("[data-phase-clock]")).to_contain_text("23:")


def test_live_points_extend_the_line(session: SessionPage) -> None:
    session.pulse(10_000, 90)
    session.pulse(11_000, 91)
    wait_until(lambda: session.xy("pulse_rate", "line")[1][-2:] == [90, 91], "the new points")
    assert len(session.xy("pulse_rate", "line")[0]) == 12


def test_a_flow_without_a_pause_is_drawn_and_told_while_it_lasts(
    session: SessionPage, page: Page
) -> None:
    seconds = itertools.count(10)

    def is_seen() -> bool:
        second = next(seconds)
        session.pulse(1000 * second, 90)
        session.pulse(1000 * second, 66, source="manual")
        line = session.xy("pulse_rate", "line")[1]
        return line[-1] == 90 and bool(page.evaluate("told.length"))

    wait_until(is_seen, "the line to grow, and Dash to be told, between two points")


def test_a_silence_is_a_gap_in_the_line(session: SessionPage) -> None:
    session.pulse(30_000, 90)
    wait_until(lambda: session.xy("pulse_rate", "line")[1][-1] == 90, "the new point")
    x, y = session.xy("pulse_rate", "line")
    assert y[-3:] == [79, None, 90]
    assert x[-3:] == [session.start + 9000, session.start + 9000, session.start + 30_000]


def test_no_value_is_a_gap_too(session: SessionPage) -> None:
    session.pulse(10_000, None, status="sensor_off")
    session.pulse(11_000, 91)
    wait_until(lambda: session.xy("pulse_rate", "line")[1][-1] == 91, "the new point")
    assert session.xy("pulse_rate", "line")[1][-3:] == [79, None, 91]


def test_a_late_point_goes_to_its_place(session: SessionPage) -> None:
    session.pulse(20_000, 95)
    wait_until(lambda: session.xy("pulse_rate", "line")[1][-1] == 95, "the newest point")
    session.pulse(11_000, 88, late=1)
    wait_until(lambda: 88 in session.xy("pulse_rate", "line")[1], "the late point")
    x, y = session.xy("pulse_rate", "line")
    assert x == sorted(x)
    assert y[-4:] == [79, 88, None, 95]
    assert session.xy("pulse_rate", "late")[1] == [88]
    assert session.page.evaluate(f"{GRAPH}._fullLayout.xaxis.type") == "date"


def test_a_cuff_is_a_bar_with_its_mean_and_a_mean_only_cuff_a_dot(session: SessionPage) -> None:
    at = session.start + 10_000
    session.gateway.update(points=[clinic.point("r1", "nibp", (141, 86, 104), at=at)])
    session.gateway.update(points=[clinic.point("r1", "nibp", (None, None, 99), at=at + 1000)])
    wait_until(lambda: session.xy("nibp", "mean")[1] == [104, 99], "both means")
    assert session.xy("nibp", "range")[1] == [141, 86, None]


def test_the_readers_zoom_survives_live_points(session: SessionPage, page: Page) -> None:
    inside = [session.start + 2000, session.start + 5000]
    page.evaluate(
        f"Plotly.relayout({GRAPH}, {{'xaxis.range': {json.dumps(inside)}}}).then(() => true)"
    )
    before = session.axis_range()
    for n in range(10, 14):
        session.pulse(1000 * n, 80 + n)
    wait_until(lambda: session.xy("pulse_rate", "line")[1][-1] == 93, "the new points")
    session.pulse(9500, 60, late=1)
    wait_until(lambda: 60 in session.xy("pulse_rate", "line")[1], "the late point")
    assert session.axis_range() == before


def test_a_trace_that_ended_does_not_fill_the_axis(session: SessionPage, page: Page) -> None:
    reach = f"{GRAPH}._fullLayout.xaxis.r2l({GRAPH}._fullLayout.xaxis.range[1])"
    wait_until(
        lambda: page.evaluate(reach) >= session.gateway.now(), "the axis to reach the present"
    )


def test_after_a_reconnect_what_was_missed_is_fetched(
    session: SessionPage, dashboard: FakeDashboard
) -> None:
    missed = [
        clinic.point("r1", "pulse_rate", 100 + n, at=session.start + 1000 * (10 + n))
        for n in range(5)
    ]
    dashboard.trace = {"batch": 9, "points": missed}
    asked = len(dashboard.trace_requests)
    session.gateway.drop_connections()
    wait_until(lambda: len(dashboard.trace_requests) > asked, "a question for what was missed")
    wait_until(
        lambda: session.xy("pulse_rate", "line")[1][-5:] == [100, 101, 102, 103, 104], "all of it"
    )
    assert len(session.xy("pulse_rate", "line")[0]) == 15


def test_points_that_come_twice_are_drawn_once(
    session: SessionPage, dashboard: FakeDashboard
) -> None:
    dashboard.trace = {"batch": 9, "points": session.drawn}
    asked = len(dashboard.trace_requests)
    session.gateway.drop_connections()
    wait_until(lambda: len(dashboard.trace_requests) > asked, "a question for what was missed")
    session.pulse(10_000, 99)
    wait_until(lambda: session.xy("pulse_rate", "line")[1][-1] == 99, "the new point")
    assert len(session.xy("pulse_rate", "line")[0]) == 11


OLD = [97, 97, 84, 97, 99, 97, 97, 97, 97, 97] * 12
"""Two minutes at 1 Hz, each ten seconds alike."""


def an_hour_of_pulses(session: SessionPage) -> int:
    """Draws two minutes that are an hour old, and the present; how many points that is."""
    since = session.start // 10_000 * 10_000 - 3_600_000
    old = [clinic.point("r1", "pulse_rate", y, at=since + 1000 * n) for n, y in enumerate(OLD)]
    x, y = session.page.evaluate(
        "([line, pairs]) => InfusionMonitor.lines.merged(line, pairs)",
        [[[], []], [[point[2], point[4]] for point in [*old, *session.drawn]]],
    )
    points = [
        clinic.point("r1", "pulse_rate", value, at=at) for at, value in zip(x, y, strict=True)
    ]
    session.draw(points)
    return len(points)


def test_the_older_part_of_a_line_is_thinned_and_keeps_its_extremes(session: SessionPage) -> None:
    before = an_hour_of_pulses(session)
    session.pulse(10_000, 90)
    wait_until(lambda: session.xy("pulse_rate", "line")[1][-1] == 90, "the new point")
    _, y = session.xy("pulse_rate", "line")
    assert len(y) < before / 2
    assert y[:3] == [97, 84, 99]
    assert (y.count(84), y.count(99), y.count(None)) == (12, 12, 1)
    assert y[-11:] == [*range(70, 80), 90]


def test_a_late_reading_in_the_thinned_part_is_drawn_there_without_a_break(
    session: SessionPage,
) -> None:
    an_hour_of_pulses(session)
    session.pulse(10_000, 90)
    wait_until(lambda: len(session.xy("pulse_rate", "line")[0]) < len(OLD), "a thinned line")
    late = session.xy("pulse_rate", "line")[0][0] + 45_500
    session.gateway.update(points=[clinic.point("r1", "pulse_rate", 71, at=late, late=1)])
    wait_until(lambda: 71 in session.xy("pulse_rate", "line")[1][:60], "the late reading")
    x, y = session.xy("pulse_rate", "line")
    assert x == sorted(x)
    assert y.count(None) == 1


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines())
def test_the_page_thins_a_line_as_the_dashboard_does(session: SessionPage, line: Line) -> None:
    newest = T0 + 3_600_000
    x, y = session.page.evaluate(
        "([line, newest]) => InfusionMonitor.lines.thinned(line, InfusionMonitor.lines.detailFrom(newest))",
        [list(line), newest],
    )
    assert Line(x, y) == thinned(line, newest)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines())
def test_what_is_fetched_again_changes_no_thinned_line(session: SessionPage, line: Line) -> None:
    thin = thinned(line, T0 + 3_600_000)
    readings = [
        [x, y]
        for place, (x, y) in enumerate(zip(*line, strict=True))
        if y is not None or place == 0 or x != line.x[place - 1]
    ]
    again = session.page.evaluate(
        """([line, pairs, newest]) => {
            const { merged, thinned, detailFrom } = InfusionMonitor.lines;
            return thinned(merged(line, pairs) || line, detailFrom(newest));
        }""",
        [list(thin), readings, T0 + 3_600_000],
    )
    assert runs(Line(*again)) == runs(thin)


def test_a_manual_entry_and_an_alarm_tell_dash_that_the_log_has_changed(
    session: SessionPage, page: Page
) -> None:
    session.pulse(10_000, 66, source="manual")
    wait_until(lambda: session.xy("pulse_rate", "point", "manual")[1] == [66], "the entry")
    wait_until(lambda: page.evaluate("told.length") == 1, "one word to Dash")
    session.gateway.update(alarms=[clinic.alarm(1, 1, "high", session.gateway.now())])
    wait_until(lambda: page.evaluate("told.length") == 2, "another word to Dash")
    assert page.evaluate("told[1][0]") == "session-changed"


def test_the_banner_has_the_rooms_alarm_with_its_button_and_names_the_other_rooms(
    session: SessionPage, page: Page
) -> None:
    now = session.gateway.now()
    session.gateway.update(
        alarms=[clinic.alarm(1, 1, "high", now), clinic.alarm(2, 2, "medium", now)]
    )
    expect(
        page.locator('#session-banner [data-alarm="a1"] [data-action="acknowledge"]')
    ).to_be_visible()
    expect(page.locator(".banner-elsewhere")).to_contain_text("Elsewhere 1: Room 2: !!")
    expect(page.locator('[data-alarm="a2"]')).to_have_count(0)


def test_the_v_key_opens_the_entry_but_not_while_somebody_types(
    session: SessionPage, page: Page
) -> None:
    page.evaluate(
        "window.opened = 0; document.getElementById('vitals-open').onclick = () => opened++; 0"
    )
    page.keyboard.press("v")
    assert page.evaluate("opened") == 1
    page.locator("#typing").focus()
    page.keyboard.press("v")
    assert page.evaluate("opened") == 1
    assert page.locator("#typing").input_value() == "v"


def test_another_session_in_the_room_is_not_drawn_on_this_page(
    session: SessionPage, page: Page
) -> None:
    now = session.gateway.now()
    room = clinic.room(1, now, values={}, session=clinic.session(9, now))
    session.gateway.update(rooms=[room])
    session.pulse(10_000, 111)
    expect(page.locator('[data-metric="pulse_rate"]')).to_have_text("--")
    expect(page.locator("#session-numerics")).to_contain_text("not live")
    assert 111 not in session.xy("pulse_rate", "line")[1]
