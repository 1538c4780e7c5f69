"""Devices and networks that go wrong, each in its way."""

from __future__ import annotations

from random import Random

import pytest

from simulators.devices.bedside import BedsideMonitor
from simulators.devices.cuff import Cuff
from simulators.devices.faults import (
    Battery,
    CuffFails,
    CuffNow,
    CuffSays,
    DeviceFault,
    DeviceWell,
    Freeze,
    Motion,
    Says,
    SensorOff,
    SensorOn,
    Slow,
    Stuck,
    Thaw,
)
from simulators.devices.measurement import Measurement
from simulators.devices.oximeter import Oximeter
from simulators.feeds.disturbances import (
    Delay,
    Duplicates,
    Frame,
    Garbage,
    Network,
    NetworkBack,
    NetworkCut,
    NetworkGap,
    NetworkWell,
    Reorder,
    Skew,
)
from simulators.patients.individual import Individual
from simulators.patients.inputs import Panic
from simulators.patients.patient import Patient

Trace = list[list[Measurement]]


def bedside(*, same_arm: bool = False, breathing: bool = False) -> BedsideMonitor:
    patient = Patient(Individual(unrest=0), Random(1), 10)
    cuff = Cuff(Random(2), 300, scatter=(0, 0), fails=0)
    return BedsideMonitor(
        patient, Oximeter(Random(3)), cuff, 300, same_arm=same_arm, breathing=breathing
    )


def trace(device: BedsideMonitor, seconds: int, faults: dict[int, DeviceFault]) -> Trace:
    taken = []
    for second in range(seconds):
        if second in faults:
            device.inject(faults[second])
        taken.append(device.take())
    return taken


def values(taken: Trace, metric: str) -> list[float | None]:
    return [one.value for of in taken for one in of if one.metric == metric]


def cuffs(taken: Trace) -> list[tuple[int, Measurement]]:
    return [(at, one) for at, of in enumerate(taken) for one in of if one.metric == "nibp"]


def test_probe_that_was_pulled_can_be_put_back_before_its_time() -> None:
    taken = trace(bedside(), 20, {5: SensorOff(for_s=600), 9: SensorOn()})
    assert [at for at, of in enumerate(taken) if of[0].status == "sensor_off"] == [5, 6, 7, 8]


def test_motion_falls_and_comes_back_and_old_devices_do_not_mark_it() -> None:
    fault = Motion(for_s=10, spo2=-10, pulse_rate=20, marked=False)
    taken = trace(bedside(), 40, {20: fault})
    fell = values(taken, "spo2")[20:30]
    assert min(one or 0 for one in fell) == 87
    assert [fell[0], fell[-1]] == [97, 94]
    assert {one.status for of in taken for one in of} == {"ok"}


def test_cuff_fails_as_often_as_it_is_told_and_no_more() -> None:
    shown = cuffs(trace(bedside(), 1000, {0: CuffFails(times=3)}))
    assert [one.status for _, one in shown] == ["cuff_error"] * 3 + ["ok"] * (len(shown) - 3)


def test_cuff_says_what_it_is_told_once() -> None:
    shown = cuffs(trace(bedside(), 400, {0: CuffSays(systolic=190, diastolic=112)}))
    assert (shown[0][1].systolic, shown[0][1].diastolic) == (190, 112)
    assert shown[1][1].systolic != 190


def test_button_starts_the_cuff_at_once() -> None:
    shown = cuffs(trace(bedside(), 200, {100: CuffNow()}))
    assert [at for at, _ in shown if 125 <= at <= 145]


def test_cuff_on_the_same_arm_takes_the_pulse_away_for_15_to_40_seconds() -> None:
    taken = trace(bedside(same_arm=True), 60, {})
    lost = [at for at, of in enumerate(taken) if of[0].status == "no_signal"]
    assert 15 <= len(lost) <= 40
    assert lost == list(range(lost[0], lost[-1] + 1))
    assert lost[-1] < cuffs(taken)[0][0]


def test_wrong_value_is_said_for_its_time_only() -> None:
    spo2 = values(trace(bedside(), 30, {10: Says(metric="spo2", value=-99.9, for_s=5)}), "spo2")
    assert [at for at, one in enumerate(spo2) if one == -99.9] == [10, 11, 12, 13, 14]


def test_stuck_value_repeats_what_it_was() -> None:
    device = bedside()
    taken = trace(device, 5, {})
    device.inject(Stuck(metric="pulse_rate", for_s=1000))
    device.patient.give(Panic())
    later = trace(device, 200, {})
    assert set(values(later, "pulse_rate")) == {values(taken, "pulse_rate")[-1]}


def test_frozen_device_says_nothing_until_it_goes_on() -> None:
    taken = trace(bedside(), 20, {5: Freeze(for_s=600), 12: Thaw()})
    assert [at for at, of in enumerate(taken) if not of] == list(range(5, 12))


