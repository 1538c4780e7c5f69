"""The trace of a whole session as one picture: pressures, pulse, saturation, phases and alarms over one time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.domain import infusion
from monitor.domain.chart import Cuff
from monitor.domain.limits import Priority
from monitor.domain.readings import HOUR, MANUAL_SOURCE, MINUTE, Metric
from monitor.domain.review.alarm_life import AlarmLife
from monitor.domain.review.in_force import limits_over_time
from monitor.domain.review.record import SessionRecord
from monitor.domain.sessions import Phase
from monitor.export.report.panel import GRID, Panel, Span, scale
from monitor.export.report.phases import phase_names
from monitor.export.report.speech import Speech
from monitor.export.report.svg import drawing, element, line, text

WIDTH, HEIGHT = 510.0, 350.0
_LEFT, _RIGHT = 26.0, 496.0
_PRESSURE, _PULSE, _SATURATION = "#1d4e89", "#2e6b34", "#0a6c74"
_PHASES = {Phase.INFUSION: "#f3ead9", Phase.OBSERVATION: "#f5f4f0"}
_ALARMS = {
    Priority.HIGH: ("!!!", "#b3261e"),
    Priority.MEDIUM: ("!!", "#a86b00"),
    Priority.LOW: ("!", "#0b6e8a"),
}
_ALARM_TOP, _ALARM_ROW = 14.0, 8.0
_STEPS = tuple(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 360, 720))
_MOST_TICKS = 12
_MANY_CUFFS = 60
"""More than these would stand in each other's way."""


def trace_svg(record: SessionRecord, speech: Speech) -> str:
    """The picture; times on the clinic's wall, and minutes from the infusion's beginning."""
    span = Span(record.session.started_at, _until(record), _LEFT, _RIGHT)
    shapes = [
        *_phases(record, span, speech),
        *_alarms(record.alarms, span, record),
        *_time_axis(record, span, speech),
        *_pressures(record, span, speech),
        *_continuous(record, span, Metric.PULSE_RATE, speech),
        *_continuous(record, span, Metric.SPO2, speech),
    ]
    return drawing(WIDTH, HEIGHT, shapes)


def _until(record: SessionRecord) -> int:
    """A session that has just begun still has a minute of width."""
    newest = [value.at for values in record.values.values() for value in values[-1:]]
    newest += [cuff.at for cuff in record.chart.cuffs()[-1:]]
    return max(record.until, record.session.started_at + MINUTE, *newest)


def _phases(record: SessionRecord, span: Span, speech: Speech) -> Iterator[str]:
    names = phase_names(speech, record.course)
    entries = record.session.phases
    ends = [*(entry.at for entry in entries[1:]), _until(record)]
    for entry, until in zip(entries, ends, strict=True):
        left, right = span.x(entry.at), span.x(until)
        colour = _PHASES.get(entry.phase)
        if colour:
            yield element(
                "rect", x=left, y=10.0, width=right - left, height=HEIGHT - 30.0, fill=colour
            )
        name = names[entry.phase]
        if right - left > 3.6 * len(name):
            yield text(left + 2, 7.0, name, 7.5, fill="#333")
        yield line(left, 0.0, left, HEIGHT - 20.0, "#c9c2b4", stroke_width=0.6)


def _alarms(alarms: Iterable[AlarmLife], span: Span, record: SessionRecord) -> Iterator[str]:
    """A row for each priority, told apart by place, mark and colour: conditions as bars, what stood after as lines."""
    tops = {priority: _ALARM_TOP + n * _ALARM_ROW for n, priority in enumerate(_ALARMS)}
    for priority, (mark, colour) in _ALARMS.items():
        y = tops[priority] + 5.5
        yield text(_LEFT - 4, y, mark, 7, fill=colour, text_anchor="end", font_weight="bold")
    for alarm in alarms:
        until = record.until if alarm.over_at is None else alarm.over_at
        ends = [*(rung.since for rung in alarm.rungs[1:]), until]
        for rung, end in zip(alarm.rungs, ends, strict=True):
            priority = Priority(rung.priority)
            yield _alarm_bar(span.x(rung.since), span.x(end), tops[priority], _ALARMS[priority][1])
        stood = record.until if alarm.still_stands else alarm.stood_until
        if stood is not None:
            priority = Priority(alarm.worst.priority)
            y, colour = tops[priority] + _ALARM_ROW / 2 - 0.5, _ALARMS[priority][1]
            dots = {"stroke_width": 0.5, "stroke_dasharray": "0.5 2"}
            yield line(span.x(until), y, span.x(stood), y, colour, **dots)


