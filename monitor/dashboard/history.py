"""The history of alarms: which of them a table asks for, and every raised occurrence in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from monitor.dashboard.paging import PageAsked
from monitor.dashboard.words import Words
from monitor.domain.alarms import AlarmType, Reason, State
from monitor.domain.course import Course
from monitor.domain.facts import AlarmChanged, AlarmShown, Fact
from monitor.domain.limits import Priority
from monitor.domain.readings import Instant
from monitor.domain.review.alarm_life import AlarmLife, life_of
from monitor.service.phrases import Phrases
from monitor.service.ports import AlarmFilter, PastAlarm

FILTERS = ("room", "priority", "type", "state")
DATED = "raised_at"
_MARKS = {"high": "!!!", "medium": "!!", "low": "!"}


def alarms_asked(asked: PageAsked) -> AlarmFilter:
    """Which alarms a page is asked of."""
    return AlarmFilter(
        since=asked.since,
        until=asked.until,
        room_id=asked.filters.get("room"),
        priority=asked.filters.get("priority"),
        type=asked.filters.get("type"),
        state=asked.filters.get("state"),
    )


def priority_name(words: Words, priority: str) -> str:
    """Mark and word of a priority."""
    _ = words.gettext
    return {
        Priority.HIGH: _("!!! high"),
        Priority.MEDIUM: _("!! medium"),
        Priority.LOW: _("! low"),
    }[Priority(priority)]


def type_name(words: Words, alarm_type: str) -> str:
    """Whether the patient or the equipment is meant."""
    _ = words.gettext
    names = {
        AlarmType.PHYSIOLOGICAL: _("physiological"),
        AlarmType.TECHNICAL: _("technical"),
    }
    return names[AlarmType(alarm_type)]


def state_name(words: Words, state: str) -> str:
    """Where an occurrence stands, in words."""
    _ = words.gettext
    return {
        State.PENDING: _("pending"),
        State.ACTIVE: _("active"),
        State.ACKNOWLEDGED: _("acknowledged"),
        State.LATCHED: _("over, not acknowledged"),
        State.ENDED: _("ended"),
    }[State(state)]


def kind_name(words: Words, kind: str) -> str:
    """A kind of condition in words; a kind that is newer than this program stands as it is."""
    _ = words.gettext
    names = {
        "limit": _("limit"),
        "rise": _("rise over baseline"),
        "repeat": _("confirmed by repeat"),
        "burden": _("burden"),
        "score": _("score"),
        "no_value": _("no value"),
        "silence": _("silence"),
        "no_device": _("no device"),
        "overdue": _("overdue"),
        "disagreement": _("disagreement"),
        "clock": _("device clock"),
        "late_data": _("late data"),
        "screen": _("screen"),
        "sound": _("sound"),
        "engine": _("alarm system"),
        "help": _("call for help"),
        "test": _("alarm test"),
    }
    return names.get(kind, kind)


def reason_text(phrases: Phrases, alarm: AlarmChanged) -> str:
    """Why it was raised; a record may be older or newer than this program's phrases, and must stand all the same."""
    try:
        return phrases.say(Reason(alarm.reason_code, dict(alarm.reason_values)))
    except KeyError:
        return f"{alarm.alarm_kind} {alarm.metric or ''} ({alarm.reason_code})"


def history_rows(
    words: Words,
    phrases: Phrases,
    past: Iterable[PastAlarm],
    courses: Mapping[str, Course] = MappingProxyType({}),
) -> list[dict[str, str]]:
    """The rows of the table; ``courses``, by session, may have words of their own."""
    rows = []
    for one in past:
        course = courses.get(one.alarm.session_id)
        spoken = phrases if course is None else phrases.called(course.phase_words)
        rows.append(_row(words, spoken, one))
    return rows


def course_lines(
    words: Words, phrases: Phrases, session_facts: Iterable[Fact], alarm_id: str
) -> list[tuple[str, str]]:
    """Every transition and delivery of one occurrence as (time, sentence), oldest first."""
    lines = []
    for fact in session_facts:
        match fact.body:
            case AlarmChanged() if fact.body.alarm_id == alarm_id:
                lines.append((fact.at, _transition(words, phrases, fact.body)))
            case AlarmShown() if fact.body.alarm_id == alarm_id:
                lines.append((fact.at, _delivery(words, fact.body)))
            case _:
                pass
    return [(words.clock_seconds(at), text) for at, text in sorted(lines)]


