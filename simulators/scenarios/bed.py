"""A room of a scenario, built: patient, devices and network, and what happens to them second by second."""

from __future__ import annotations

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
from simulators.scenarios.model import DeviceSpec, Event, PatientSpec, Room, Scenario


class Bed:
    """A source of measurements (see ``Source``) to which things happen: by the scenario, or by hand."""

    position: str | None = None

    def __init__(self, bedside: BedsideMonitor, network: Network, events: Iterable[Event]) -> None:
        self.bedside = bedside
        self.network = network
        self._coming = sorted(events, key=lambda event: event.at, reverse=True)
        self.model = bedside.model
        self.metrics: Mapping[str, float] = bedside.metrics

    @property
    def patient(self) -> Patient:
        """Who lies here."""
        return self.bedside.patient

    @property
    def battery_percent(self) -> float:
        """Of the device."""
        return self.bedside.battery_percent

    def due(self) -> float:
        """Each second."""
        return self.bedside.second

    def take(self) -> Sequence[Measurement]:
        """The next second, with what happens in it."""
        while self._coming and self._coming[-1].at <= self.bedside.second:
            self.happen(self._coming.pop())
        return self.bedside.take()

    def happen(self, event: Event) -> None:
        """This happens before the next second, whatever its time says."""
        what = event.what
        match what:
            case Input():
                self.patient.give(what)
            case Fault():
                self.bedside.inject(what)
            case Disturbance():
                self.network.disturb(what, self.bedside.second)


def build_bed(
    scenario: Scenario,
    place: int,
    *,
    seed: int | None = None,
    name: str | None = None,
    into_infusion_min: float | None = None,
) -> Bed:
    """The bed at a place of the file (beyond its rooms they begin again); ``name`` and seed make its patient.

    Each part draws from its own generator, so that none disturbs another's trace.
    """
    place %= len(scenario.room)
    room = scenario.room[place]
    roots = f"{scenario.seed if seed is None else seed}"
    root = f"{roots}/{name or scenario.room_name(place)}"
    minutes = room.into_infusion_min if into_infusion_min is None else into_infusion_min
    who = _individual(scenario, room, roots, name or scenario.room_name(place))
    patient = Patient(who, Random(f"{root}/patient"), minutes)
    return Bed(
        _bedside(patient, room.devices, root), Network(Random(f"{root}/network")), room.event
    )


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
        who = draw_individual(Random(f"{seed}/{name}/individual"), Response(spec.draw))
    else:
        who = Individual()
    return replace(who, **_said(spec))


_FIELDS = frozenset(field.name for field in fields(Individual))


def _said(spec: PatientSpec) -> dict[str, Any]:
    said = spec.model_dump(exclude_none=True)
    return {name: value for name, value in said.items() if name in _FIELDS}
