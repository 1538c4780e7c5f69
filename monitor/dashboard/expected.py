"""What may be expected of an infusion: the patient's own earlier sessions, and what has been published. Pure.

Earlier sessions are moved so that their infusions begin together. A published response is drawn as what it is, one
mean at one time with its standard deviation where one was given, over this patient's own baseline; never as a curve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

from monitor.dashboard.lines import PointRow
from monitor.dashboard.marks import Band
from monitor.dashboard.theme import Palette
from monitor.dashboard.words import Words
from monitor.domain.readings import MINUTE, Instant, Metric

EXPECTED = "expected"
"""``meta.source`` of these traces: no reading is ever theirs, so the script that extends traces leaves them alone."""
BEFORE, AFTER = 15 * MINUTE, 180 * MINUTE
"""How much of an earlier session is shown around the beginning of its infusion."""
MOST_EARLIER = 6
_BEHIND = -1
"""The order in which Plotly paints traces, whatever their place in the list; a live one has 0."""


class Published(NamedTuple):
    """A mean change from baseline at one time, in mmHg; the standard deviations are None where none was given."""

    source: str
    infusions: int
    minutes: int
    systolic: float
    systolic_sd: float | None
    diastolic: float
    diastolic_sd: float | None


PUBLISHED = {
    "ketamine_iv": (
        # J Affect Disord 2018, PMID 29525051; Gen Hosp Psychiatry 2024, 10.1016/j.genhosppsych.2024.07.001.
        Published("Riva-Posse 2018", 684, 30, 3.28, None, 3.17, None),
        Published("Yale 2024", 2342, 40, 16.0, 11.2, 11.0, 8.45),
    ),
}
"""By protocol: of the same drug, dose, way and duration only."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier session of the same patient; ``began_at`` is the beginning of its infusion."""

    number: int
    began_at: Instant
    points: Sequence[PointRow]


@dataclass(frozen=True, slots=True)
class Question:
    """What is expected of whom. ``began_at`` and ``baseline`` are None before the infusion, or a confirmed baseline."""

    protocol: str
    began_at: Instant | None
    baseline: Band | None
    earlier: Sequence[Earlier] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Expected:
    """``traces`` for the figure; ``notes`` say what they are, and why something is not there."""

    traces: list[dict[str, Any]]
    notes: list[str]


def expected(words: Words, question: Question, palette: Palette, shift_ms: int) -> Expected:
    """The expected response as traces of the session's figure, with their sources."""
    _ = words.gettext
    began_at = question.began_at
    if began_at is None:
        return Expected([], [_("No expected response yet: the infusion has not begun.")])
    own, own_note = _own(words, question.earlier, began_at + shift_ms, palette)
    published, published_notes = _published(words, question, began_at + shift_ms, palette)
    return Expected([*own, *published], [own_note, *published_notes])


def _own(
    words: Words, earlier: Sequence[Earlier], begin: int, palette: Palette
) -> tuple[list[dict[str, Any]], str]:
    _ = words.gettext
    shown = [one for one in sorted(earlier, key=lambda one: one.number) if _aligned(one)]
    shown = shown[-MOST_EARLIER:]
    if not shown:
        return [], _("No earlier session of this patient with an infusion.")
    traces = [trace for one in shown for trace in _own_traces(words, one, begin, palette)]
    text = words.ngettext(
        "Own session {numbers}, aligned at the start of infusion",
        "Own sessions {numbers}, aligned at the start of infusion",
        len(shown),
    )
    return traces, text.format(numbers=", ".join(str(one.number) for one in shown))


def _own_traces(words: Words, one: Earlier, begin: int, palette: Palette) -> list[dict[str, Any]]:
    cuffs = sorted(
        (point.at, point.systolic, point.diastolic)
        for point in _aligned(one)
        if point.metric == Metric.NIBP
        and point.systolic is not None
        and point.diastolic is not None
    )
    x = [at - one.began_at + begin for at, _systolic, _diastolic in cuffs]
    session = words.gettext("session {n}").format(n=one.number)
    label = {
        "mode": "lines+markers+text",
        "text": [str(one.number) if at == _labelled_at(one, cuffs) else "" for at, _s, _d in cuffs],
        "textposition": "top center",
        "textfont": {"color": palette.muted, "size": 11},
    }
    systolic = _line(palette, "y", x, [s for _at, s, _d in cuffs], session, **label)
    diastolic = _line(palette, "y", x, [d for _at, _s, d in cuffs], session, mode="lines+markers")
    minutes = _by_minute(one)
    pulse = _line(
        palette,
        "y2",
        [at - one.began_at + begin for at, _value in minutes],
        [value for _at, value in minutes],
        session,
        mode="lines",
        hoverinfo="skip",
    )
    return [trace for trace in (systolic, diastolic, pulse) if trace["x"]]


