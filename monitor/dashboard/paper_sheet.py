"""What stands on the sheet of a protocol for a day without the network: rows, lines and lists in words. Pure.

Nothing on it is advice of the product's own: numbers and sentences are the protocol's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from monitor.dashboard.alarm_words import limit_value, metric_name
from monitor.dashboard.presenters import before_it, phase_name, role_name
from monitor.dashboard.sources import source_text
from monitor.dashboard.words import Words
from monitor.domain.course import CheckItem, Course, DoseRules
from monitor.domain.limits import RANK, AlarmSettings, Limit
from monitor.domain.readings import MINUTE, SECOND
from monitor.domain.registry import Operator
from monitor.domain.sessions import Phase
from monitor.service.phrases import Phrases
from monitor.service.protocols import Protocol

BLANK = "______"
_PRIORITY_MARKS = {"high": "!!!", "medium": "!!", "low": "!"}
_MEASURED_BEFORE = 2
"""Empty rows for what is measured before the infusion."""


class Check(NamedTuple):
    """One line of a checklist with the answers that can be ticked."""

    text: str
    answers: tuple[str, ...]


class SheetRow(NamedTuple):
    """One row to be filled in: the minute of its phase, and the scores that are due then."""

    phase: str
    minute: str
    scores: str


class LimitLine(NamedTuple):
    """The limits of one metric, each with what the protocol says about it."""

    metric: str
    limits: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a protocol in one language."""

    title: str
    edition: str
    before: str
    checks: list[Check]
    exclusions: list[Check]
    gate: str
    dose: list[str]
    by_pump: bool
    rows: list[SheetRow]
    limits: list[LimitLine]
    discharge: list[str]


def sheet_of(words: Words, phrases: Phrases, protocol: Protocol) -> Sheet:
    """Everything that the sheet says."""
    _ = words.gettext
    course = protocol.course
    asked = [item for item in course.checks if item.phase == Phase.PRECHECK]
    version = _("version {version}, edition {edition}")
    return Sheet(
        title=_(protocol.title),
        edition=version.format(version=protocol.version, edition=protocol.edition),
        before=before_it(words, course),
        checks=[_check(words, item) for item in asked if item.wanted == "yes"],
        exclusions=[_check(words, item) for item in asked if item.wanted == "no"],
        gate=_gate(words, course),
        dose=_dose(words, course.dose),
        by_pump=course.dose is None or course.dose.by_pump,
        rows=sheet_rows(words, course),
        limits=[
            *limit_lines(words, phrases, protocol.alarms.limits),
            *_other_limits(words, protocol.alarms),
        ],
        discharge=[spoken(words, criterion.text) for criterion in course.discharge],
    )


def spoken(words: Words, text: Mapping[str, str]) -> str:
    """A protocol's text in the reader's language, or in the one it has."""
    return text.get(words.language) or next(iter(text.values()), "")


def sheet_rows(words: Words, course: Course) -> list[SheetRow]:
    """A row for each moment at which something is due, by the protocol's cadence; two before the infusion."""
    baseline = phase_name(words, Phase.BASELINE, course)
    scores = _scores_due(words, course, Phase.BASELINE, 0, 24 * 60)
    rows = [SheetRow(baseline, "", scores if n else "") for n in range(_MEASURED_BEFORE)]
    for phase in (Phase.INFUSION, Phase.OBSERVATION):
        minutes = _due_minutes(course, phase)
        before = -1
        for minute in minutes:
            due = _scores_due(words, course, phase, before, minute)
            rows.append(SheetRow(phase_name(words, phase, course), str(minute), due))
            before = minute
    return rows


def limit_lines(words: Words, phrases: Phrases, limits: Iterable[Limit]) -> list[LimitLine]:
    """The alarm limits by metric, the mildest first, each with its priority and the protocol's own words on it."""
    by_metric: dict[str, list[Limit]] = {}
    for limit in limits:
        by_metric.setdefault(metric_name(phrases, limit), []).append(limit)
    return [
        LimitLine(
            metric,
            [
                (_limit_text(words, limit), source_text(words, limit.source))
                for limit in sorted(found, key=lambda one: (one.side, RANK[one.priority]))
            ],
        )
        for metric, found in by_metric.items()
    ]


def _other_limits(words: Words, alarms: AlarmSettings) -> list[LimitLine]:
    """What is judged against the baseline, and scores."""
    _ = words.gettext
    names = {"systolic": _("systolic"), "diastolic": _("diastolic")}
    rises = [
        (
            f"{_PRIORITY_MARKS[rise.priority]} {names[rise.component]} ≥ +{words.number(rise.by)}",
            source_text(words, rise.source),
        )
        for rise in alarms.rises
    ]
    scores: dict[str, list[tuple[str, str]]] = {}
    for one in alarms.scores:
        line = (
            f"{_PRIORITY_MARKS[one.priority]} {one.sign} {one.limit}",
            source_text(words, one.source),
        )
        scores.setdefault(score_name(words, one.score, one.score), []).append(line)
    lines = [LimitLine(_("Over baseline"), rises)]
    lines += [LimitLine(name, found) for name, found in scores.items()]
    return [line for line in lines if line.limits]


