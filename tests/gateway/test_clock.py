"""The gateway's clocks never run backwards and never stand still."""

from __future__ import annotations

import time

import pytest

from monitor.gateway.clock import FastClock, SystemClock


class Machine:
    """The machine's two clocks, set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = 1000.0
        self.monotonic = 50.0
        monkeypatch.setattr(time, "time", lambda: self.wall)
        monkeypatch.setattr(time, "monotonic", lambda: self.monotonic)

    def pass_time(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_real_time_passes_as_on_the_wall(machine: Machine) -> None:
    system = SystemClock()
    machine.pass_time(2.5)
    assert system.now() == 1_002_500


def test_a_wall_clock_set_back_does_not_hold_time_up(machine: Machine) -> None:
    system = SystemClock()
    machine.wall -= 3600
    machine.pass_time(10)
    assert system.now() == 1_010_000


def test_a_wall_clock_set_forward_is_followed(machine: Machine) -> None:
    system = SystemClock()
    machine.wall += 3600
    machine.pass_time(10)
    assert system.now() == 4_610_000
    machine.wall -= 3600
    machine.pass_time(1)
    assert system.now() == 4_611_000


def test_a_clock_starts_no_earlier_than_the_newest_record(machine: Machine) -> None:
    for restarted in (SystemClock(5_000_000), FastClock(60, 5_000_000)):
        assert restarted.now() == 5_000_000


def test_a_fast_clock_runs_as_many_times_as_fast(machine: Machine) -> None:
    fast = FastClock(60)
    machine.pass_time(1)
    assert fast.now() == 1_060_000
    assert fast.speed == 60


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_that_is_not_positive_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        FastClock(speed)
