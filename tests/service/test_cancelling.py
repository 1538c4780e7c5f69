from __future__ import annotations

import pytest

from monitor.domain import facts
from tests.service.clinic import Clinic
from tests.service.course import done, give, refused


def cancelled(clinic: Clinic) -> facts.SessionCancelled:
    (fact,) = clinic.records.facts(clinic.session, ["session_cancelled"])
    assert isinstance(fact.body, facts.SessionCancelled)
    return fact.body


def test_the_reason_for_cancelling_does_not_answer_a_high_alarm(clinic: Clinic) -> None:
    clinic.seconds(2, spo2=80)
    outcome = give(clinic, "cancel_session", reason="will not stay")
    assert refused(outcome) == "alarms_waiting"
    assert outcome.field == "override"
    assert set(clinic.alarms().values()) == {"active"}


def test_a_high_alarm_that_is_over_but_unseen_is_asked_about_too(clinic: Clinic) -> None:
    clinic.seconds(2, spo2=80)
    clinic.seconds(60, spo2=97)
    assert set(clinic.alarms().values()) == {"latched"}
    assert refused(give(clinic, "cancel_session", reason="will not stay")) == "alarms_waiting"


def test_a_reason_of_its_own_passes_it_and_is_on_record(clinic: Clinic) -> None:
    clinic.seconds(2, spo2=80)
    done(give(clinic, "cancel_session", reason="will not stay", override="probe on the floor"))
    assert cancelled(clinic).reason == "will not stay"
    assert cancelled(clinic).override == "probe on the floor"
    assert set(clinic.alarms().values()) == {"ended"}


def test_after_it_is_acknowledged_the_reason_is_enough(clinic: Clinic) -> None:
    clinic.seconds(2, spo2=80)
    (alarm,) = clinic.alarms()
    done(give(clinic, "acknowledge_alarm", alarm=alarm))
    done(give(clinic, "cancel_session", reason="will not stay", override="not needed"))
    assert cancelled(clinic).override is None


@pytest.mark.parametrize("spo2", [97, 91])
def test_nothing_high_nothing_asked(clinic: Clinic, spo2: float) -> None:
    clinic.seconds(20, spo2=spo2)
    done(give(clinic, "cancel_session", reason="ill"))
    assert cancelled(clinic).override is None
