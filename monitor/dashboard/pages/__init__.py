"""The pages there are: one list for the router, the gate and the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash

from monitor.dashboard.components import access_panel, shell, start
from monitor.dashboard.pages import (
    alarms,
    clinic,
    doctor,
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
from monitor.domain.permissions import (
    OPEN_RECORD,
    REHEARSE,
    SEE_ACCESS_LOG,
    SEE_CONDITION,
    SEE_FIGURES,
    SEE_PLAN,
    SEE_SETTINGS,
    SEE_WARD,
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
    Page("doctor", doctor.title, doctor.layout, path="/settings/condition"),
)


_CALLBACKS: tuple[tuple[Callable[[Dash], None], str], ...] = (
    (shell.register_callbacks, SEE_WARD),
    (start.register_callbacks, SEE_WARD),
    (plan.register_callbacks, SEE_PLAN),
    (session.register_callbacks, SEE_WARD),
    (review.register_callbacks, OPEN_RECORD),
    (series.register_callbacks, OPEN_RECORD),
    (sessions.register_callbacks, OPEN_RECORD),
    (clinic.register_callbacks, SEE_FIGURES),
    (rehearsal.register_callbacks, REHEARSE),
    (alarms.register_callbacks, OPEN_RECORD),
    (unassigned.register_callbacks, OPEN_RECORD),
    (settings.register_callbacks, SEE_SETTINGS),
    (access_panel.register_callbacks, SEE_ACCESS_LOG),
    (doctor.register_callbacks, SEE_CONDITION),
)
"""What each page can be asked for, and which action that is."""


def register_callbacks(app: Dash) -> dict[str, str]:
    """Register every callback of the shell and of the pages with this app; which action each one is, by its key."""
    actions: dict[str, str] = {}
    for register, action in _CALLBACKS:
        register(app)
        actions |= {key: action for key in app.callback_map if key not in actions}
    return actions
