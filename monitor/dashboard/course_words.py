"""What the screens say about the course of a session: checks, dose, what blocks, who may pass it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.dashboard.words import Words
from monitor.domain.chart import Answer, Chart
from monitor.domain.course import CheckItem, Course, DoseRules, Text
from monitor.domain.course_facts import InfusionPlanned
from monitor.domain.dose import Dose, Wanted, work_out
from monitor.domain.entries import Fault
from monitor.domain.permissions import ADMINISTRATOR

_DOSE_FIELDS = ("weight_kg", "dose_mg_per_kg", "dose_mg", "minutes", "concentration_mg_per_ml")


def spoken(words: Words, text: Text) -> str:
    """A protocol's own text in the reader's language; English for one that it does not have."""
    return text.get(words.language) or text.get("en", "")


def roles_text(words: Words, roles: Iterable[str]) -> str:
    """The roles as ``clinician, nurse``; anybody for none."""
    _ = words.gettext
    names = {
        "nurse": _("nurse"),
        "clinician": _("clinician"),
        "tester": _("tester"),
        "administrator": _("administrator"),
    }
    return ", ".join(names.get(role, role) for role in sorted(roles)) or _("anybody at the bedside")


def who_may_text(words: Words, course: Course) -> str:
    """Who may pass what blocks."""
    text = words.gettext("May go on with a reason: {roles}.")
    return text.format(roles=roles_text(words, course.override_roles | {ADMINISTRATOR}))


def answer_text(words: Words, answer: str) -> str:
    """An answer to a check."""
    _ = words.gettext
    return {"yes": _("Yes"), "no": _("No"), "not_applicable": _("Not applicable")}[answer]


def blocks_session(item: CheckItem, answer: Answer | None) -> bool:
    """Whether this answer stands in the way; one that was not given does not count here."""
    if answer is None or answer.answer == item.wanted:
        return False
    return not (item.may_not_apply and answer.answer == "not_applicable")


def block_text(words: Words, course: Course, block: Mapping[str, Any]) -> str:
    """One reason why a phase cannot begin, from its code, its values and the item it is about."""
    _ = words.gettext
    values = block["values"]
    item = course.check(block["item"])
    name = spoken(words, item.text) if item else block["item"]
    match block["code"]:
        case "checks_open":
            n = int(values["n"])
            return words.ngettext(
                "{n} check is not answered", "{n} checks are not answered", n
            ).format(n=n)
        case "check_failed":
            return _("Answered otherwise than wanted: {what}").format(what=name)
        case "no_baseline":
            return _("No baseline is confirmed")
        case "pressure_gate":
            return _("Baseline {value} mmHg, above {limit}").format(**values)
        case "no_dose":
            return _("No dose is planned")
        case "dose_unchecked":
            return _("The dose planned by {by} has no second check").format(**values)
        case _:
            return _("Not met: {what}").format(what=_criterion_name(words, course, block["item"]))


def dose_text(words: Words, plan: InfusionPlanned) -> str:
    """The dose in one line, like ``41 mg over 40 min · 61.5 ml/h``."""
    _ = words.gettext
    text = _("{mg} mg over {minutes} min").format(
        mg=words.number(plan.dose_mg), minutes=words.number(plan.minutes)
    )
    if plan.rate_ml_per_h is None:
        return text
    return f"{text} · {words.number(plan.rate_ml_per_h)} ml/h"


def sum_lines(words: Words, rules: DoseRules | None, typed: Mapping[str, str]) -> list[str]:
    """The arithmetic of a dose as it is typed, line by line; what is wrong or wanting instead of it.

    ``typed``: field to text, a decimal comma or point; those of a form that has fewer are left out.
    """
    try:
        number = {name: _number(typed.get(name, "")) for name in _DOSE_FIELDS}
    except ValueError:
        return []
    minutes = number["minutes"]
    if minutes is None or any(value is not None and value <= 0 for value in number.values()):
        return []
    dose = work_out(
        rules,
        Wanted(
            number["weight_kg"],
            number["dose_mg_per_kg"],
            number["dose_mg"],
            minutes,
            number["concentration_mg_per_ml"],
        ),
    )
    if isinstance(dose, Fault):
        return [] if dose.code == "incomplete" else [fault_text(words, rules, dose)]
    return _arithmetic(words, dose)


def fault_text(words: Words, rules: DoseRules | None, fault: Fault) -> str:
    """Why a dose is refused."""
    _ = words.gettext
    if fault.code == "too_much" and rules is not None:
        return most_text(words, rules)
    return {
        "by_weight": _("This protocol doses by weight."),
        "contradictory": _("Give mg, or mg per kg, not both."),
        "out_of_range": _("This value is not possible."),
    }.get(fault.code, fault.message)


def most_text(words: Words, rules: DoseRules) -> str:
    """The largest dose that the protocol allows."""
    _ = words.gettext
    parts = []
    if rules.most_mg_per_kg is not None:
        parts.append(f"{words.number(rules.most_mg_per_kg)} mg/kg")
    if rules.most_mg is not None:
        parts.append(f"{words.number(rules.most_mg)} mg")
    return _("More than the protocol's most: {most}.").format(most=", ".join(parts))


def second_check_text(words: Words, plan: InfusionPlanned, planned_by: str) -> str:
    """What the second operator works the dose out from; the dose itself is not told."""
    _ = words.gettext
    parts = []
    if plan.weight_kg is not None:
        parts.append(f"{words.number(plan.weight_kg)} kg")
    if plan.dose_mg_per_kg is not None:
        parts.append(f"{words.number(plan.dose_mg_per_kg)} mg/kg")
    parts.append(f"{words.number(plan.minutes)} min")
    if plan.concentration_mg_per_ml is not None:
        parts.append(f"{words.number(plan.concentration_mg_per_ml)} mg/ml")
    return _("{name} planned: {what}.").format(name=planned_by, what=" · ".join(parts))


def baseline_text(words: Words, rest: Mapping[str, float]) -> str:
    """Resting values as ``124/78 · 72 /min · 98 %``."""
    parts = []
    if "systolic" in rest and "diastolic" in rest:
        parts.append(f"{words.number(rest['systolic'])}/{words.number(rest['diastolic'])} mmHg")
    if "pulse_rate" in rest:
        parts.append(f"{words.number(rest['pulse_rate'])} /min")
    if "spo2" in rest:
        parts.append(f"{words.number(rest['spo2'])} %")
    return " · ".join(parts)


def checks_text(words: Words, checks: Sequence[CheckItem], chart: Chart) -> str:
    """How far a checklist is."""
    done = sum(item.id in chart.checks for item in checks)
    text = words.gettext("{done} of {all} answered")
    return text.format(done=done, all=len(checks))


def _arithmetic(words: Words, dose: Dose) -> list[str]:
    _, number = words.gettext, words.number
    lines = []
    mg, minutes = number(dose.mg), number(dose.minutes)
    if dose.mg_per_kg is not None and dose.weight_kg is not None:
        lines.append(f"{number(dose.weight_kg)} kg × {number(dose.mg_per_kg)} mg/kg = {mg} mg")
    if dose.volume_ml is not None and dose.concentration_mg_per_ml is not None:
        text = _("{mg} mg ÷ {concentration} mg/ml = {ml} ml over {minutes} min = {rate} ml/h")
        told = text.format(
            mg=mg,
            concentration=number(dose.concentration_mg_per_ml),
            ml=number(dose.volume_ml),
            minutes=minutes,
            rate=number(dose.rate_ml_per_h or 0),
        )
        lines.append(told)
    if not lines:
        lines.append(_("{mg} mg over {minutes} min").format(mg=mg, minutes=minutes))
    if dose.needs_check:
        lines.append(_("Another operator must check this dose."))
    return lines


def _criterion_name(words: Words, course: Course, criterion_id: str) -> str:
    criterion = next((known for known in course.discharge if known.id == criterion_id), None)
    return criterion_id if criterion is None else spoken(words, criterion.text)


def _number(text: str) -> float | None:
    text = (text or "").strip().replace(",", ".")
    return float(text) if text else None
