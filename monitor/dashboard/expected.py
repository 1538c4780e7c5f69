"""What may be expected of an infusion: the patient's own earlier sessions, and what has been published. Pure.

Earlier sessions are moved so that their infusions begin together. A published response is drawn as what it is, one
mean at one time with its standard deviation where one was given, over this patient's own baseline; never as a curve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from monitor.dashboard.line_ends import halo, spread
from monitor.dashboard.lines import PointRow
from monitor.dashboard.marks import Band
from monitor.dashboard.published import PUBLISHED, Published
from monitor.dashboard.theme import Palette
from monitor.dashboard.words import Words
from monitor.domain.readings import MINUTE, Instant, Metric

EXPECTED = "expected"
"""``meta.source`` of these traces: no reading is ever theirs, so the script that extends traces leaves them alone."""
BEFORE, AFTER = 15 * MINUTE, 180 * MINUTE
"""How much of an earlier session is shown around the beginning of its infusion."""
MOST_EARLIER = 6
_LABEL_MMHG = 9.0
"""What a number takes of the axis of pressures on a low window."""
_BESIDE = 45_000
"""So far from the end of its line, in ms: a cuff of this session may be of that minute too."""
_UNTOLD = {"hoverinfo": "skip", "showlegend": False, "zorder": 2}
"""Labels stand before all lines, and tell nothing when one points."""
_HALF = 150_000
"""Half the width of a published band: cuffs are five minutes apart, and each speaks of its own."""
_BEHIND = -1
"""The order in which Plotly paints traces, whatever their place in the list; a live one has 0."""


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
    until: int = 40 * MINUTE
    """How long after the infusion's beginning the figure surely reaches, in ms."""


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
    own, own_note = _own(words, question.earlier, began_at + shift_ms, question.until, palette)
    published, published_notes = _published(words, question, began_at + shift_ms, palette)
    return Expected([*own, *published], [own_note, *published_notes])


def _own(
    words: Words, earlier: Sequence[Earlier], begin: int, until: int, palette: Palette
) -> tuple[list[dict[str, Any]], str]:
    _ = words.gettext
    shown = [one for one in sorted(earlier, key=lambda one: one.number) if _aligned(one)]
    shown = shown[-MOST_EARLIER:]
    if not shown:
        return [], _("No earlier session of this patient with an infusion.")
    traces = [trace for one in shown for trace in _own_traces(words, one, begin, palette)]
    traces.append(_own_labels(shown, begin, until, palette))
    text = words.ngettext(
        "Own session {numbers}, aligned at the start of infusion",
        "Own sessions {numbers}, aligned at the start of infusion",
        len(shown),
    )
    return traces, text.format(numbers=", ".join(str(one.number) for one in shown))


def _own_traces(words: Words, one: Earlier, begin: int, palette: Palette) -> list[dict[str, Any]]:
    cuffs = _cuffs(one)
    x = [at - one.began_at + begin for at, _systolic, _diastolic in cuffs]
    session = words.gettext("session {n}").format(n=one.number)
    systolic = _line(palette, "y", x, [s for _at, s, _d in cuffs], session, mode="lines+markers")
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


def _cuffs(one: Earlier) -> list[tuple[Instant, float, float]]:
    return sorted(
        (point.at, point.systolic, point.diastolic)
        for point in _aligned(one)
        if point.metric == Metric.NIBP
        and point.systolic is not None
        and point.diastolic is not None
    )


def _own_labels(
    earlier: Sequence[Earlier], begin: int, until: int, palette: Palette
) -> dict[str, Any]:
    """The number of each earlier session beside the last of its cuffs that is surely in sight."""
    ends = [
        (one.number, *max(seen))
        for one in earlier
        if (seen := [(at, s) for at, s, _d in _cuffs(one) if at - one.began_at <= until])
    ]
    starts = {one.number: one.began_at for one in earlier}
    return {
        "type": "scatter",
        "mode": "text",
        "yaxis": "y",
        "x": [at - starts[number] + begin + _BESIDE for number, at, _high in ends],
        "y": spread([high for _number, _at, high in ends], _LABEL_MMHG),
        "text": [f"<b>{number}</b>" for number, _at, _high in ends],
        "textposition": "middle right",
        "textfont": _words_over(palette.muted, palette),
        **_UNTOLD,
        "meta": {"metric": "", "source": EXPECTED, "part": "own"},
    }


def _words_over(colour: str, palette: Palette) -> dict[str, Any]:
    return {"color": colour, "size": 11, "shadow": halo(palette.panel)}


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
        trace
        for one in known
        for trace in _published_traces(words, one, band, begin + one.minutes * MINUTE, palette)
    ]
    notes = [_published_note(words, one) for one in known]
    return traces, [_("Published, mean ± SD over baseline:"), *notes]


def _published_traces(
    words: Words, one: Published, band: Band, x: int, palette: Palette
) -> list[dict[str, Any]]:
    """A mark at each mean; where a deviation was given, a band about it, as wide as the time that it speaks of."""
    means = [round(band.systolic + one.systolic, 1), round(band.diastolic + one.diastolic, 1)]
    parts = [
        *(
            _deviation_band(x, mean, sd, palette)
            for mean, sd in zip(means, (one.systolic_sd, one.diastolic_sd), strict=True)
            if sd is not None
        ),
        _mean_marks(x, means, palette),
        _source_label(words, one, x, means[0], palette),
    ]
    meta = {"metric": "", "source": EXPECTED, "part": "published"}
    common = {"type": "scatter", "yaxis": "y", "showlegend": False, "name": one.source}
    return [{**common, **part, "meta": meta} for part in parts]


def _deviation_band(x: int, mean: float, sd: float, palette: Palette) -> dict[str, Any]:
    return {
        "x": [x - _HALF, x + _HALF, x + _HALF, x - _HALF, x - _HALF],
        "y": [mean - sd, mean - sd, mean + sd, mean + sd, mean - sd],
        "mode": "lines",
        "line": {"width": 1, "color": palette.published},
        "fill": "toself",
        "opacity": 0.35,
        "hoverinfo": "skip",
        "zorder": _BEHIND,
    }


def _mean_marks(x: int, means: list[float], palette: Palette) -> dict[str, Any]:
    return {
        "x": [x, x],
        "y": means,
        "mode": "markers",
        "hovertemplate": "%{y}",
        "zorder": _BEHIND,
        "marker": {"symbol": "square", "size": 8, "color": palette.published},
    }


def _source_label(
    words: Words, one: Published, x: int, mean: float, palette: Palette
) -> dict[str, Any]:
    return {
        "x": [x],
        "y": [mean],
        "mode": "text",
        "text": [f"<b>{one.source}</b>  {_change(words, one.systolic, None)}"],
        # Over the halves of the band that no cuff of that minute covers.
        "textposition": "middle left",
        "textfont": _words_over(palette.published, palette),
        **_UNTOLD,
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
