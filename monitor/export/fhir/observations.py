"""Readings as Observations of the R4 vital-signs profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import median
from typing import NamedTuple

from monitor.domain import facts
from monitor.domain.readings import (
    MANUAL_SOURCE,
    MINUTE,
    SECOND,
    UNITS,
    Instant,
    Metric,
    Reading,
)
from monitor.export.fhir.codes import (
    CODES,
    COMPONENTS,
    DEVICE_CODES,
    PROFILES,
    VITAL_SIGNS,
    Json,
    absent,
    quantity,
)
from monitor.export.fhir.identity import Binder, annotation, moment
from monitor.service.batches import StoredReading

CLOCK_IS_RIGHT_MS = 2 * SECOND
"""A device's own time stands while its clock is right within this, else the corrected one (the feed's contract)."""
_OK, _MARKED = "ok", ("low_perfusion", "motion", "demo")


class Shaped(NamedTuple):
    """An Observation, and what its shape depends on: two of one shape differ in numbers and times only."""

    shape: tuple[object, ...]
    resource: Json


class _Minute(NamedTuple):
    source: str
    metric: Metric
    began: Instant


def measured_at(reading: Reading) -> Instant:
    """When it was measured."""
    right = abs(reading.at - reading.measured_at) <= CLOCK_IS_RIGHT_MS
    return reading.measured_at if right else reading.at


class Observations:
    """Makes them for one session."""

    def __init__(self, binder: Binder) -> None:
        self._binder = binder
        self._extract = binder.extract
        self._status = "preliminary" if binder.extract.is_open else "final"
        self._bases: dict[tuple[str, Metric], Json] = {}
        self._entered_by = {
            fact.body.seq: fact.by
            for fact in binder.extract.facts
            if isinstance(fact.body, facts.VitalsEntered)
        }

    def of_readings(self) -> Iterator[Shaped]:
        """One for each."""
        return map(self._of_reading, self._extract.readings)

    def of_minutes(self) -> Iterator[Shaped]:
        """Each minute's median of what devices measure continuously; every cuff and every entry as it is."""
        minutes: dict[_Minute, list[Reading]] = {}
        for stored in self._extract.readings:
            reading = stored.reading
            if reading.metric is Metric.NIBP or reading.source == MANUAL_SOURCE:
                yield self._of_reading(stored)
                continue
            began = measured_at(reading) // MINUTE * MINUTE
            key = _Minute(reading.source, reading.metric, began)
            minutes.setdefault(key, []).append(reading)
        yield from (self._of_minute(key, readings) for key, readings in minutes.items())

    def _of_reading(self, stored: StoredReading) -> Shaped:
        reading = stored.reading
        parts = (stored.stream, stored.seq, stored.index)
        made = {
            **self._base(reading.source, reading.metric),
            "id": self._binder.id_of(*parts),
            "effectiveDateTime": moment(measured_at(reading)),
            "issued": moment(reading.received_at),
            **_values(reading),
        }
        voided = self._extract.is_voided(stored)
        if voided:
            made["status"] = "entered-in-error"
        by = self._entered_by.get(stored.seq, "") if reading.source == MANUAL_SOURCE else ""
        if by:
            made["performer"] = [{"display": by}]
        remarks = _remarks(reading)
        if remarks:
            made["note"] = annotation(", ".join(remarks))
        there = (reading.value is None, reading.systolic is None, reading.mean is None)
        shape = (reading.metric, reading.source, reading.status, voided, bool(by), *there)
        return Shaped((*shape, *(bool(remark) for remark in remarks)), made)

    def _of_minute(self, minute: _Minute, readings: list[Reading]) -> Shaped:
        values = [reading.value for reading in readings if reading.value is not None]
        found: Json = (
            {"valueQuantity": quantity(round(median(values), 3), UNITS[minute.metric])}
            if values
            else {"dataAbsentReason": absent(readings[-1].status)}
        )
        made = {
            **self._base(minute.source, minute.metric),
            "id": self._binder.id_of(*minute),
            "effectivePeriod": {
                "start": moment(minute.began),
                "end": moment(minute.began + MINUTE - 1),
            },
            "issued": moment(max(reading.received_at for reading in readings)),
            "method": {"text": "median of the minute"},
            **found,
        }
        return Shaped((minute.metric, minute.source, bool(values)), made)

    def _base(self, source: str, metric: Metric) -> Json:
        known = self._bases.get((source, metric))
        if known is None:
            known = self._bases[source, metric] = self._made_base(source, metric)
        return known

    def _made_base(self, source: str, metric: Metric) -> Json:
        manual = source == MANUAL_SOURCE
        codes = CODES[metric] if manual else [*CODES[metric], *DEVICE_CODES[metric]]
        how: Json = (
            {"method": {"text": "read and entered by a person"}}
            if manual
            else {"device": self._binder.reference("device", source)}
        )
        return {
            "resourceType": "Observation",
            "id": "",
            "meta": {**self._binder.meta, "profile": [PROFILES[metric]]},
            "partOf": [self._binder.procedure],
            "status": self._status,
            "category": VITAL_SIGNS,
            "code": {"coding": codes},
            "subject": self._binder.patient,
            **how,
        }


def _values(reading: Reading) -> Json:
    if reading.metric is Metric.NIBP:
        return {"component": list(_components(reading))}
    if reading.value is None:
        return {"dataAbsentReason": absent(reading.status)}
    return {"valueQuantity": quantity(reading.value, UNITS[reading.metric])}


def _components(reading: Reading) -> Iterable[Json]:
    pressures = {
        "systolic": reading.systolic,
        "diastolic": reading.diastolic,
        "mean": reading.mean,
    }
    for name, value in pressures.items():
        if value is not None:
            found = {"valueQuantity": quantity(value, UNITS[Metric.NIBP])}
        elif name == "mean":
            continue
        else:
            found = {"dataAbsentReason": absent(reading.status)}
        yield {"code": {"coding": [COMPONENTS[name]]}, **found}


def _remarks(reading: Reading) -> list[str]:
    """What a reader of the value must know besides it."""
    remarks = []
    if reading.status in _MARKED:
        remarks.append(f"signal: {reading.status.replace('_', ' ')}")
    if reading.late:
        remarks.append("arrived late")
    off = reading.at - reading.measured_at
    if abs(off) > CLOCK_IS_RIGHT_MS:
        side = "behind" if off > 0 else "ahead"
        remarks.append(
            f"the device's clock was {abs(off) / SECOND:.0f} s {side}; the time is corrected"
        )
    return remarks
