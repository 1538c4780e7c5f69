from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.dashboard.components.plan_forms import done_text, series_told
from monitor.dashboard.day import Day, read_day, start_warnings
from monitor.dashboard.order_forms import Filled, WrongFieldError
from monitor.dashboard.pages.plan import day_view, list_view
from monitor.dashboard.plan_orders import cancel_order, move_order, series_order, visit_order
from monitor.dashboard.plan_rows import coming_days, typed_moment
from monitor.dashboard.timeline import timeline
from monitor.dashboard.words import Words
from monitor.domain.course_facts import InfusionPaused, InfusionPlanned
from monitor.domain.facts import Fact
from monitor.domain.readings import HOUR, MINUTE
from monitor.domain.registry import Room
from monitor.domain.sessions import Phase, PhaseEntry, Session
from monitor.domain.visits import Visit
from monitor.service.protocols import load_protocols
from tests.dashboard.clinic import T0, parts, records, session, visit_of

PROTOCOLS = load_protocols()
COURSES = {name: protocol.course for name, protocol in PROTOCOLS.items()}
LENGTH = COURSES["ketamine_iv"].phase_ms["infusion"]
BEFORE = sum(COURSES["ketamine_iv"].phase_ms.get(p, 0) for p in ("precheck", "baseline"))
ROOMS = [Room("r1", "1"), Room("r2", "2"), Room("r3", "3"), Room("r9", "9", retired=True)]


@cache
def words(name: str = "anna") -> Words:
    return visit_of(parts(), name).words


def visit(number: int, minutes: float = 60, **changes: Any) -> Visit:
    given = {
        "id": f"v{number}",
        "patient": f"P-{number}",
        "protocol": "ketamine_iv",
        "planned_at": T0 + round(minutes * MINUTE),
        "room_id": f"r{number}",
        "number": number,
    }
    return Visit(**{**given, **changes})


def infusing(since: int, **changes: Any) -> Session:
    phases = (
        PhaseEntry(Phase.PRECHECK, since - 20 * MINUTE),
        PhaseEntry(Phase.BASELINE, since - 10 * MINUTE),
        PhaseEntry(Phase.INFUSION, since),
    )
    return session(phases=phases, **changes)


def day(*visits: Visit, sessions: tuple[Session, ...] = (), **changes: Any) -> Day:
    day_of = words().local(T0).date()
    return Day(day_of, visits, sessions, courses=COURSES, **changes)


def test_two_plans_that_end_in_the_same_minute_are_told_before_they_begin() -> None:
    drawn = timeline(words(), day(visit(1), visit(3)), ROOMS, T0)
    ends = words().clock(T0 + HOUR + BEFORE + LENGTH)
    assert drawn.warnings == [f"Room 1 and room 3 would both end at {ends}."]
    assert [lane.room for lane in drawn.lanes if any(b.clashes for b in lane.blocks)] == [
        "Room 1",
        "Room 3",
    ]


def test_three_ends_together_are_one_sentence() -> None:
    drawn = timeline(words(), day(visit(1), visit(2), visit(3)), ROOMS, T0)
    ends = words().clock(T0 + HOUR + BEFORE + LENGTH)
    assert drawn.warnings == [f"Room 1, room 2 and room 3 would all end at {ends}."]


def test_ends_a_minute_apart_are_told_with_both_times() -> None:
    drawn = timeline(words(), day(visit(1), visit(3, 61)), ROOMS, T0)
    first, second = (words().clock(T0 + n * MINUTE + BEFORE + LENGTH) for n in (60, 61))
    told = f"Room 1 and room 3 would end too close together, from {first} to {second}."
    assert drawn.warnings == [told]


def test_a_running_infusion_and_a_plan_clash_by_the_end_that_the_gateway_says() -> None:
    running = infusing(T0 - 5 * MINUTE)
    plan = visit(1, 60)
    alone = timeline(words(), day(plan, sessions=(running,)), ROOMS, T0)
    assert alone.warnings == []
    ends = {running.id: T0 + HOUR + BEFORE + LENGTH}
    told = timeline(words(), day(plan, sessions=(running,), live_ends=ends), ROOMS, T0)
    assert len(told.warnings) == 1


def test_an_infusion_that_stands_still_ends_later_with_every_minute() -> None:
    known = records()
    known.all_sessions = [infusing(T0 - 10 * MINUTE)]
    known.all_facts = [Fact(T0 - 2 * MINUTE, "anna", "s1", InfusionPaused("s1", "toilet"))]
    visitor = visit_of(parts(records=known))
    today = words().local(T0).date()
    for now in (T0, T0 + 5 * MINUTE):
        (one,) = read_day(visitor, today).infusions(now)
        assert one.ends_at == now + LENGTH - 8 * MINUTE


