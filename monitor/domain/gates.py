"""What stands in the way of the next phase. A gate may be passed with a reason by those whom the protocol names."""

from __future__ import annotations

from typing import NamedTuple

from monitor.domain.chart import Chart
from monitor.domain.course import CheckItem, Course
from monitor.domain.discharge import Record, verdict
from monitor.domain.sessions import Phase


class Block(NamedTuple):
    """One reason: ``code`` with its values; ``item`` is the check or criterion it is about."""

    code: str
    values: dict[str, float | int | str | None]
    item: str = ""


def blocks(record: Record, phase: Phase) -> list[Block]:
    """Everything that blocks entering ``phase``; empty when nothing does. A session kept on paper is past its gates."""
    if record.session.paper:
        return []
    if phase is Phase.INFUSION:
        return before_infusion(record.chart, record.course)
    if phase is Phase.DISCHARGED:
        return [
            Block("criterion", {}, known.criterion.id)
            for known in verdict(record).judged
            if not known.met
        ]
    return []


def before_infusion(chart: Chart, course: Course) -> list[Block]:
    """Checks, baseline and dose."""
    return [*_checks(chart, course), *_baseline(chart, course), *_dose(chart, course)]


def open_checks(chart: Chart, course: Course, phase: str) -> list[CheckItem]:
    """The checks of a phase that nobody has answered."""
    return [item for item in course.checks if item.phase == phase and item.id not in chart.checks]


def _checks(chart: Chart, course: Course) -> list[Block]:
    found = []
    unanswered = open_checks(chart, course, Phase.PRECHECK)
    if unanswered:
        found.append(Block("checks_open", {"n": len(unanswered)}, unanswered[0].id))
    for item in course.checks:
        answer = chart.checks.get(item.id)
        if item.phase != Phase.PRECHECK or answer is None or answer.answer == item.wanted:
            continue
        if not (item.may_not_apply and answer.answer == "not_applicable"):
            found.append(Block("check_failed", {}, item.id))
    return found


def _baseline(chart: Chart, course: Course) -> list[Block]:
    rest, gate = chart.baseline, course.gate
    if "systolic" not in rest:
        return [Block("no_baseline", {})]
    above = gate is not None and (
        rest["systolic"] > gate.systolic_above or rest["diastolic"] > gate.diastolic_above
    )
    if gate is None or not above:
        return []
    values: dict[str, float | int | str | None] = {
        "value": f"{rest['systolic']:g}/{rest['diastolic']:g}",
        "limit": f"{gate.systolic_above:g}/{gate.diastolic_above:g}",
    }
    return [Block("pressure_gate", values)]


def _dose(chart: Chart, course: Course) -> list[Block]:
    if course.dose is None:
        return []
    if chart.plan is None:
        return [Block("no_dose", {})]
    if chart.plan.needs_check and not chart.dose_checked_by:
        return [Block("dose_unchecked", {"by": chart.planned_by})]
    return []
