"""The FHIR bundle: valid by the models, true by the R4 vital-signs invariants, equal to the readings."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import fhirpathpy
import pytest
from fhir.resources.R4B.bundle import Bundle
from fhirpathpy.models import models

from monitor.domain import facts
from monitor.domain.readings import MANUAL_SOURCE, Metric
from monitor.export import ExportRefusedError
from monitor.export.fhir.bundle import validated
from monitor.service.batches import StoredReading
from monitor.service.ports import Records
from monitor.storage import open_journal, open_records
from monitor.wire.base import rfc3339
from tests.export.clinic import exported
from tests.storage.builders import (
    KEY,
    NOW,
    STREAM,
    a_batch,
    a_reading,
    an_alarm,
    clinic,
    stored,
)

Json = dict[str, Any]

VITAL_SIGNS = {
    # The profile's own invariants, and what its slices and required elements say, each true or the resource is none.
    "vs-1": "effective is Period or effective.toString().length() >= 8",
    "vs-2": "(component.empty() and hasMember.empty()) "
    "implies (dataAbsentReason.exists() or value.exists())",
    "vs-3": "component.all(value.exists() or dataAbsentReason.exists())",
    "obs-6": "dataAbsentReason.empty() or value.empty()",
    "category": "category.coding.where(system = 'http://terminology.hl7.org/CodeSystem/observation-category'"
    " and code = 'vital-signs').count() = 1",
    "required": "status.exists() and code.exists() and subject.exists() and effective.exists()",
    "ucum": "(value | component.value).all(system = 'http://unitsofmeasure.org' and code.exists() "
    "and value.exists())",
    "bp": "code.coding.where(code = '85354-9').exists() implies ("
    "value.empty() and component.where(code.coding.code = '8480-6').count() = 1"
    " and component.where(code.coding.code = '8462-4').count() = 1"
    " and component.value.all(code = 'mm[Hg]'))",
    "spo2": "code.coding.where(code = '59408-5').exists() implies code.coding.where(code = '2708-6').exists()",
    "units": "value.exists() implies value.code = "
    "iif(code.coding.where(code = '2708-6').exists(), '%', "
    "iif(code.coding.where(code = '8310-5').exists(), 'Cel', '/min'))",
    "magic code": "code.coding.where(system = 'http://loinc.org' and "
    "(code = '8867-4' or code = '2708-6' or code = '85354-9' or code = '9279-1' or code = '8310-5'))"
    ".count() = 1",
}
PLAIN = ("id", "issued", "value", "start", "end", "effectiveDateTime")
BUNDLE = {
    "bdl-7": "entry.fullUrl.isDistinct()",
    "references": "entry.resource.descendants().reference.all($this in %context.entry.fullUrl)",
}


@cache
def invariant(expression: str) -> Any:
    return fhirpathpy.compile(expression, models["r4"])


def broken(resource: Json, rules: dict[str, str]) -> list[str]:
    return [name for name, rule in rules.items() if invariant(rule)(resource) != [True]]


def checked(path: Path) -> Json:
    """The bundle, held against the models and every invariant."""
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    Bundle.model_validate(content)
    assert broken(content, BUNDLE) == []
    for observation in {skeleton(known): known for known in vital_signs(content)}.values():
        assert broken(observation, VITAL_SIGNS) == [], observation
    return content


def vital_signs(bundle: Json) -> list[Json]:
    """Every Observation but those that say of themselves that they are none."""
    found = of_kind(bundle, "Observation")
    return [known for known in found if known["category"][0]["coding"][0]["code"] != "survey"]


def skeleton(resource: Any) -> str:
    """A resource without its numbers and times, which no invariant asks for: evaluating them takes long."""
    if isinstance(resource, dict):
        parts = (f"{name}:{skeleton(part)}" for name, part in resource.items() if name not in PLAIN)
        return f"{{{','.join(parts)}}}"
    if isinstance(resource, list):
        return f"[{','.join(map(skeleton, resource))}]"
    return str(resource)


def of_kind(bundle: Json, kind: str) -> list[Json]:
    found = (entry["resource"] for entry in bundle["entry"])
    return [resource for resource in found if resource["resourceType"] == kind]


def bundle_of(records: Records, folder: Path, session: str = "s1", **wanted: Any) -> Json:
    out = folder / f"{session}.json"
    exported(records, session, out, file_format="fhir", **wanted)
    return checked(out)


def codes(observation: Json) -> list[str]:
    return [coding["code"] for coding in observation["code"]["coding"]]


def one(bundle: Json, code: str) -> Json:
    [found] = [known for known in of_kind(bundle, "Observation") if code in codes(known)]
    return found


def test_the_invariants_find_what_is_wrong() -> None:
    wrong = {"resourceType": "Observation", "component": [{"code": {}}], "valueQuantity": {}}
    assert {"vs-3", "category", "required"} <= set(broken(wrong, VITAL_SIGNS))
    assert "vs-2" in broken({"resourceType": "Observation"}, VITAL_SIGNS)


def test_every_time_is_one_of_fhir_to_the_millisecond(records: Records, tmp_path: Path) -> None:
    for observation in of_kind(bundle_of(records, tmp_path), "Observation"):
        assert re.fullmatch(
            r"\d{4}(-\d\d){2}T(\d\d:){2}\d\d\.\d{3}Z", observation["effectiveDateTime"]
        )


def test_there_is_one_observation_for_each_reading(records: Records, tmp_path: Path) -> None:
    bundle = bundle_of(records, tmp_path)
    observations = of_kind(bundle, "Observation")
    assert len(observations) == 6
    pulse = [known for known in observations if "8867-4" in codes(known)]
    assert [known["valueQuantity"]["value"] for known in pulse] == [82, 97.125]
    assert codes(pulse[0]) == ["8867-4", "8889-8", "149530"]
    assert pulse[0]["effectiveDateTime"] == rfc3339(NOW - 1000)
    assert pulse[0]["issued"] == rfc3339(NOW + 1030)


def test_a_cuff_is_a_panel_and_one_with_a_mean_only_says_what_is_absent(
    records: Records, tmp_path: Path
) -> None:
    cuffs = [
        known
        for known in of_kind(bundle_of(records, tmp_path), "Observation")
        if "85354-9" in codes(known)
    ]
    parts = [
        {
            part["code"]["coding"][0]["code"]: part.get("valueQuantity", {}).get("value")
            for part in cuff["component"]
        }
        for cuff in cuffs
    ]
    assert parts == [
        {"8480-6": 132, "8462-4": 84, "8478-0": 100.25},
        {"8480-6": None, "8462-4": None, "8478-0": 93},
    ]


def test_no_value_has_a_reason_and_no_number(records: Records, tmp_path: Path) -> None:
    off = one(bundle_of(records, tmp_path), "2708-6")
    assert "valueQuantity" not in off
    assert off["dataAbsentReason"]["text"] == "sensor off"
    assert off["note"] == [{"text": "arrived late"}]


def test_a_device_and_a_person_are_told_apart(records: Records, tmp_path: Path) -> None:
    bundle = bundle_of(records, tmp_path)
    manual, device = one(bundle, "8310-5"), one(bundle, "2708-6")
    assert "device" not in manual
    assert manual["method"]["text"] == "read and entered by a person"
    [monitor] = [d for d in of_kind(bundle, "Device") if d.get("identifier") == [{"value": "d1"}]]
    assert device["device"]["reference"] == f"urn:uuid:{monitor['id']}"


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_data_say_so_in_every_resource(
    records: Records, tmp_path: Path, simulated: bool
) -> None:
    bundle = bundle_of(records, tmp_path, simulated=simulated)
    for resource in [bundle, *(entry["resource"] for entry in bundle["entry"])]:
        labels = [label["code"] for label in resource["meta"].get("security", [])]
        assert labels == (["HTEST"] if simulated else [])


def test_an_open_session_is_not_final(records: Records, tmp_path: Path) -> None:
    bundle = bundle_of(records, tmp_path)
    assert {known["status"] for known in of_kind(bundle, "Observation")} == {"preliminary"}
    assert "open" in [tag["code"] for tag in bundle["meta"]["tag"]]


def a_session(folder: Path, *batches: Any) -> Json:
    journal, records = open_journal(folder, KEY), open_records(folder)
    journal.commit(clinic())
    for batch in batches:
        journal.commit(batch)
    bundle = bundle_of(records, folder)
    records.close()
    journal.close()
    return bundle


def test_of_an_infusion_without_a_planned_dose_nothing_is_said_to_have_been_given(
    tmp_path: Path,
) -> None:
    begun = [facts.PhaseEntered("s1", "baseline", None), facts.PhaseEntered("s1", "infusion", "x")]
    over = a_batch([], facts.PhaseEntered("s1", "observation", None), at=NOW + 2_400_000)
    [given] = of_kind(a_session(tmp_path, a_batch([], *begun), over), "MedicationAdministration")
    assert given["status"] == "unknown"
    assert "dosage" not in given
    assert "without a planned dose" in given["note"][0]["text"]


def test_the_course_is_there_with_what_was_given_and_what_befell(tmp_path: Path) -> None:
    given = facts.MedicationEntered("s1", "e1", "ondansetron", 4.0, "mg", "iv", None, NOW)
    bundle = a_session(
        tmp_path,
        a_batch(
            [],
            facts.InfusionPlanned("s1", 70.5, 0.5, 35.25, 40.0, 1.0, 35.25, 52.88, False),
            facts.PhaseEntered("s1", "baseline", None),
            facts.PhaseEntered("s1", "infusion", None),
            given,
            facts.EventEntered("s1", "e2", "nausea", "mild", "brief", NOW),
            facts.EventEntered("s1", "e3", "panic", None, None, NOW),
            facts.EntryVoided("s1", "e3", "wrong room", None),
            facts.InterventionEntered("s1", "e4", "light", None, NOW),
            facts.ScoreEntered("s1", "e5", "moaas", 4, NOW),
            facts.NoteEntered("s1", "e6", "calm", NOW),
            an_alarm(acknowledged_at=NOW + 20_000, acknowledged_by="Kari"),
        ),
        a_batch([], facts.PhaseEntered("s1", "observation", None), at=NOW + 2_400_000),
        a_batch([], facts.PhaseEntered("s1", "discharged", None), at=NOW + 6_000_000),
    )
    session, light = of_kind(bundle, "Procedure")
    assert (session["status"], session["note"][0]["text"]) == ("completed", "calm")
    assert light["code"]["text"] == "Light changed"
    infusion, drug = of_kind(bundle, "MedicationAdministration")
    assert infusion["dosage"]["dose"] == {
        "value": 35.25,
        "unit": "mg",
        "system": "http://unitsofmeasure.org",
        "code": "mg",
    }
    assert infusion["effectivePeriod"]["end"] == rfc3339(NOW + 2_400_000)
    assert infusion["status"] == "completed"
    assert infusion["medicationCodeableConcept"]["text"] == "Ketamine (racemic)"
    assert drug["medicationCodeableConcept"]["text"] == "Ondansetron"
    assert [event["event"]["text"] for event in of_kind(bundle, "AdverseEvent")] == [
        "Nausea: brief"
    ]
    [score] = of_kind(bundle, "QuestionnaireResponse")
    assert score["item"][0]["answer"] == [{"valueInteger": 4}]
    [alarm] = of_kind(bundle, "DetectedIssue")
    assert (alarm["severity"], alarm["status"]) == ("high", "preliminary")
    assert alarm["mitigation"][0]["author"] == {"display": "Kari"}
    assert len(of_kind(bundle, "Provenance")) == 1


def test_an_empty_session_and_a_single_reading_are_valid(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "one").mkdir()
    assert of_kind(a_session(tmp_path / "none"), "Observation") == []
    bundle = a_session(tmp_path / "one", a_batch([stored(1)]))
    assert len(of_kind(bundle, "Observation")) == 1


def test_a_withdrawn_entry_is_entered_in_error_and_names_who_read_it(tmp_path: Path) -> None:
    manual = a_reading(1, 28.0, source=MANUAL_SOURCE, measured_at=NOW + 1000)
    bundle = a_session(
        tmp_path,
        a_batch(
            [StoredReading("s1", "manual-s1", 1, 0, manual)],
            facts.VitalsEntered("s1", "e1", NOW + 1000, {"pulse_rate": 28.0}, 1),
            facts.EntryVoided("s1", "e1", "a slip", None),
        ),
    )
    [reading] = of_kind(bundle, "Observation")
    assert reading["status"] == "entered-in-error"
    assert reading["performer"] == [{"display": "system"}]


def test_a_device_whose_clock_is_wrong_has_corrected_times_and_says_so(tmp_path: Path) -> None:
    hour = 3_600_000
    readings = [
        stored(1, a_reading(0, measured_at=NOW - 2000)),
        stored(2, a_reading(1, measured_at=NOW - hour)),
        stored(3, a_reading(2, measured_at=NOW + 5 * hour)),
    ]
    observations = of_kind(a_session(tmp_path, a_batch(readings)), "Observation")
    told = {known["effectiveDateTime"]: "note" in known for known in observations}
    assert told == {
        rfc3339(NOW - 2000): False,
        rfc3339(NOW + 1000): True,
        rfc3339(NOW + 2000): True,
    }


def test_a_minute_has_its_median_and_every_cuff(tmp_path: Path) -> None:
    begun = NOW // 60_000 * 60_000 + 60_000

    def at(seconds: float, value: float | None, **changes: Any) -> Any:
        moment = begun + round(seconds * 1000)
        return a_reading(0, value, measured_at=moment, at=moment, **changes)

    cuffs = [
        at(5, None, metric=Metric.NIBP, systolic=120.0, diastolic=80.0),
        at(6, None, metric=Metric.NIBP, systolic=130.0, diastolic=85.0),
    ]
    values = [
        at(1, 80.0),
        at(2, 90.0),
        at(3, None, status="no_signal"),
        at(59.9, 82.0),
        at(60, 70.0),
    ]
    lost = [at(7200 + n, None, metric=Metric.SPO2, status="sensor_off") for n in range(3)]
    rows = [
        StoredReading("s1", STREAM, n, 0, known) for n, known in enumerate([*cuffs, *values, *lost])
    ]
    journal, records = open_journal(tmp_path, KEY), open_records(tmp_path)
    journal.commit(clinic())
    journal.commit(a_batch(rows))
    bundle = bundle_of(records, tmp_path, resolution="minute")
    records.close()
    journal.close()
    observations = of_kind(bundle, "Observation")
    assert len([known for known in observations if "85354-9" in codes(known)]) == 2
    pulse = [known for known in observations if "8867-4" in codes(known)]
    assert [known["valueQuantity"]["value"] for known in pulse] == [82, 70]
    assert pulse[0]["effectivePeriod"]["start"] == rfc3339(begun)
    assert "dataAbsentReason" in one(bundle, "2708-6")


def test_what_fhir_does_not_know_is_refused_with_its_place() -> None:
    with pytest.raises(ExportRefusedError, match=r"no Observation of FHIR: .*status"):
        validated({"resourceType": "Observation", "status": 7, "code": {"text": "x"}})


@pytest.mark.parametrize("text", [" ", "\n", "a\tb", "<b>&\"'", "x" * 5000, "\u00a0", "æ 漢 😀"])
def test_whatever_was_written_makes_a_valid_bundle(tmp_path: Path, text: str) -> None:
    bundle = a_session(
        tmp_path,
        a_batch(
            [],
            facts.NoteEntered("s1", "e1", text, NOW),
            facts.EventEntered("s1", "e2", text, text, text, NOW),
            facts.MedicationEntered("s1", "e3", text, 0.001, "puffs", text, text, NOW),
            facts.EntryVoided("s1", "e3", text, None),
            facts.SessionCancelled("s1", text, text),
            an_alarm(note=text, acknowledged_by=text, acknowledged_at=NOW),
        ),
    )
    assert of_kind(bundle, "Procedure")[0]["status"] == "not-done"


def test_the_ids_are_the_same_in_the_next_export(records: Records, tmp_path: Path) -> None:
    first, again = (bundle_of(records, tmp_path) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("language", ["en", "nb"])
def test_alarms_and_entries_are_told_in_the_language_that_is_wanted(
    tmp_path: Path, language: str
) -> None:
    journal, records = open_journal(tmp_path, KEY), open_records(tmp_path)
    journal.commit(clinic())
    journal.commit(a_batch([], facts.EventEntered("s1", "e1", "nausea", None, None, NOW)))
    bundle = bundle_of(records, tmp_path, language=language)
    [event] = of_kind(bundle, "AdverseEvent")
    assert event["event"]["text"] == {"en": "Nausea", "nb": "Kvalme"}[language]
    records.close()
    journal.close()


def test_outcome_scores_are_observations_of_a_survey_and_no_vital_signs(tmp_path: Path) -> None:
    bundle = a_session(
        tmp_path,
        a_batch(
            [stored(1)],
            facts.OutcomeEntered("o1", "P-1", "madrs", 31, "2026-11-02", "before the series"),
            facts.OutcomeEntered("o2", "P-1", "phq9", 22, "2026-11-03", None),
            facts.OutcomeVoided("o2", "a slip"),
            facts.OutcomeEntered("o3", "P-2", "phq9", 9, "2026-11-03", None),
        ),
    )
    assert len(vital_signs(bundle)) == 1
    scores = [known for known in of_kind(bundle, "Observation") if "madrs" in codes(known)]
    scores += [known for known in of_kind(bundle, "Observation") if "44261-6" in codes(known)]
    told = [
        (
            known["effectiveDateTime"],
            known["valueQuantity"]["value"],
            known["status"],
            known["note"][0]["text"],
        )
        for known in scores
    ]
    assert told == [
        ("2026-11-02", 31, "final", "before the series"),
        ("2026-11-03", 22, "entered-in-error", "[voided: a slip]"),
    ]


def test_signatures_are_provenance_and_a_reviewers_comment_is_a_note_with_its_author(
    tmp_path: Path,
) -> None:
    late = facts.NoteEntered("s1", "e1", "entered afterwards", NOW)
    bundle = a_session(
        tmp_path,
        a_batch([], facts.DischargeSigned("s1", ["time"], [])),
        a_batch([], facts.ReviewSigned("s1"), facts.ReviewCommented("s1", "slow to settle")),
        a_batch([], late, facts.ReviewSigned("s1")),
    )
    acts = [
        (known["activity"]["text"], "reason" in known, known["agent"][0]["who"])
        for known in of_kind(bundle, "Provenance")
        if "activity" in known
    ]
    system = {"display": "system"}
    assert acts == [
        ("discharge", False, system),
        ("review", True, system),
        ("review", False, system),
    ]
    [session] = of_kind(bundle, "Procedure")
    notes = {note["text"]: note["authorString"] for note in session["note"]}
    assert notes == {"entered afterwards": "system", "[review] slow to settle": "system"}
