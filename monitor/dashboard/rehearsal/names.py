"""What rules, verdicts and ends of a rehearsal are called. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.dashboard.alarm_words import limit_value, metric_name, priority_text
from monitor.dashboard.words import Words
from monitor.domain.limits import Limit, Priority, Rise, Side
from monitor.domain.readings import SECOND
from monitor.service.phrases import Phrases
from monitor.service.rehearsal import AddedLimit, Changes, Rule, RuleChange, Verdict

RULE_ADDED = "added"
"""In the place of a rule: the limit that the protocol does not have."""
MARKS = {Priority.HIGH: "!!!", Priority.MEDIUM: "!!", Priority.LOW: "!"}


def rule_name(words: Words, phrases: Phrases, rule: Rule) -> str:
    """A rule as the protocol has it, like ``SpO₂ < 92``."""
    known = rule.known
    match known:
        case Limit():
            return f"{metric_name(phrases, known)} {limit_value(words, known, known.limit)}"
        case Rise():
            text = words.gettext("{what}: rise over the baseline")
            return text.format(what=phrases.metric(known.component))
        case _:
            return f"{phrases.score(known.score)} {known.sign} {known.limit}"


def added_name(words: Words) -> str:
    """What the limit is called that the protocol does not have."""
    return words.gettext("One more limit")


def priority_name(words: Words, priority: Priority | None) -> str:
    """Mark and word; what stands for none."""
    return words.gettext("not in force") if priority is None else priority_text(words, priority)


def verdict_name(words: Words, verdict: Verdict) -> str:
    """What became of an alarm, in a word."""
    _ = words.gettext
    return {
        Verdict.GAINED: _("gained"),
        Verdict.LOST: _("lost"),
        Verdict.MILDER: _("milder"),
        Verdict.WORSE: _("worse"),
        Verdict.DELAYED: _("delayed"),
        Verdict.EARLIER: _("earlier"),
        Verdict.UNCHANGED: _("unchanged"),
    }[verdict]


def change_lines(
    words: Words, phrases: Phrases, rules: Mapping[str, Rule], changes: Changes
) -> list[str]:
    """Each change in a line, like ``SpO₂ < 92: 90, 15 s, !! medium``."""
    lines = [
        f"{rule_name(words, phrases, rules[change.rule])} → {_change_text(words, change)}"
        for change in changes.rules
    ]
    return lines + [_added_text(words, phrases, added) for added in changes.added]


def _change_text(words: Words, change: RuleChange) -> str:
    if change.priority is None:
        return words.gettext("not in force")
    told = [words.number(change.value)]
    if change.delay_ms:
        told.append(f"{words.number(change.delay_ms / SECOND)} s")
    return ", ".join([*told, priority_text(words, change.priority)])


def _added_text(words: Words, phrases: Phrases, added: AddedLimit) -> str:
    what = phrases.metric(added.metric if added.component == "value" else added.component)
    signs = {(Side.BELOW, False): "<", (Side.BELOW, True): "≤", (Side.ABOVE, False): ">"}
    sign = signs.get((added.side, added.inclusive), "≥")
    name = f"{added_name(words)}: {what} {sign} {words.number(added.value)}"
    delay = f", {words.number(added.delay_ms / SECOND)} s" if added.delay_ms else ""
    return f"{name}{delay}, {priority_text(words, added.priority)}"
