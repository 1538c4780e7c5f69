"""A pulse oximeter: late by the way to the finger, averaged over eight seconds, whole numbers, now and then wrong."""

from __future__ import annotations

import math
from collections import deque
from random import Random

from simulators.devices.faults import Motion
from simulators.devices.measurement import Measurement
from simulators.patients.patient import Vitals

AVERAGE_S = 8
FINGER_LAG_S = 12
_OFF = (Measurement("pulse_rate", status="sensor_off"), Measurement("spo2", status="sensor_off"))
_NO_SIGNAL = (
    Measurement("pulse_rate", status="no_signal"),
    Measurement("spo2", status="no_signal"),
)


class Oximeter:
    """Gives pulse and SpO2 each second.

    ``bursts_per_hour``: how often the hand moves by itself; the values then jump, and are marked unless the device is
    an old one (``marks_motion`` False).
    """

    def __init__(
        self, rng: Random, *, bursts_per_hour: float = 0.0, marks_motion: bool = True
    ) -> None:
        self._rng = rng
        self._burst_chance = bursts_per_hour / 3600
        self._marks_motion = marks_motion
        self._off_until = 0.0
        self._moves_until = 0.0
        self._motion = Motion()
        self._at_finger: deque[float] = deque(maxlen=FINGER_LAG_S + 1)
        self._pulses: deque[float] = deque(maxlen=AVERAGE_S)
        self._saturations: deque[float] = deque(maxlen=AVERAGE_S)

    def take_off(self, until: float) -> None:
        """The probe is off the finger until this second; a second that is past puts it back."""
        self._off_until = until

    def move(self, motion: Motion, second: float) -> None:
        """The hand moves from now on."""
        self._motion = motion
        self._moves_until = second + motion.for_s

    def recover(self, second: float) -> None:
        """The probe is on and the hand is still."""
        self._off_until = min(self._off_until, second)
        self._moves_until = min(self._moves_until, second)

    def is_off(self, second: float) -> bool:
        """Whether the probe is off the finger in this second."""
        return second < self._off_until

    def is_moving(self, second: float) -> bool:
        """Whether the arm moves in this second."""
        return second < self._moves_until

    def step(
        self, second: int, vitals: Vitals, *, squeezed: bool = False
    ) -> tuple[Measurement, Measurement]:
        """Pulse and SpO2 as they stand on the display in this second; none where a cuff squeezes the same arm."""
        if self._burst_chance > 0.0:
            self._maybe_move(second)
        self._at_finger.append(vitals.spo2)
        if second < self._off_until or squeezed:
            # A probe that has no pulse to see begins its average anew.
            self._pulses.clear()
            self._saturations.clear()
            return _OFF if second < self._off_until else _NO_SIGNAL
        self._pulses.append(vitals.pulse_rate)
        self._saturations.append(self._at_finger[0])
        pulse = sum(self._pulses) / len(self._pulses)
        spo2 = sum(self._saturations) / len(self._saturations)
        status = "ok"
        if self.is_moving(second):
            pulse += self._motion.pulse_rate
            spo2 += self._motion.spo2 * self._arch(second)
            status = "motion" if self._motion.marked else "ok"
        return (
            Measurement("pulse_rate", min(250.0, max(25.0, float(round(pulse)))), status=status),
            Measurement("spo2", min(100.0, max(1.0, float(round(spo2)))), status=status),
        )

    def _arch(self, second: int) -> float:
        """Motion takes the saturation away and gives it back: it is far off for a part of a burst only."""
        left = (self._moves_until - second) / self._motion.for_s
        return math.sin(math.pi * min(1.0, left))

    def _maybe_move(self, second: int) -> None:
        if not self.is_moving(second) and self._rng.random() < self._burst_chance:
            motion = Motion(
                for_s=self._rng.uniform(5, 30),
                pulse_rate=self._rng.choice((-1, 1)) * self._rng.uniform(8, 35),
                spo2=-self._rng.uniform(3, 15),
                marked=self._marks_motion,
            )
            self.move(motion, second)
