from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from monitor.dashboard import refusals
from monitor.dashboard.components.session_log import log_lines
from monitor.dashboard.log import LogWriter
from monitor.dashboard.orders import GatewayUnreachableError
from monitor.dashboard.pages.settings import device_rows
from monitor.dashboard.presenters import (
    may_be_cancelled,
    next_phase,
    phase_name,
    phase_spans,
    reading_text,
    refusal_text,
    session_number,
    session_plan,
    start_phase_text,
    steps,
    unreachable_text,
)
from monitor.dashboard.rule_rows import limit_rows, rule_rows
from monitor.domain import facts
from monitor.domain.readings import MINUTE, Metric
from monitor.domain.registry import Room
from monitor.domain.sessions import Phase, PhaseEntry
from monitor.service.protocols import load_protocols
from monitor.wire.orders import OrderResult
from tests.dashboard.clinic import T0, parts, reading, records, refused, session, visit_of

VISIT = visit_of(parts())
NORWEGIAN = visit_of(parts(), "kari")
WORDS, PHRASES = VISIT.words, VISIT.phrases
BY_COMMANDS = {"office_orders.py", "access_orders.py", "erasing.py"}
ELSEWHERE = {"unknown_zone", "changed_now", "signed"}
"""Refusals that cannot be met, or that their own dialog puts in words."""
PROTOCOL = VISIT.parts.protocols["ketamine_iv"]


def alarm(**changes: Any) -> facts.AlarmChanged:
    given: dict[str, Any] = {
        "session_id": "s1",
        "alarm_id": "a1",
        "event": "delay_ended",
        "state": "active",
        "alarm_kind": "limit",
        "metric": "spo2",
        "source": "d2",
        "type": "physiological",
        "priority": "high",
        "onset": T0,
        "raised_at": T0 + 15_000,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "ended_at": None,
        "reason_code": "limit_below",
        "reason_values": {"metric": "spo2", "value": 88, "limit": 90, "delay_s": 15},
        "note": None,
    }
    return facts.AlarmChanged(**{**given, **changes})


def line(body: facts.FactBody, by: str = "anna", visit: Any = VISIT) -> Any:
    writer = LogWriter(visit.words, visit.phrases, {"d2": "Bedside 2"})
    return writer.line(facts.Fact(T0, by, "s1", body))


def test_the_stepper_shows_what_is_done_and_what_is_next() -> None:
    assert [step.state for step in steps(WORDS, session())] == [
        "done",
        "done",
        "current",
        "next",
        "next",
    ]


def test_a_cancelled_session_says_so_instead_of_what_would_have_come() -> None:
    phases = (PhaseEntry(Phase.PRECHECK, T0), PhaseEntry(Phase.CANCELLED, T0 + MINUTE))
    told = steps(WORDS, session(phases=phases))
    assert [(step.name, step.state) for step in told] == [
        ("Pre-check", "done"),
        ("Cancelled", "current"),
    ]


def test_only_the_following_phase_can_be_started() -> None:
    assert next_phase(session()) is Phase.OBSERVATION
    assert next_phase(session(phases=(PhaseEntry(Phase.CANCELLED, T0),))) is None


def test_a_session_can_be_cancelled_before_the_infusion_only() -> None:
    assert may_be_cancelled(session(phases=(PhaseEntry(Phase.PRECHECK, T0),)))
    assert not may_be_cancelled(session())


def test_the_present_phase_reaches_to_its_planned_end() -> None:
    spans = phase_spans(WORDS, session(), PROTOCOL, T0 + 20 * MINUTE)
    assert spans[-1].until == T0 + 50 * MINUTE
    assert [span.is_shaded for span in spans] == [False, False, True]


def test_the_present_phase_reaches_beyond_its_planned_end_when_it_lasts() -> None:
    assert phase_spans(WORDS, session(), PROTOCOL, T0 + 90 * MINUTE)[-1].until == T0 + 90 * MINUTE


def test_a_session_of_a_series_is_numbered() -> None:
    assert session_number(WORDS, session(), PROTOCOL) == "session 5 of 6"
    assert session_number(NORWEGIAN.words, session(), PROTOCOL) == "økt 5 av 6"
    assert session_number(WORDS, session(), None) == "session 5"


