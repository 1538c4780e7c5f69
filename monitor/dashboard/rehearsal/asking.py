"""What a clinician wants rehearsed: the changed limits, checked, and the sessions. Refusals are one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from monitor.dashboard.rehearsal import ids
from monitor.dashboard.rehearsal.names import RULE_ADDED, added_name, rule_name
from monitor.dashboard.words import Words
from monitor.domain.limits import Limit, Priority, Rise, Side
from monitor.domain.readings import SECOND, Instant, Metric
from monitor.service.phrases import Phrases
from monitor.service.ports import Records
from monitor.service.protocols import Protocol
from monitor.service.rehearsal import (
    AddedLimit,
    Changes,
    ImpossibleLimitError,
    Rule,
    RuleChange,
    changed_protocol,
    rules_of,
)
from monitor.service.rehearsal.telling import Asked
from monitor.service.review_ports import SessionFilter

MOST_SESSIONS = 500
USUAL_SESSIONS = 20
OFF = "off"
"""In the place of a priority: the limit is not in force."""
_PAGE = 200
_PRESSURES = ("systolic", "diastolic", "mean")
_DAYS_OF_NOBODY = (0, 2**62)

Typed = Mapping[str, str]
"""``value``, ``delay`` and ``priority`` of one rule as they stand in its fields."""


class NotPossibleError(ValueError):
    """What is wanted cannot be rehearsed; the message is one sentence, ``field`` the id of what it is about."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sessions: of one protocol, begun from ``since`` up to ``until``, the newest ``newest`` of them."""

    protocol: Protocol
    since: Instant | None
    until: Instant | None
    patient: str
    newest: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A session that is to be rehearsed."""

    id: str
    patient: str
    started_at: Instant


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rehearsal: newest session first. ``is_all``: whether no session was left out because of the number."""

    protocol: Protocol
    changes: Changes
    sessions: tuple[Chosen, ...]
    is_all: bool

    @property
    def asked(self) -> Asked:
        """The same for the process that does it."""
        names = tuple(one.id for one in self.sessions)
        return Asked(self.protocol.name, self.protocol.text, self.changes, names)


def changes_of(
    words: Words, phrases: Phrases, protocol: Protocol, typed: Mapping[str, Typed]
) -> Changes:
    """What is otherwise than in the protocol. Raises NotPossibleError."""
    rules = {rule.id: rule for rule in rules_of(protocol)}
    changed = [
        change
        for rule in rules.values()
        if rule.id in typed and (change := _change(words, phrases, rule, typed[rule.id]))
    ]
    added = _added(words, typed.get(RULE_ADDED, {}))
    changes = Changes(tuple(changed), () if added is None else (added,))
    try:
        changed_protocol(protocol, changes)
    except ImpossibleLimitError as error:
        known = rules.get(error.rule)
        name = added_name(words) if known is None else rule_name(words, phrases, known)
        part = "delay" if error.code == "delay" else "value"
        field = ids.field(error.rule or RULE_ADDED, part)
        raise NotPossibleError(f"{name}: {_fault(words, error)}", field) from None
    return changes


def sessions_of(words: Words, records: Records, choice: Choice) -> tuple[tuple[Chosen, ...], bool]:
    """The sessions, newest first, and whether they are all that there are. Raises NotPossibleError."""
    _ = words.gettext
    if not choice.newest.strip().isdecimal() or not 1 <= int(choice.newest) <= MOST_SESSIONS:
        text = _("How many sessions: a whole number from 1 to {most}.")
        raise NotPossibleError(text.format(most=MOST_SESSIONS), ids.NEWEST)
    if choice.since is not None and choice.until is not None and choice.since >= choice.until:
        raise NotPossibleError(_("The first day is after the last one."), ids.SINCE)
    newest = int(choice.newest)
    found = tuple(islice(_matching(records, choice), newest + 1))
    if not found:
        text = _("No session of these days, this patient and this protocol is on record.")
        raise NotPossibleError(text)
    return found[:newest], len(found) <= newest


def _change(words: Words, phrases: Phrases, rule: Rule, typed: Typed) -> RuleChange | None:
    own = own_values(rule)
    if typed["priority"] == OFF:
        return RuleChange(rule.id, own.value, None, own.delay_ms)
    name = rule_name(words, phrases, rule)
    value = _number(words, name, typed["value"], ids.field(rule.id, "value"))
    delay_ms = own.delay_ms
    if "delay" in typed:
        delay = _number(words, name, typed["delay"], ids.field(rule.id, "delay"))
        delay_ms = round(delay * SECOND)
    change = RuleChange(rule.id, value, Priority(typed["priority"]), delay_ms)
    return None if change == own else change


def own_values(rule: Rule) -> RuleChange:
    """A rule as the protocol has it."""
    known = rule.known
    if isinstance(known, Limit):
        return RuleChange(rule.id, known.limit, known.priority, known.delay_ms)
    value = known.by if isinstance(known, Rise) else known.limit
    return RuleChange(rule.id, value, known.priority)


def _added(words: Words, typed: Typed) -> AddedLimit | None:
    """One limit more, where a value is given for it."""
    if not typed.get("value", "").strip():
        return None
    name, what, sign = added_name(words), typed["what"], typed["sign"]
    value = _number(words, name, typed["value"], ids.field(RULE_ADDED, "value"))
    delay = _number(words, name, typed["delay"] or "0", ids.field(RULE_ADDED, "delay"))
    is_pressure = what in _PRESSURES
    return AddedLimit(
        metric=Metric.NIBP if is_pressure else Metric(what),
        component=what if is_pressure else "value",
        side=Side.BELOW if sign in ("<", "≤") else Side.ABOVE,
        inclusive=sign in ("≤", "≥"),
        value=value,
        priority=Priority(typed["priority"]),
        delay_ms=0 if is_pressure else round(delay * SECOND),
    )


def _number(words: Words, name: str, text: str, field: str) -> float:
    try:
        return float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        text = words.gettext("This is not a number.")
        raise NotPossibleError(f"{name}: {text}", field) from None


def _fault(words: Words, error: ImpossibleLimitError) -> str:
    _ = words.gettext
    texts = {
        "range": _("this is from {low} to {high}; beyond that it would not be a limit."),
        "delay": _("a delay is from 0 to {high} s."),
        "crossing": _("below {low} and above {high} is an alarm: no value lies between."),
    }
    numbers = {name: words.number(value) for name, value in error.values.items()}
    return texts[error.code].format(**numbers)


def _matching(records: Records, choice: Choice) -> Iterator[Chosen]:
    since, until = (
        usual if given is None else given
        for given, usual in zip((choice.since, choice.until), _DAYS_OF_NOBODY, strict=True)
    )
    name, patient = choice.protocol.name, choice.patient.strip()
    if patient:
        own = sorted(records.sessions(patient=patient), key=lambda one: -one.started_at)
        rows: Iterator[Any] = iter(own)
    else:
        rows = _listed(records, SessionFilter(protocol=name, since=since, until=until))
    for row in rows:
        if row.protocol == name and since <= row.started_at < until:
            yield Chosen(row.id, row.patient, row.started_at)


def _listed(records: Records, which: SessionFilter) -> Iterator[Any]:
    """Page by page, so that a record of very many sessions is not read for a few."""
    offset = 0
    while page := records.session_list(which, offset=offset, limit=_PAGE).rows:
        yield from page
        offset += len(page)