def test_the_length_that_was_planned_for_this_patient_counts() -> None:
    known = records()
    known.all_sessions = [infusing(T0)]
    planned = InfusionPlanned("s1", 80.0, 0.5, 40.0, 55.0, 1.0, 40.0, 60.0, False)
    known.all_facts = [Fact(T0, "anna", "s1", planned)]
    visitor = visit_of(parts(records=known))
    (one,) = read_day(visitor, words().local(T0).date()).infusions(T0)
    assert one.ends_at == T0 + 55 * MINUTE


def test_starting_now_warns_of_the_infusion_it_would_end_together_with() -> None:
    known = records()
    known.all_sessions = [
        infusing(T0 - MINUTE, id="s1", room_id="r2", patient="P-1"),
        session(id="s2", room_id="r1", patient="P-2", phases=(PhaseEntry(Phase.BASELINE, T0),)),
    ]
    visitor = visit_of(parts(records=known))
    waiting = known.all_sessions[1]
    assert len(start_warnings(visitor, waiting, T0)) == 1
    assert start_warnings(visitor, waiting, T0 + 5 * MINUTE) == []


def test_a_session_that_is_entered_from_paper_ends_together_with_nothing() -> None:
    since = T0 - 5 * MINUTE
    pair = [infusing(since, id="s1", patient="P-1"), infusing(since, id="s2", patient="P-2")]
    assert len(timeline(words(), day(sessions=tuple(pair)), ROOMS, T0).warnings) == 1
    pair[0] = replace(pair[0], paper=True)
    assert timeline(words(), day(sessions=tuple(pair)), ROOMS, T0).warnings == []


def test_how_close_is_too_close_is_a_setting() -> None:
    known = records()
    known.all_sessions = []
    known.all_visits = [visit(1), visit(2, 64)]
    for minutes, told in ((2.0, False), (5.0, True)):
        visitor = visit_of(parts(records=known, ends_together_minutes=minutes))
        shown = text_of(day_view(visitor, words().local(T0).date(), T0, {}))
        assert ("too close together" in shown) is told


def test_a_late_visit_is_marked_and_promises_no_end() -> None:
    late = visit(1, -45)
    drawn = timeline(words(), day(late, visit(3, -45)), ROOMS, T0)
    assert drawn.warnings == []
    (block,) = drawn.lanes[0].blocks
    assert block.is_late
    assert block.ends.startswith("late")


def test_every_room_in_use_has_a_lane_and_a_visit_without_a_room_has_one_too() -> None:
    drawn = timeline(words(), day(visit(1, room_id=None)), ROOMS, T0)
    assert [lane.room for lane in drawn.lanes] == ["Room 1", "Room 2", "Room 3", "No room yet"]


def test_what_overlaps_in_one_room_stands_in_rows_above_each_other() -> None:
    drawn = timeline(words(), day(visit(1), visit(2, 90, room_id="r1")), ROOMS, T0)
    assert [block.row for block in drawn.lanes[0].blocks] == [0, 1]
    assert drawn.lanes[0].rows == 2


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-500, 700), st.integers(1, 3)), max_size=10))
def test_no_bar_leaves_the_axis_and_none_covers_another(plans: list[tuple[int, int]]) -> None:
    visits = [
        visit(n, minutes, id=f"v{n}", patient=f"P-{n}", room_id=f"r{room}")
        for n, (minutes, room) in enumerate(plans)
    ]
    drawn = timeline(words(), day(*visits), ROOMS, T0)
    for lane in drawn.lanes:
        for row in range(lane.rows):
            ends = 0.0
            for block in (one for one in lane.blocks if one.row == row):
                assert block.left >= ends - 0.01
                ends = block.left + block.width
                assert ends <= 100.01
    assert sum(len(lane.blocks) for lane in drawn.lanes) == len(visits)


def rows_of(*visits: Visit, sessions: tuple[Session, ...] = (), name: str = "anna") -> Any:
    named = {one.id: one for one in sessions}
    rooms = {room.id: room.name for room in ROOMS}
    return coming_days(words(name), visits, named, rooms, PROTOCOLS, T0)


def test_the_list_has_all_of_today_and_what_is_open_of_the_days_to_come() -> None:
    day_ms = 24 * 60
    started = visit(1, -60, session_id="s1")
    gone = visit(2, -60, cancelled=True)
    later, never = visit(3, 3 * day_ms), visit(4, 3 * day_ms, cancelled=True)
    past = visit(5, -2 * day_ms)
    days = rows_of(started, gone, later, never, past, sessions=(session(),))
    assert [[row.id for row in one.rows] for one in days] == [["v1", "v2"], ["v3"]]
    assert [row.tone for row in days[0].rows] == ["started", "cancelled"]
    assert days[0].rows[0].href == "/session/s1"


