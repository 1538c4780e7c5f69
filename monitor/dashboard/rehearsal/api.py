"""What the page of the rehearsals asks for while one runs: how far it is, and the result as a file."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import Response

from monitor.dashboard.rehearsal.running import Job
from monitor.dashboard.rehearsal.taking import ALARMS, SESSIONS, as_csv
from monitor.dashboard.visit import Visit, current_visit
from monitor.domain.permissions import may_rehearse

NEWS_WITHIN_S = 1.0
"""An answer comes by then, also where there is nothing new: a dashboard that stops waits for its answers."""


def register_rehearsal_api(server: FastAPI) -> None:
    """Add the routes; the gate has checked who asks, and each operator sees their own rehearsal only."""

    @server.get("/api/rehearsal")
    async def progress(job: int = 0, seen: int = -1) -> dict[str, Any]:
        return await progress_after(current_visit(), job, seen)

    @server.get("/api/rehearsal/csv")
    async def take_along(what: str = SESSIONS) -> Response:
        return csv_answer(current_visit(), what)


async def progress_after(visit: Visit, number: int, seen: int) -> dict[str, Any]:
    """How far the operator's rehearsal is, as soon as it is farther than ``seen`` sessions of job ``number``."""
    job = _job_of(visit)
    if job is None:
        return {"job": 0, "done": 0, "of": 0, "running": False}
    if job.number == number:
        await job.news_after(seen, NEWS_WITHIN_S)
    return described(job)


def described(job: Job) -> dict[str, Any]:
    """Where a rehearsal stands, for the script."""
    return {
        "job": job.number,
        "done": len(job.results),
        "of": len(job.wanted.sessions),
        "running": job.is_running,
    }


def csv_answer(visit: Visit, what: str) -> Response:
    """The operator's result as a file. Raises HTTPException 404 where there is none."""
    job = _job_of(visit)
    if job is None or what not in (SESSIONS, ALARMS):
        raise HTTPException(404, "there is no such result")
    simulated = visit.parts.settings.simulated
    name = f"{'simulated-' if simulated else ''}rehearsal-{job.number}-{what}.csv"
    return Response(
        as_csv(job, what, simulated=simulated),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _job_of(visit: Visit) -> Job | None:
    if not may_rehearse(visit.operator.role, simulated=visit.parts.settings.simulated):
        return None
    return visit.parts.rehearsals.of(visit.operator.name)