def _limit_text(words: Words, limit: Limit) -> str:
    mark = _PRIORITY_MARKS[limit.priority]
    text = f"{mark} {limit_value(words, limit, limit.limit)}"
    if limit.delay_ms:
        text += " · " + words.gettext("for {n} s").format(n=words.number(limit.delay_ms / SECOND))
    if limit.confirm_within_ms:
        again = words.gettext("twice within {n} min")
        text += " · " + again.format(n=words.number(limit.confirm_within_ms / MINUTE))
    return text


def _check(words: Words, item: CheckItem) -> Check:
    _ = words.gettext
    answers = (_("yes"), _("no"), _("n/a")) if item.may_not_apply else (_("yes"), _("no"))
    return Check(spoken(words, item.text), answers)


def _gate(words: Words, course: Course) -> str:
    _ = words.gettext
    gate = course.gate
    if gate is None:
        return ""
    text = _(
        "Not started above {systolic}/{diastolic} mmHg at rest. Decided otherwise by (only {roles}), because:"
    )
    told = text.format(
        systolic=words.number(gate.systolic_above),
        diastolic=words.number(gate.diastolic_above),
        roles=_roles(words, course.override_roles),
    )
    return " ".join([told, BLANK * 4, spoken(words, gate.note) if gate.note else ""]).strip()


def _roles(words: Words, roles: Iterable[str]) -> str:
    names = [role_name(words, Operator("", role, "")) for role in sorted(roles)]
    return words.gettext(" or ").join(names) if names else "–"


def _dose(words: Words, rules: DoseRules | None) -> list[str]:
    """The arithmetic with blanks in the places of the patient's own numbers."""
    _ = words.gettext
    if rules is None:
        return [_("Dose {blank} mg over {blank} min").format(blank=BLANK)]
    minutes = _usual(words, rules.usual_minutes, "min")
    if rules.usual_mg_per_kg is None:
        usual = _usual(words, rules.usual_mg, "mg")
        devices = "  ".join(f"☐ {words.number(mg)}" for mg in rules.doses_mg) or BLANK
        text = _("Dose {dose} mg{usual}, over {blank} min{minutes}")
        lines = [text.format(dose=devices, blank=BLANK, usual=usual, minutes=minutes)]
    else:
        usual = _usual(words, rules.usual_mg_per_kg, "mg/kg")
        text = _("Weight {blank} kg × {blank} mg/kg{usual} = {blank} mg")
        strength = _usual(words, rules.concentration_mg_per_ml, "mg/ml")
        pump = _(
            "{blank} mg ÷ {blank} mg/ml{strength} = {blank} ml; {blank} ml × 60 ÷ {blank} min{minutes}"
            " = {blank} ml/h"
        )
        lines = [
            text.format(blank=BLANK, usual=usual),
            pump.format(blank=BLANK, strength=strength, minutes=minutes),
        ]
    note = [spoken(words, rules.note)] if rules.note else []
    return [*lines, *_second_check(words, rules), *note]


def _second_check(words: Words, rules: DoseRules) -> list[str]:
    _ = words.gettext
    above = [
        f"{words.number(value)} {unit}"
        for value, unit in (
            (rules.second_check_above_mg_per_kg, "mg/kg"),
            (rules.second_check_above_mg, "mg"),
        )
        if value is not None
    ]
    most = [
        f"{words.number(value)} {unit}"
        for value, unit in ((rules.most_mg_per_kg, "mg/kg"), (rules.most_mg, "mg"))
        if value is not None
    ]
    lines = []
    if most:
        lines.append(_("Never more than {most}.").format(most=", ".join(most)))
    if above:
        text = _("Above {above} worked out by a second person too: {blank} mg, signed {blank}")
        lines.append(text.format(above=", ".join(above), blank=BLANK))
    return [" ".join(lines)] if lines else []


def _usual(words: Words, value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return words.gettext(" (usually {value} {unit})").format(value=words.number(value), unit=unit)


def _due_minutes(course: Course, phase: Phase) -> list[int]:
    """Each cuff of the phase from its beginning to its planned end; the infusion's first is its baseline's last."""
    every, length = course.cuff_ms.get(phase, 0), course.phase_ms.get(phase, 0)
    if not every or not length:
        return []
    minutes = {at // MINUTE for at in range(0, length + 1, every)}
    minutes.add(length // MINUTE)
    return sorted(minutes if phase is Phase.INFUSION else minutes - {0})


def _scores_due(words: Words, course: Course, phase: Phase, after: int, until: int) -> str:
    """The scores that are due later than ``after`` minutes into the phase and no later than ``until``."""
    names = []
    for kind in course.scores:
        every, once = kind.every_ms.get(phase), kind.once_ms.get(phase)
        moments = set()
        if every:
            moments = {at // MINUTE for at in range(every, until * MINUTE + 1, every)}
        if once is not None:
            moments.add(once // MINUTE)
        if any(after < minute <= until for minute in moments):
            names.append(score_name(words, kind.id, spoken(words, kind.text)))
    return "   ".join(f"{name} ____" for name in names)


def score_name(words: Words, score: str, text: str) -> str:
    """Short enough for a cell: the part before the first comma of its text."""
    known = {"moaas": "MOAA/S", "rass": "RASS", "cadss6": "CADSS-6"}
    return known.get(score) or text.split(",", maxsplit=1)[0] or words.gettext("Score")
