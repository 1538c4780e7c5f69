"""What the pages' own script asks for: who is looking and in which words, and the readings of an open session."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query

from monitor.dashboard.presenters import operator_label
from monitor.dashboard.visit import Visit, current_visit
from monitor.locale import strings


def register_api(server: FastAPI) -> None:
    """Add the routes under ``/api``; the gate has checked who asks."""

    @server.get("/api/screen")
    async def screen() -> dict[str, Any]:
        return describe_screen(current_visit())

    @server.post("/api/active")
    async def active() -> dict[str, float]:
        visit = current_visit()
        # The gate has just begun the time anew.
        idle_s = 0 if visit.is_locked else visit.parts.settings.idle_s
        return {"signed_in_for_s": idle_s}

    @server.get("/api/trace/{session_id}")
    async def trace(
        session_id: str, after_batch: Annotated[int, Query(ge=-(2**53), le=2**53)] = 0
    ) -> dict[str, Any]:
        return await asyncio.to_thread(describe_trace, current_visit(), session_id, after_batch)


def describe_screen(visit: Visit) -> dict[str, Any]:
    """Who looks, in which language, and where the gateway is: a whole address, or a port of the page's own host.

    ``operator`` is null at a locked station. ``signed_in_for_s``: how long the sign-in still holds.
    """
    settings = visit.parts.settings
    return {
        "gateway_url": settings.gateway_url,
        "gateway_port": visit.parts.gateway_port(),
        "language": visit.words.language,
        "operator": _operator(visit),
        "signed_in_for_s": max(0.0, visit.ends_at_s - time.time()),
        "automatic": settings.auto_sign_in,
        "simulated": settings.simulated,
        "clinic_time_zone": settings.clinic_time_zone,
        "strings": strings(visit.words.translations),
    }


def _operator(visit: Visit) -> dict[str, str] | None:
    if visit.is_locked:
        return None
    label = operator_label(visit.words, visit.operator)
    return {"name": visit.operator.name, "role": visit.operator.role, "label": label}


def describe_trace(visit: Visit, session_id: str, after_batch: int) -> dict[str, Any]:
    """The session's readings committed after a batch. Raises HTTPException 404 for an unknown session."""
    if visit.parts.records.session(session_id) is None:
        raise HTTPException(404, "there is no such session")
    trace = visit.parts.records.trace(session_id, after_batch=after_batch)
    return {"batch": trace.batch, "points": trace.points}
