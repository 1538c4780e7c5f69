"""Contrast, names and roles as axe-core sees them; the script comes with its Python package, so nothing is fetched."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}


def faults(page: Page, part: str = "body", *, but: tuple[str, ...] = ()) -> list[str]:
    """What breaks WCAG 2.2 AA within ``part`` of the page as it stands, one line for each element.

    ``but``: parts that belong to somebody else, like the figure that Plotly draws.
    """
    context = {"include": [[part]], "exclude": [[one] for one in but]}
    found = Axe().run(page, context=context, options=WCAG)
    return [
        f"{rule['id']}: {node['target']} - {_why(node)}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    return " / ".join(str(node["failureSummary"]).split("\n")[1:])
