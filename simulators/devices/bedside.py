"""A bedside monitor: an oximeter and a cuff at one patient, one step a second."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.devices.cuff import Cuff
from simulators.devices.faults import (
    Battery,
    CuffFails,
    CuffNow,
    CuffSays,
    DeviceFault,
    DeviceWell,
    Motion,
    SensorOff,
    SensorOn,
)
from simulators.devices.measurement import Measurement
from simulators.devices.output import Output
from simulators.devices.oximeter import Oximeter
from simulators.patients.patient import Patient, Vitals

_BATTERY_LASTS_S = 8 * 3600


class BedsideMonitor:
    """A source of measurements that never ends (see ``Source``).

    ``same_arm``: the cuff takes the oximeter's pulse away while it squeezes. ``breathing``: it counts breaths too.
    """

    model = "simulated bedside monitor"
    position: str | None = None

    def __init__(
        self,
        patient: Patient,
        oximeter: Oximeter,
        cuff: Cuff,
        cuff_interval_s: int,
        *,
        same_arm: bool = False,
        breathing: bool = False,
    ) -> None:
        self.patient = patient
        self._oximeter = oximeter
        self._cuff = cuff
        self._same_arm = same_arm
        self._breathing = breathing
        self._output = Output()
        self.vitals: Vitals | None = None
        """What was true inside the patient in the newest second."""
        self._battery, self._battery_at = 100.0, 0
        self._second = 0
        metrics = {"pulse_rate": 1.0, "spo2": 1.0, "nibp": float(cuff_interval_s)}
        self.metrics: Mapping[str, float] = metrics | ({"resp_rate": 1.0} if breathing else {})

    @property
    def second(self) -> int:
        """The second that comes next."""
        return self._second

    @property
    def battery_percent(self) -> float:
        """How full the battery is."""
        used = (self._second - self._battery_at) / _BATTERY_LASTS_S * 100
        return round(max(0.0, self._battery - used), 1)

    @property
    def probe_is_off(self) -> bool:
        """Whether the probe is off the finger."""
        return self._oximeter.is_off(self._second)

    @property
    def is_frozen(self) -> bool:
        """Whether the device measures nothing."""
        return self._output.is_frozen(self._second)

    def due(self) -> int:
        """Each second."""
        return self._second

    def inject(self, fault: DeviceFault) -> None:
        """This goes wrong from the next second on."""
        match fault:
            case SensorOff(for_s=for_s):
                self._oximeter.take_off(self._second + for_s)
            case SensorOn():
                self._oximeter.take_off(self._second)
            case Motion():
                self._oximeter.move(fault, self._second)
            case CuffFails(times=times):
                self._cuff.fail_next(times)
            case CuffNow():
                self._cuff.start(self._second)
            case CuffSays():
                self._cuff.say_next(fault)
            case Battery(percent=percent):
                self._battery, self._battery_at = percent, self._second
            case DeviceWell():
                self._oximeter.recover(self._second)
                self._cuff.recover()
                self._output.recover()
            case _:
                self._output.begin(fault, self._second)

    def take(self) -> list[Measurement]:
        """This second's pulse and SpO2, and a cuff's result when one has just ended."""
        second = self._second
        self.vitals = vitals = self.patient.step()
        squeezed = self._same_arm and self._cuff.squeezes(second)
        measurements = list(self._oximeter.step(second, vitals, squeezed=squeezed))
        if self._breathing:
            measurements.append(Measurement("resp_rate", float(max(0, round(vitals.resp_rate)))))
        pressure = self._cuff.step(second, vitals, moving=self._oximeter.is_moving(second))
        if pressure is not None:
            measurements.append(pressure)
        self._second += 1
        return self._output.say(second, measurements)
