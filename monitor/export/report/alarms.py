"""A session's alarms as lines for paper: what raised each to its worst, what it was before, how long it held. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain.alarms import Event
from monitor.domain.readings import Metric
from monitor.domain.review.alarm_life import AlarmLife, Rung
from monitor.domain.review.record import SessionRecord
from monitor.domain.review.worst import Worst, worst_value
from monitor.export.report.speech import NOTHING, Speech

MARKS = {"high": "!!!", "medium": "!!", "low": "!"}
_RANKS = tuple(MARKS)


def alarm_lines(record: SessionRecord, speech: Speech) -> list[tuple[str, str, str, str]]:
    """Worst priority, when it was reached, why, and the answer to that; the worst and the first come first."""
    ranked = sorted(
        record.alarms, key=lambda alarm: (_RANKS.index(alarm.worst.priority), alarm.worst.since)
    )
    return [
        (
            alarm.worst.priority,
            speech.moment(alarm.worst.since, record.session.started_at),
            "; ".join(_told(alarm, record, speech)),
            _answer(alarm, record, speech),
        )
        for alarm in ranked
    ]


def _told(alarm: AlarmLife, record: SessionRecord, speech: Speech) -> Iterator[str]:
    _ = speech.gettext
    yield _why(alarm, alarm.worst, record, speech)
    worst = worst_value(alarm, record.values, record.chart.cuffs())
    if worst is not None and worst.beyond != alarm.worst.reason_values.get("value"):
        yield _("at worst {value}").format(value=_value(worst, alarm, speech))
    if alarm.over_at is None:
        yield _("not over")
    else:
        held = speech.length(alarm.over_at - alarm.raised_at)
        yield held if len(alarm.rungs) == 1 else _("{duration} in all").format(duration=held)
    for rung in alarm.rungs[:-1]:
        said = f"{MARKS[rung.priority]} {_why(alarm, rung, record, speech)}"
        when = speech.moment(rung.since, record.session.started_at)
        yield _("before that {alarm}, from {when}").format(alarm=said, when=when)


def _why(alarm: AlarmLife, rung: Rung, record: SessionRecord, speech: Speech) -> str:
    return speech.alarm(rung.of(alarm.newest), record.course)


def _value(worst: Worst, alarm: AlarmLife, speech: Speech) -> str:
    if worst.cuff is None:
        unit = " %" if alarm.newest.metric == Metric.SPO2 else ""
        return f"{speech.number(worst.beyond)}{unit}"
    parts = (worst.cuff.systolic, worst.cuff.diastolic)
    return "/".join(NOTHING if part is None else speech.number(part) for part in parts)


def _answer(alarm: AlarmLife, record: SessionRecord, speech: Speech) -> str:
    _, worst = speech.gettext, alarm.worst
    if worst.answered_after is not None:
        after = speech.length(worst.answered_after)
        return f"{after} {worst.acknowledged_by or ''}".strip()
    if alarm.stood_until is None:
        return NOTHING
    if alarm.newest.event == Event.SESSION_ENDED:
        return _("never, it stood to the end")
    until = speech.moment(alarm.stood_until, record.session.started_at)
    return _("never, it stood until {time}").format(time=until)