def test_a_cancelled_session_has_no_number_of_the_series() -> None:
    cancelled = session(phases=(PhaseEntry(Phase.PRECHECK, T0), PhaseEntry(Phase.CANCELLED, T0)))
    assert session_number(WORDS, cancelled, PROTOCOL) == "cancelled, not of the series"


def test_the_plan_is_one_line_in_the_readers_language() -> None:
    plan = session_plan(NORWEGIAN.words, session(weight_kg=82.5), PROTOCOL)
    assert plan == "Ketamin i blodåre · 82,5 kg · 40 minutter"


def test_limits_are_told_with_their_source() -> None:
    rows = limit_rows(WORDS, PHRASES, PROTOCOL)
    source = "sedation practice: below 92 % act"
    assert ["SpO₂", "< 92", "15 s", "!! medium", "all", source] in rows
    assert all(row[5] for row in rows)


def test_every_other_rule_is_told_too() -> None:
    told = [row[0] for row in rule_rows(WORDS, PHRASES, PROTOCOL)]
    assert "Systolic BP: rise over the baseline" in told
    assert "MOAA/S" in told
    assert "BP overdue in Infusion" in told
    assert "SpO₂: two sources disagree" in told
    assert "No data of pulse and SpO₂ together" in told


def test_a_room_without_a_device_is_listed_as_such() -> None:
    known = records()
    rows = device_rows(
        WORDS, [*known.rooms(), Room("r3", "3")], known.devices(), known.bindings(), {}
    )
    assert ["3", "no device", ""] in rows
    assert ["1", "Bedside 1", "never"] in rows


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (reading(Metric.PULSE_RATE, T0, 82.0), "Pulse 82"),
        (reading(Metric.SPO2, T0, None, status="sensor_off"), "SpO₂ – sensor_off"),
        (
            reading(Metric.NIBP, T0, None, systolic=132.0, diastolic=84.0, mean=100.0),
            "BP 132/84 (100)",
        ),
        (reading(Metric.NIBP, T0, None, mean=88.0), "BP 88"),
    ],
)
def test_a_reading_is_told_in_a_few_characters(given: Any, text: str) -> None:
    assert reading_text(WORDS, PHRASES, given) == text


def test_an_alarm_is_logged_with_value_limit_and_duration() -> None:
    told = line(alarm(), "system")
    assert told.text == "Alarm high: SpO₂ 88 % – below 90 for 15 s"
    assert (told.tone, told.by) == ("high", "")
    assert line(alarm(), "system", NORWEGIAN).text == "Alarm høy: SpO₂ 88 % – under 90 i 15 s"


def test_an_alarm_that_was_never_raised_is_not_logged() -> None:
    assert line(alarm(raised_at=None)) is None


def test_an_alarm_of_an_unknown_kind_still_has_its_line() -> None:
    told = line(alarm(alarm_kind="novel", reason_code="novel_reason"))
    assert "novel_reason" in told.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (alarm(event="acknowledged"), "Acknowledged: SpO₂ 88 % – below 90 for 15 s"),
        (alarm(event="condition_ended"), "Over: SpO₂ 88 % – below 90 for 15 s"),
        (facts.SessionStarted("s1", "r2", "P-0388", 82.0, "ketamine_iv"), "Session started"),
        (facts.PhaseEntered("s1", "infusion", None), "Infusion begins"),
        (facts.PhaseEntered("s1", "infusion", "no cuff"), "Infusion begins – override: no cuff"),
        (facts.PhaseEntered("s1", "discharged", None), "Patient discharged"),
        (facts.SessionCancelled("s1", "no vein"), "Session cancelled: no vein"),
        (facts.OrderRefused("enter_phase", "x", "not now"), "Refused (next phase): not now"),
        (facts.SequenceGap("d2", "q", 3, 8), "Bedside 2: frames 3 to 8 never came"),
        (facts.FrameRefused("d2", 1, "x"), "Bedside 2: 1 frame refused"),
        (facts.FrameRefused("d2", 2, "x"), "Bedside 2: 2 frames refused"),
        (facts.DeviceConnected("d2", "q", None, None, {}), "Bedside 2 connected"),
        (facts.DeviceDisconnected("d9", "x"), "d9 disconnected"),
        (
            facts.VitalsEntered(
                "s1", "e", T0, {"pulse_rate": 81, "systolic": 132, "diastolic": 84, "mean": 100}
            ),
            "Entered: Pulse 81, BP 132/84, Mean BP 100 (measured 10:20)",
        ),
    ],
)
def test_facts_are_logged_in_words(body: facts.FactBody, text: str) -> None:
    assert line(body).text == text