def duration(words: Words, ms: int) -> str:
    """A time between two moments: seconds up to two minutes, minutes and seconds up to an hour, hours and minutes."""
    seconds = round(ms / 1000)
    if seconds < 120:
        return words.gettext("{n} s").format(n=seconds)
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return words.gettext("{m} min {s} s").format(m=minutes, s=rest)
    hours, minutes = divmod(round(seconds / 60), 60)
    return words.gettext("{h} h {m} min").format(h=hours, m=minutes)


def _row(words: Words, phrases: Phrases, past: PastAlarm) -> dict[str, str]:
    life = life_of(past.alarm, past.changes)
    alarm, raised_at, after = life.worst.of(past.alarm), life.raised_at, life.worst.answered_after
    link = f"[{alarm.session_id}](/session/{alarm.session_id})" if past.patient else ""
    return {
        "id": alarm.alarm_id,
        "session_id": alarm.session_id,
        "room": past.room,
        "patient": past.patient,
        "session": link,
        "kind": kind_name(words, alarm.alarm_kind),
        "type": type_name(words, alarm.type),
        "priority": priority_name(words, alarm.priority),
        "tone": alarm.priority,
        "reason": _why(words, phrases, life),
        "value": _reason_value(words, alarm, "pressure", "value"),
        "limit": _reason_value(words, alarm, "limit"),
        "onset": _moment(words, alarm.onset, raised_at),
        "raised_at": f"{words.day(raised_at)} {words.clock_seconds(raised_at)}",
        "painted": ""
        if past.painted_at is None
        else duration_to(words, raised_at, past.painted_at),
        "acknowledged_by": life.worst.acknowledged_by or "",
        "acknowledged_after": "" if after is None else duration(words, after),
        "over_at": "" if life.over_at is None else _moment(words, life.over_at, raised_at),
        "ended_at": "" if alarm.ended_at is None else _moment(words, alarm.ended_at, raised_at),
        "state": state_name(words, alarm.state),
    }


def _why(words: Words, phrases: Phrases, life: AlarmLife) -> str:
    """What raised it to its worst priority; of one that became worse also when, and what it was before."""
    worst = reason_text(phrases, life.worst.of(life.newest))
    if len(life.rungs) == 1:
        return worst
    told = words.gettext("{alarm}, from {when}")
    whys: list[str] = []
    for rung in reversed(life.rungs):
        why, mark = reason_text(phrases, rung.of(life.newest)), _MARKS[rung.priority]
        # A ladder that only time climbs says the same on each of its rungs.
        alarm = mark if whys and why == worst else f"{mark} {why}"
        whys.append(told.format(alarm=alarm, when=words.clock_seconds(rung.since)))
    return " · ".join(whys)


def duration_to(words: Words, since: Instant, until: Instant) -> str:
    """How much later something was, to a tenth of a second while that is short."""
    ms = until - since
    if ms < 10_000:
        return words.gettext("{n} s").format(n=words.number(round(ms / 1000, 1)))
    return duration(words, ms)


def _moment(words: Words, at: Instant, beside: Instant) -> str:
    """A time of day, with its date only where that is another one than that of the moment beside it."""
    same = words.local(at).date() == words.local(beside).date()
    return words.clock_seconds(at) if same else f"{words.day(at)} {words.clock_seconds(at)}"


def _reason_value(words: Words, alarm: AlarmChanged, *names: str) -> str:
    for name in names:
        value = alarm.reason_values.get(name)
        if value not in (None, ""):
            return value if isinstance(value, str) else words.number(value)
    return ""


def _transition(words: Words, phrases: Phrases, alarm: AlarmChanged) -> str:
    _ = words.gettext
    why = reason_text(phrases, alarm)
    priority = priority_name(words, alarm.priority)
    texts = {
        "unanswered": _("Not answered: louder, for the next holder, then for all"),
        "reminded": _("Brought to mind again"),
        "delay_ended": _("Raised, {priority}: {why}"),
        "escalated": _("Worse, {priority}: {why}"),
        "acknowledged": _("Acknowledged by {who}"),
        "condition_ended": _("Condition over: {why}"),
        "voided": _("Value withdrawn: {why}"),
        "session_ended": _("Ended with the session"),
    }
    text = texts.get(alarm.event, alarm.event + ": {why}")
    told = text.format(priority=priority, why=why, who=alarm.acknowledged_by or "–")
    state = state_name(words, alarm.state)
    return f"{told} → {state}" + (f" ({alarm.note})" if alarm.note else "")


def _delivery(words: Words, shown: AlarmShown) -> str:
    _ = words.gettext
    if shown.painted_at is None:
        return _("Heard at a first station")
    if shown.sounded_at is None:
        return _("On screen at a first station")
    return _("On screen and heard at a first station")
