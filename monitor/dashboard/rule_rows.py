"""The rules of a protocol as rows of words, with their sources: limits, rises, scores, and what has no limit. Pure."""

from __future__ import annotations

from monitor.dashboard.alarm_words import delay_text, limit_value, metric_name, priority_text
from monitor.dashboard.presenters import phase_name
from monitor.dashboard.sources import source_text
from monitor.dashboard.words import Words
from monitor.domain.course import Course
from monitor.domain.limits import AlarmSettings, Limit
from monitor.domain.readings import MINUTE, SECOND
from monitor.domain.sessions import Phase
from monitor.service.phrases import Phrases
from monitor.service.protocols import Protocol


def limit_rows(words: Words, phrases: Phrases, protocol: Protocol) -> list[list[str]]:
    """What, limit, when it is raised, priority, phases, source."""
    return [
        [
            metric_name(phrases, limit),
            limit_value(words, limit, limit.limit),
            raised_text(words, limit),
            priority_text(words, limit.priority),
            _phases_text(words, limit, protocol.course),
            source_text(words, limit.source),
        ]
        for limit in protocol.alarms.limits
    ]


def rule_rows(words: Words, phrases: Phrases, protocol: Protocol) -> list[list[str]]:
    """Every other rule: rule, setting, priority, source."""
    settings = protocol.alarms
    return [
        *_rise_rows(words, phrases, settings),
        *_score_rows(words, phrases, settings),
        *_overdue_rows(words, settings, protocol.course),
        *_disagreement_rows(words, phrases, settings),
        *_missing_rows(words, settings),
    ]


def raised_text(words: Words, limit: Limit) -> str:
    """When values beyond a limit are an alarm."""
    _ = words.gettext
    if limit.burden is not None:
        text = _("burden ({rule}) over {setting}")
        return text.format(rule=limit.burden.rule, setting=words.number(limit.burden.setting))
    if limit.confirm_within_ms:
        text = _("a second one within {n} min")
        return text.format(n=words.number(limit.confirm_within_ms / MINUTE))
    return delay_text(words, limit)


def _phases_text(words: Words, limit: Limit, course: Course) -> str:
    if limit.phases is None:
        return words.gettext("all")
    return ", ".join(phase_name(words, phase, course) for phase in Phase if phase in limit.phases)


def _rise_rows(words: Words, phrases: Phrases, settings: AlarmSettings) -> list[list[str]]:
    text = words.gettext("{what}: rise over the baseline")
    return [
        [
            text.format(what=phrases.metric(rise.component)),
            f"≥ +{words.number(rise.by)} mmHg",
            priority_text(words, rise.priority),
            source_text(words, rise.source),
        ]
        for rise in settings.rises
    ]


def _score_rows(words: Words, phrases: Phrases, settings: AlarmSettings) -> list[list[str]]:
    return [
        [
            phrases.score(score.score),
            f"{score.sign} {score.limit}",
            priority_text(words, score.priority),
            source_text(words, score.source),
        ]
        for score in settings.scores
    ]


def _overdue_rows(words: Words, settings: AlarmSettings, course: Course) -> list[list[str]]:
    _ = words.gettext
    grace = words.number(settings.overdue_grace_ms / MINUTE)
    return [
        [
            _("BP overdue in {phase}").format(phase=phase_name(words, phase, course)),
            _("every {n} min, {grace} min of grace").format(
                n=words.number(every / MINUTE), grace=grace
            ),
            _("! low, then !! medium"),
            _("protocol file"),
        ]
        for phase, every in settings.cuff_ms.items()
    ]


def _disagreement_rows(words: Words, phrases: Phrases, settings: AlarmSettings) -> list[list[str]]:
    _ = words.gettext
    text = _("{what}: two sources disagree")
    return [
        [
            text.format(what=phrases.metric(name)),
            _("more than {n}").format(n=words.number(most)),
            priority_text(words, "low"),
            _("protocol file"),
        ]
        for name, most in settings.disagreement.items()
    ]


def _missing_rows(words: Words, settings: AlarmSettings) -> list[list[str]]:
    _ = words.gettext
    ladder = settings.ladder
    one, both = _("No data, or no value"), _("No data of pulse and SpO₂ together")
    steps = (
        (one, "low", ladder.low_ms),
        (one, "medium", ladder.medium_ms),
        (both, "high", ladder.high_ms),
    )
    return [
        [
            what,
            _("{n} s").format(n=words.number(after / SECOND)),
            priority_text(words, priority),
            _("protocol file"),
        ]
        for what, priority, after in steps
    ]
