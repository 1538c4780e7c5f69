"""A session's whole record as it is read back from disk."""

from __future__ import annotations

from monitor.domain.limits import AlarmSettings
from monitor.domain.readings import SECOND, Metric
from monitor.domain.review.figures import figures_of
from monitor.domain.review.record import SessionRecord
from monitor.service.past_sessions import session_record
from monitor.service.protocols import Protocol, load_protocols
from tests.service.clinic import Clinic, cuff
from tests.service.test_editions import CHANGED, edition


def read(clinic: Clinic, protocols: dict[str, Protocol] | None = None) -> SessionRecord:
    session = clinic.records.session(clinic.session)
    assert session is not None
    known = load_protocols() if protocols is None else protocols
    return session_record(clinic.records, known, session, clinic.now)


def test_the_figures_are_those_of_what_was_measured_and_raised(clinic: Clinic) -> None:
    clinic.seconds(10)
    clinic.frame(cuff(150, 90))
    clinic.seconds(30, spo2=88)
    clinic.seconds(30)
    figures = figures_of(read(clinic))
    assert figures.peak is not None
    assert (figures.peak.systolic, figures.peak.diastolic) == (150, 90)
    assert figures.lowest is not None
    assert (figures.lowest.value, figures.lowest.below_ms) == (88, 30 * SECOND)
    # A second of a feed lies between the last low value and the first high one.
    assert sum(stretch.ms for stretch in figures.outside[Metric.SPO2]) == 30 * SECOND
    assert dict(figures.alarms) == {("physiological", "high"): 1}


def test_a_session_is_judged_by_the_limits_it_was_run_with(clinic: Clinic) -> None:
    clinic.seconds(30, spo2=95)
    assert figures_of(read(clinic, edition(clinic, CHANGED))).outside_ms == 0


def test_a_session_whose_protocol_file_is_gone_keeps_its_limits(clinic: Clinic) -> None:
    clinic.seconds(5, spo2=80)
    record = read(clinic, {})
    assert record.settings != AlarmSettings()
    assert (figures_of(record).outside_ms or 0) > 0
