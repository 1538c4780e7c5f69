"""A bedside monitor: an oximeter and a cuff at one patient, one step a second."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.devices.cuff import Cuff
from simulators.devices.measurement import Measurement
from simulators.devices.oximeter import Oximeter
from simulators.patients.patient import Patient


class BedsideMonitor:
    """A source of measurements that never ends (see ``Source``)."""

    model = "simulated bedside monitor"
    position: str | None = None

    def __init__(
        self, patient: Patient, oximeter: Oximeter, cuff: Cuff, cuff_interval_s: int
    ) -> None:
        self._patient = patient
        self._oximeter = oximeter
        self._cuff = cuff
        self._second = 0
        self.metrics: Mapping[str, float] = {
            "pulse_rate": 1.0,
            "spo2": 1.0,
            "nibp": float(cuff_interval_s),
        }

    def due(self) -> float:
        """Each second."""
        return self._second

    def take(self) -> list[Measurement]:
        """This second's pulse and SpO2, and a cuff's result when one has just ended."""
        second = self._second
        vitals = self._patient.step()
        measurements = list(self._oximeter.step(second, vitals))
        pressure = self._cuff.step(second, vitals, moving=self._oximeter.is_moving(second))
        if pressure is not None:
            measurements.append(pressure)
        self._second += 1
        return measurements
