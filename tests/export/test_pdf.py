"""A session on paper: one page, and after it what has no room on it; in both languages, with what must be seen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.domain import facts
from monitor.domain.outcomes import Outcome
from monitor.domain.readings import HOUR, MINUTE, Metric
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.export.extract import Extract, RecordProof, read_extract
from monitor.export.report.form import form_sheet
from monitor.export.report.sheet import session_sheet
from monitor.export.report.speech import Speech
from monitor.export.report.typesetting import session_page
from monitor.locale import load_translations
from monitor.service.phrases import Phrases
from monitor.service.ports import Records
from monitor.storage import open_records
from tests.export.clinic import PROTOCOLS, an_extract, exported
from tests.export.whole_session import BEGAN, LEFT, write_whole_session
from tests.storage.builders import NOW, a_reading, an_alarm, fact, stored

LONG = "The patient asked whether the music could be somewhat quieter, and it was made so. " * 4
PROTOCOL = PROTOCOLS["ketamine_iv"]


def speech(language: str = "en") -> Speech:
    return Speech(Phrases(language, load_translations()[language]), ZoneInfo("Europe/Oslo"))


def pages(content: list[bytes]) -> int:
    """How many pages a PDF has."""
    [file] = content
    [count] = re.findall(rb"/Count (\d+)", file)
    return int(count)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    folder = tmp_path_factory.mktemp("whole")
    write_whole_session(folder)
    records = open_records(folder)
    yield records
    records.close()


@pytest.fixture
def whole(records: Records) -> Extract:
    return read_extract(records, "s1", PROTOCOLS, simulated=True)


def a_long_one() -> Extract:
    """A day with more entries and alarms than a page holds, each longer than a line."""
    ids = [f"e{n}" for n in range(200)]
    notes = [facts.NoteEntered("s1", entry, LONG, NOW + n * MINUTE) for n, entry in enumerate(ids)]
    session = an_extract().session.entering(Phase.BASELINE, NOW + 1)
    return an_extract(
        [stored(n, a_reading(60 * n, 80.0 + n % 7)) for n in range(24 * 60)],
        session=session,
        facts=[fact(note, note.measured_at, by=LONG) for note in notes],
        alarms=[an_alarm(alarm_id=f"a{n}", reason_code=LONG) for n in range(80)],
        course=PROTOCOL.course,
        settings=PROTOCOL.alarms,
        simulated=True,
        deidentified=True,
        now=NOW + 24 * HOUR,
    )


def sessions() -> dict[str, Extract]:
    clock_step = [stored(1), stored(2, a_reading(1, measured_at=0)), stored(3, a_reading(2))]
    gap = [stored(n, a_reading(at)) for n, at in enumerate((0, 1, 3600, 3601))]
    nothing = stored(1, a_reading(1, None, metric=Metric.SPO2, status="sensor_off"))
    mean_only = stored(1, a_reading(1, None, metric=Metric.NIBP, mean=93.0))
    cancelled = an_extract().session.entering(Phase.CANCELLED, NOW)
    return {
        "empty": an_extract(),
        "one reading": an_extract([stored(1)]),
        "no value": an_extract([nothing]),
        "a mean only": an_extract([mean_only]),
        "clock steps": an_extract(clock_step),
        "a gap of an hour": an_extract(gap),
        "cancelled": an_extract(session=cancelled),
        "a day": a_long_one(),
    }


@pytest.mark.parametrize("language", ["en", "nb"])
def test_a_whole_session_is_one_page(whole: Extract, language: str) -> None:
    assert pages(session_page(whole, speech(language))) == 1


@pytest.mark.parametrize("name", [name for name in sessions() if name != "a day"])
def test_every_short_session_is_one_page(name: str) -> None:
    assert pages(session_page(sessions()[name], speech("nb"))) == 1


def test_a_page_can_be_looked_at(whole: Extract) -> None:
    [page] = session_page(whole, speech(), "png")
    assert page.startswith(b"\x89PNG")


def test_what_has_no_room_on_the_first_page_is_on_those_after_it_and_whole() -> None:
    extract = a_long_one()
    said, _ = session_sheet(extract, speech())
    assert pages(session_page(extract, speech())) > 4
    # Two phases are lines too.
    assert (len(said["course"]["rows"]), len(said["alarms"]["rows"])) == (202, 80)
    assert f"Note: {LONG}" in [row[1] for row in said["course"]["rows"]]
    assert all(len(row[1]) <= 88 for row in said["course"]["short"])


def test_a_note_that_is_shortened_on_the_first_page_is_whole_on_the_second() -> None:
    noted = [fact(facts.NoteEntered("s1", "e1", LONG, NOW))]
    assert pages(session_page(an_extract(facts=noted), speech())) == 2
    noted = [fact(facts.NoteEntered("s1", "e1", "calm", NOW))]
    assert pages(session_page(an_extract(facts=noted), speech())) == 1


def read_since(extract: Extract, comments: int) -> Extract:
    """The same session after its reviewers."""
    written: list[facts.FactBody] = [
        facts.ReviewCommented("s1", f"{n}: {LONG}") for n in range(comments)
    ]
    later = [fact(body, LEFT, by="Dina Berg") for body in [*written, facts.ReviewSigned("s1")]]
    scores = [
        Outcome(f"o{n}", "P-1", scale, 30 - n, f"2026-11-{n + 1:02}", None, "Dina Berg", LEFT)
        for n, scale in enumerate(("madrs", "phq9"))
    ]
    return replace(extract, facts=[*extract.facts, *later], outcomes=scores)


def test_outcome_scores_and_what_reviewers_wrote_are_on_the_page_or_after_it(
    whole: Extract,
) -> None:
    said, _ = session_sheet(read_since(whole, 1), speech())
    assert [row[:3] for row in said["outcomes"]["rows"]] == [
        ["1 November 2026", "MADRS", "30"],
        ["2 November 2026", "PHQ-9", "29"],
    ]
    assert [row[1] for row in said["comments"]["rows"]] == ["Dina Berg"]
    assert said["signed"][-1].startswith("Reviewed by Dina Berg")
    assert pages(session_page(read_since(whole, 1), speech("nb"))) == 1
    assert pages(session_page(read_since(whole, 9), speech("nb"))) == 2


def test_a_signature_before_the_newest_change_says_so(whole: Extract) -> None:
    read = read_since(whole, 0)
    added = fact(facts.NoteEntered("s1", "e99", "afterwards", NOW), LEFT)
    said, _ = session_sheet(replace(read, facts=[*read.facts, added]), speech())
    assert said["signed"][-1].endswith("the record has changed since")


@pytest.mark.parametrize("language", ["en", "nb"])
def test_what_is_no_infusion_is_not_called_one(whole: Extract, language: str) -> None:
    nasal = PROTOCOLS["esketamine_nasal"]
    stopped = fact(facts.InfusionStopped("s1", "the patient wishes it"), LEFT)
    session = replace(whole.session, protocol="esketamine_nasal")
    extract = replace(
        whole,
        course=nasal.course,
        settings=nasal.alarms,
        session=session,
        facts=[*whole.facts, stopped],
    )
    said, picture = session_sheet(extract, speech(language))
    form = form_sheet(extract, speech(language))
    for text in (json.dumps(said), picture, json.dumps(form)):
        assert not re.search("infu[sz]", text.replace("infusion-monitor", ""), re.IGNORECASE)
    word = {"en": "Administration", "nb": "Administrering"}[language]
    assert f">{word}<" in picture
    assert [word, "39 min"] in form["groups"][2][1]


def test_the_file_is_a_pdf_with_its_seal_and_the_same_again(
    records: Records, tmp_path: Path
) -> None:
    contents = []
    for n in range(2):
        out = tmp_path / f"{n}.pdf"
        exported(records, "s1", out)
        contents.append(out.read_bytes())
        seal = json.loads((tmp_path / f"{n}.pdf.seal.json").read_text())
        assert seal["sha256"] == hashlib.sha256(contents[-1]).hexdigest()
        assert "open" not in seal
    assert contents[0].startswith(b"%PDF-")
    assert contents[0] == contents[1]


def test_it_says_what_matters(whole: Extract) -> None:
    said, picture = session_sheet(whole, speech())
    figures = {label: (value, remark) for label, value, remark in said["figures"]}
    assert figures["At rest"] == ("124/76", "Pulse 68")
    assert figures["Peak pressure since start"][0].startswith("163/")
    assert figures["Alarms"] == ("1 · 1 · 1", "!!! · !! · !")
    assert [row[0] for row in said["alarms"]["rows"]] == ["high", "medium", "low"]
    texts = [row[1] for row in said["course"]["rows"]]
    assert "Dose 35.25 mg, 40 min (0.5 mg/kg)" in texts
    assert ["Headache, mild", "Kari Nordmann", False] in [row[1:] for row in said["course"]["rows"]]
    assert said["signed"][0].startswith("Discharge signed by Kari Nordmann")
    assert picture.startswith("<svg")


def test_the_page_of_an_empty_session_says_that_nothing_was_measured() -> None:
    figures = {
        label: (value, why)
        for label, value, why in session_sheet(an_extract(), speech())[0]["figures"]
    }
    assert figures["Beyond limits"] == ("–", "not measured")
    assert figures["Peak pressure"] == ("–", "no pressure measured")
    assert ("–", "no alarms") in figures.values()
    assert ("–", "none acknowledged") not in figures.values()


def test_what_is_simulated_open_or_deidentified_is_marked(whole: Extract) -> None:
    def marks(extract: Extract) -> list[str]:
        found: list[str] = session_sheet(extract, speech())[0]["marks"]
        return found

    assert marks(whole) == ["SIMULATED DATA"]
    assert marks(replace(whole, simulated=False)) == []
    altered = replace(whole, proof=RecordProof(proven=False, fault="batch 7 was changed"))
    assert marks(altered) == ["THIS RECORD WAS ALTERED", "SIMULATED DATA"]
    assert marks(an_extract()) == ["OPEN SESSION, NOT FINAL", "NO VITAL SIGN WAS RECORDED"]
    assert "DE-IDENTIFIED: dates shifted" in marks(a_long_one())


def test_the_trace_keeps_the_lowest_second_and_leaves_gaps_open(whole: Extract) -> None:
    _, picture = session_sheet(whole, speech())
    pulse = [line for line in picture.split("<") if "#2e6b34" in line and "polyline" in line]
    assert len(pulse) == 2
    readings = list(whole.readings)
    dip = a_reading(0, 71.0, metric=Metric.SPO2, measured_at=BEGAN + 500, at=BEGAN + 500)
    [*_, deepest] = sorted(
        float(pair.split(",")[1])
        for line in session_sheet(replace(whole, readings=[*readings, stored(9, dip)]), speech())[
            1
        ].split("<")
        if "#0a6c74" in line and "polyline" in line
        for pair in line.split('points="')[1].split('"')[0].split()
    )
    usual = max(
        float(pair.split(",")[1])
        for line in picture.split("<")
        if "#0a6c74" in line and "polyline" in line
        for pair in line.split('points="')[1].split('"')[0].split()
    )
    assert deepest > usual


def test_limits_have_their_numbers_and_a_panel_without_values_says_so(whole: Extract) -> None:
    _, picture = session_sheet(replace(whole, settings=PROTOCOL.alarms), speech())
    for number in ("165", "164", "110", "50", "92"):
        assert f">{number}</text>" in picture
    assert "not measured" not in picture
    _, picture = session_sheet(an_extract([stored(1)]), speech())
    assert picture.count(">not measured</text>") == 2
    assert picture.count(">no pressure measured</text>") == 2


def test_a_few_seconds_of_values_are_dots_that_can_be_seen() -> None:
    readings = [stored(n, a_reading(at)) for n, at in enumerate((0, 1, 7200, 7201))]
    _, picture = session_sheet(an_extract(readings, now=NOW + 3 * HOUR), speech())
    assert len(re.findall('<circle [^>]*fill="#2e6b34"', picture)) == 2


def test_texts_of_people_cannot_break_the_page() -> None:
    odd = '#panic() $x$ <b>&" \\ ]] } `` _*'
    extract = an_extract(
        facts=[fact(facts.NoteEntered("s1", "e1", odd, NOW))],
        session=replace(
            an_extract().session, patient=odd, phases=(PhaseEntry(Phase.PRECHECK, NOW),)
        ),
        now=LEFT,
    )
    assert pages(session_page(extract, speech())) == 1
    assert odd in session_sheet(extract, speech())[0]["course"]["rows"][-1][1]
