"""The worst value while an alarm of a value held: what it came to, not what raised it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from monitor.domain.chart import Cuff
from monitor.domain.limits import Side
from monitor.domain.readings import Instant, Metric
from monitor.domain.review.alarm_life import AlarmLife

_OF_VALUES = frozenset({"limit", "rise", "repeat", "burden"})


class Worst(NamedTuple):
    """The worst value, and for a pressure the cuff it is of; ``beyond`` is the value that was judged."""

    at: Instant
    beyond: float
    cuff: Cuff | None = None


def worst_value(
    life: AlarmLife,
    values: Mapping[Metric, Iterable[tuple[Instant, float, str]]],
    cuffs: Sequence[Cuff],
) -> Worst | None:
    """Among the values of the alarm's own source, from the first one beyond until it was over.

    None for an alarm that is about no value, and where none is known.
    """
    side = _side(life)
    if life.newest.alarm_kind not in _OF_VALUES or side is None or life.newest.metric is None:
        return None
    if life.newest.metric == Metric.NIBP:
        found = list(_cuffs(life, cuffs))
    else:
        of_metric = values.get(Metric(life.newest.metric), ())
        source = life.newest.source
        found = [
            Worst(at, value) for at, value, by in of_metric if by == source and _held(life, at)
        ]
    if not found:
        return None
    return (min if side is Side.BELOW else max)(found, key=_beyond)


def _cuffs(life: AlarmLife, cuffs: Iterable[Cuff]) -> Iterable[Worst]:
    component = str(life.worst.reason_values.get("component"))
    for cuff in cuffs:
        value = getattr(cuff, component, None)
        if value is not None and cuff.source == life.newest.source and _held(life, cuff.at):
            yield Worst(cuff.at, value, cuff)


def _held(life: AlarmLife, at: Instant) -> bool:
    return life.newest.onset <= at and (life.over_at is None or at <= life.over_at)


def _side(life: AlarmLife) -> Side | None:
    ending = life.worst.reason_code.rpartition("_")[2]
    return Side(ending) if ending in {*Side} else None


def _beyond(worst: Worst) -> float:
    return worst.beyond
