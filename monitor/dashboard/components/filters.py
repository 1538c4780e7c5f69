"""What narrows a long table: days, a choice, a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc

from monitor.dashboard.words import Words


def day_filter(words: Words, place: str, label: str) -> Any:
    """A day as the page's language writes it: a browser's own field follows the browser's language instead."""
    between = "." if words.language == "nb" else "/"
    return dmc.DateInput(
        id=place,
        label=label,
        valueFormat=between.join(("DD", "MM", "YYYY")),
        placeholder=words.gettext("day/month/year"),
        clearable=True,
        clearButtonProps={"aria-label": words.gettext("Any day")},
        firstDayOfWeek=1,
        # Names of days and months would be English in every language.
        hideWeekdays=True,
        monthLabelFormat=between.join(("MM", "YYYY")),
        monthsListFormat="MM",
        size="md",
        # By this the script finds the field, and says beside it when what is typed is no day.
        wrapperProps={"data-day": place},
    )


def choice_filter(place: str, label: str, every: str, data: Sequence[dict[str, str]]) -> Any:
    """One of several, or all of them."""
    return dmc.Select(
        id=place, label=label, placeholder=every, data=list(data), clearable=True, size="md"
    )


def text_filter(place: str, label: str, every: str) -> Any:
    """A part of a text; it narrows when typing has paused."""
    return dmc.TextInput(
        id=place,
        label=label,
        placeholder=every,
        debounce=300,
        size="md",
        attributes={"input": {"autoComplete": "off"}},
    )
