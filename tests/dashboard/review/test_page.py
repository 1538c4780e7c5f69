from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.dashboard.app import create_app
from monitor.dashboard.review import downloads, signing
from monitor.dashboard.review.downloads import Asked, send_file
from monitor.dashboard.review.makings import Makings
from monitor.dashboard.review.proving import Proof, Standing
from monitor.dashboard.review.side import teller_of
from monitor.dashboard.review.signing import commented, signed
from monitor.data_directory import create
from monitor.domain.readings import MINUTE, Metric
from monitor.domain.registry import Operator
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.domain.sign_off import ReviewState, Signature, SignOff
from monitor.storage import open_records
from tests import past_session
from tests.dashboard import clinic
from tests.dashboard.browser import Browser, Page
from tests.dashboard.records_in_memory import RecordsInMemory


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Any:
    directory = create(tmp_path_factory.mktemp("past") / "data", simulated=True)
    past_session.write(directory)
    return clinic.parts(records=open_records(Path(directory.path)))


async def opened(parts: Any, language: str = "en") -> Browser:
    browser = Browser(create_app(parts))
    name = {"en": "anna", "nb": "kari"}[language]
    await browser.sign_in(name, {"anna": "infusion-1", "kari": "infusion-2"}[name])
    return browser


def with_operators(records: Any) -> Any:
    """The records with the two operators of the tests, whose passwords cost nothing to check."""

    class Records:
        def __getattr__(self, name: str) -> Any:
            return getattr(records, name)

        def operators(self) -> Any:
            return clinic.records().operators()

    return clinic.parts(records=Records())


async def cards(browser: Browser, session: str = "s1") -> str:
    worst = [
        {"id": {"alarm": alarm, "type": "review-worst"}, "property": "children"}
        for alarm in ("a1", "a2", "a3")
    ]
    page = await browser.callback(
        '..review-cards.children...{"alarm":["ALL"],"type":"review-worst"}.children..',
        [{"id": "review-session", "property": "data", "value": session}],
        [{"id": "review-cards", "property": "children"}, worst],
        changedPropIds=["review-session.data"],
    )
    return said(page)


def said(page: Page) -> str:
    """What a page says, without the escapes of its wire format."""
    return json.dumps(json.loads(page.text), ensure_ascii=False)


def left_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


async def test_the_page_says_who_when_where_and_what_was_given(parts: Any) -> None:
    browser = await opened(with_operators(parts.records))
    page = await browser.show("/review/s1")
    for told in ("P-0388", "session 1 of 6", "09:50–11:28", "room 2", "41 mg over 40 min"):
        assert told in said(page)


async def test_the_cards_say_what_mattered(parts: Any) -> None:
    browser = await opened(with_operators(parts.records))
    told = await cards(browser)
    for figure in ("138/84", "183/111", "90 %", "+10 min", "14 s"):
        assert figure in told


async def test_a_session_that_does_not_exist_is_said_to_be_unknown(parts: Any) -> None:
    browser = await opened(with_operators(parts.records))
    assert "There is no session s99" in said(await browser.show("/review/s99"))


async def test_a_stretch_is_told_with_every_point_and_the_whole_with_fewer(parts: Any) -> None:
    browser = await opened(with_operators(parts.records))
    part = json.loads((await browser.get("/api/review/s1/points?since=20&until=25")).text)
    whole = json.loads((await browser.get("/api/review/s1/points?since=-10&until=90")).text)
    assert all(line["meta"]["whole"] for line in part["lines"])
    assert not any(line["meta"]["whole"] for line in whole["lines"])


@pytest.mark.parametrize("asked", ["since=5&until=5", "since=nan&until=9", "since=0&until=inf"])
async def test_a_stretch_that_is_none_is_refused(parts: Any, asked: str) -> None:
    browser = await opened(with_operators(parts.records))
    assert (await browser.get(f"/api/review/s1/points?{asked}")).status == 422