def test_facts_about_other_things_are_not_logged() -> None:
    assert line(facts.RoomAdded("r1", "1")) is None


def test_the_log_begins_with_the_newest() -> None:
    writer = LogWriter(WORDS, PHRASES, {})
    begun = facts.Fact(T0, "anna", "s1", facts.PhaseEntered("s1", "baseline", None))
    went_on = facts.Fact(T0 + 1, "anna", "s1", facts.PhaseEntered("s1", "infusion", None))
    assert [told.at for told in writer.lines([begun, went_on])] == [T0 + 1, T0]


def test_what_comes_after_the_sessions_end_is_marked_as_an_amendment() -> None:
    ended = session(phases=(*session().phases, PhaseEntry(Phase.DISCHARGED, T0 + MINUTE)))
    known = records()
    known.all_sessions = [ended]
    known.all_facts = [
        facts.Fact(at, "anna", "s1", facts.NoteEntered("s1", f"n{at}", text, T0))
        for at, text in ((T0, "during"), (T0 + 2 * MINUTE, "afterwards"))
    ]
    later, before = log_lines(visit_of(parts(records=known)), ended)
    marks = [
        [one.children for one in line._traverse() if _is_mark(one)] for line in (later, before)
    ]
    assert marks == [["amendment"], []]


def _is_mark(component: Any) -> bool:
    return getattr(component, "className", "") == "log-mark"


def test_a_known_refusal_is_told_in_the_readers_language() -> None:
    text = refusal_text(NORWEGIAN.words, refused("session_open"))
    assert text == "Dette rommet har allerede en åpen økt."


def test_every_refusal_that_a_page_can_meet_is_told_in_the_readers_language() -> None:
    said = re.compile(r'(?:OrderRefusedError\(|refuse\(core, socket, message,)\s*"([a-z_]+)"')
    monitor = Path(refusals.__file__).parent.parent
    paths = [*(monitor / "service").rglob("*.py"), *(monitor / "gateway").glob("*.py")]
    texts = [path.read_text("utf-8") for path in paths if path.name not in BY_COMMANDS]
    codes = {code for text in texts for code in said.findall(text)}
    assert len(codes) > 50
    told = {"room": "2", "patient": "P-1"}
    unworded = {
        code
        for code in codes
        if not refusal_text(
            NORWEGIAN.words, OrderResult(order_id=None, ok=False, code=code, result=told)
        )
    }
    assert unworded <= ELSEWHERE


def test_a_new_refusal_is_told_in_the_gateways_words() -> None:
    assert refusal_text(WORDS, refused("novel", message="quite new")) == "quite new"


def test_nobody_is_told_that_nothing_changed_unless_that_is_certain() -> None:
    certain = unreachable_text(WORDS, GatewayUnreachableError("x", sent=False))
    uncertain = unreachable_text(WORDS, GatewayUnreachableError("x", sent=True))
    assert "nothing was changed" in certain
    assert "nothing was changed" not in uncertain


def test_a_protocol_has_its_own_word_for_a_phase() -> None:
    nasal = load_protocols()["esketamine_nasal"].course
    assert phase_name(WORDS, "infusion", nasal) == "Administration"
    assert phase_name(WORDS, "observation", nasal) == "Observation"
    assert phase_name(WORDS, "infusion") == "Infusion"
    assert start_phase_text(WORDS, "infusion", nasal) == "Start: Administration"
    assert start_phase_text(WORDS, "observation", nasal) == "End: Administration"
    assert start_phase_text(WORDS, "observation") == "End infusion"
    assert "Administration" in [step.name for step in steps(WORDS, session(), nasal)]
