"""A rehearsal as CSV: one line for each session, or one for each alarm that would have been otherwise. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from monitor.dashboard.rehearsal.asking import Chosen
from monitor.dashboard.rehearsal.rows import PRIORITIES
from monitor.dashboard.rehearsal.running import Job
from monitor.export.csv_export import plain, truth
from monitor.service.rehearsal import Changes, Verdict
from monitor.service.rehearsal.telling import ToldAlarm, ToldRehearsal
from monitor.wire.base import rfc3339

SESSIONS, ALARMS = "sessions", "alarms"
_COMMON = ("simulated", "protocol", "edition", "changes", "session", "patient", "started_at")


def as_csv(job: Job, what: str, *, simulated: bool) -> str:
    """The whole table as text; every line says what was changed, so that none of it can be read as recorded."""
    results = {one.session_id: one for one in job.results}
    wanted = job.wanted
    common = (
        truth(simulated),
        wanted.protocol.name,
        wanted.protocol.edition,
        changes_text(wanted.changes),
    )
    heads, lines = (_ALARM_HEADS, _alarm_lines) if what == ALARMS else (_HEADS, _session_lines)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow((*_COMMON, *heads))
    for session in wanted.sessions:
        if session.id in results:
            about = (*common, *_about(session))
            writer.writerows(_cells((*about, *line)) for line in lines(results[session.id]))
    return written.getvalue()


def _cells(line: Iterable[object]) -> list[object]:
    return [plain(cell) if isinstance(cell, str) else cell for cell in line]


def changes_text(changes: Changes) -> str:
    """What was changed, for a machine: ``spo2_below_1=90/15s/medium; rise_1=off``; ``none``."""
    told = [
        f"{one.rule}=off"
        if one.priority is None
        else f"{one.rule}={one.value:g}/{one.delay_ms / 1000:g}s/{one.priority}"
        for one in changes.rules
    ]
    told += [
        f"added {one.metric} {one.component} {one.side} {one.value:g}"
        f"{' inclusive' if one.inclusive else ''}/{one.delay_ms / 1000:g}s/{one.priority}"
        for one in changes.added
    ]
    return "; ".join(told) or "none"


_HEADS = (
    *("rehearsed", "problem", "earlier_text", "hours"),
    *(f"recorded_{priority}" for priority in PRIORITIES),
    *(f"rehearsed_{priority}" for priority in PRIORITIES),
    *(f"{verdict}_{priority}" for verdict in Verdict for priority in PRIORITIES),
    "longest_delay_s",
)
_ALARM_HEADS = (
    *("verdict", "seconds"),
    *("recorded_alarm", "recorded_at", "recorded_priority", "recorded_reason"),
    *("rehearsed_at", "rehearsed_priority", "rehearsed_reason"),
)


def _session_lines(known: ToldRehearsal) -> Iterator[tuple[object, ...]]:
    if known.problem:
        yield (truth(False), known.problem, *([""] * (len(_HEADS) - 2)))
        return
    yield (
        *(truth(True), "", truth(known.earlier_text), round(known.hours, 4)),
        *(known.recorded.get(str(p), 0) for p in PRIORITIES),
        *(known.rehearsed.get(str(p), 0) for p in PRIORITIES),
        *(known.verdicts.get(v, {}).get(str(p), 0) for v in Verdict for p in PRIORITIES),
        known.longest_s,
    )


def _alarm_lines(known: ToldRehearsal) -> Iterable[tuple[object, ...]]:
    for one in known.differences:
        recorded = one.recorded
        before = () if recorded is None else (recorded.id, *_told(recorded))
        yield (
            str(one.verdict),
            one.seconds,
            *(before or [""] * 4),
            *([""] * 3 if one.rehearsed is None else _told(one.rehearsed)),
        )
    if more := known.changed - len(known.differences):
        yield ("not_listed", "", f"{more} more", *([""] * (len(_ALARM_HEADS) - 3)))


def _told(alarm: ToldAlarm) -> tuple[str, str, str]:
    return rfc3339(alarm.raised_at), alarm.priority, alarm.code


def _about(session: Chosen) -> tuple[str, str, str]:
    return session.id, session.patient, rfc3339(session.started_at)
