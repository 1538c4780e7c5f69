from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.dashboard.app import create_app
from monitor.dashboard.history import (
    DATED,
    alarms_asked,
    course_lines,
    duration,
    history_rows,
    kind_name,
)
from monitor.dashboard.paging import page_asked
from monitor.domain.alarms import Event
from monitor.domain.conditions import (
    clock,
    disagreement,
    help_call,
    late,
    missing,
    overdue,
    score,
)
from monitor.domain.facts import AlarmChanged, AlarmShown, Fact
from monitor.domain.readings import MINUTE, SECOND
from monitor.service.ports import PastAlarm
from monitor.service.protocols import load_protocols
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import T0, parts, records, visit_of

DAY = 24 * 60 * MINUTE


def alarm(**changes: Any) -> AlarmChanged:
    given: dict[str, Any] = {
        "session_id": "s1",
        "alarm_id": "s1-a1",
        "event": "delay_ended",
        "state": "active",
        "alarm_kind": "limit",
        "metric": "spo2",
        "source": "d2",
        "type": "physiological",
        "priority": "high",
        "onset": T0,
        "raised_at": T0 + 15 * SECOND,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "ended_at": None,
        "reason_code": "limit_below",
        "reason_values": {
            "metric": "spo2",
            "component": "value",
            "value": 88.0,
            "pressure": "",
            "limit": 90.0,
            "inclusive": 0,
            "delay_s": 15,
            "source": "d2",
        },
        "note": None,
    }
    return AlarmChanged(**{**given, **changes})


def row(name: str = "anna", painted_at: int | None = None, **changes: Any) -> dict[str, str]:
    visit = visit_of(parts(), name)
    past = PastAlarm(alarm(**changes), "2", "P-0388", painted_at)
    return history_rows(visit.words, visit.phrases, [past])[0]


def request(**filters: str) -> dict[str, Any]:
    model = {name: {"filterType": "text", "filter": value} for name, value in filters.items()}
    return {"startRow": 100, "endRow": 200, "sortModel": [], "filterModel": model}


def test_a_row_says_what_why_and_when() -> None:
    told = row()
    assert told["priority"] == "!!! high"
    assert told["reason"] == "SpO₂ 88 % – below 90 for 15 s"
    assert (told["value"], told["limit"]) == ("88", "90")
    assert (told["onset"], told["raised_at"]) == ("10:20:00", "21 Nov 2026 10:20:15")
    assert told["session"] == "[s1](/session/s1)"
    assert (told["acknowledged_by"], told["ended_at"], told["painted"]) == ("", "", "")


def test_a_row_tells_who_acknowledged_and_after_how_long() -> None:
    told = row(acknowledged_at=T0 + 80 * SECOND, acknowledged_by="anna", state="acknowledged")
    assert (told["acknowledged_by"], told["acknowledged_after"]) == ("anna", "65 s")
    assert told["state"] == "acknowledged"


def test_a_row_tells_how_soon_a_screen_had_it() -> None:
    assert row(painted_at=T0 + 15 * SECOND + 340)["painted"] == "0.3 s"


def test_a_row_is_in_the_readers_language() -> None:
    told = row("kari")
    assert told["priority"] == "!!! høy"
    assert told["reason"] == "SpO₂ 88 % – under 90 i 15 s"


def test_an_alarm_that_became_worse_tells_each_priority_with_its_own_moment_and_values() -> None:
    values = alarm().reason_values
    medium = alarm(event="delay_ended", priority="medium", reason_values=values | {"value": 91.0})
    over = alarm(event="condition_ended", state="latched")
    moments = zip((15, 95, 155), (medium, alarm(event="escalated"), over), strict=True)
    changes = [Fact(T0 + after * SECOND, Fact.SYSTEM, "s1", body) for after, body in moments]
    visit = visit_of(parts())
    past = PastAlarm(over, "2", "P-0388", None, changes)
    told = history_rows(visit.words, visit.phrases, [past])[0]
    assert told["reason"] == (
        "!!! SpO₂ 88 % – below 90 for 15 s, from 10:21:35 · "
        "!! SpO₂ 91 % – below 90 for 15 s, from 10:20:15"
    )
    assert (told["priority"], told["value"]) == ("!!! high", "88")
    assert (told["over_at"], told["ended_at"]) == ("10:22:35", "")


def test_what_was_due_in_a_session_is_told_in_the_words_of_its_protocol() -> None:
    visit = visit_of(parts())
    late = alarm(alarm_kind="overdue", reason_code="overdue_infusion_end", reason_values={})
    courses = {late.session_id: load_protocols()["esketamine_nasal"].course}
    past = PastAlarm(late, "2", "P-0388", None)
    [told] = history_rows(visit.words, visit.phrases, [past], courses)
    assert told["reason"] == "Administration should have ended"


