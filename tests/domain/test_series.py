from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor.domain.series import moments

OSLO = ZoneInfo("Europe/Oslo")


def at(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


def test_every_visit_of_a_series_is_at_the_same_time_of_day_across_a_change_of_the_clocks() -> None:
    first = at("2027-03-25T09:00+01:00")
    days = moments(first, (0, 3, 7), OSLO)
    local = [datetime.fromtimestamp(day / 1000, UTC).astimezone(OSLO) for day in days]
    assert [(day.day, day.hour) for day in local] == [(25, 9), (28, 9), (1, 9)]
    assert days[1] - days[0] == 3 * 86_400_000 - 3_600_000
