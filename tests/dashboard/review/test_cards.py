"""What the cards say where little or nothing is on record: nobody may take absence for all well."""

from __future__ import annotations

import pytest

from monitor.dashboard.review.cards import Card, absence, cards
from monitor.domain import facts
from monitor.domain.readings import MINUTE, Metric
from monitor.domain.review.figures import Figures
from tests.dashboard.clinic import parts, visit_of
from tests.domain.records import (
    SESSION,
    at,
    baseline,
    each_second,
    fact,
    figures,
    measured,
    pressure,
    session,
)

ENGLISH, NORWEGIAN = visit_of(parts(), "anna"), visit_of(parts(), "kari")


def card(name: str, found: Figures) -> Card:
    return next(one for one in cards(ENGLISH.words, found, at(10)) if one.name == name)


def test_an_empty_session_was_not_inside_its_limits() -> None:
    found = figures()
    assert card("outside", found)[2:4] == ("–", "not measured")
    assert absence(ENGLISH.words, found) == "No vital sign was recorded in this session."
    assert absence(NORWEGIAN.words, found).startswith("Ingen vitale tegn")


def test_a_single_reading_says_that_it_is_one() -> None:
    found = figures(measured(Metric.SPO2, 20, 97))
    assert absence(ENGLISH.words, found) == "A single reading was recorded in this session."
    assert card("outside", found)[2:4] == ("0:00", "of 3 s measured, 100 min session")


def test_time_outside_limits_is_told_of_the_time_that_was_measured() -> None:
    found = figures(*each_second(Metric.SPO2, 20, 50, 90))
    assert card("outside", found).note == "of 30 min measured, 100 min session"
    assert absence(ENGLISH.words, found) == ""


def test_a_session_that_was_measured_throughout_is_told_without_its_length() -> None:
    found = figures(*each_second(Metric.SPO2, 0, 100, 97))
    assert card("outside", found)[2:4] == ("0:00", "of 100 min measured")


def test_what_no_limit_held_for_is_not_called_inside() -> None:
    off = fact(0, facts.AlarmsSwitched(SESSION, "spo2", False, "nail varnish"))
    found = figures(off, measured(Metric.SPO2, 20, 80))
    assert card("outside", found)[2:4] == ("–", "no limit in force")
    assert card("lowest", found).note.endswith("no limit in force")


def test_the_peak_says_since_when_and_what_was_higher_before() -> None:
    rest = baseline(systolic=120, diastolic=80)
    told = card("peak", figures(rest, pressure(8, 188, 109), pressure(30, 150, 90)))
    assert (told.title, told.value) == ("Peak BP since start", "150/90")
    assert told.note == "+30 at 20 min · before it 188/109"


def test_a_peak_from_before_leads_to_its_moment_where_none_was_taken_since() -> None:
    told = card("peak", figures(pressure(8, 188, 109)))
    assert (told.value, told.note) == ("–", "none taken since · before it 188/109")
    assert told.at == at(8)


def test_the_peak_of_a_session_without_an_infusion_is_of_the_whole() -> None:
    told = card("peak", figures(pressure(8, 188, 109), of=session(0)))
    assert (told.title, told.note) == ("Peak BP", "whole session, no infusion")


@pytest.mark.parametrize(("ms", "told"), [(91.5 * MINUTE, "1:31:30"), (59.5 * MINUTE, "59:30")])
def test_lengths_have_hours_from_an_hour_on(ms: float, told: str) -> None:
    low = each_second(Metric.SPO2, 0, ms / MINUTE - 2 / 60, 80)
    assert card("outside", figures(*low)).value == told
