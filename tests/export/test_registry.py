"""The registry form has what the record has, and says of every empty box that it is empty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.domain import facts
from monitor.domain.readings import MINUTE, Metric
from monitor.domain.sessions import Phase
from monitor.export.extract import Extract, read_extract
from monitor.export.registry import registry_form
from monitor.export.report.form import form_sheet
from monitor.export.report.typesetting import form_page
from monitor.service.batches import StoredReading
from monitor.service.ports import Records
from monitor.service.seal import seal_text
from monitor.storage import open_records
from monitor.wire.base import rfc3339
from tests.export.clinic import PROTOCOLS, an_extract, exported
from tests.export.test_pdf import a_long_one, pages, sessions, speech
from tests.export.whole_session import BEGAN, ENDED, write_whole_session
from tests.storage.builders import NOW, STREAM, a_reading, fact

Json = dict[str, Any]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    folder = tmp_path_factory.mktemp("whole")
    write_whole_session(folder)
    records = open_records(folder)
    yield records
    records.close()


@pytest.fixture(scope="module")
def whole(records: Records) -> Extract:
    return read_extract(records, "s1", PROTOCOLS, simulated=True)


def treated(*bodies: facts.FactBody, cuffs: tuple[float, ...] = ()) -> Json:
    """The form of a session with an infusion; ``cuffs`` in minutes from its beginning, the systolic 120 and as many."""
    session = an_extract().session
    for phase, at in ((Phase.BASELINE, NOW), (Phase.INFUSION, BEGAN), (Phase.OBSERVATION, ENDED)):
        session = session.entering(phase, at)
    readings = [
        StoredReading(
            "s1",
            STREAM,
            n,
            0,
            a_reading(0, None, metric=Metric.NIBP)._replace(
                measured_at=BEGAN + round(minutes * MINUTE),
                at=BEGAN + round(minutes * MINUTE),
                systolic=120.0 + n,
                diastolic=80.0,
            ),
        )
        for n, minutes in enumerate(cuffs)
    ]
    extract = an_extract(
        readings,
        session=session,
        facts=[fact(body, getattr(body, "measured_at", NOW)) for body in bodies],
        now=ENDED + 60 * MINUTE,
    )
    return registry_form(extract)


def score(kind: str, minutes: int, value: int) -> facts.ScoreEntered:
    at = BEGAN + minutes * MINUTE
    return facts.ScoreEntered("s1", f"{kind}{minutes}", kind, value, at)


def test_a_whole_session_fills_the_form(whole: Extract) -> None:
    form = registry_form(whole)
    assert form["missing"] == []
    assert form["state"] == "final"
    pressures = {
        name: (found["systolic"], found["minutes"])
        for name, found in form["blood_pressure"].items()
    }
    assert pressures == {"before": (124, -5), "at_40_min": (163, 35), "end": (124, 95)}
    assert form["durations"] == {
        "infusion_minutes": 39,
        "observation_minutes": 65,
        "session_minutes": 135,
    }
    sedation, dissociation = form["sedation"], form["dissociation"]
    assert (sedation["onset_minutes"], sedation["ended_minutes"]) == (10, 50)
    assert (sedation["scale"], sedation["worst"]) == ("moaas", 3)
    assert (dissociation["onset_minutes"], dissociation["ended_minutes"]) == (20, 60)
    assert [event["event"] for event in form["adverse_events"]] == ["nausea"]
    assert [drug["drug"] for drug in form["medications"]] == ["ondansetron"]
    assert form["discharge"]["not_met"] == []


def test_form_and_page_carry_the_seal_that_verify_tells(records: Records, whole: Extract) -> None:
    seal = seal_text(records.session_head("s1"))
    assert registry_form(whole)["seal"] == seal
    assert form_sheet(whole, speech())["seal"] == f"Seal of the record: {seal}"


def test_the_pressure_at_40_minutes_is_the_nearest_within_ten() -> None:
    assert treated(cuffs=(-3, 28, 41, 49))["blood_pressure"]["at_40_min"]["systolic"] == 122
    form = treated(cuffs=(-3, 28, 55))
    assert form["blood_pressure"]["at_40_min"] is None
    assert "blood_pressure.at_40_min" in form["missing"]


def test_a_session_without_any_value_was_not_within_its_limits() -> None:
    form = registry_form(an_extract())
    assert form["alarms"]["seconds_beyond_limits"] is None
    assert form["measured"]["values"] == 0
    wanted = {"measured.values", "alarms.seconds_beyond_limits", "alarms.lowest_spo2"}
    assert wanted <= set(form["missing"])


def test_a_cancelled_session_has_no_number_of_its_series() -> None:
    session = an_extract().session.entering(Phase.CANCELLED, NOW + MINUTE)
    assert registry_form(an_extract(session=session))["series_number"] is None


def test_nobody_having_looked_is_not_the_same_as_nothing_having_been_seen() -> None:
    assert treated()["sedation"]["occurred"] is None
    assert "sedation.occurred" in treated()["missing"]
    calm = treated(score("moaas", 10, 5), score("dissociation", 10, 1))
    assert calm["sedation"]["occurred"] is False
    assert calm["dissociation"]["occurred"] is False
    before = treated(score("moaas", -10, 4))
    assert before["sedation"]["occurred"] is None


def test_an_effect_whose_end_was_not_seen_says_so() -> None:
    form = treated(score("moaas", 10, 4), score("moaas", 20, 5), score("moaas", 30, 3))
    assert form["sedation"]["onset_minutes"] == 10
    assert form["sedation"]["ended_at"] is None
    assert "sedation.ended_at" in form["missing"]


def test_an_event_begins_an_effect_and_a_voided_one_does_not() -> None:
    at = BEGAN + 12 * MINUTE
    seen = facts.EventEntered("s1", "e1", "dissociation_calm", None, None, at)
    form = treated(seen, score("dissociation", 30, 0))["dissociation"]
    assert (form["onset_at"], form["ended_minutes"]) == (rfc3339(at), 30)
    voided = facts.EntryVoided("s1", "e1", "a slip", None)
    assert treated(seen, voided)["dissociation"]["occurred"] is None


@pytest.mark.parametrize(
    ("name", "other"), [("s.json", "s.registry.pdf"), ("s.pdf", "s.registry.json")]
)
def test_both_forms_leave_together_and_take_no_other_files_place(
    records: Records, tmp_path: Path, name: str, other: str
) -> None:
    done = exported(records, "s1", tmp_path / name, file_format="registry")
    assert [file.name for file in done.files] == [name, other]
    for file in done.files:
        content = file.read_bytes()
        is_paper = file.suffix == ".pdf"
        assert content.startswith(b"%PDF-") if is_paper else json.loads(content)["session"] == "s1"
        assert file.with_name(f"{file.name}.seal.json").exists()


@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_paper_form_is_one_page(whole: Extract, language: str) -> None:
    assert pages(form_page(whole, speech(language))) == 1


@pytest.mark.parametrize("name", sessions())
def test_every_session_has_a_form_of_one_page(name: str) -> None:
    extract = sessions()[name]
    assert pages(form_page(extract, speech("nb"))) == 1
    assert registry_form(extract)["missing"]


def test_more_events_than_a_page_holds_are_on_the_next_ones() -> None:
    entered = [
        fact(facts.EventEntered("s1", f"e{n}", "nausea", "mild", "word " * 60, NOW))
        for n in range(90)
    ]
    extract = replace(a_long_one(), facts=entered)
    assert len(form_sheet(extract, speech())["lists"][0]["rows"]) == 90
    assert pages(form_page(extract, speech())) > 2


def test_a_dose_of_whole_devices_lacks_no_dose_by_weight(whole: Extract) -> None:
    plan = facts.InfusionPlanned("s1", 70.5, None, 56.0, 15.0, None, None, None, False)
    said = form_sheet(replace(whole, facts=[*whole.facts, fact(plan)]), speech())
    assert dict(said["groups"][0][1])["Dose by weight"] == "–"
    assert said["missing"] == ""


def test_a_worst_score_names_its_scale(whole: Extract) -> None:
    effects = {title: dict(lines) for title, lines in form_sheet(whole, speech())["groups"]}
    assert effects["Sedation"]["Worst score"] == "MOAA/S 3"
    assert effects["Dissociation"]["Worst score"] == "Dissociation 6"


def test_the_form_for_research_has_no_names(records: Records, tmp_path: Path) -> None:
    done = exported(
        records, "s1", tmp_path / "form.json", file_format="registry", deidentified=True
    )
    content = done.files[0].read_text()
    assert json.loads(content)["deidentified"] is True
    for secret in ("Kari", "settled", "P-1", "2026-"):
        assert secret not in content