def _labelled_at(one: Earlier, cuffs: Sequence[tuple[Instant, float, float]]) -> Instant | None:
    """The highest cuff that is surely in sight: within the usual time of an infusion."""
    seen = [cuff for cuff in cuffs if 0 <= cuff[0] - one.began_at <= 40 * MINUTE]
    return max(seen, key=lambda cuff: cuff[1])[0] if seen else None


def _line(
    palette: Palette, axis: str, x: list[int], y: list[float], name: str, **look: Any
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "yaxis": axis,
        "name": name,
        "hovertemplate": "%{y}",
        "connectgaps": False,
        "showlegend": False,
        "zorder": _BEHIND,
        "opacity": 0.6,
        "line": {"color": palette.muted, "width": 1},
        "marker": {"color": palette.muted, "size": 3},
        "meta": {"metric": "", "source": EXPECTED, "part": "own"},
        **look,
    }


def _aligned(one: Earlier) -> list[PointRow]:
    return [
        point for point in one.points if one.began_at - BEFORE <= point.at <= one.began_at + AFTER
    ]


def _by_minute(one: Earlier) -> list[tuple[Instant, float]]:
    """The median pulse of each minute: enough for a line behind another one."""
    minutes: dict[int, list[float]] = defaultdict(list)
    for point in _aligned(one):
        if point.metric == Metric.PULSE_RATE and point.value is not None:
            minutes[(point.at - one.began_at) // MINUTE].append(point.value)
    return [
        (one.began_at + minute * MINUTE + MINUTE // 2, median(values))
        for minute, values in sorted(minutes.items())
    ]


def _published(
    words: Words, question: Question, begin: int, palette: Palette
) -> tuple[list[dict[str, Any]], list[str]]:
    _ = words.gettext
    known = PUBLISHED.get(question.protocol, ())
    if not known:
        return [], [_("No published response is known for this protocol.")]
    if question.baseline is None:
        return [], [
            _("No published response: it is over the baseline, which is not confirmed yet.")
        ]
    band = question.baseline
    traces = [
        _published_trace(words, one, band, begin + one.minutes * MINUTE, palette) for one in known
    ]
    notes = [_published_note(words, one) for one in known]
    return traces, [_("Published, mean ± SD over baseline:"), *notes]


def _published_trace(
    words: Words, one: Published, band: Band, x: int, palette: Palette
) -> dict[str, Any]:
    deviations = [one.systolic_sd, one.diastolic_sd]
    error = {"type": "data", "array": deviations, "visible": True, "thickness": 2, "width": 6}
    bars = {"error_y": {**error, "color": palette.published}} if None not in deviations else {}
    return {
        "type": "scatter",
        "x": [x, x],
        "y": [round(band.systolic + one.systolic, 1), round(band.diastolic + one.diastolic, 1)],
        "yaxis": "y",
        "name": one.source,
        "mode": "markers+text",
        "text": [
            f"{one.source}  {_change(words, one.systolic, one.systolic_sd)}",
            _change(words, one.diastolic, one.diastolic_sd),
        ],
        "textposition": "middle left",
        "textfont": {"color": palette.published, "size": 11},
        "hovertemplate": "%{y}",
        "showlegend": False,
        "zorder": _BEHIND,
        "marker": {"symbol": "square", "size": 8, "color": palette.published},
        **bars,
        "meta": {"metric": "", "source": EXPECTED, "part": "published"},
    }


def _change(words: Words, mean: float, deviation: float | None) -> str:
    text = f"+{words.decimal(mean)}"
    return text if deviation is None else f"{text} ± {words.decimal(deviation)}"


def _published_note(words: Words, one: Published) -> str:
    _ = words.gettext
    given = {
        "source": one.source,
        "infusions": words.number(one.infusions),
        "minutes": one.minutes,
        "systolic": _change(words, one.systolic, one.systolic_sd),
        "diastolic": _change(words, one.diastolic, one.diastolic_sd),
    }
    if one.systolic_sd is None:
        text = _(
            "{source} (n = {infusions}): {systolic} / {diastolic} mmHg at {minutes} min, no SD given"
        )
    else:
        text = _("{source} (n = {infusions}): {systolic} / {diastolic} mmHg at {minutes} min")
    return text.format(**given)


def earlier_of(number: int, began_at: Instant, points: Iterable[tuple[Any, ...]]) -> Earlier:
    """An earlier session from its stored trace."""
    return Earlier(number, began_at, [PointRow(*point) for point in points])
