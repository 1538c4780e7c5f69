"""A room of a scenario, built: patient, devices and network, and what happens to them second by second.

A bed may live faster than the ward's clock: then several of its seconds pass in one of the ward's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from random import Random
from typing import Any

from simulators.devices.bedside import BedsideMonitor
from simulators.devices.cuff import Cuff
from simulators.devices.faults import Fault
from simulators.devices.measurement import Measurement
from simulators.devices.oximeter import Oximeter
from simulators.feeds.disturbances import Disturbance, Network
from simulators.patients.individual import Individual, Response, draw_individual
from simulators.patients.inputs import Input
from simulators.patients.patient import Patient
from simulators.scenarios.model import Scenario
from simulators.scenarios.persons import PatientSpec
from simulators.scenarios.room import DeviceSpec, Event, Room


class Bed:
    """A source of measurements (see ``Source``) to which things happen: by the scenario, or by hand.

    ``speed``: so many seconds of patient and device pass in each second of the ward, in which the network lives.
    """

    position: str | None = None

    def __init__(
        self,
        bedside: BedsideMonitor,
        network: Network,
        events: Iterable[Event],
        *,
        speed: int = 1,
    ) -> None:
        self.bedside = bedside
        self.network = network
        self.speed = speed
        self._coming = deque(sorted(events, key=_at))
        self.model = bedside.model
        self.metrics: Mapping[str, float] = {
            metric: max(1.0, interval / speed) for metric, interval in bedside.metrics.items()
        }

    @property
    def patient(self) -> Patient:
        """Who lies here."""
        return self.bedside.patient

    @property
    def battery_percent(self) -> float:
        """Of the device."""
        return self.bedside.battery_percent

    def due(self) -> int:
        """Each second of the ward."""
        return self.bedside.second // self.speed

    def take(self) -> Sequence[Measurement]:
        """What the device shows at the end of the ward's next second, and every cuff that ended in it."""
        if self.speed == 1:
            return self._live()
        shown: dict[str, Measurement] = {}
        cuffs: list[Measurement] = []
        for _ in range(self.speed):
            for one in self._live():
                if one.metric == "nibp":
                    cuffs.append(one)
                else:
                    shown[one.metric] = one
        return [*shown.values(), *cuffs]

    def plan(self, event: Event) -> None:
        """This happens at its time, after what is planned for the same second already; at once where that is past."""
        self._coming = deque(sorted((*self._coming, event), key=_at))

    def _live(self) -> Sequence[Measurement]:
        while self._coming and self._coming[0].at <= self.bedside.second:
            self._happen(self._coming.popleft())
        return self.bedside.take()

    def _happen(self, event: Event) -> None:
        what = event.what
        match what:
            case Input():
                self.patient.give(what)
            case Fault():
                self.bedside.inject(what)
            case Disturbance():
                self.network.disturb(what, self.due())


def _at(event: Event) -> int:
    return event.at


def build_bed(
    scenario: Scenario,
    place: int,
    *,
    seed: int | None = None,
    name: str | None = None,
    into_infusion_min: float | None = None,
    speed: int = 1,
) -> Bed:
    """The bed at a place of the file (beyond its rooms they begin again); ``name`` and seed make its patient.

    Each part draws from its own generator, so that none disturbs another's trace.
    """
    place %= len(scenario.room)
    room = scenario.room[place]
    own = scenario.seed if room.seed is None else room.seed
    roots = f"{own if seed is None else seed}"
    root = f"{roots}/{name or scenario.room_name(place)}"
    minutes = room.into_infusion_min if into_infusion_min is None else into_infusion_min
    who = _individual(scenario, room, roots, name or scenario.room_name(place))
    patient = Patient(who, Random(f"{root}/patient"), minutes)
    network = Network(Random(f"{root}/network"))
    return Bed(_bedside(patient, room.devices, root), network, room.event, speed=speed)


def _bedside(patient: Patient, devices: DeviceSpec, root: str) -> BedsideMonitor:
    return BedsideMonitor(
        patient,
        Oximeter(
            Random(f"{root}/oximeter"),
            bursts_per_hour=devices.bursts_per_hour,
            marks_motion=devices.marks_motion,
        ),
        Cuff(
            Random(f"{root}/cuff"),
            devices.cuff_interval_s,
            scatter=devices.cuff_scatter,
            fails=devices.cuff_fails,
        ),
        devices.cuff_interval_s,
        same_arm=devices.same_arm,
        breathing=devices.breathing,
    )


def _individual(scenario: Scenario, room: Room, seed: str, name: str) -> Individual:
    spec = room.patient
    if spec.same_as is not None:
        places = range(len(scenario.room))
        earlier = next(place for place in places if scenario.room_name(place) == spec.same_as)
        who = _individual(scenario, scenario.room[earlier], seed, spec.same_as)
    elif spec.draw is not None:
        drawn_as = spec.drawn_as or name
        who = draw_individual(Random(f"{seed}/{drawn_as}/individual"), Response(spec.draw))
    else:
        who = Individual()
    return replace(who, **_said(spec))


_FIELDS = frozenset(field.name for field in fields(Individual))


def _said(spec: PatientSpec) -> dict[str, Any]:
    said = spec.model_dump(exclude_none=True)
    return {name: value for name, value in said.items() if name in _FIELDS}
