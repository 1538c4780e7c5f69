"""The pages there are: one list for the router, the gate and the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash

from monitor.dashboard.components import shell
from monitor.dashboard.pages import ward


@dataclass(frozen=True, slots=True)
class Page:
    """``path`` for one address, ``path_template`` for a family of them."""

    name: str
    title: Callable[..., str]
    layout: Callable[..., Any]
    path: str | None = None
    path_template: str | None = None


PAGES = (Page("ward", ward.title, ward.layout, path="/"),)


def register_callbacks(app: Dash) -> None:
    """Register every callback of the shell and of the pages with this app."""
    shell.register_callbacks(app)
