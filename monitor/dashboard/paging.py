"""What a long table asks for: one page of rows, in an order, of those that its filters leave. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from monitor.dashboard.words import Words
from monitor.domain.readings import Instant


@dataclass(frozen=True, slots=True)
class PageAsked:
    """A request of the grid. ``filters``: column to what is wanted; ``since`` up to ``until``: the days chosen."""

    filters: Mapping[str, str]
    since: Instant | None
    until: Instant | None
    order_by: str
    descending: bool
    offset: int
    limit: int


def page_asked(words: Words, request: Mapping[str, Any], dated: str) -> PageAsked:
    """What a request means. ``dated`` is the column of the days; it orders where no other column does."""
    filters = {
        name: chosen["filter"] for name, chosen in (request.get("filterModel") or {}).items()
    }
    since, _, until = filters.pop(dated, "").partition("/")
    order = (request.get("sortModel") or [{"colId": dated, "sort": "desc"}])[0]
    return PageAsked(
        filters,
        since=midnight(words, since),
        until=midnight(words, until, days=1),
        order_by=order["colId"],
        descending=order["sort"] == "desc",
        offset=request["startRow"],
        limit=request["endRow"] - request["startRow"],
    )


def filter_model(
    dated: str, since: str, until: str, chosen: Mapping[str, str | None]
) -> dict[str, dict[str, str]]:
    """The filters in the shape in which the grid gives them back with each request.

    Those with one value each, and the days of the column ``dated`` like ``2026-11-01/2026-11-21``.
    """
    wanted = {**chosen, dated: f"{since}/{until}" if since or until else ""}
    return {
        name: {"filterType": "text", "type": "equals", "filter": value}
        for name, value in wanted.items()
        if value
    }


def midnight(words: Words, day: str, *, days: int = 0) -> Instant | None:
    """The beginning of a day of the clinic; None for no day, or one that is only half typed."""
    try:
        begin = date.fromisoformat(day) + timedelta(days=days)
        return round(datetime.combine(begin, time.min, words.zone).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
