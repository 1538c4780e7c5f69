"""The page of the rehearsals as it is asked and as it answers."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from fastapi import HTTPException

from monitor.dashboard.app import create_app
from monitor.dashboard.pages.rehearsal import alarms_shown, begin, result_of
from monitor.dashboard.rehearsal import ids, rows
from monitor.dashboard.rehearsal.api import csv_answer, progress_after
from monitor.dashboard.rehearsal.asking import Wanted
from monitor.dashboard.rehearsal.parts import summary
from monitor.dashboard.rehearsal.running import Job, State
from monitor.dashboard.visit import Parts, Visit
from monitor.service.rehearsal import Changes, rules_of
from monitor.service.rehearsal.telling import ToldRehearsal
from tests.dashboard import clinic
from tests.dashboard.browser import Browser
from tests.dashboard.rehearsal.test_running import over

LATER = {"spo2_below_2": {"value": "90", "delay": "20", "priority": "high"}}


def sessions(**changes: str) -> dict[str, str | None]:
    given: dict[str, str | None] = {
        ids.PROTOCOL: "ketamine_iv",
        ids.SINCE: None,
        ids.UNTIL: None,
        ids.PATIENT: "",
        ids.NEWEST: "20",
    }
    return given | changes


def text_of(found: Any) -> str:
    return json.dumps(found, default=lambda one: one.to_plotly_json(), ensure_ascii=False)


async def signed_in(parts: Parts, name: str, password: str) -> Browser:
    browser = Browser(create_app(parts))
    await browser.sign_in(name, password)
    return browser


async def shown_at(browser: Browser, path: str) -> str:
    return json.dumps(json.loads((await browser.show(path)).text), ensure_ascii=False)


async def rehearsed(visit: Visit, rules: dict[str, dict[str, str]]) -> None:
    told = await begin(visit, rules, sessions())
    assert (told["of"], told["running"]) == (5, True)
    job = visit.parts.rehearsals.of("dina")
    assert job is not None
    assert (await over(job)).state is State.DONE


async def test_the_page_has_the_protocols_own_values_beside_each_field(parts: Parts) -> None:
    browser = await signed_in(parts, "dina", "infusion-3")
    shown = await shown_at(browser, "/rehearsal")
    for text in ("SpO₂ < 92", "protocol: 15 s, !! medium", "Nothing here is put in force"):
        assert text in shown
    assert shown.count('"data-rule"') == len(rules_of(parts.protocols["ketamine_iv"])) + 1
    assert '"href": "/rehearsal"' in await shown_at(browser, "/clinic")


async def test_a_nurse_has_no_rehearsal_and_can_start_none(parts: Parts) -> None:
    browser = await signed_in(parts, "anna", "infusion-1")
    assert ids.PAGE not in await shown_at(browser, "/rehearsal")
    assert '"href": "/rehearsal"' not in await shown_at(browser, "/clinic")
    nurse = clinic.visit_of(parts, "anna")
    told = await begin(nurse, LATER, sessions())
    assert told["error"] == "Rehearsals are for clinicians and administrators."
    assert (await progress_after(nurse, 1, -1))["job"] == 0
    with pytest.raises(HTTPException):
        csv_answer(nurse, "sessions")


async def test_a_refusal_is_one_sentence_with_its_field(visit: Visit) -> None:
    told = await begin(visit, LATER, sessions(**{ids.PATIENT: "P-9"}))
    assert told["error"].startswith("No session of these days, this patient")
    wrong = {"spo2_below_2": LATER["spo2_below_2"] | {"value": "0"}}
    told = await begin(visit, wrong, sessions())
    assert told["field"] == "rehearsal-spo2_below_2-value"
    assert visit.parts.rehearsals.of("dina") is None


async def test_a_result_has_totals_rows_and_the_alarms_of_the_first_session_that_changed(
    visit: Visit, parts: Parts
) -> None:
    await rehearsed(visit, LATER)
    told = await begin(visit, LATER, sessions())
    again = await begin(visit, LATER, sessions())
    assert (told["running"], again["error"][:26]) == (True, "A rehearsal of yours is ru")
    job = visit.parts.rehearsals.of("dina")
    assert job is not None
    await over(job)
    told_of_all, lines = result_of(visit)
    for text in ("1 session of 3 would have had other alarms.", "Nothing of this is in force."):
        assert text in text_of(told_of_all)
    assert "SpO₂ < 90 → 90, 20 s, !!! high" in text_of(told_of_all)
    by_id = {line["id"]: line for line in lines}
    assert by_id["s1"]["delayed"] == "!!! 1 · up to 5 s"
    assert by_id["s3"]["outcome"] == "exactly as recorded"
    assert by_id["s5"]["outcome"] == "not rehearsed: it is still open"
    assert "delayed · 5 s" in text_of(alarms_shown(visit, []))
    assert "Every alarm exactly as recorded." in text_of(alarms_shown(visit, [{"id": "s3"}]))
    assert "it was cancelled" in text_of(alarms_shown(visit, [{"id": "s4"}]))


async def test_unchanged_limits_are_said_to_give_exactly_what_was_recorded(visit: Visit) -> None:
    await rehearsed(visit, {})
    told_of_all, _lines = result_of(visit)
    assert "Exactly as recorded, in all 3 sessions." in text_of(told_of_all)
    assert "the limits of the protocol, unchanged" in text_of(told_of_all)


async def test_the_result_is_taken_along_as_csv_and_says_what_was_changed(parts: Parts) -> None:
    await rehearsed(clinic.visit_of(parts, "dina"), LATER)
    browser = await signed_in(parts, "dina", "infusion-3")
    page = await browser.get("/api/rehearsal/csv?what=sessions")
    assert 'filename="rehearsal-1-sessions.csv"' in page.headers["content-disposition"]
    lines = {line["session"]: line for line in csv.DictReader(io.StringIO(page.text))}
    assert lines["s1"]["changes"] == "spo2_below_2=90/20s/high"
    assert (lines["s1"]["recorded_high"], lines["s1"]["delayed_high"]) == ("1", "1")
    assert (lines["s5"]["rehearsed"], lines["s5"]["problem"]) == ("false", "it is still open")
    page = await browser.get("/api/rehearsal/csv?what=alarms")
    (alarm,) = csv.DictReader(io.StringIO(page.text))
    assert (alarm["verdict"], alarm["seconds"], alarm["session"]) == ("delayed", "5.0", "s1")
    assert (await browser.get("/api/rehearsal/csv?what=else")).status == 404
    told = json.loads((await browser.get("/api/rehearsal?job=1&seen=5")).text)
    assert told == {"job": 1, "done": 5, "of": 5, "running": False}


@pytest.mark.parametrize(
    ("problem", "is_running", "sentence"),
    [
        ("it is still open", False, "No session could be rehearsed."),
        ("it is still open", True, "Rehearsing…"),
        ("", False, "Exactly as recorded, in 1 session."),
    ],
)
def test_the_headline_claims_no_more_than_was_rehearsed(
    visit: Visit, problem: str, *, is_running: bool, sentence: str
) -> None:
    known = [ToldRehearsal("s1", problem=problem)]
    assert rows.headline(visit.words, known, is_running=is_running) == sentence


def test_a_rehearsal_that_reached_nobody_shows_no_zeros(visit: Visit) -> None:
    wanted = Wanted(visit.parts.protocols["ketamine_iv"], Changes(), (), is_all=True)
    told = text_of(summary(visit, Job(1, wanted, State.STOPPED)))
    assert "No session was reached." in told
    assert "rehearsal-totals" not in told


async def test_the_page_is_told_in_norwegian(visit: Visit, parts: Parts) -> None:
    await rehearsed(visit, LATER)
    words = parts.words("nb")
    job = parts.rehearsals.of("dina")
    assert job is not None
    results = {one.session_id: one for one in job.results}
    by_id = {r["id"]: r for r in rows.session_rows(words, job.wanted.sessions, results)}
    assert by_id["s1"]["delayed"] == "!!! 1 · inntil 5 s"
    assert by_id["s4"]["outcome"] == "ikke prøvd: den ble avlyst"