@pytest.mark.parametrize("part", ["points?since=0&until=1", "expected"])
async def test_nothing_is_told_of_a_session_that_does_not_exist(parts: Any, part: str) -> None:
    browser = await opened(with_operators(parts.records))
    assert (await browser.get(f"/api/review/s99/{part}")).status == 404


async def test_a_session_without_any_reading_is_a_page_with_empty_panels() -> None:
    records = RecordsInMemory(
        all_rooms=clinic.records().all_rooms,
        all_operators=clinic.records().all_operators,
        all_sessions=[clinic.session()],
    )
    browser = await opened(clinic.parts(records=records))
    page = said(await browser.show("/review/s1"))
    assert "Open: figures so far" in page
    assert "No alarm was raised." in page
    assert "not confirmed" in await cards(browser)


async def test_a_session_of_one_reading_is_drawn() -> None:
    records = clinic.records()
    records.all_readings = [
        clinic.stored(clinic.reading(Metric.PULSE_RATE, clinic.T0 + 60_000, 77.0))
    ]
    browser = await opened(clinic.parts(records=records))
    assert (await browser.show("/review/s1")).status == 200


@pytest.mark.parametrize("file_format", ["csv", "registry"])
def test_a_session_leaves_as_one_archive_of_its_files_and_their_seals(
    parts: Any, file_format: str
) -> None:
    visit = clinic.visit_of(with_operators(parts.records))
    answer = send_file(visit, Asked("s1", file_format), Proof(Standing.ALTERED, message="batch 7"))
    with zipfile.ZipFile(answer.path) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        seals = [json.loads(archive.read(n)) for n in names if n.endswith(".seal.json")]
    assert {(seal["verified"], seal["fault"]) for seal in seals} == {(False, "batch 7")}
    assert any(name.endswith(".seal.json") for name in names)
    assert len(names) == 2 * len([name for name in names if name.endswith(".seal.json")])
    shutil.rmtree(Path(answer.path).parent)


def exported(given: Any) -> list[tuple[str, str]]:
    notes = [note for _, note in given.access_log.waiting]
    return [(note.subject, note.detail) for note in notes if note.what == "record_exported"]


