"""The sounds themselves, rendered by a real browser and measured against the ranges of IEC 60601-1-8."""

from __future__ import annotations

import itertools
import math

import pytest
from playwright.sync_api import Page

from tests.browser.fakes import FakeDashboard
from tests.browser.measuring import Pulse, decibels, pulses, rendered, strength

pytestmark = pytest.mark.browser

FUNDAMENTALS = {"high": 523.0, "medium": 440.0, "low": 349.0}
DURATIONS = {"high": (0.075, 0.2), "medium": (0.125, 0.25), "low": (0.125, 0.25)}
SPACINGS = {"high": (0.05, 0.125), "medium": (0.125, 0.25), "low": (0.125, 0.25)}
INTERVALS = {"high": (2.5, 15.0), "medium": (2.5, 30.0), "low": (15.0, math.inf)}
TOLERANCE = 0.006
EVERY = ["high", "medium", "low"]


@pytest.fixture
def sounding(page: Page, dashboard: FakeDashboard) -> Page:
    page.goto(dashboard.url)
    return page


def burst(page: Page, priority: str, level: int = 0) -> list[Pulse]:
    return pulses(rendered(page, priority, level), FUNDAMENTALS[priority])


def gaps(found: list[Pulse]) -> list[float]:
    return [after.start - before.end for before, after in itertools.pairwise(found)]


@pytest.mark.parametrize(("priority", "count"), [("high", 10), ("medium", 3), ("low", 2)])
def test_a_burst_has_the_pulses_of_its_priority(sounding: Page, priority: str, count: int) -> None:
    found = burst(sounding, priority)
    shortest, longest = DURATIONS[priority]
    assert len(found) == count
    assert all(shortest <= pulse.end - pulse.start <= longest for pulse in found)


@pytest.mark.parametrize("priority", ["medium", "low"])
def test_the_pulses_of_medium_and_low_are_evenly_spaced(sounding: Page, priority: str) -> None:
    between = gaps(burst(sounding, priority))
    narrow, wide = SPACINGS[priority]
    assert all(narrow <= gap <= wide for gap in between)
    assert max(between) - min(between) < TOLERANCE


def test_the_pulses_of_high_come_as_three_and_two_twice(sounding: Page) -> None:
    found = burst(sounding, "high")
    between = gaps(found)
    duration = found[0].end - found[0].start
    within = [between[at] for at in (0, 1, 3, 5, 6, 8)]
    narrow, wide = SPACINGS["high"]
    assert all(narrow <= gap <= wide for gap in within)
    for at in (2, 7):
        assert between[at] == pytest.approx(2 * within[0] + duration, abs=2 * TOLERANCE)
    assert 0.35 <= between[4] <= 1.3


@pytest.mark.parametrize("priority", EVERY)
def test_a_pulse_rises_in_a_tenth_to_a_fifth_of_its_length(sounding: Page, priority: str) -> None:
    for pulse in burst(sounding, priority):
        assert 0.1 <= pulse.rise / (pulse.end - pulse.start) <= 0.2


@pytest.mark.parametrize("priority", EVERY)
def test_a_pulse_has_four_harmonics_that_carry(sounding: Page, priority: str) -> None:
    samples = rendered(sounding, priority)
    pulse = pulses(samples, FUNDAMENTALS[priority])[0]
    heard = {hertz: strength(samples, pulse, hertz) for hertz in range(100, 1001, 5)}
    fundamental = max(heard, key=lambda hertz: heard[hertz])
    assert 150 <= fundamental <= 1000
    assert fundamental == pytest.approx(FUNDAMENTALS[priority], abs=5)
    at_fundamental = strength(samples, pulse, FUNDAMENTALS[priority])
    carrying = [
        harmonic
        for harmonic in (n * FUNDAMENTALS[priority] for n in range(2, 12))
        if 300 <= harmonic <= 4000
        and abs(decibels(strength(samples, pulse, harmonic), at_fundamental)) <= 15
    ]
    assert len(carrying) >= 4


def test_pulses_of_a_burst_are_equally_loud_and_more_urgent_is_never_quieter(
    sounding: Page,
) -> None:
    peaks = {}
    for priority, level in itertools.product(EVERY, (0, 1)):
        heights = [pulse.peak for pulse in burst(sounding, priority, level)]
        assert decibels(max(heights), min(heights)) < 10
        peaks[priority, level] = max(heights)
    for level in (0, 1):
        assert peaks["high", level] >= peaks["medium", level] >= peaks["low", level]
    assert peaks["high", 0] >= peaks["medium", 1] >= peaks["low", 1]
    for priority in EVERY:
        assert decibels(peaks[priority, 1], peaks[priority, 0]) >= 2
    assert max(peaks.values()) <= 1.0, "it would be clipped"


@pytest.mark.parametrize("priority", EVERY)
def test_the_silence_between_bursts_is_in_range(sounding: Page, priority: str) -> None:
    shortest, longest = INTERVALS[priority]
    interval = sounding.evaluate(f"InfusionMonitor.alarmAudio.interval('{priority}')")
    assert shortest <= interval <= longest
