"""The clinic's rates as a reader is told them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.dashboard.app import create_app
from monitor.dashboard.clinic import rows
from monitor.dashboard.words import Words
from monitor.domain.readings import MINUTE
from monitor.domain.review.clinic import ClinicCounts
from monitor.service.protocols import load_protocols
from tests.dashboard.browser import Browser
from tests.dashboard.clinic import parts, records, visit_of

COUNTS = ClinicCounts(
    sessions=31,
    cancelled=2,
    open=1,
    infusions=29,
    watched_ms=40 * 60 * MINUTE,
    alarms={("physiological", "high"): 10, ("technical", "low"): 40},
    events={("nausea", "mild"): 3, ("nausea", "severe"): 1, ("headache", ""): 1},
    painted={"high": {200: 9, 900: 1}},
    acknowledged={"high": {14_000: 5, 62_000: 3}},
)
CHOICES = rows.choices_of(one.course.events for one in load_protocols().values())


def words(name: str = "anna") -> Words:
    return visit_of(parts(), name).words


async def shown(counts: ClinicCounts, **changes: Any) -> str:
    known = records()
    known.counts = counts
    browser = Browser(create_app(parts(records=known, **changes)))
    await browser.sign_in()
    page = await browser.show("/clinic")
    return json.dumps(json.loads(page.text), ensure_ascii=False)


def test_an_event_is_told_with_its_count_its_share_and_its_interval() -> None:
    nausea, headache = rows.event_rows(words(), COUNTS, CHOICES)
    assert nausea.name == "Nausea"
    any_of_it, mild, _moderate, severe, _not_told = nausea.cells
    assert (any_of_it.number, mild.number, severe.number) == ("4 of 29", "3 of 29", "1 of 29")
    assert (severe.rate, severe.interval) == ("3.4 %", "0.6–17.2 %")
    assert headache.cells[-1].number == "1 of 29"


def test_none_of_many_still_has_an_interval() -> None:
    (nausea, _headache) = rows.event_rows(words(), COUNTS, CHOICES)
    assert (nausea.cells[2].rate, nausea.cells[2].interval) == ("0 %", "0–11.7 %")


def test_an_alarm_load_is_told_per_room_hour_and_few_alarms_are_said_to_be_few() -> None:
    loads = {row.name: row.cells[0] for row in rows.load_rows(words(), COUNTS)}
    high, low = loads["!!! high · physiological"], loads["! low · technical"]
    assert (high.number, high.rate, high.interval, high.is_few) == ("10", "0.25", "0.12–0.46", True)
    assert (low.number, low.rate, low.is_few) == ("40", "1.0", False)


def test_response_times_have_their_median_their_ninetieth_percentile_and_their_number() -> None:
    high, medium, _low = rows.response_rows(words(), COUNTS)
    painted, acknowledged = high.cells
    assert (painted.rate, painted.interval, painted.number) == ("0.2 s", "0.2 s", "10")
    assert (acknowledged.rate, acknowledged.interval, acknowledged.number) == ("14 s", "62 s", "8")
    assert medium.cells[0].rate == "–"


def test_nothing_watched_is_no_rate() -> None:
    unwatched = COUNTS._replace(watched_ms=0, infusions=0, events={})
    assert {cell.rate for row in rows.load_rows(words(), unwatched) for cell in row.cells} == {"–"}


@pytest.mark.parametrize(("n", "is_said"), [(1, True), (19, True), (20, False)])
def test_few_infusions_are_said_to_be_few(n: int, *, is_said: bool) -> None:
    assert bool(rows.few_text(words(), n)) is is_said


def test_numbers_are_told_in_the_readers_language() -> None:
    nausea, _headache = rows.event_rows(words("kari"), COUNTS, CHOICES)
    assert (nausea.name, nausea.cells[0].number) == ("Kvalme", "4 av 29")
    assert nausea.cells[3].rate == "3,4 %"


async def test_the_page_has_the_rates_of_the_last_days() -> None:
    told = await shown(COUNTS)
    for text in ("Adverse events", "Alarm load", "Response times", "2 cancelled, 1 open", "Nausea"):
        assert text in told
    assert "Simulated sessions" not in told


async def test_simulated_sessions_are_said_to_be_of_no_patient() -> None:
    assert "these rates are of no patient" in await shown(COUNTS, simulated=True)


async def test_days_without_a_session_and_days_in_the_wrong_order_are_said() -> None:
    known = records()
    browser = Browser(create_app(parts(records=known)))
    await browser.sign_in()
    assert "No session began on these days." in (await browser.show("/clinic")).text
    page = await browser.callback(
        "clinic-rates.children",
        [
            {"id": "clinic-since", "property": "value", "value": "2026-11-21"},
            {"id": "clinic-until", "property": "value", "value": "2026-11-01"},
        ],
        {"id": "clinic-rates", "property": "children"},
        changedPropIds=["clinic-until.value"],
    )
    assert "The first day is after the last one." in page.text
