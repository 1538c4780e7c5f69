"""The resting values of a patient: what is confirmed, else what the readings before the infusion suggest."""

from __future__ import annotations

from typing import NamedTuple

from monitor.dashboard.course_reading import whole_chart
from monitor.dashboard.course_words import baseline_text
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain import infusion
from monitor.domain.baseline import MOST_CUFFS, MOST_MINUTES, suggested
from monitor.domain.chart import Chart, Cuff
from monitor.domain.readings import Instant
from monitor.domain.sessions import Session

NAMES = ("systolic", "diastolic", "pulse_rate", "spo2")
_EVER = 2**60
"""Later than any reading: everything that was measured before the infusion counts."""


class Resting(NamedTuple):
    """``values`` by name, and in words where they come from."""

    values: dict[str, float]
    told: str


def resting(visit: Visit, session: Session) -> Resting:
    """The confirmed values, or the suggested ones with the readings that they come from."""
    chart = whole_chart(visit, session)
    _ = visit.words.gettext
    if chart.baseline:
        text = _("Confirmed: {values}.").format(values=baseline_text(visit.words, chart.baseline))
        return Resting(dict(chart.baseline), text)
    values = suggested(session, chart, _EVER)
    cuffs = _cuffs(session, chart)
    if not cuffs:
        return Resting(values, _("No cuff was taken in pre-check or baseline."))
    return Resting(values, _proposal(visit.words, cuffs, values))


def _cuffs(session: Session, chart: Chart) -> list[Cuff]:
    until: Instant = infusion.began_at(session) or _EVER
    return [c for c in chart.cuffs() if c.at < until and c.systolic is not None][-MOST_CUFFS:]


def _proposal(words: Words, cuffs: list[Cuff], values: dict[str, float]) -> str:
    readings = " · ".join(
        f"{words.clock(cuff.at)} {words.number(cuff.systolic or 0)}/{words.number(cuff.diastolic or 0)}"
        for cuff in cuffs
    )
    text = words.ngettext(
        "Proposed from {n} cuff: {readings}.",
        "Proposed, the middle of {n} cuffs: {readings}.",
        len(cuffs),
    ).format(n=len(cuffs), readings=readings)
    if "pulse_rate" not in values and "spo2" not in values:
        return text
    told = words.gettext("Pulse and SpO₂ are the middle of the last {n} minutes.")
    return f"{text} {told.format(n=MOST_MINUTES)}"
