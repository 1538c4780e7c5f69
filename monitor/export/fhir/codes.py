"""What things are called in FHIR: LOINC, UCUM and IEEE 11073 codes of the vital signs, and the words of value sets."""

from __future__ import annotations

from typing import Any

from monitor.domain.readings import Metric

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
MDC = "urn:iso:std:iso:11073:10101"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_PROFILES = "http://hl7.org/fhir/StructureDefinition"

Json = dict[str, Any]


def coding(system: str, code: str, display: str = "") -> Json:
    """One code of one system."""
    found = {"system": system, "code": code}
    return found | {"display": display} if display else found


_CATEGORY = f"{_TERMINOLOGY}/observation-category"
VITAL_SIGNS = [{"coding": [coding(_CATEGORY, "vital-signs")]}]
SURVEY = [{"coding": [coding(_CATEGORY, "survey")]}]
TEST_DATA = coding(f"{_TERMINOLOGY}/v3-ActReason", "HTEST", "test health data")
"""The security label of what is no patient's."""
PSEUDONYMOUS = coding(f"{_TERMINOLOGY}/v3-ObservationValue", "PSEUDED", "pseudonymized")

OXIMETER_PULSE = coding(LOINC, "8889-8", "Heart rate by Pulse oximetry")
CODES = {
    Metric.PULSE_RATE: [coding(LOINC, "8867-4", "Heart rate")],
    # R4 wants the first; the second says how.
    Metric.SPO2: [
        coding(LOINC, "2708-6", "Oxygen saturation in Arterial blood"),
        coding(LOINC, "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
    ],
    Metric.NIBP: [coding(LOINC, "85354-9", "Blood pressure panel with all children optional")],
    Metric.RESP_RATE: [coding(LOINC, "9279-1", "Respiratory rate")],
    Metric.TEMPERATURE: [coding(LOINC, "8310-5", "Body temperature")],
}
DEVICE_CODES = {
    Metric.PULSE_RATE: [OXIMETER_PULSE, coding(MDC, "149530", "MDC_PULS_OXIM_PULS_RATE")],
    Metric.SPO2: [coding(MDC, "150456", "MDC_PULS_OXIM_SAT_O2")],
    Metric.NIBP: [coding(MDC, "150020", "MDC_PRESS_BLD_NONINV")],
    Metric.RESP_RATE: [coding(MDC, "151562", "MDC_RESP_RATE")],
    Metric.TEMPERATURE: [coding(MDC, "150364", "MDC_TEMP_BODY")],
}
"""Besides those above, where a device has measured."""
COMPONENTS = {
    "systolic": coding(LOINC, "8480-6", "Systolic blood pressure"),
    "diastolic": coding(LOINC, "8462-4", "Diastolic blood pressure"),
    "mean": coding(LOINC, "8478-0", "Mean blood pressure"),
}
PROFILES = {
    Metric.PULSE_RATE: f"{_PROFILES}/heartrate",
    Metric.SPO2: f"{_PROFILES}/oxygensat",
    Metric.NIBP: f"{_PROFILES}/bp",
    Metric.RESP_RATE: f"{_PROFILES}/resprate",
    Metric.TEMPERATURE: f"{_PROFILES}/bodytemp",
}
OUTCOME_SCALES = {
    "phq9": coding(
        LOINC, "44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"
    ),
    # No code of LOINC is known for it: better our own word than a code that means something else.
    "madrs": coding("urn:infusion-monitor:scale", "madrs", "Montgomery-Åsberg (MADRS) total score"),
}

_ABSENT = {"sensor_off": "not-performed", "no_signal": "error", "cuff_error": "error"}


def absent(status: str) -> Json:
    """Why there is no value."""
    reason = coding(f"{_TERMINOLOGY}/data-absent-reason", _ABSENT.get(status, "unknown"))
    said = {} if status == "ok" else {"text": status.replace("_", " ")}
    return {"coding": [reason], **said}


SEVERITIES = {"mild", "moderate", "severe"}


def participant(word: str) -> Json:
    """What somebody had to do with a record."""
    return {"coding": [coding(f"{_TERMINOLOGY}/provenance-participant-type", word)]}


def event_severity(word: str) -> Json:
    """How bad an event was."""
    return {"coding": [coding(f"{_TERMINOLOGY}/adverse-event-severity", word)]}


ISSUE_SEVERITIES = {"high": "high", "medium": "moderate", "low": "low"}
"""An alarm's priority as a detected issue has it."""
UNITS = {
    "ug": "ug",
    "ml": "mL",
    "IU": "[IU]",
    "l/min": "L/min",
    "drops": "[drp]",
    "puffs": "{puff}",
}


def quantity(value: float, unit: str) -> Json:
    """A value with its unit, which is UCUM or one of our words for it."""
    code = UNITS.get(unit, unit)
    number = int(value) if value == int(value) else value
    return {"value": number, "unit": unit, "system": UCUM, "code": code}
