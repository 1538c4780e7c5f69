"""A pulse oximeter: late by the way to the finger, averaged over eight seconds, whole numbers, now and then wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from random import Random

from simulators.devices.measurement import Measurement
from simulators.patients.patient import Vitals

AVERAGE_S = 8
FINGER_LAG_S = 12

Span = tuple[float, float]
"""From and until, in seconds since the start of the run."""


class Oximeter:
    """Gives pulse and SpO2 each second.

    ``sensor_off``: when the probe is off the finger. ``bursts_per_hour``: how often the hand moves; the values then
    jump and are marked.
    """

    def __init__(
        self, rng: Random, *, sensor_off: Iterable[Span] = (), bursts_per_hour: float = 0.0
    ) -> None:
        self._rng = rng
        self._sensor_off = tuple(sensor_off)
        self._burst_chance = bursts_per_hour / 3600
        self._moves_until = 0.0
        self._pulse_error = self._spo2_error = 0.0
        self._at_finger: deque[float] = deque(maxlen=FINGER_LAG_S + 1)
        self._pulses: deque[float] = deque(maxlen=AVERAGE_S)
        self._saturations: deque[float] = deque(maxlen=AVERAGE_S)

    def is_moving(self, second: int) -> bool:
        """Whether the arm moves in this second."""
        return second < self._moves_until

    def step(self, second: int, vitals: Vitals) -> tuple[Measurement, Measurement]:
        """Pulse and SpO2 as they stand on the display in this second."""
        self._maybe_move(second)
        self._at_finger.append(vitals.spo2)
        if any(start <= second < end for start, end in self._sensor_off):
            # A probe that is put back on begins its average anew.
            self._pulses.clear()
            self._saturations.clear()
            return (
                Measurement("pulse_rate", status="sensor_off"),
                Measurement("spo2", status="sensor_off"),
            )
        self._pulses.append(vitals.pulse_rate)
        self._saturations.append(self._at_finger[0])
        pulse = sum(self._pulses) / len(self._pulses)
        spo2 = sum(self._saturations) / len(self._saturations)
        status = "ok"
        if self.is_moving(second):
            pulse, spo2, status = pulse + self._pulse_error, spo2 - self._spo2_error, "motion"
        return (
            Measurement("pulse_rate", min(250.0, max(25.0, float(round(pulse)))), status=status),
            Measurement("spo2", min(100.0, float(round(spo2))), status=status),
        )

    def _maybe_move(self, second: int) -> None:
        if self._burst_chance == 0.0 or self.is_moving(second):
            return
        if self._rng.random() < self._burst_chance:
            self._moves_until = second + self._rng.uniform(5, 30)
            self._pulse_error = self._rng.choice((-1, 1)) * self._rng.uniform(8, 35)
            self._spo2_error = self._rng.uniform(3, 15)
