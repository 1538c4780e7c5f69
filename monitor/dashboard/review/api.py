"""What the review asks for: its figure, a stretch in full, what may be laid behind the trace, its proof, its file."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import FileResponse, JSONResponse

from monitor.dashboard.review.behind import describe_behind
from monitor.dashboard.review.channels import between
from monitor.dashboard.review.downloads import Asked, send_file
from monitor.dashboard.review.lines import line_points
from monitor.dashboard.review.opening import Opened, open_session
from monitor.dashboard.review.seal_words import describe_proof
from monitor.dashboard.review.view import describe_figure, view_of
from monitor.dashboard.visit import Visit, current_visit
from monitor.domain.readings import MINUTE

_MOST_MINUTES = 10_000_000
"""From the infusion; no session lasts years."""


def register_review_api(server: FastAPI) -> None:
    """Add the routes; the gate has checked who asks."""

    @server.get("/api/review/{session_id}/figure")
    async def figure(session_id: str) -> JSONResponse:
        visit = current_visit()
        # Given as it is: FastAPI would walk through every point of it once more.
        return JSONResponse(
            await asyncio.to_thread(lambda: describe_figure(visit, _opened(visit, session_id)))
        )

    @server.get("/api/review/{session_id}/points")
    async def points(session_id: str, since: float, until: float) -> dict[str, Any]:
        return await asyncio.to_thread(describe_points, current_visit(), session_id, since, until)

    @server.get("/api/review/{session_id}/proof")
    async def proof(session_id: str) -> dict[str, Any]:
        visit = current_visit()
        if await asyncio.to_thread(visit.parts.records.session, session_id) is None:
            raise HTTPException(404, "there is no such session")
        found = await visit.parts.prover.prove(session_id)
        return describe_proof(visit.words, found, round(time.time() * 1000))

    @server.get("/api/review/{session_id}/expected")
    async def behind(session_id: str) -> dict[str, Any]:
        visit = current_visit()
        opened = await asyncio.to_thread(_opened, visit, session_id)
        return await asyncio.to_thread(describe_behind, visit, opened)

    _register_taking_along(server)


def _register_taking_along(server: FastAPI) -> None:
    @server.get("/api/export/{session_id}")
    async def take_along(
        session_id: str,
        format: str,  # noqa: A002
        deidentified: bool = False,
        ticket: Annotated[str, Query(max_length=64)] = "",
    ) -> FileResponse:
        asked = Asked(session_id, format, deidentified, ticket)
        visit = current_visit()
        proof = await visit.parts.prover.prove(session_id)
        return await asyncio.to_thread(send_file, visit, asked, proof)

    @server.get("/api/export/{session_id}/progress")
    async def progress(session_id: str, ticket: str) -> dict[str, int | None]:
        return {"written": current_visit().parts.makings.written(session_id, ticket)}


def describe_points(visit: Visit, session_id: str, since: float, until: float) -> dict[str, Any]:
    """The lines between two minutes of the axis, as Plotly takes them. Raises HTTPException 404 and 422."""
    if not -_MOST_MINUTES < since < until < _MOST_MINUTES:
        raise HTTPException(422, "since must be a minute before until")
    view = view_of(visit, _opened(visit, session_id))
    begin, end = (round(view.origin + minute * MINUTE) for minute in (since, until))
    return {
        "lines": [
            line_points(view, between(channel, begin, end)) for channel in view.recorded.channels
        ]
    }


def _opened(visit: Visit, session_id: str) -> Opened:
    session = visit.parts.records.session(session_id)
    if session is None:
        raise HTTPException(404, "there is no such session")
    return open_session(visit.parts, session)