def test_only_a_visit_of_today_with_a_room_can_be_started() -> None:
    days = rows_of(visit(1), visit(2, room_id=None), visit(3, 24 * 60))
    assert [row.may_start for one in days for row in one.rows] == [True, False, False]


def test_a_visit_that_did_not_begin_says_how_late_it_is() -> None:
    (today,) = rows_of(visit(1, -1), visit(2, -45), visit(3, -135))
    told = [(row.state, row.tone) for row in today.rows]
    assert sorted(told) == [
        ("1 minute late", "late"),
        ("2 h 15 min late", "late"),
        ("45 minutes late", "late"),
    ]


def test_today_is_named_even_when_nothing_is_planned() -> None:
    (today,) = rows_of(name="kari")
    assert today.heading.startswith("I dag, ")
    assert today.rows == []


@pytest.mark.parametrize("clock", ["9", "09", "9:30", "09:30", "0930", "9.30"])
def test_a_time_may_be_typed_in_the_ways_of_the_house(clock: str) -> None:
    moment = words().local(typed_moment(words(), "2026-11-23", clock))
    assert (moment.hour, moment.minute) in {(9, 0), (9, 30)}


@pytest.mark.parametrize(
    ("day_typed", "clock", "field"),
    [
        ("", "9", "date"),
        ("23.11.2026", "9", "date"),
        ("2026-11-23", "25", "time"),
        ("2026-11-23", "9:60", "time"),
        ("2026-11-23", "nine", "time"),
    ],
)
def test_what_is_no_time_is_refused_beside_its_field(
    day_typed: str, clock: str, field: str
) -> None:
    with pytest.raises(ValueError, match=field):
        typed_moment(words(), day_typed, clock)


def test_the_days_of_a_series_are_told_before_it_is_planned() -> None:
    visitor = visit_of(parts())
    told = series_told(visitor, "2026-11-23", "9", "ketamine_iv")
    assert told.startswith("6 visits: Mon 23 Nov 09:00 · ")
    assert series_told(visitor, "2026-11-23", "", "ketamine_iv") == ""
    assert series_told(visitor, "2026-11-23", "9", None) == ""


def test_what_was_planned_is_told_with_the_dates_on_record() -> None:
    known = records()
    known.all_visits = [visit(1), visit(2, cancelled=True)]
    visitor = visit_of(parts(records=known))
    assert done_text(visitor, {"visits": ["v1"]}).startswith("Planned for P-1: ")
    assert done_text(visitor, {"visit": "v2"}).startswith("Cancelled: P-2, ")
    assert done_text(visitor, {}) == "The plan is changed."


def filled(**values: str) -> Filled:
    given = {"patient": "P-7", "date": "2026-11-23", "time": "0900", "protocol": "ketamine_iv"}
    return Filled("v1", {**given, **values})


def test_orders_of_the_plan_carry_what_was_typed() -> None:
    planned = series_order(words(), filled(room="2")).model_dump(mode="json")
    assert (planned["kind"], planned["patient"], planned["room"]) == ("plan_series", "P-7", "2")
    assert planned["first_at"].startswith("2026-11-23T08:00")
    assert visit_order(words(), filled()).model_dump()["room"] is None
    moved = move_order(words(), filled(room="3")).model_dump(mode="json")
    assert (moved["visit"], moved["room"], moved["despite"]) == ("v1", "3", None)
    shared = move_order(words(), filled(despite="they are a couple"))
    assert shared.model_dump()["despite"] == "they are a couple"
    assert cancel_order(words(), filled(reason="ill")).model_dump()["reason"] == "ill"


@pytest.mark.parametrize("field", ["patient", "date", "time", "protocol"])
def test_what_is_missing_is_told_beside_its_field(field: str) -> None:
    with pytest.raises(WrongFieldError) as raised:
        series_order(words(), filled(**{field: " "}))
    assert raised.value.args[0] == field


def text_of(parts_shown: list[Any]) -> str:
    return json.dumps(parts_shown, default=lambda part: part.to_plotly_json(), ensure_ascii=False)


def test_the_page_shows_the_day_and_the_days_to_come() -> None:
    planned = (visit(1), visit(2, 61, room_id="r2"), visit(3, 3 * 24 * 60, room_id=None))
    known = records()
    known.all_visits = list(planned)
    visitor = visit_of(parts(records=known))
    today = words().local(T0).date()
    assert "too close together" in text_of(day_view(visitor, today, T0, {}))
    shown = text_of(list_view(visitor, T0))
    assert "Start now: P-1" in shown
    assert "Choose room: P-3" in shown
