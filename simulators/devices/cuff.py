"""A blood pressure cuff: it needs time, it scatters, it sometimes fails and tries again."""

from __future__ import annotations

from random import Random

from simulators.devices.faults import CuffSays
from simulators.devices.measurement import Measurement
from simulators.patients.patient import Vitals

PUMPING_S = (25, 45)
RETRY_S = 20
FAILS = 0.04
FAILS_WHEN_MOVING = 3
GROSS_OUTLIER = 0.01
_SQUEEZES_FROM_S, _LETS_GO_S = 4, 4
"""When after its start a cuff stops the blood, and how long before its end it lets go."""


class Cuff:
    """Measures every ``interval_s``, the first time at once; the value comes when the cuff is empty again.

    ``scatter`` are the SDs of systolic and diastolic from one measurement to the next, in mmHg. Without failures
    (``fails`` 0) there are no gross outliers either. A failed attempt is repeated once.
    """

    def __init__(
        self,
        rng: Random,
        interval_s: int = 300,
        *,
        scatter: tuple[float, float] = (4.0, 3.5),
        fails: float = FAILS,
    ) -> None:
        self._rng = rng
        self._interval_s = interval_s
        self._scatter = scatter
        self._fails = fails
        self._due = 0
        self._begins = self._done = 0
        self._pump(0)
        self._may_retry = True
        self._to_fail = 0
        self._to_say: CuffSays | None = None

    def fail_next(self, times: int) -> None:
        """So many attempts, from the one that is under way or comes next, will fail."""
        self._to_fail = times

    def say_next(self, pressure: CuffSays) -> None:
        """What the next measurement shows."""
        self._to_say = pressure

    def recover(self) -> None:
        """It measures as ever."""
        self._to_fail, self._to_say = 0, None

    def start(self, second: int) -> None:
        """Begin now, unless it is pumping already."""
        if not self._begins <= second < self._done:
            self._pump(second)

    def squeezes(self, second: int) -> bool:
        """Whether the blood of its arm stands still in this second."""
        return self._begins + _SQUEEZES_FROM_S <= second < self._done - _LETS_GO_S

    def step(self, second: int, vitals: Vitals, *, moving: bool) -> Measurement | None:
        """The result of a measurement that ends in this second, if one does."""
        if second < self._done:
            return None
        # Drawn also where the failure is ordered, so that the order leaves the other measurements as they were.
        failed = self._rng.random() < self._fails * (FAILS_WHEN_MOVING if moving else 1)
        result = self._read(vitals)
        if self._to_fail > 0:
            self._to_fail -= 1
            failed = True
        self._plan_next(second, failed=failed)
        return Measurement("nibp", status="cuff_error") if failed else self._shown(result)

    def _plan_next(self, second: int, *, failed: bool) -> None:
        if failed and self._may_retry:
            self._may_retry = False
            self._pump(second + RETRY_S)
            return
        self._may_retry = True
        self._due = max(self._due + self._interval_s, second + 1)
        self._pump(self._due)

    def _pump(self, start: int) -> None:
        self._begins = start
        self._done = start + self._rng.randint(*PUMPING_S)

    def _shown(self, result: Measurement) -> Measurement:
        said, self._to_say = self._to_say, None
        if said is None:
            return result
        return Measurement("nibp", systolic=said.systolic, diastolic=said.diastolic)

    def _read(self, vitals: Vitals) -> Measurement:
        outlier = self._fails > 0 and self._rng.random() < GROSS_OUTLIER
        shift = self._rng.choice((-30.0, 30.0)) if outlier else 0.0
        systolic = round(vitals.systolic + shift + self._rng.gauss(0, self._scatter[0]))
        diastolic = round(vitals.diastolic + shift / 2 + self._rng.gauss(0, self._scatter[1]))
        systolic = min(max(systolic, 50), 270)
        diastolic = min(max(diastolic, 25), systolic - 10)
        mean = round(diastolic + (systolic - diastolic) / 3)
        return Measurement(
            "nibp", systolic=float(systolic), diastolic=float(diastolic), mean=float(mean)
        )
