"""The pages there are: one list for the router, the gate and the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash

from monitor.dashboard.components import shell, start
from monitor.dashboard.pages import (
    alarms,
    clinic,
    paper,
    plan,
    rehearsal,
    review,
    series,
    session,
    sessions,
    settings,
    simulator,
    unassigned,
    ward,
)


@dataclass(frozen=True, slots=True)
class Page:
    """``path`` for one address, ``path_template`` for a family of them."""

    name: str
    title: Callable[..., str]
    layout: Callable[..., Any]
    path: str | None = None
    path_template: str | None = None


PAGES = (
    Page("ward", ward.title, ward.layout, path="/"),
    Page("plan", plan.title, plan.layout, path="/plan"),
    Page("paper", paper.title, paper.layout, path_template="/paper/<protocol_name>"),
    Page("session", session.title, session.layout, path_template="/session/<session_id>"),
    Page("review", review.title, review.layout, path_template="/review/<session_id>"),
    Page("series", series.title, series.layout, path_template="/series/<patient>"),
    Page("sessions", sessions.title, sessions.layout, path="/sessions"),
    Page("clinic", clinic.title, clinic.layout, path="/clinic"),
    Page("rehearsal", rehearsal.title, rehearsal.layout, path="/rehearsal"),
    Page("alarms", alarms.title, alarms.layout, path="/alarms"),
    Page("unassigned", unassigned.title, unassigned.layout, path="/unassigned"),
    Page("simulator", simulator.title, simulator.layout, path="/simulator"),
    Page("settings", settings.title, settings.layout, path="/settings"),
)


def register_callbacks(app: Dash) -> None:
    """Register every callback of the shell and of the pages with this app."""
    shell.register_callbacks(app)
    start.register_callbacks(app)
    plan.register_callbacks(app)
    session.register_callbacks(app)
    review.register_callbacks(app)
    series.register_callbacks(app)
    sessions.register_callbacks(app)
    clinic.register_callbacks(app)
    rehearsal.register_callbacks(app)
    alarms.register_callbacks(app)
    unassigned.register_callbacks(app)
    settings.register_callbacks(app)
