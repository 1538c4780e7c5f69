"""A rehearsal in words: the totals, a row for each session, a row for each alarm that would be otherwise. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from monitor.dashboard.alarm_words import priority_text
from monitor.dashboard.rehearsal.asking import Chosen
from monitor.dashboard.rehearsal.names import MARKS, verdict_name
from monitor.dashboard.words import Words
from monitor.domain.alarms import Reason
from monitor.domain.limits import Priority
from monitor.service.phrases import Phrases
from monitor.service.rehearsal import Verdict
from monitor.service.rehearsal.telling import Counts, ToldAlarm, ToldDifference, ToldRehearsal

PRIORITIES = (Priority.HIGH, Priority.MEDIUM, Priority.LOW)
TOLD_ALONE = (Verdict.GAINED, Verdict.LOST, Verdict.DELAYED)
OTHERWISE = (Verdict.EARLIER, Verdict.WORSE, Verdict.MILDER)
NOTHING = "–"


class Total(NamedTuple):
    """All sessions together at one priority, or at any."""

    name: str
    tone: str
    recorded: str
    rehearsed: str
    rate_before: str
    rate_after: str
    verdicts: tuple[str, ...]


class Left(NamedTuple):
    """A session that was not rehearsed, and why."""

    session: Chosen
    why: str


def totals(words: Words, results: Iterable[ToldRehearsal]) -> list[Total]:
    """By priority, then all; rates per room-hour of what was rehearsed."""
    rehearsed = [one for one in results if not one.problem]
    hours = sum(one.hours for one in rehearsed)
    named = [(priority_text(words, p), str(p), (str(p),)) for p in PRIORITIES]
    every = (words.gettext("All"), "", tuple(str(p) for p in PRIORITIES))
    return [_total(words, rehearsed, hours, *which) for which in [*named, every]]


def session_rows(
    words: Words, sessions: Sequence[Chosen], results: Mapping[str, ToldRehearsal]
) -> list[dict[str, Any]]:
    """A row for each session that has an answer."""
    return [_row(words, one, results[one.id]) for one in sessions if one.id in results]


def left_out(
    words: Words, sessions: Sequence[Chosen], results: Mapping[str, ToldRehearsal]
) -> list[Left]:
    """The sessions that could not be rehearsed."""
    found = ((one, results[one.id].problem) for one in sessions if one.id in results)
    return [Left(one, words.gettext(problem)) for one, problem in found if problem]


def headline(words: Words, results: Sequence[ToldRehearsal], *, is_running: bool) -> str:
    """What came of it in one sentence."""
    _ = words.gettext
    rehearsed = [one for one in results if not one.problem]
    changed = [one for one in rehearsed if one.changed]
    if is_running and not changed:
        return _("Rehearsing…")
    if not results:
        return _("No session was reached.")
    if not rehearsed:
        return _("No session could be rehearsed.")
    n, of = words.number(len(changed)), words.number(len(rehearsed))
    if not changed:
        text = words.ngettext(
            "Exactly as recorded, in {of} session.",
            "Exactly as recorded, in all {of} sessions.",
            len(rehearsed),
        )
        return text.format(of=of)
    text = words.ngettext(
        "{n} session of {of} would have had other alarms.",
        "{n} sessions of {of} would have had other alarms.",
        len(changed),
    )
    return text.format(n=n, of=of)


def alarm_rows(words: Words, phrases: Phrases, known: ToldRehearsal) -> list[list[str]]:
    """What became of it, recorded at, rehearsed at, priority, what the alarm said."""
    return [_alarm_row(words, phrases, one) for one in known.differences]


def _total(
    words: Words,
    rehearsed: Sequence[ToldRehearsal],
    hours: float,
    name: str,
    tone: str,
    priorities: Sequence[str],
) -> Total:
    before, after = Counter[str](), Counter[str]()
    for one in rehearsed:
        before.update(one.recorded)
        after.update(one.rehearsed)
    found = [
        sum(one.verdicts.get(verdict, {}).get(p, 0) for one in rehearsed for p in priorities)
        for verdict in (*TOLD_ALONE, *OTHERWISE)
    ]
    numbers = [sum(counts[p] for p in priorities) for counts in (before, after)]
    rates = [words.decimal(round(n / hours, 2)) if hours else NOTHING for n in numbers]
    told = [words.number(n) for n in numbers]
    verdicts = tuple(map(words.number, found))
    return Total(name, tone, told[0], told[1], rates[0], rates[1], verdicts)


def _row(words: Words, session: Chosen, known: ToldRehearsal) -> dict[str, Any]:
    row = {
        "id": session.id,
        "session": f"[{words.day_and_clock(session.started_at)}](/review/{session.id})",
        "patient": session.patient,
        "outcome": _outcome(words, known),
        "hours": NOTHING,
        "tone": "problem" if known.problem else ("changed" if known.changed else "same"),
    }
    if known.problem:
        return row | dict.fromkeys([*map(str, PRIORITIES), *TOLD_ALONE, "otherwise"], NOTHING)
    verdicts = {str(v): _by_priority(known.verdicts.get(v, {})) for v in TOLD_ALONE}
    if known.longest_s:
        longest = words.gettext("up to {n} s").format(n=words.number(known.longest_s))
        verdicts[str(Verdict.DELAYED)] += f" · {longest}"
    numbers = {str(p): _before_after(known, str(p)) for p in PRIORITIES}
    hours = words.decimal(round(known.hours, 2))
    return row | verdicts | numbers | {"hours": hours, "otherwise": _otherwise(words, known)}


def _outcome(words: Words, known: ToldRehearsal) -> str:
    _ = words.gettext
    if known.problem:
        return _("not rehearsed: {why}").format(why=_(known.problem))
    text = _("other alarms") if known.changed else _("exactly as recorded")
    earlier = _("began under an earlier text of the protocol")
    return f"{text} · {earlier}" if known.earlier_text else text


def _before_after(known: ToldRehearsal, priority: str) -> str:
    before, after = known.recorded.get(priority, 0), known.rehearsed.get(priority, 0)
    return str(before) if before == after else f"{before} → {after}"


def _by_priority(counts: Counts) -> str:
    told = [f"{MARKS[p]} {counts[str(p)]}" for p in PRIORITIES if counts.get(str(p))]
    return " · ".join(told) or NOTHING


def _otherwise(words: Words, known: ToldRehearsal) -> str:
    counts = {verdict: sum(known.verdicts.get(verdict, {}).values()) for verdict in OTHERWISE}
    told = [f"{n} {verdict_name(words, verdict)}" for verdict, n in counts.items() if n]
    return ", ".join(told) or NOTHING


def _alarm_row(words: Words, phrases: Phrases, one: ToldDifference) -> list[str]:
    known = one.rehearsed or one.recorded
    verdict = verdict_name(words, one.verdict)
    if one.seconds:
        verdict = f"{verdict} · {words.number(one.seconds)} s"
    said = "" if known is None else phrases.say(Reason(known.code, dict(known.values)))
    moments = [_moment(words, alarm) for alarm in (one.recorded, one.rehearsed)]
    return [verdict, *moments, _priorities(words, one), said]


def _moment(words: Words, alarm: ToldAlarm | None) -> str:
    return NOTHING if alarm is None else words.clock_seconds(alarm.raised_at)


def _priorities(words: Words, one: ToldDifference) -> str:
    told = [
        priority_text(words, known.priority) for known in (one.recorded, one.rehearsed) if known
    ]
    return " → ".join(dict.fromkeys(told))