async def test_what_was_sent_is_gone_afterwards(
    parts: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    given = with_operators(parts.records)
    browser = await opened(given)
    page = await browser.get("/api/export/s1?format=csv")
    assert page.status == 200
    assert exported(given) == [("s1", "csv")]
    assert "s1-csv.zip" in page.headers["content-disposition"]
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("path", ["s99?format=csv", "s1?format=docx"])
async def test_there_is_no_file_of_what_does_not_exist(parts: Any, path: str) -> None:
    browser = await opened(with_operators(parts.records))
    assert (await browser.get(f"/api/export/{path}")).status == 404


async def test_a_file_that_cannot_be_made_is_an_error_and_leaves_nothing_behind(
    parts: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_given: Any) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(downloads, "export", full)
    given = with_operators(parts.records)
    browser = await opened(given)
    assert (await browser.get("/api/export/s1?format=csv")).status == 503
    assert exported(given) == []
    assert left_in(tmp_path) == []


async def test_nothing_leaves_without_names_where_there_is_no_secret(parts: Any) -> None:
    browser = await opened(with_operators(parts.records))
    page = await browser.get("/api/export/s1?format=csv&deidentified=true")
    assert (page.status, "secret" in page.text) == (422, True)


def test_how_far_a_file_is_is_known_while_it_is_made_and_not_after() -> None:
    makings = Makings()
    with makings.making("s1", "mine") as tell:
        tell(1200)
        assert (makings.written("s1", "mine"), makings.written("s2", "mine")) == (1200, None)
    assert makings.written("s1", "mine") is None


async def test_the_published_response_is_told_in_minutes_and_hidden_until_it_is_wanted(
    parts: Any,
) -> None:
    browser = await opened(with_operators(parts.records))
    told = json.loads((await browser.get("/api/review/s1/expected")).text)
    published = [trace for trace in told["traces"] if trace["meta"]["part"] == "published"]
    assert {trace["x"][0] for trace in published if trace["mode"] == "markers"} == {30, 40}
    assert not any(trace["visible"] for trace in told["traces"])
    assert "Yale 2024" in told["notes"]["published"]


async def test_an_earlier_session_of_the_patient_lies_where_its_infusion_began(parts: Any) -> None:
    records = clinic.records()
    earlier = clinic.session(
        id="s0",
        number=4,
        phases=(
            PhaseEntry(Phase.PRECHECK, clinic.T0 - 500 * MINUTE),
            PhaseEntry(Phase.INFUSION, clinic.T0 - 480 * MINUTE),
            PhaseEntry(Phase.DISCHARGED, clinic.T0 - 400 * MINUTE),
        ),
    )
    records.all_sessions.append(earlier)
    cuff = clinic.reading(
        Metric.NIBP, clinic.T0 - 470 * MINUTE, None, systolic=150.0, diastolic=90.0
    )
    records.all_readings = [clinic.stored(cuff, session_id="s0")]
    browser = await opened(clinic.parts(records=records))
    told = json.loads((await browser.get("/api/review/s1/expected")).text)
    own = [trace for trace in told["traces"] if trace["mode"] != "text"]
    assert [(trace["x"], trace["y"]) for trace in own] == [([10], [150]), ([10], [90])]


async def test_a_refused_signature_says_why() -> None:
    orders = clinic.ScriptedOrders([clinic.refused("signed")])
    visit = clinic.visit_of(clinic.parts(orders=orders))
    with clinic.visiting(visit):
        answer, *_drawn = await signed(visit, "s1", "e1")
    assert not answer["done"]
    assert "You have signed" in answer["sentence"]


async def test_a_comment_that_was_refused_stays_in_its_field() -> None:
    visit = clinic.visit_of(clinic.parts(orders=clinic.ScriptedOrders([None])))
    with clinic.visiting(visit):
        _drawn, kept, told = await commented(visit, "s1", "Peak late")
    assert (kept, "does not answer" in told) == ("Peak late", True)


def test_what_is_signed_for_is_told_first(parts: Any) -> None:
    visit = clinic.visit_of(with_operators(parts.records))
    session = parts.records.session("s1")
    told = str(signing.summary(visit, session))
    assert "!!! 1 · !! 1 · ! 1" in told
    assert "No comment was written." in told
    assert "sign-missing" not in told
    known = clinic.records()
    empty = RecordsInMemory(
        all_rooms=known.all_rooms,
        all_operators=known.all_operators,
        all_sessions=[clinic.session()],
    )
    nothing = signing.summary(clinic.visit_of(clinic.parts(records=empty)), clinic.session())
    assert "No vital sign was recorded" in str(nothing[0])


@pytest.mark.parametrize(
    ("state", "by", "told"),
    [
        (SignOff.UNSIGNED, None, "Sign off"),
        (SignOff.SIGNED, "bo", "Sign too"),
        (SignOff.SIGNED, "dina", ""),
        (SignOff.CHANGED, "dina", "Sign again"),
    ],
)
def test_the_button_is_there_while_a_signature_would_add_something(
    parts: Any, state: SignOff, by: str | None, told: str
) -> None:
    visit = clinic.visit_of(with_operators(parts.records))
    visit = replace(visit, operator=Operator("dina", "clinician", "no hash"))
    with clinic.visiting(visit):
        teller = teller_of(visit, parts.records.session("s1"))
    signatures = () if by is None else (Signature(by, clinic.T0),)
    review = ReviewState(state, clinic.T0, signatures, ())
    opened = replace(teller.opened, review=review)
    (*drawn,) = signing.sign_button(visit, replace(teller, opened=opened))
    assert [one.children for one in drawn] == ([told] if told else [])
    assert all(("primary" in one.className) == (told != "Sign too") for one in drawn)


async def test_a_comment_of_blanks_is_never_sent() -> None:
    orders = clinic.ScriptedOrders()
    visit = clinic.visit_of(clinic.parts(orders=orders))
    with clinic.visiting(visit):
        *_drawn, told = await commented(visit, "s1", "   ")
    assert "some words" in told
    assert not orders.given
