"""What a device makes of its own measurements when something is wrong inside it."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.devices.faults import Freeze, Says, Slow, Stuck, Thaw
from simulators.devices.measurement import Measurement

OutputFault = Says | Stuck | Freeze | Thaw | Slow


class Output:
    """The last stage of a device: each second's measurements in, what it says out."""

    def __init__(self) -> None:
        self._active: list[tuple[float, OutputFault]] = []
        self._last: dict[str, Measurement] = {}

    def begin(self, fault: OutputFault, second: float) -> None:
        """This fault acts from now on."""
        if isinstance(fault, Thaw):
            self._active = [one for one in self._active if not isinstance(one[1], Freeze)]
        else:
            self._active.append((second + fault.for_s, fault))

    def recover(self) -> None:
        """No fault acts any more."""
        self._active.clear()

    def is_frozen(self, second: float) -> bool:
        """Whether nothing is said in this second."""
        return any(second < until and isinstance(one, Freeze) for until, one in self._active)

    def say(self, second: float, measured: Sequence[Measurement]) -> list[Measurement]:
        """What the device says in this second."""
        if self._active:
            self._active = [one for one in self._active if second < one[0]]
        said = [self._of(one, second) for one in measured]
        heard = [one for one in said if one is not None]
        self._last.update((one.metric, one) for one in heard)
        return heard

    def _of(self, one: Measurement, second: float) -> Measurement | None:
        for _, fault in self._active:
            match fault:
                case Freeze():
                    return None
                case Slow(every_s=every_s) if one.metric != "nibp" and second % every_s:
                    return None
                case Says(metric=metric, value=value) if metric == one.metric:
                    one = Measurement(metric, value)
                case Stuck(metric=metric) if metric == one.metric:
                    one = self._last.get(metric, one)
                case _:
                    pass
        return one