def test_slow_device_says_its_values_every_few_seconds() -> None:
    taken = trace(bedside(), 25, {5: Slow(every_s=5, for_s=15)})
    assert [at for at, of in enumerate(taken) if of] == [*range(5), 5, 10, 15, *range(20, 25)]


def test_battery_empties_and_stands_where_it_is_put() -> None:
    device = bedside()
    trace(device, 3600, {1800: Battery(percent=20)})
    assert device.battery_percent == pytest.approx(20 - 1800 / 28_800 * 100, abs=0.1)


def test_breaths_are_counted_where_there_is_something_to_count_them() -> None:
    device = bedside(breathing=True)
    assert 10 <= (values(trace(device, 5, {}), "resp_rate")[-1] or 0) <= 20
    assert device.metrics["resp_rate"] == 1


def carried(network: Network, seconds: int) -> list[list[int]]:
    return [
        [frame.seq for frame in network.carry(second, [Frame(second + 1, "[]")])]
        for second in range(seconds)
    ]


def test_undisturbed_network_carries_each_frame_at_once() -> None:
    assert carried(Network(Random(1)), 3) == [[1], [2], [3]]


def test_duplicates_come_twice() -> None:
    network = Network(Random(1))
    network.disturb(Duplicates(for_s=2), 0)
    assert carried(network, 3) == [[1, 1], [2, 2], [3]]


def test_reordered_frames_come_in_reverse_and_none_is_left_behind() -> None:
    network = Network(Random(1))
    network.disturb(Reorder(for_s=5, depth=3), 0)
    assert carried(network, 7) == [[], [], [3, 2, 1], [], [], [4, 5, 6], [7]]


def test_delayed_frames_come_later() -> None:
    network = Network(Random(1))
    network.disturb(Delay(for_s=2, delay_s=3), 0)
    assert carried(network, 6) == [[], [], [3], [1, 4], [2, 5], [6]]


def test_garbage_has_no_number() -> None:
    network = Network(Random(1))
    network.disturb(Garbage(for_s=10, every_s=2), 0)
    assert carried(network, 3) == [[1, 0], [2], [3, 0]]


def test_gap_ends_by_itself_or_by_hand() -> None:
    network = Network(Random(1))
    network.disturb(NetworkGap(for_s=10), 5)
    assert [network.is_up(second) for second in (5, 14, 15)] == [False, False, True]
    network.disturb(NetworkGap(for_s=100), 20)
    network.disturb(NetworkBack(), 30)
    assert network.is_up(30)


def test_clock_is_off_and_drifts() -> None:
    network = Network(Random(1))
    assert network.clock_error_ms(5) == 0
    network.disturb(Skew(offset_s=-20, drift_s_per_hour=36), 0)
    assert network.clock_error_ms(0) == -20_000
    assert network.clock_error_ms(100) == -19_000


def test_device_that_is_well_again_has_nothing_of_its_faults_left() -> None:
    broken, sound = bedside(), bedside()
    faults: tuple[DeviceFault, ...] = (
        SensorOff(for_s=86_400),
        Motion(for_s=600),
        Freeze(for_s=600),
        Says(metric="spo2", value=0, for_s=600),
        CuffFails(times=100),
        CuffSays(systolic=1, diastolic=1),
    )
    for fault in faults:
        broken.inject(fault)
    for device in (broken, sound):
        for _ in range(20):
            device.take()
    assert (broken.probe_is_off, broken.is_frozen) == (True, True)
    broken.inject(DeviceWell())
    assert (broken.probe_is_off, broken.is_frozen) == (False, False)
    later = [[device.take() for _ in range(400)] for device in (broken, sound)]
    averaged = 20
    assert later[0][averaged:] == later[1][averaged:]


def test_network_that_is_cut_stays_so_until_it_is_back() -> None:
    network = Network(Random(1))
    network.disturb(NetworkCut(), 10)
    assert not network.is_up(10**9)
    network.disturb(NetworkBack(), 50)
    assert network.is_up(50)


def test_network_that_is_well_again_lets_everything_go_and_has_the_right_time() -> None:
    network = Network(Random(1))
    for disturbance in (
        Skew(offset_s=95),
        Delay(delay_s=600, for_s=600),
        Duplicates(for_s=600),
        NetworkCut(),
    ):
        network.disturb(disturbance, 0)
    held = network.carry(1, [Frame(1, "a")])
    assert held == []
    network.disturb(NetworkWell(), 2)
    assert network.is_up(2)
    assert network.clock_error_ms(2) == 0
    assert network.carry(2, [Frame(2, "b")]) == [Frame(1, "a"), Frame(2, "b")]
