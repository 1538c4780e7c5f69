"""What all records tell of many sessions together: ``ReviewRecords.clinic_counts``."""

from __future__ import annotations

from monitor.domain import facts
from monitor.domain.facts import FactBody
from monitor.domain.readings import MINUTE
from monitor.domain.review.clinic import ClinicCounts
from monitor.service.ports import Journal, Records
from tests.storage.builders import NOW, a_batch, an_alarm, session_started

DAY = 24 * 60 * MINUTE
NONE = {(t, p): 0 for t in ("physiological", "technical") for p in ("high", "medium", "low")}


def counts(records: Records, since: int = NOW, until: int = NOW + DAY) -> ClinicCounts:
    return records.clinic_counts(since, until, NOW + 60 * MINUTE)


def event(entry: str, name: str, severity: str | None, session: str = "s1") -> FactBody:
    return facts.EventEntered(session, entry, name, severity, None, NOW)


def given(session: str = "s1") -> FactBody:
    return facts.PhaseEntered(session, "infusion", None)


def test_sessions_are_counted_by_what_became_of_them(journal: Journal, records: Records) -> None:
    more = [session_started(f"s{n}", "r1", f"P-{n}") for n in (2, 3)]
    journal.commit(a_batch([], *more, given("s1"), given("s2")))
    gone = facts.PhaseEntered("s3", "cancelled", None)
    journal.commit(a_batch([], gone, at=NOW + 10 * MINUTE))
    found = counts(records)
    assert (found.sessions, found.cancelled, found.open, found.infusions) == (3, 1, 2, 2)
    assert found.watched_ms == (60 + 60 + 10) * MINUTE


def test_nothing_is_counted_of_a_time_in_which_no_session_began(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([], given(), event("e1", "nausea", "mild"), an_alarm()))
    assert counts(records, NOW + 1) == ClinicCounts(0, 0, 0, 0, 0, NONE, {}, {}, {})
    assert counts(records, 0, NOW).sessions == 0


def test_a_session_counts_once_for_an_event_with_the_worst_of_it(
    journal: Journal, records: Records
) -> None:
    told = [("e1", "nausea", "mild"), ("e2", "nausea", "severe"), ("e3", "headache", None)]
    journal.commit(a_batch([], given(), *(event(*one) for one in told)))
    assert counts(records).events == {("nausea", "severe"): 1, ("headache", ""): 1}


def test_a_voided_event_and_one_without_an_infusion_do_not_count(
    journal: Journal, records: Records
) -> None:
    journal.commit(a_batch([], session_started("s2", "r1", "P-2"), given("s1")))
    entered = [event("e1", "nausea", "mild"), event("e2", "nausea", "mild", "s2")]
    voided = facts.EntryVoided("s1", "e1", "wrong patient", None)
    journal.commit(a_batch([], *entered, voided))
    assert counts(records).events == {}


def test_alarms_are_counted_as_raised_and_answers_in_tenths_of_a_second(
    journal: Journal, records: Records
) -> None:
    raised = an_alarm().raised_at or 0
    answered = an_alarm(acknowledged_at=raised + 4_250, acknowledged_by="kari")
    pending = an_alarm(alarm_id="a2", raised_at=None, state="pending")
    ignored = an_alarm(alarm_id="a3", type="technical", priority="low")
    shown = [
        facts.AlarmShown("s1", "a1", "two", raised + 480, None),
        facts.AlarmShown("s1", "a1", "one", raised + 210, None),
        facts.AlarmShown("s1", "a3", "one", None, raised + 99),
    ]
    journal.commit(a_batch([], answered, pending, ignored, *shown))
    found = counts(records)
    assert found.alarms == NONE | {("physiological", "high"): 1, ("technical", "low"): 1}
    assert found.acknowledged == {"high": {4_200: 1}}
    assert found.painted == {"high": {200: 1}}


def test_an_alarm_that_became_worse_counts_for_each_priority_from_when_it_was_reached(
    journal: Journal, records: Records
) -> None:
    raised = an_alarm().raised_at or 0
    medium = an_alarm(event="delay_ended", priority="medium")
    high = an_alarm(event="escalated", priority="high")
    seen = an_alarm(
        event="acknowledged", acknowledged_at=raised + 15 * MINUTE, acknowledged_by="kari"
    )
    shown = facts.AlarmShown("s1", "a1", "one", raised + 300, None)
    journal.commit(a_batch([], medium, shown, at=raised))
    journal.commit(a_batch([], high, at=raised + 10 * MINUTE))
    journal.commit(a_batch([], seen, at=raised + 15 * MINUTE))
    found = counts(records)
    assert found.alarms == NONE | {("physiological", "high"): 1, ("physiological", "medium"): 1}
    assert found.acknowledged == {"high": {5 * MINUTE: 1}, "medium": {15 * MINUTE: 1}}
    assert found.painted == {"medium": {300: 1}}


def test_what_was_acknowledged_before_it_became_worse_is_not_answered_since(
    journal: Journal, records: Records
) -> None:
    raised = an_alarm().raised_at or 0
    seen = {"acknowledged_at": raised + MINUTE, "acknowledged_by": "kari"}
    journal.commit(a_batch([], an_alarm(event="delay_ended", priority="medium"), at=raised))
    journal.commit(
        a_batch([], an_alarm(event="acknowledged", priority="medium", **seen), at=raised + MINUTE)
    )
    journal.commit(
        a_batch([], an_alarm(event="escalated", priority="high", **seen), at=raised + MINUTE)
    )
    assert counts(records).acknowledged == {"medium": {MINUTE: 1}}


def test_a_session_that_was_kept_on_paper_has_no_hours_of_watching(
    journal: Journal, records: Records
) -> None:
    on_paper = facts.SessionStarted("s2", "r1", "P-2", None, "ketamine_iv", paper_from=NOW + MINUTE)
    journal.commit(a_batch([], on_paper))
    found = counts(records)
    assert (found.sessions, found.watched_ms) == (2, 60 * MINUTE)
