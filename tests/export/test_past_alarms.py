"""What leaves of an alarm that became worse, was over, and stood unseen to the end of the session."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from monitor.domain.facts import AlarmChanged
from monitor.domain.readings import MINUTE, Metric, Reading
from monitor.export.deidentified import deidentify
from monitor.export.events import event_rows
from monitor.export.extract import Extract
from monitor.export.fhir.bundle import bundle_pieces
from monitor.export.report.alarms import alarm_lines
from monitor.export.report.speech import Speech
from monitor.export.report.trace import trace_svg
from monitor.locale import load_translations
from monitor.service.phrases import Phrases
from monitor.wire.base import rfc3339
from tests.export.clinic import an_extract
from tests.storage.builders import NOW, an_alarm, fact, stored

WORSE, OVER, ENDED = NOW + 10 * MINUTE, NOW + 35 * MINUTE, NOW + 300 * MINUTE
PHRASES = Phrases("en", load_translations()["en"])
SPEECH = Speech(PHRASES, ZoneInfo("Europe/Oslo"))


def pressed(systolic: int, diastolic: int, limit: int) -> dict[str, Any]:
    return {
        "alarm_kind": "limit",
        "metric": "nibp",
        "reason_code": "limit_above",
        "reason_values": {
            "metric": "nibp",
            "component": "systolic",
            "value": systolic,
            "pressure": f"{systolic}/{diastolic}",
            "limit": limit,
            "inclusive": 1,
            "delay_s": 0,
        },
    }


def a_cuff(seq: int, minute: int, systolic: float, diastolic: float) -> Any:
    at = NOW + minute * MINUTE
    reading = Reading(Metric.NIBP, at, at, at, "d1", "ok", False, None, systolic, diastolic, None)
    return stored(seq, reading)


def a_responder() -> Extract:
    medium = an_alarm(
        event="delay_ended", priority="medium", onset=NOW, raised_at=NOW, **pressed(172, 100, 165)
    )
    high = replace(medium, event="escalated", priority="high", **pressed(183, 106, 180))
    latched = replace(high, event="condition_ended", state="latched")
    ended = replace(latched, event="session_ended", state="ended", ended_at=ENDED)
    moments = ((NOW, medium), (WORSE, high), (OVER, latched), (ENDED, ended))
    cuffs = [(0, 172.0, 100.0), (10, 183.0, 106.0), (20, 188.0, 109.0), (35, 150.0, 90.0)]
    return an_extract(
        [a_cuff(n, *cuff) for n, cuff in enumerate(cuffs, 1)],
        facts=[fact(body, at) for at, body in moments],
        alarms=[ended],
        now=ENDED,
    )


def told(extract: Extract) -> list[tuple[str, int, Any]]:
    return [(row.priority, row.at, json.loads(row.values)["value"]) for row in event_rows(extract)]


def test_each_priority_is_a_row_of_its_own_with_its_own_moment_and_values() -> None:
    extract = a_responder()
    assert told(extract) == [("medium", NOW, 172), ("high", WORSE, 183)]
    ends = {(row.condition_ended_at, row.ended_at) for row in event_rows(extract)}
    assert ends == {(OVER, ENDED)}


def test_a_file_without_names_has_the_same_rows_at_other_times() -> None:
    shifted = deidentify(a_responder(), b"secret of the clinic")
    (one, at, _), (other, later, _) = told(shifted)
    assert (one, other, later - at) == ("medium", "high", WORSE - NOW)


def test_a_detected_issue_lasts_as_long_as_its_condition_and_says_the_rest_in_words() -> None:
    bundle = json.loads(b"".join(bundle_pieces(a_responder(), PHRASES, "reading")))
    [issue] = [
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "DetectedIssue"
    ]
    assert issue["identifiedPeriod"] == {"start": rfc3339(NOW), "end": rfc3339(OVER)}
    assert issue["severity"] == "high"
    high, medium, stood = issue["detail"].split("; ")
    assert high.startswith(f"high from {rfc3339(WORSE)}: BP 183/106")
    assert medium.startswith(f"medium from {rfc3339(NOW)}: BP 172/100")
    assert stood == f"signal stood until {rfc3339(ENDED)}"


def test_a_page_tells_the_worst_value_how_long_it_held_and_that_nobody_saw_it() -> None:
    [(priority, _, why, answer)] = alarm_lines(a_responder().record(), SPEECH)
    assert priority == "high"
    assert why.startswith("BP 183/106 mmHg")
    assert "at worst 188/109; 35 min in all; before that !! BP 172/100" in why
    assert answer == "never, it stood to the end"


def test_the_strip_of_a_page_has_bars_for_the_condition_and_a_line_for_what_stood_after() -> None:
    extract = a_responder()
    picture = trace_svg(extract.record(), SPEECH)
    assert picture.count('stroke-dasharray="0.5 2"') == 1
    short = replace(extract, alarms=[_short(extract.alarms[0])], facts=[])
    assert 'stroke-dasharray="0.5 2"' not in trace_svg(short.record(), SPEECH)


def _short(alarm: AlarmChanged) -> AlarmChanged:
    return replace(alarm, ended_at=OVER)
