"""The figure of an opened session in one visitor's words and colours."""

from __future__ import annotations

from monitor.dashboard.presenters import phase_spans
from monitor.dashboard.review.opening import Opened
from monitor.dashboard.review.scene import ReviewView
from monitor.dashboard.review.side import Teller
from monitor.dashboard.theme import PALETTES
from monitor.dashboard.visit import Visit


def view_of(visit: Visit, opened: Opened, teller: Teller) -> ReviewView:
    """What the figure shows, in the visitor's words and colours."""
    _, metric = visit.words.gettext, visit.phrases.metric
    offset = visit.words.local(opened.session.started_at).utcoffset()
    named = ("nibp", "pulse_rate", "spo2", "resp_rate", "temperature", "systolic", "diastolic")
    return ReviewView(
        session_id=opened.session.id,
        recorded=opened.recorded,
        spans=opened.spans,
        whole=opened.whole,
        origin=opened.origin,
        shift_ms=0 if offset is None else round(offset.total_seconds() * 1000),
        names={name: metric(name) for name in (*named, "mean")}
        | {"manual": _("entered by hand"), "late": _("came late"), "limit": _("limit in force")},
        palette=PALETTES[visit.theme],
        phases=phase_spans(visit.words, opened.session, None, opened.record.until),
        alarms=teller.spans(),
        marks=teller.marks(),
    )
