"""A session that is over, read by a clinician: the page, the zoom, the way out, and who it is usable for."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest
from fhir.resources.R4B.bundle import Bundle
from playwright.sync_api import Browser, Page, expect

from monitor.data_directory import DataDirectory, create
from monitor.identity import COOKIE_NAME, sign_cookie
from monitor.storage.engine import DATABASE_NAME
from tests import past_session
from tests.browser.axe import faults
from tests.browser.fakes import wait_until
from tests.browser.stack import free_ports

pytestmark = pytest.mark.browser

SLOW_MS = 60_000


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> DataDirectory:
    directory = create(tmp_path_factory.mktemp("review") / "data", simulated=True)
    past_session.write(directory)
    return directory


@pytest.fixture(scope="module")
def url(directory: DataDirectory) -> Iterator[str]:
    """The product over that directory, once for all tests here."""
    port, gateway_port = free_ports(2)
    ports = ("--port", str(port), "--gateway-port", str(gateway_port))
    log = directory.path / "serve.log"
    with log.open("wb") as written:
        command = [sys.executable, "-m", "monitor", "serve", "--data", str(directory.path), *ports]
        process = subprocess.Popen(command, stdout=written, stderr=written)
    try:
        wait_until(lambda: "staff open" in log.read_text(), "the product to serve", 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def review(browser: Browser, directory: DataDirectory, url: str) -> Iterator[Page]:
    """The page as a clinician has it, its trace drawn and its figures there."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    cookie = sign_cookie(directory.cookie_key, past_session.CLINICIAN)
    context.add_cookies([{"name": COOKIE_NAME, "value": cookie, "url": url}])
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda fault: broken.append(str(fault)))
    page.goto(f"{url}/review/s1")
    page.wait_for_selector('#review-page[data-ready="true"]', timeout=SLOW_MS)
    expect(page.locator('[data-card="peak"]')).to_contain_text("183/111", timeout=SLOW_MS)
    yield page
    context.close()
    assert not broken


def shown(page: Page) -> list[float]:
    """From which minute to which the trace reaches."""
    minutes: list[float] = page.evaluate(
        "document.querySelector('#review-trace .js-plotly-plot').layout.xaxis.range.map(Number)"
    )
    return minutes


def test_an_alarm_is_zoomed_to_by_press_and_by_key_and_the_whole_comes_back(review: Page) -> None:
    whole = shown(review)
    alarm = review.locator('[data-review-alarm="a2"]')
    alarm.click()
    expect(review.locator("#review-page")).to_have_attribute("data-points", "full", timeout=SLOW_MS)
    begin, end = shown(review)
    assert begin < 40 < end < begin + 10
    expect(alarm).to_have_attribute("aria-pressed", "true")
    review.keyboard.press("w")
    expect(review.locator("#review-page")).to_have_attribute("data-zoomed", "false")
    assert shown(review) == pytest.approx(whole)
    review.locator('[data-review-alarm="a1"]').focus()
    review.keyboard.press("Enter")
    expect(review.locator("#review-page")).to_have_attribute("data-zoomed", "true")
    begin, end = shown(review)
    assert begin < 21.6 < end < begin + 10


def test_the_shown_stretch_is_moved_by_keys_in_the_overview(review: Page) -> None:
    first, last = shown(review)
    grip = review.get_by_role("slider", name="Shown from")
    grip.focus()
    review.keyboard.press("PageUp")
    expect(review.locator("#review-page")).to_have_attribute("data-zoomed", "true")
    assert shown(review) == pytest.approx([first + 10, last])


def test_limits_go_and_the_published_response_comes(review: Page) -> None:
    review.click('[data-shows="published"]')
    expect(review.locator("#review-expected-notes")).to_contain_text("Yale 2024", timeout=SLOW_MS)
    review.click('[data-shows="limit"]')
    visible = """part => document.querySelector('#review-trace .js-plotly-plot').data
        .filter(trace => trace.meta.part === part).map(trace => trace.visible)"""
    assert set(review.evaluate(visible, "published")) == {True}
    assert set(review.evaluate(visible, "limit")) == {False}


