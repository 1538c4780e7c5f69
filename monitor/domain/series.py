"""The moments of a first series: the same time of day by the clinic's clock, also across a change of summer time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.domain.readings import Instant


def moments(first_at: Instant, days: Iterable[int], zone: tzinfo) -> list[Instant]:
    """The first one and those whole days after it, counted on the wall's calendar and clock."""
    first = datetime.fromtimestamp(first_at / 1000, UTC).astimezone(zone).replace(tzinfo=None)
    local = ((first + timedelta(days=day)).replace(tzinfo=zone) for day in days)
    return [round(moment.timestamp() * 1000) for moment in local]
