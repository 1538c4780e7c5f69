"""Other limits for a rehearsal: the rules of a protocol that can be changed, and the protocol as it would then be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from monitor.domain.limits import (
    AlarmSettings,
    Limit,
    Priority,
    Rise,
    ScoreLimit,
    Side,
    as_rungs,
    severity,
)
from monitor.domain.readings import HARD_RANGES, SECOND, Metric
from monitor.service.protocols import Protocol

LONGEST_DELAY_MS = 3600 * SECOND
LARGEST_RISE = 200
"""mmHg over the baseline; more than that is above every pressure that is ever measured."""
_REPEAT = "_repeat"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that can be changed, with its own name among those of its protocol."""

    id: str
    known: Limit | Rise | ScoreLimit


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule with other numbers. Without a priority it is not in force."""

    rule: str
    value: float
    priority: Priority | None
    delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class AddedLimit:
    """A limit that the protocol does not have. ``component`` as in ``Limit``; ``inclusive``: reached is beyond."""

    metric: Metric
    component: str
    side: Side
    inclusive: bool
    value: float
    priority: Priority
    delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be otherwise; nothing: the protocol as it is."""

    rules: tuple[RuleChange, ...] = ()
    added: tuple[AddedLimit, ...] = ()


class ImpossibleLimitError(ValueError):
    """A change that cannot be; ``rule`` is the one it is about, empty for an added limit.

    ``code`` with its ``values``: ``range`` (low, high), ``delay``, ``crossing`` (low, high).
    """

    def __init__(self, rule: str, code: str, **values: float) -> None:
        super().__init__(f"{rule or 'the added limit'}: {code} {values}")
        self.rule = rule
        self.code = code
        self.values = values


def rules_of(protocol: Protocol) -> list[Rule]:
    """Limits by metric and side, then rises over the baseline, then scores. A repeat follows its limit."""
    alarms = protocol.alarms
    return [
        *(Rule(known.id, known) for known in alarms.limits if known.kind != "repeat"),
        *(Rule(f"rise_{number}", known) for number, known in enumerate(alarms.rises, 1)),
        *(Rule(f"score_{number}", known) for number, known in enumerate(alarms.scores, 1)),
    ]


def changed_protocol(protocol: Protocol, changes: Changes) -> Protocol:
    """The protocol with these changes. Limits keep their ids, so that own limits of patients stay with theirs.

    Raises ImpossibleLimitError.
    """
    for added in changes.added:
        _check_limit("", HARD_RANGES[_measured(added.metric, added.component)], added)
    rules = {rule.id: rule for rule in rules_of(protocol)}
    wanted = {change.rule: change for change in changes.rules if change.rule in rules}
    for change in wanted.values():
        _check_change(protocol, rules[change.rule], change)
    kept = [_changed(rule, wanted.get(rule.id)) for rule in rules.values()]
    limits = [known for known in kept if isinstance(known, Limit)]
    limits += [_limit_of(added, number) for number, added in enumerate(changes.added, 1)]
    _check_crossing(limits, {*wanted, *(known.id for known in limits if known.id not in rules)})
    alarms = replace(
        protocol.alarms,
        limits=tuple(_with_repeats(protocol.alarms, limits)),
        rises=tuple(known for known in kept if isinstance(known, Rise)),
        scores=tuple(known for known in kept if isinstance(known, ScoreLimit)),
    )
    return replace(protocol, alarms=alarms)


def _changed(rule: Rule, change: RuleChange | None) -> Limit | Rise | ScoreLimit | None:
    known = rule.known
    if change is None:
        return known
    if change.priority is None:
        return None
    match known:
        case Limit():
            return replace(
                known, limit=change.value, delay_ms=change.delay_ms, priority=change.priority
            )
        case Rise():
            return replace(known, by=change.value, priority=change.priority)
        case ScoreLimit():
            worse = severity(change.priority, 0)
            return replace(known, limit=int(change.value), priority=change.priority, severity=worse)


def _limit_of(added: AddedLimit, number: int) -> Limit:
    return Limit(
        metric=added.metric,
        component=added.component,
        side=added.side,
        limit=added.value,
        delay_ms=added.delay_ms,
        priority=added.priority,
        severity=0,
        inclusive=added.inclusive,
        id=f"added_{number}",
    )


def _with_repeats(alarms: AlarmSettings, limits: Iterable[Limit]) -> Iterator[Limit]:
    """The limits ranked side by side anew, each with the one that a repeat confirms."""
    repeats = {
        known.id.removesuffix(_REPEAT): known for known in alarms.limits if known.kind == "repeat"
    }
    sides = defaultdict(list)
    for limit in limits:
        sides[limit.metric, limit.component, limit.side].append(limit)
    for limits_of_side in sides.values():
        for limit in as_rungs(limits_of_side):
            yield limit
            repeat = repeats.get(limit.id)
            if repeat is not None:
                worse = limit.severity + 1
                yield replace(repeat, limit=limit.limit, priority=limit.priority, severity=worse)


def _check_change(protocol: Protocol, rule: Rule, change: RuleChange) -> None:
    if change.priority is None:
        return
    match rule.known:
        case Limit() as limit:
            _check_limit(rule.id, HARD_RANGES[_measured(limit.metric, limit.component)], change)
        case Rise():
            _check_range(rule.id, change.value, 1, LARGEST_RISE)
        case ScoreLimit() as known:
            of_score = next(one for one in protocol.course.scores if one.id == known.score)
            # At the far end every value would be beyond.
            low = of_score.lowest + (known.side is Side.ABOVE)
            high = of_score.highest - (known.side is Side.BELOW)
            _check_range(rule.id, change.value, low, high)
            if change.value != int(change.value):
                raise ImpossibleLimitError(rule.id, "range", low=low, high=high)


def _check_limit(rule: str, bounds: tuple[float, float], wanted: RuleChange | AddedLimit) -> None:
    _check_range(rule, wanted.value, *bounds)
    if not 0 <= wanted.delay_ms <= LONGEST_DELAY_MS:
        raise ImpossibleLimitError(rule, "delay", high=LONGEST_DELAY_MS / SECOND)


def _check_range(rule: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ImpossibleLimitError(rule, "range", low=low, high=high)


def _check_crossing(limits: list[Limit], touched: set[str]) -> None:
    """Between a lower and an upper limit of one value there must be values; told of the one that was changed."""
    for lower in limits:
        for upper in limits:
            same = (lower.metric, lower.component) == (upper.metric, upper.component)
            sides = (lower.side, upper.side) == (Side.BELOW, Side.ABOVE)
            if same and sides and lower.limit >= upper.limit:
                guilty = upper if upper.id in touched else lower
                rule = "" if guilty.id.startswith("added_") else guilty.id
                raise ImpossibleLimitError(rule, "crossing", low=lower.limit, high=upper.limit)


def _measured(metric: Metric, component: str) -> str:
    return str(metric) if component == "value" else component
