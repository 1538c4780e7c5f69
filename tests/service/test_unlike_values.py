"""A value that is far from what the device has just measured is asked about, never refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from monitor.service.monitor import Outcome
from tests.service.clinic import Clinic, cuff, value
from tests.service.course import done, give, refused, when


@pytest.fixture
def measured(clinic: Clinic) -> Clinic:
    """The device has pulse 80 to 84, SpO2 97 and 128/82."""
    clinic.frame(value("pulse_rate", 80), value("spo2", 97), cuff(128, 82))
    clinic.frame(value("pulse_rate", 84), value("spo2", 97))
    return clinic


def vitals(clinic: Clinic, **values: Any) -> Outcome:
    return give(clinic, "enter_vitals", entry=str(uuid4()), **values)


def test_a_systolic_pressure_in_the_field_of_the_pulse_is_asked_about(measured: Clinic) -> None:
    outcome = vitals(measured, pulse_rate=138)
    assert (refused(outcome), outcome.field) == ("unusual", "pulse_rate")
    assert outcome.result == {"unlike": {"pulse_rate": (80, 84)}}
    done(vitals(measured, pulse_rate=138, confirmed=True))
    assert measured.records.facts(measured.session, ["order_refused"]) == []


def test_a_pulse_in_the_field_of_the_pressure_is_asked_about(measured: Clinic) -> None:
    outcome = vitals(measured, systolic=72, diastolic=50)
    assert (refused(outcome), outcome.field) == ("unusual", "systolic")
    assert outcome.result == {"unlike": {"systolic": (128, 128)}}


def test_everything_that_is_far_is_asked_about_at_once(measured: Clinic) -> None:
    outcome = vitals(measured, pulse_rate=30, spo2=86)
    assert set(outcome.result["unlike"]) == {"pulse_rate", "spo2"}


@pytest.mark.parametrize(
    "values",
    [
        {"pulse_rate": 124},
        {"pulse_rate": 45},
        {"spo2": 88},
        {"systolic": 170, "diastolic": 100},
        {"resp_rate": 30},
    ],
)
def test_what_a_patient_may_do_in_a_few_minutes_is_not_asked_about(
    measured: Clinic, values: dict[str, float]
) -> None:
    done(vitals(measured, **values))


def test_a_device_that_has_long_been_silent_says_nothing_of_now(measured: Clinic) -> None:
    measured.now += 11 * 60_000
    done(vitals(measured, pulse_rate=138))
    assert refused(vitals(measured, pulse_rate=138, measured_at=when(measured, 9))) == "unusual"


def test_a_value_that_staff_entered_is_no_measure_for_the_next_one(clinic: Clinic) -> None:
    done(vitals(clinic, pulse_rate=80))
    done(vitals(clinic, pulse_rate=138))
