"""Opening a record is on record exactly when somebody was shown it, and who is refused is told nothing of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from monitor.dashboard import ids
from monitor.dashboard.app import create_app
from monitor.dashboard.review import ids as review_ids
from monitor.dashboard.series import ids as series_ids
from monitor.dashboard.visit import Parts
from monitor.domain.registry import Operator
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.identity import COOKIE_NAME, sign_cookie
from tests.dashboard.browser import Browser, Page
from tests.dashboard.clinic import COOKIE_KEY, T0, parts, records, session

OVER = (*session().phases, PhaseEntry(Phase.DISCHARGED, T0 + 3_600_000))
ENDED = replace(session(), id="s2", patient="P-2002", phases=OVER)
RECORD_PAGES = ["/review/s2", "/session/s2", "/series/P-2002"]


def clinic_of(role: str, names: Sequence[str] = ("ola",)) -> tuple[Parts, Browser]:
    known = records()
    known.all_sessions = [session(), ENDED]
    known.all_operators = [Operator(name, role, "no password") for name in names]
    given = parts(records=known)
    return given, Browser(create_app(given), {COOKIE_NAME: sign_cookie(COOKIE_KEY, "ola")})


def openings(given: Parts) -> list[tuple[str, str, str]]:
    return [(note.operator, note.subject, note.detail) for _, note in given.access_log.waiting]


def title_of(page: Page) -> str:
    return str(json.loads(page.text)["response"]["_pages_store"]["data"]["title"])


@pytest.mark.parametrize("path", RECORD_PAGES)
async def test_a_page_that_is_refused_is_no_opening_and_its_title_names_nobody(path: str) -> None:
    given, browser = clinic_of("tester")
    page = await browser.show(path)
    assert "Your role may not see this" in page.text
    assert title_of(page) == "Infusion monitor"
    assert "P-2002" not in page.text
    assert openings(given) == []


@pytest.mark.parametrize("path", RECORD_PAGES)
async def test_a_page_that_is_shown_is_an_opening_each_time(path: str) -> None:
    given, browser = clinic_of("nurse")
    for _ in range(2):
        assert "P-2002" in title_of(await browser.show(path))
    assert openings(given) == [("ola", "s2", path.split("/")[1])] * 2


async def asked(browser: Browser, key: str, values: dict[str, Any]) -> Page:
    call = browser.app.callback_map[key]
    written = call["output"] if isinstance(call["output"], list) else [call["output"]]
    outputs: list[Any] = [
        {"id": one.component_id, "property": one.component_property} for one in written
    ]
    outputs = [[] if isinstance(one["id"], dict) else one for one in outputs]
    return await browser.callback(
        key,
        [{**one, "value": values.get(one["id"])} for one in call["inputs"]],
        outputs if key.startswith("..") else outputs[0],
        state=[{**one, "value": values.get(one["id"])} for one in call["state"]],
    )


def key_of(browser: Browser, output: str) -> str:
    keys: list[str] = list(browser.app.callback_map)
    return next(key for key in keys if key.startswith(output))


BRINGING = [
    (f"..{ids.SESSION_HEAD}.", {ids.SESSION_ID: "s2"}, "session"),
    (f"..{ids.SESSION_NEXT}.", {ids.SESSION_ID: "s2"}, "session"),
    (f"..{review_ids.CARDS}.", {review_ids.SESSION: "s2"}, "review"),
    (f"{series_ids.OUTCOMES}.", {series_ids.PATIENT: "P-2002"}, "series"),
    (
        f"{ids.ALARM_COURSE}.",
        {ids.ALARMS_TABLE: [{"session_id": "s2", "id": "a1", "room": "1"}]},
        "api",
    ),
]


@pytest.mark.parametrize(("output", "values", "page"), BRINGING)
async def test_a_callback_that_brings_a_record_without_its_page_is_one_opening(
    output: str, values: dict[str, Any], page: str
) -> None:
    given, browser = clinic_of("nurse")
    for _ in range(2):
        assert (await asked(browser, key_of(browser, output), values)).status == 200
    assert openings(given) == [("ola", "s2", page)]


@pytest.mark.parametrize(("output", "values"), [one[:2] for one in BRINGING])
async def test_a_callback_that_is_refused_is_no_opening(output: str, values: Any) -> None:
    given, browser = clinic_of("tester")
    page = await asked(browser, key_of(browser, output), values)
    assert (page.status, openings(given)) == (403, [])


async def test_every_callback_that_answers_about_a_session_is_an_opening() -> None:
    naming = {ids.SESSION_ID: "s2", review_ids.SESSION: "s2", series_ids.PATIENT: "P-2002"}
    given, browser = clinic_of("nurse", [f"ola {number}" for number in range(60)])
    answered: list[str] = []
    for key, call in list(browser.app.callback_map.items()):
        about = {one["id"] for one in (*call["inputs"], *call["state"])} & naming.keys()
        if call.get("callback") and about:
            name = f"ola {len(answered)}"
            browser.cookies[COOKIE_NAME] = sign_cookie(COOKIE_KEY, name)
            page = await asked(browser, key, naming)
            assert any(by == name for by, *_ in openings(given)) is (page.status == 200), key
            answered.append(key)
    assert len(answered) > 30


async def test_its_callbacks_bring_no_second_opening_of_a_page() -> None:
    given, browser = clinic_of("nurse")
    await browser.show("/review/s2")
    await asked(browser, key_of(browser, f"..{review_ids.CARDS}."), {review_ids.SESSION: "s2"})
    await browser.get("/api/review/s2/figure")
    assert openings(given) == [("ola", "s2", "review")]


async def test_what_is_answered_with_a_no_is_no_opening() -> None:
    given, browser = clinic_of("nurse")
    assert (await browser.get("/api/review/s2/points?since=2&until=1")).status == 422
    assert (await browser.get("/api/export/s2?format=nonsense")).status == 404
    assert openings(given) == []
    assert (await browser.get("/api/review/s2/points?since=1&until=2")).status == 200
    assert openings(given) == [("ola", "s2", "api")]