def taken(page: Page, file_format: str) -> zipfile.ZipFile:
    """The archive that a press brings."""
    with page.expect_download(timeout=SLOW_MS) as started:
        page.click(f'[data-format="{file_format}"]')
    expect(page.locator("#review-making")).to_contain_text("is complete", timeout=SLOW_MS)
    archive = zipfile.ZipFile(io.BytesIO(Path(started.value.path()).read_bytes()))
    assert archive.testzip() is None
    for name in archive.namelist():
        if not name.endswith(".seal.json"):
            sealed = json.loads(archive.read(f"{name}.seal.json"))
            assert sealed["sha256"] == hashlib.sha256(archive.read(name)).hexdigest()
    return archive


def test_the_session_is_taken_along_by_press_in_each_format_and_without_names(review: Page) -> None:
    table = pyarrow.csv.read_csv(io.BytesIO(taken(review, "csv").read("s1.csv")))
    columns = pyarrow.parquet.read_table(io.BytesIO(taken(review, "parquet").read("s1.parquet")))
    assert table.num_rows == columns.num_rows > 15_000
    bundle = Bundle.model_validate_json(taken(review, "fhir").read("s1.json"))
    assert bundle.entry is not None
    assert len(bundle.entry) > 100
    form = taken(review, "registry")
    assert json.loads(form.read("s1.json"))["patient"] == "P-0388"
    for pages in (form.read("s1.registry.pdf"), taken(review, "pdf").read("s1.pdf")):
        assert pages.startswith(b"%PDF-")
        assert pages.rstrip().endswith(b"%%EOF")
    review.click("[data-nameless]")
    nameless = taken(review, "csv")
    assert all(b"P-0388" not in nameless.read(name) for name in nameless.namelist())
    assert all("s1" not in name for name in nameless.namelist())


def test_a_comment_and_the_signature_stand_there_once_they_are_durable(review: Page) -> None:
    review.fill("#review-comment", "Peak as in session 3")
    review.click("#review-comment-send")
    expect(review.locator("#review-comments")).to_contain_text(
        "Peak as in session 3", timeout=SLOW_MS
    )
    review.click("#review-sign")
    dialog = review.locator("#review-sign-form-dialog")
    expect(dialog).to_contain_text("1 comment", timeout=SLOW_MS)
    assert faults(review, "#review-sign-form-dialog") == []
    dialog.get_by_role("button", name="Sign this record").click()
    expect(review.locator("#review-standing")).to_contain_text(
        "Signed off by dina", timeout=SLOW_MS
    )
    expect(dialog).to_be_hidden(timeout=SLOW_MS)
    expect(review.locator("#review-sign")).to_have_count(0)
    assert faults(review, but=("#review-trace",)) == []


def test_the_seal_is_claimed_only_after_somebody_has_looked_and_a_changed_byte_is_shouted(
    review: Page, directory: DataDirectory
) -> None:
    seal = review.locator("#review-seal")
    expect(seal).to_have_attribute("data-seal", "proven", timeout=SLOW_MS)
    expect(seal).to_contain_text("Record sealed")
    assert faults(review, "#review-page", but=("#review-trace",)) == []
    with closing(sqlite3.connect(directory.path / DATABASE_NAME)) as database:
        changed = (
            "UPDATE facts SET body = replace(body, 'Calm', 'Rest') WHERE kind = 'note_entered'"
        )
        assert database.execute(changed).rowcount == 1
        database.commit()
    seal.click()
    expect(review.locator("#review-altered")).to_contain_text("Do not rely on it", timeout=SLOW_MS)
    expect(seal).to_have_attribute("data-seal", "altered")
    assert faults(review, "#review-page", but=("#review-trace",)) == []
