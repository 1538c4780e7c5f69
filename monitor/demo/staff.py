"""The demonstration's staff: they furnish the rooms and take the scores that are due, for alarms worth a look.

Everything else (phases, acknowledgements, discharge) is left to whoever tries the product.
"""

from __future__ import annotations

import signal
import threading
import time
from typing import NoReturn
from uuid import uuid4

from monitor.console import NotDoneError, execute
from monitor.data_directory import DataDirectory, DirectoryError, wait_for_gateway
from monitor.demo.furnishing import furnished
from monitor.demo.moving_in import open_rooms
from monitor.domain import infusion, schedule
from monitor.domain.chart import chart_of
from monitor.domain.readings import MINUTE, Instant
from monitor.domain.schedule import Task
from monitor.domain.sessions import Session
from monitor.lifeline import notify_ready
from monitor.service.protocols import Protocol, load_protocols
from monitor.storage import SqliteRecords, open_records
from monitor.wire import orders

_LOOK_EVERY_S = 2.0
_PATIENCE_S = 30.0
_PEAK_MINUTES = 38


def run_staff(directory: DataDirectory, *, rooms: int, seed: int) -> NoReturn:
    """Furnish the rooms as soon as the gateway lives, then take scores until told to stop.

    Raises NotDoneError when the directory's own rooms stand in the way or no desk comes, DirectoryError when no
    gateway comes.
    """
    address = wait_for_gateway(directory, time.monotonic() + _PATIENCE_S)
    if address is None:
        raise DirectoryError(f"no gateway runs on {directory.path}")
    open_rooms(directory, furnished(directory, rooms), seed=seed)
    told = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: told.set())
    protocols, records = load_protocols(), open_records(directory.path)
    notify_ready()
    while not told.wait(_LOOK_EVERY_S):
        now = records.newest_instant()
        for session, task in due_scores(records, protocols, now):
            _enter(directory, session, task.what, now)
    raise SystemExit(0)


def due_scores(
    records: SqliteRecords, protocols: dict[str, Protocol], now: Instant
) -> list[tuple[Session, Task]]:
    """Every score that is due at ``now``."""
    return [
        (session, task)
        for session in records.sessions(open_only=True)
        for task in _tasks(records, protocols[session.protocol], session)
        if task.kind == schedule.SCORE and task.at <= now
    ]


def score_at(score: str, minutes: float) -> int:
    """A plausible value so many minutes after the infusion began: highest near its end, gone within the hour."""
    depth = max(0.0, 1 - abs(minutes - _PEAK_MINUTES) / _PEAK_MINUTES)
    if score == "moaas":
        return 5 if depth < 0.5 else 4
    return round({"dissociation": 6, "cadss6": 11}.get(score, 0) * depth)


def _tasks(records: SqliteRecords, protocol: Protocol, session: Session) -> list[Task]:
    chart = chart_of(records.facts(session.id), ())
    return schedule.tasks(session, chart, protocol.course)


def _enter(directory: DataDirectory, session: Session, score: str, now: Instant) -> None:
    began = infusion.began_at(session)
    minutes = 0.0 if began is None else (now - began) / MINUTE
    value = score_at(score, minutes)
    order = orders.EnterScore(entry=uuid4(), session=session.id, score=score, value=value)
    try:
        execute(directory, order)
    except (NotDoneError, DirectoryError):
        # The session ended meanwhile, or the gateway is being started again: what is still due is taken next time.
        return
