"""The figure of an opened session in one visitor's words and colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.dashboard.presenters import phase_spans
from monitor.dashboard.review.figure import review_figure
from monitor.dashboard.review.opening import Opened, read_trace
from monitor.dashboard.review.scene import ReviewView
from monitor.dashboard.review.side import Teller
from monitor.dashboard.theme import PALETTES
from monitor.dashboard.visit import Visit

_CONFIG: Mapping[str, Any] = {
    "displaylogo": False,
    # Plotly offers by default to upload the chart to its maker; these are a patient's.
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "toImage", "autoScale2d", "resetScale2d"],
    "scrollZoom": True,
    "doubleClick": False,
}
_SEPARATORS = {"en": ".,", "nb": ",\N{NO-BREAK SPACE}"}
"""Of decimals and of thousands, as Plotly takes them."""


def describe_figure(visit: Visit, opened: Opened) -> dict[str, Any]:
    """``data``, ``layout`` and ``config``, as ``Plotly.newPlot`` takes them."""
    language = visit.words.language
    figure = review_figure(view_of(visit, opened))
    figure["layout"]["separators"] = _SEPARATORS[language]
    return {**figure, "config": {**_CONFIG, "locale": language}}


def view_of(visit: Visit, opened: Opened) -> ReviewView:
    """What the figure shows, in the visitor's words and colours."""
    teller = Teller(visit.words, visit.phrases, opened)
    _, metric = visit.words.gettext, visit.phrases.metric
    trace = read_trace(visit.parts, opened)
    offset = visit.words.local(opened.session.started_at).utcoffset()
    named = ("nibp", "pulse_rate", "spo2", "resp_rate", "temperature", "systolic", "diastolic")
    return ReviewView(
        session_id=opened.session.id,
        recorded=trace.recorded,
        spans=trace.spans,
        whole=trace.whole,
        origin=opened.origin,
        shift_ms=0 if offset is None else round(offset.total_seconds() * 1000),
        names={name: metric(name) for name in (*named, "mean")}
        | {"manual": _("entered by hand"), "late": _("came late"), "limit": _("limit in force")},
        palette=PALETTES[visit.theme],
        phases=phase_spans(visit.words, opened.session, None, opened.record.until),
        alarms=teller.spans(),
        marks=teller.marks(),
    )
