"""Reviewing: who may sign what, what a signature holds for, and scores of how the patient does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from monitor.domain.sign_off import SignOff
from monitor.service.ports import Records
from monitor.wire import orders
from tests.service.clinic import Clinic, cuff, value
from tests.service.course import discharge_checks, done, enter, give, observed, refused, when

DAY_S = 24 * 3600


def state(clinic: Clinic) -> SignOff:
    """As it is on disk."""
    found = clinic.records.review_state(clinic.session)
    assert found is not None
    return found.state


def sign(clinic: Clinic, by: str = "Dr-1", role: str = "clinician") -> Any:
    return give(clinic, "sign_review", by=by, role=role)


def ended(clinic: Clinic) -> None:
    """A session that was cancelled, and a minute after that."""
    done(give(clinic, "cancel_session", reason="ill"))
    clinic.now += 60_000


def discharged(clinic: Clinic) -> None:
    """A whole session, and a minute after it."""
    observed(clinic)
    clinic.wait(60)
    discharge_checks(clinic)
    assert clinic.enter("discharged").ok
    clinic.now += 60_000


def given_afterwards(clinic: Clinic) -> None:
    """Readings of nobody of the last minutes are given to the session by two people."""
    clinic.frame(cuff(150, 90))
    span = {"first_at": when(clinic, 1), "last_at": when(clinic, -1)}
    proposed = give(clinic, "propose_assignment", device=clinic.device, reason="x", **span)
    clinic.now += 1000
    assignment = done(proposed)["assignment"]
    assert state(clinic) is SignOff.SIGNED
    done(give(clinic, "confirm_assignment", assignment=assignment, by="N-7"))


def test_a_session_is_signed_by_a_clinician_when_it_has_ended(clinic: Clinic) -> None:
    assert state(clinic) is SignOff.OPEN
    assert refused(sign(clinic)) == "session_open"
    ended(clinic)
    assert state(clinic) is SignOff.UNSIGNED
    done(sign(clinic))
    review = clinic.records.review_state(clinic.session)
    assert review is not None
    assert (review.state, review.signatures) == (SignOff.SIGNED, (("Dr-1", clinic.now),))


@pytest.mark.parametrize("role", ["nurse", "administrator", "tester"])
def test_nobody_but_a_clinician_signs(clinic: Clinic, role: str) -> None:
    ended(clinic)
    assert refused(sign(clinic, role=role)) == "not_allowed"


@pytest.mark.parametrize(("role", "may"), [("clinician", True), ("nurse", False)])
def test_comments_are_those_of_prescribers(clinic: Clinic, role: str, may: bool) -> None:
    ended(clinic)
    outcome = give(clinic, "comment_review", by="Dr-1", role=role, text="a calm one")
    assert outcome.ok is may
    review = clinic.records.review_state(clinic.session)
    assert review is not None
    assert [(c.by, c.text) for c in review.comments] == [("Dr-1", "a calm one")] * may


def test_a_session_is_commented_when_it_has_ended(clinic: Clinic) -> None:
    outcome = give(clinic, "comment_review", role="clinician", text="already")
    assert refused(outcome) == "session_open"


def test_nobody_signs_twice_what_has_not_changed(clinic: Clinic) -> None:
    ended(clinic)
    done(sign(clinic))
    done(sign(clinic, by="Dr-2"))
    seen = len(clinic.records.facts(clinic.session))
    assert [refused(sign(clinic, by=who)) for who in ("Dr-1", "Dr-2")] == ["signed", "signed"]
    # Nor does the second press add to the record that they signed.
    assert len(clinic.records.facts(clinic.session)) == seen
    clinic.restart(after_s=60)
    assert refused(sign(clinic)) == "signed"
    assert state(clinic) is SignOff.SIGNED


def test_a_comment_leaves_a_signature_standing(clinic: Clinic) -> None:
    ended(clinic)
    done(sign(clinic))
    done(give(clinic, "comment_review", role="clinician", text="see also the last one"))
    assert (state(clinic), refused(sign(clinic))) == (SignOff.SIGNED, "signed")


def test_an_order_that_was_refused_leaves_a_signature_standing(clinic: Clinic) -> None:
    ended(clinic)
    done(sign(clinic))
    refused(give(clinic, "enter_phase", phase="baseline"))
    assert (state(clinic), refused(sign(clinic))) == (SignOff.SIGNED, "signed")


@pytest.mark.parametrize("restarted", [False, True])
def test_a_signed_session_that_has_changed_may_be_signed_again(
    clinic: Clinic, restarted: bool
) -> None:
    discharged(clinic)
    done(sign(clinic))
    clinic.now += 1000
    enter(clinic, "note", text="called, all well", measured_at=when(clinic, 2))
    assert state(clinic) is SignOff.CHANGED
    if restarted:
        clinic.restart()
    clinic.now += 1000
    done(sign(clinic))
    assert (state(clinic), refused(sign(clinic))) == (SignOff.SIGNED, "signed")


@pytest.mark.parametrize(
    "what", ["late reading", "voided entry", "corrected patient", "assignment"]
)
def test_whatever_changes_the_record_spoils_the_signature(clinic: Clinic, what: str) -> None:
    observed(clinic)
    entry = enter(clinic, "vitals", systolic=130, diastolic=80)
    clinic.wait(60)
    at = when(clinic, 0.5)
    discharge_checks(clinic)
    assert clinic.enter("discharged").ok
    clinic.now += 60_000
    done(sign(clinic))
    clinic.now += 1000
    if what == "late reading":
        clinic.frame(value("spo2", 91, measured_at=at))
    elif what == "voided entry":
        done(give(clinic, "void_entry", entry=entry, reason="mistyped"))
    elif what == "corrected patient":
        done(give(clinic, "correct_patient", patient="P-2", reason="two envelopes"))
    else:
        given_afterwards(clinic)
    assert state(clinic) is SignOff.CHANGED
    done(sign(clinic))
    assert state(clinic) is SignOff.SIGNED


def test_a_reading_that_an_assignment_gives_away_when_it_comes_spoils_the_signature(
    clinic: Clinic,
) -> None:
    discharged(clinic)
    done(sign(clinic))
    clinic.now += 1000
    given_afterwards(clinic)
    done(sign(clinic))
    clinic.now += 30_000
    clinic.frame(value("spo2", 88))
    assert state(clinic) is SignOff.CHANGED
    figures = clinic.records.figures(clinic.session)
    assert figures is not None
    assert (figures.peak_systolic, figures.lowest_spo2) == (150, 88)
    done(sign(clinic))


def test_what_is_committed_with_a_signature_was_not_seen_by_who_signs(clinic: Clinic) -> None:
    discharged(clinic)
    note = {"kind": "enter_note", "entry": str(uuid4()), "text": "x"}
    timed = {**note, "session": clinic.session, "measured_at": when(clinic, 2)}
    ward = clinic.monitor
    assert ward.execute(
        orders.EnterNote.model_validate(timed), by="a", role="nurse", now=clinic.now
    ).ok
    assert refused(sign(clinic)) == "changed_now"
    done(sign(clinic))


def test_a_session_of_long_ago_is_signed_too(clinic: Clinic) -> None:
    ended(clinic)
    clinic.restart(after_s=40 * DAY_S)
    assert clinic.session not in clinic.monitor.ward.sessions
    done(give(clinic, "comment_review", role="clinician", text="at last"))
    done(sign(clinic))
    assert state(clinic) is SignOff.SIGNED


@pytest.mark.parametrize("session", ["s2", "s0", "s01", "s-1", "s", "x1", "", "s１"])
def test_a_session_that_never_was_is_not_signed(clinic: Clinic, session: str) -> None:
    ended(clinic)
    outcome = give(clinic, "sign_review", role="clinician", session=session)
    assert refused(outcome) == "unknown_session"


def score(clinic: Clinic, entry: str = "", **changes: Any) -> Any:
    day = datetime.fromtimestamp(clinic.now / 1000, UTC).date().isoformat()
    given = {"patient": "P-1", "scale": "madrs", "value": 31, "on": day, **changes}
    return give(clinic, "enter_outcome", entry=entry or str(uuid4()), **given)


def told(records: Records) -> list[tuple[str, int, bool]]:
    return [(known.scale, known.value, known.counts) for known in records.outcomes("P-1")]


def test_an_outcome_is_entered_once_and_voided_with_a_reason(clinic: Clinic) -> None:
    entry = str(uuid4())
    done(score(clinic, entry, note=" by telephone "))
    assert done(score(clinic, entry, value=5))["repeated"]
    clinic.now += 1000
    done(score(clinic, scale="phq9", value=12))
    assert told(clinic.records) == [("madrs", 31, True), ("phq9", 12, True)]
    clinic.restart(after_s=60)
    assert done(score(clinic, entry))["repeated"]
    assert not done(give(clinic, "void_outcome", entry=entry, reason="another patient"))["repeated"]
    clinic.restart(after_s=60)
    assert done(give(clinic, "void_outcome", entry=entry, reason="again"))["repeated"]
    first = clinic.records.outcomes("P-1")[0]
    assert (first.note, first.void_reason, first.counts) == (
        "by telephone",
        "another patient",
        False,
    )


def test_an_outcome_that_nobody_entered_is_not_voided(clinic: Clinic) -> None:
    outcome = give(clinic, "void_outcome", entry=str(uuid4()), reason="x")
    assert refused(outcome) == "unknown_entry"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scale": "phq9", "value": 28}, "out_of_range"),
        ({"patient": "Kari"}, "not_a_reference"),
        ({"on": "2199-12-31"}, "future_time"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(
    clinic: Clinic, changes: dict[str, Any], code: str
) -> None:
    assert refused(score(clinic, **changes)) == code
    assert told(clinic.records) == []


@pytest.mark.parametrize(("hours", "taken"), [(14, True), (24 + 14, False)])
def test_a_day_may_have_begun_where_the_clinic_is(clinic: Clinic, hours: int, taken: bool) -> None:
    there = datetime.fromtimestamp(clinic.now / 1000, UTC) + timedelta(hours=hours)
    assert score(clinic, on=there.date().isoformat()).ok is taken