def test_a_moment_of_another_day_has_its_date() -> None:
    assert row(ended_at=T0 + DAY)["ended_at"] == "22 Nov 2026 10:20:00"


def test_a_reason_that_this_version_does_not_know_stands_all_the_same() -> None:
    assert row(reason_code="from_the_future", reason_values={})["reason"] == (
        "limit spo2 (from_the_future)"
    )


def test_a_long_time_is_told_in_minutes() -> None:
    words = visit_of(parts()).words
    assert (duration(words, 119 * SECOND), duration(words, 125 * SECOND)) == ("119 s", "2 min 5 s")


def test_the_filters_of_a_page_are_those_of_the_alarms() -> None:
    words = visit_of(parts()).words
    which = alarms_asked(page_asked(words, request(room="r2", priority="high"), DATED))
    assert (which.room_id, which.priority, which.state) == ("r2", "high", None)


def told(*facts_of_it: Fact) -> list[tuple[str, str]]:
    visit = visit_of(parts())
    return course_lines(visit.words, visit.phrases, facts_of_it, "s1-a1")


def test_the_course_tells_every_transition_and_where_it_led() -> None:
    seen = alarm(event="acknowledged", state="acknowledged", acknowledged_by="anna", note="ok")
    other = alarm(alarm_id="s1-a2", event="escalated")
    assert told(
        Fact(T0, "system", "s1", alarm()),
        Fact(T0, "system", "s1", other),
        Fact(T0 + SECOND, "anna", "s1", seen),
    ) == [
        ("10:20:00", "Raised, !!! high: SpO₂ 88 % – below 90 for 15 s → active"),
        ("10:20:01", "Acknowledged by anna → acknowledged (ok)"),
    ]


@pytest.mark.parametrize(
    ("painted", "sounded", "text"),
    [
        (T0, None, "On screen at a first station"),
        (None, T0, "Heard at a first station"),
        (T0, T0, "On screen and heard at a first station"),
    ],
)
def test_the_course_tells_when_a_station_first_had_it(
    painted: int | None, sounded: int | None, text: str
) -> None:
    shown = AlarmShown("s1", "s1-a1", "screen", painted, sounded)
    assert told(Fact(T0, "system", "s1", shown)) == [("10:20:00", text)]


@pytest.mark.parametrize("event", list(Event))
def test_every_transition_that_there_is_has_its_sentence(event: Event) -> None:
    ((_clock, text),) = told(Fact(T0, "system", "s1", alarm(event=str(event))))
    assert not text.startswith(str(event))


def test_every_kind_of_condition_has_its_words_in_norwegian() -> None:
    words = visit_of(parts(), "kari").words
    kinds = [
        *(module.KIND for module in (clock, disagreement, help_call, late, overdue, score)),
        *(missing.NO_VALUE, missing.SILENCE, "limit", "rise", "repeat", "burden", "screen"),
    ]
    untranslated = {kind for kind in kinds if kind_name(words, kind) in (kind, "")}
    assert untranslated == set()


async def ask_page(browser: Browser, given: dict[str, Any]) -> Any:
    output = {"id": "alarms-table", "property": "getRowsResponse"}
    page = await browser.callback(
        "alarms-table.getRowsResponse",
        [{"id": "alarms-table", "property": "getRowsRequest", "value": given}],
        output,
        changedPropIds=["alarms-table.getRowsRequest"],
    )
    return json.loads(page.text)


async def test_the_table_gets_the_page_that_it_asks_for_and_the_count_is_said() -> None:
    known = records()
    known.all_alarms = [
        alarm(alarm_id=f"s1-a{n}", raised_at=T0 + n, priority="low" if n % 2 else "high")
        for n in range(150)
    ]
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    answer = await ask_page(browser, request() | {"startRow": 0, "endRow": 100})
    response = answer["response"]["alarms-table"]["getRowsResponse"]
    assert (len(response["rowData"]), response["rowCount"]) == (100, 150)
    assert answer["sideUpdate"]["alarms-count"]["children"] == "150 alarms"
    answer = await ask_page(browser, request(priority="low") | {"startRow": 0, "endRow": 100})
    assert answer["response"]["alarms-table"]["getRowsResponse"]["rowCount"] == 75


async def test_the_course_of_a_chosen_alarm_is_shown_with_a_way_to_its_session() -> None:
    known = records()
    known.all_facts = [
        Fact(T0, "system", "s1", alarm()),
        Fact(T0, "system", "s1", alarm(alarm_id="s1-a2", event="escalated")),
    ]
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    page = await browser.callback(
        "alarm-course.children",
        [{"id": "alarms-table", "property": "selectedRows", "value": [row()]}],
        {"id": "alarm-course", "property": "children"},
        changedPropIds=["alarms-table.selectedRows"],
    )
    shown = json.dumps(json.loads(page.text))
    assert "Raised, !!! high" in shown
    assert "Worse" not in shown
    assert "/session/s1" in shown
