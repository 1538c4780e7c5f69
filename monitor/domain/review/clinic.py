"""Rates over many sessions, each with how sure it is: adverse events, alarms per room-hour, response times. Pure.

Nothing is told without its count: of few sessions an interval says more than a rate does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from monitor.domain.readings import MINUTE

Z = 1.959964
"""The two-sided 95 % point of the normal distribution."""
FEW = 20
"""Of fewer infusions, alarms or answers a rate is called a small number."""
_EXACT_UP_TO = 100
_HOUR = 60 * MINUTE

Histogram = Mapping[int, int]
"""Milliseconds to how many took so long."""


class Interval(NamedTuple):
    """A value with its 95 % confidence interval."""

    value: float
    low: float
    high: float


class ClinicCounts(NamedTuple):
    """What the sessions that began in a time add up to. Sessions kept on paper were not watched and have no hours.

    ``events``: event and worst severity (empty for none told) to how many sessions with an infusion had it.
    ``alarms``: type and priority to how many alarms reached it; one that became worse counts for each. ``painted``:
    the priority an alarm was raised with to how long it took from then, ``acknowledged``: each priority to how long it
    took from when that was reached; in steps of a tenth of a second.
    """

    sessions: int
    cancelled: int
    open: int
    infusions: int
    watched_ms: int
    alarms: Mapping[tuple[str, str], int]
    events: Mapping[tuple[str, str], int]
    painted: Mapping[str, Histogram]
    acknowledged: Mapping[str, Histogram]


class Response(NamedTuple):
    """How long ``n`` answers took, in ms."""

    median_ms: int
    ninetieth_ms: int
    n: int


def wilson(n: int, of: int) -> Interval:
    """The share ``n`` of ``of`` with the score interval, which holds for small counts and for none.

    With p = n / of: (p + z²/2of ± z √(p(1-p)/of + z²/4of²)) / (1 + z²/of).
    Source: Wilson, J Am Stat Assoc 1927;22:209-212; as method 3 in Newcombe, Stat Med 1998;17:857-872.
    Raises ValueError unless 0 <= n <= of and of > 0.
    """
    if not 0 <= n <= of or of == 0:
        raise ValueError(f"{n} of {of} is no share")
    share, square = n / of, Z * Z
    middle = share + square / (2 * of)
    margin = Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    low = 0.0 if n == 0 else (middle - margin) / scale
    high = 1.0 if n == of else (middle + margin) / scale
    return Interval(share, low, high)


def poisson_rate(n: int, per: float) -> Interval:
    """``n`` in ``per`` (hours, say) as a rate for one, with its interval.

    Exact up to 100: the means under which so many or more, and so few or fewer, have a chance of 2.5 % each.
    Source: Garwood, Biometrika 1936;28:437-442. Beyond it Byar's approximation, n(1 - 1/9n - z/3√n)³ and, with
    m = n + 1, m(1 - 1/9m + z/3√m)³: Breslow and Day, Statistical Methods in Cancer Research II, IARC 1987, p. 69.
    Raises ValueError for a negative count or a ``per`` that is not above 0.
    """
    if n < 0 or per <= 0:
        raise ValueError(f"{n} in {per} is no rate")
    low, high = _garwood(n) if n <= _EXACT_UP_TO else _byar(n)
    return Interval(n / per, low / per, high / per)


def alarm_rate(n: int, watched_ms: int) -> Interval | None:
    """Alarms per hour of a room with a patient in it; None where none was watched."""
    return poisson_rate(n, watched_ms / _HOUR) if watched_ms > 0 else None


def response(histogram: Histogram) -> Response | None:
    """Median and 90th percentile; None where nothing was answered."""
    n = sum(histogram.values())
    return Response(percentile(histogram, 0.5), percentile(histogram, 0.9), n) if n else None


def percentile(histogram: Histogram, share: float) -> int:
    """The smallest value that at least this share of the values do not exceed; never between two that were seen.

    Source: definition 1 in Hyndman and Fan, Am Stat 1996;50:361-365. Raises ValueError for an empty histogram.
    """
    wanted = share * sum(histogram.values())
    reached = 0
    for value in sorted(histogram):
        reached += histogram[value]
        if reached >= wanted:
            return value
    raise ValueError("nothing has no percentile")


def _garwood(n: int) -> tuple[float, float]:
    tail, most = 0.025, n + 10 * math.sqrt(n + 1) + 10
    low = 0.0 if n == 0 else _solved(lambda mean: 1 - _at_most(n - 1, mean) - tail, most)
    high = _solved(lambda mean: tail - _at_most(n, mean), most)
    return low, high


def _byar(n: int) -> tuple[float, float]:
    more = n + 1
    low = n * (1 - 1 / (9 * n) - Z / (3 * math.sqrt(n))) ** 3
    high = more * (1 - 1 / (9 * more) + Z / (3 * math.sqrt(more))) ** 3
    return low, high


def _at_most(n: int, mean: float) -> float:
    """The chance of ``n`` or fewer where ``mean`` are expected."""
    if mean == 0:
        return 1.0
    log = math.log(mean)
    return math.fsum(math.exp(k * log - mean - math.lgamma(k + 1)) for k in range(n + 1))


def _solved(rising: Callable[[float], float], most: float) -> float:
    """Where a function that only rises crosses 0, between 0 and ``most``."""
    low, high = 0.0, most
    for _halving in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