def _alarm_bar(left: float, right: float, top: float, colour: str) -> str:
    width, height = max(1.5, right - left), _ALARM_ROW - 3.0
    return element("rect", x=left, y=top + 1.0, width=width, height=height, fill=colour)


def _time_axis(record: SessionRecord, span: Span, speech: Speech) -> Iterator[str]:
    step = next((s for s in _STEPS if (span.until - span.since) / s <= _MOST_TICKS), 24 * HOUR)
    began = infusion.began_at(record.session)
    # Whole minutes of the infusion, as the protocol counts; of the clock where there was none.
    origin = 0 if began is None else began
    at = origin - (origin - span.since) // step * step
    shown = record.session.started_at
    while at <= span.until:
        x = span.x(at)
        yield line(x, 40.0, x, HEIGHT - 20.0, GRID, stroke_width=0.5)
        anchor = "end" if x > WIDTH - 16 else "middle"
        # The day stands where it is another one.
        said = speech.moment(at, shown)
        shown = at
        yield text(min(x, WIDTH), HEIGHT - 12.0, said, 7, text_anchor=anchor)
        if began is not None:
            minutes = (at - began) // MINUTE
            since = f"{minutes:+d} min" if minutes else "0 min"
            yield text(min(x, WIDTH), HEIGHT - 3.5, since, 6.5, text_anchor=anchor)
        at += step


def _pressures(record: SessionRecord, span: Span, speech: Speech) -> Iterator[str]:
    cuffs = record.chart.cuffs()
    values = [v for c in cuffs for v in (c.systolic, c.diastolic, c.mean) if v is not None]
    low, high = scale(values, 60, 180, 20)
    title = f"{speech.phrases.metric('nibp')} mmHg"
    panel = Panel(span, 52.0, 190.0, low, high, title, _PRESSURE)
    yield from panel.frame(20 if high - low <= 160 else 40)
    yield from panel.limits(limits_over_time(record), Metric.NIBP, "systolic")
    slim = len(cuffs) > _MANY_CUFFS
    for cuff in cuffs:
        yield from _cuff(panel, cuff, slim=slim)
    if not values:
        yield panel.unmeasured(speech.gettext("no pressure measured"))


def _cuff(panel: Panel, cuff: Cuff, *, slim: bool) -> Iterator[str]:
    x, colour = panel.span.x(cuff.at), panel.colour
    width, half = (0.5, 1.0) if slim else (1.1, 2.2)
    if cuff.systolic is not None and cuff.diastolic is not None:
        top, bottom = panel.y(cuff.systolic), panel.y(cuff.diastolic)
        yield line(x, top, x, bottom, colour, stroke_width=width)
        for y in (top, bottom):
            yield line(x - half, y, x + half, y, colour, stroke_width=width)
        if cuff.source == MANUAL_SOURCE:
            yield panel.ring(cuff.at, cuff.systolic)
            yield panel.ring(cuff.at, cuff.diastolic)
    if cuff.mean is not None:
        yield element("circle", cx=x, cy=panel.y(cuff.mean), r=width + 0.2, fill=colour)


_LOOKS = {
    Metric.PULSE_RATE: (206.0, 262.0, 40.0, 130.0, 30.0, _PULSE, "pulse_rate", "/min"),
    Metric.SPO2: (278.0, 328.0, 80.0, 100.0, 5.0, _SATURATION, "spo2", "%"),
}


def _continuous(record: SessionRecord, span: Span, metric: Metric, speech: Speech) -> Iterator[str]:
    top, bottom, low, high, step, colour, name, unit = _LOOKS[metric]
    values = record.values[metric]
    low, high = scale((value.value for value in values), low, high, step)
    title = f"{speech.phrases.metric(name)} {unit}"
    panel = Panel(span, top, bottom, low, high, title, colour)
    yield from panel.frame(step if (high - low) / step <= 4 else 2 * step)
    yield from panel.limits(limits_over_time(record), metric, "value")
    yield from panel.curve(values)
    yield from panel.spots(values)
    if not values:
        yield panel.unmeasured(speech.gettext("not measured"))
