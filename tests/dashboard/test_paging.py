"""What a long table asks for."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.dashboard.paging import PageAsked, filter_model, page_asked
from monitor.domain.readings import HOUR, MINUTE
from tests.dashboard.clinic import T0, parts, visit_of

DAY = 24 * HOUR


def asked(sort: list[dict[str, str]] | None = None, **filters: str) -> PageAsked:
    model = {name: {"filterType": "text", "filter": value} for name, value in filters.items()}
    request: dict[str, Any] = {"startRow": 100, "endRow": 200, "filterModel": model}
    return page_asked(visit_of(parts()).words, {**request, "sortModel": sort or []}, "started_at")


def test_a_page_is_asked_for_as_the_table_asks() -> None:
    page = asked(room="r2")
    assert (page.offset, page.limit) == (100, 100)
    assert (page.order_by, page.descending) == ("started_at", True)
    assert page.filters == {"room": "r2"}
    assert asked([{"colId": "peak", "sort": "asc"}]).order_by == "peak"
    assert not asked([{"colId": "peak", "sort": "asc"}]).descending


def test_days_are_those_of_the_clinic_and_the_last_one_is_whole() -> None:
    page = asked(started_at="2026-11-21/2026-11-21")
    midnight = T0 - 10 * HOUR - 20 * MINUTE
    assert (page.since, page.until) == (midnight, midnight + DAY)
    assert page.filters == {}


@pytest.mark.parametrize("text", ["", "2026-1", "9999-12-31x", "0000-00-00"])
def test_a_half_typed_day_narrows_nothing(text: str) -> None:
    page = asked(started_at=f"{text}/{text}")
    assert (page.since, page.until) == (None, None)


def test_a_filter_that_is_not_set_is_left_out() -> None:
    model = filter_model("raised_at", "", "2026-11-21", {"room": None, "priority": "low"})
    assert set(model) == {"raised_at", "priority"}
