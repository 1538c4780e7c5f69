"""What screens are shown of a session's course: dose, pause, checks, and whether the patient may leave."""

from __future__ import annotations

from typing import Any

from monitor.domain import infusion
from monitor.domain.alarms import Reason
from monitor.domain.chart import Chart
from monitor.domain.discharge import Judged
from monitor.domain.gates import open_checks
from monitor.domain.readings import Instant
from monitor.domain.sessions import Phase, Session
from monitor.service.charts import verdict
from monitor.service.phrases import in_every_language
from monitor.service.ward import Ward
from monitor.wire.live import CriterionView, InfusionView

_CHECKED_IN = {
    Phase.PRECHECK: "precheck",
    Phase.BASELINE: "precheck",
    Phase.OBSERVATION: "discharge",
}


def course_view(ward: Ward, session: Session, now: Instant) -> dict[str, Any]:
    """The fields of ``SessionView`` that the chart has to say."""
    chart, course = ward.chart(session), ward.protocol_of(session).course
    found = verdict(ward, session, now)
    paused_since = chart.paused_since if session.phase is Phase.INFUSION else None
    checks = open_checks(chart, course, _CHECKED_IN.get(session.phase, ""))
    return {
        "phase_ends_at": _phase_ends_at(ward, session, chart),
        "paused_since": paused_since,
        "ran_ms": None if paused_since is None else infusion.ran_ms(session, chart, paused_since),
        "infusion": infusion_view(chart),
        "checks_open": len(checks),
        "discharge": [] if found is None else [_criterion(ward, judged) for judged in found.judged],
        "discharge_at": None if found is None else found.earliest_at,
    }


def infusion_view(chart: Chart) -> InfusionView | None:
    """Dose and pump; None before they are planned."""
    plan = chart.plan
    if plan is None:
        return None
    return InfusionView(
        dose_mg=plan.dose_mg,
        dose_mg_per_kg=plan.dose_mg_per_kg,
        minutes=plan.minutes,
        volume_ml=plan.volume_ml,
        rate_ml_per_h=plan.rate_ml_per_h,
        needs_check=plan.needs_check,
        checked_by=chart.dose_checked_by,
    )


def _phase_ends_at(ward: Ward, session: Session, chart: Chart) -> Instant | None:
    course = ward.protocol_of(session).course
    if session.phase is Phase.INFUSION:
        return infusion.ends_at(session, chart, course)
    length = course.phase_ms.get(session.phase)
    return None if length is None else session.phases[-1].at + length


def _criterion(ward: Ward, judged: Judged) -> CriterionView:
    reason = Reason(f"discharge_{judged.code}", judged.values)
    return CriterionView(
        id=judged.criterion.id,
        met=judged.met,
        met_at=judged.met_at,
        text=dict(judged.criterion.text),
        state=in_every_language(ward.phrases, lambda phrases: phrases.say(reason)),
    )
