"""What staff entered as marks under the traces: a symbol, a short word where there is room. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from monitor.dashboard.entry_log import choice_name, dose_words, entry_text
from monitor.dashboard.theme import Palette
from monitor.dashboard.words import Words
from monitor.domain import facts
from monitor.domain.chart import Chart, EntryFact
from monitor.domain.course import Course
from monitor.domain.readings import Instant
from monitor.service.phrases import Phrases

STRIP_TOP = 0.1
"""The part of the figure's height that belongs to these marks."""
_LANES = (0.052, 0.0)
WIDTH_PX = 600
"""How wide the traces are on a small screen, at least."""
_LETTER_PX, _SYMBOL_PX = 6.4, 16
_LONGEST_WORD = 22
_EVENT, _MEDICATION, _INTERVENTION, _NOTE = "▲", "✚", "◆", "✎"


class EntryMark(NamedTuple):
    """One entry; ``word`` is empty for one that says nothing in short."""

    at: Instant
    symbol: str
    word: str
    sentence: str


def entry_marks(words: Words, phrases: Phrases, course: Course, chart: Chart) -> list[EntryMark]:
    """The entries that count and have no trace of their own, by time."""
    marks = []
    for entry in chart.entries.values():
        short = _short(words, course, entry.body)
        if short is None or entry.voided is not None:
            continue
        said = entry_text(words, phrases, course, entry.body)
        sentence = f"{words.clock(entry.measured_at)} {said} · {entry.by}"
        marks.append(EntryMark(entry.measured_at, *short, sentence))
    return sorted(marks, key=lambda mark: mark.at)


def mark_labels(
    marks: Iterable[EntryMark], palette: Palette, shift_ms: int, shown: tuple[Instant, Instant]
) -> list[dict[str, Any]]:
    """The marks as annotations in two lanes; a word that would touch another mark is left to the hovering.

    ``shown``: from when to when the axis reaches.
    """
    ends = [0.0] * len(_LANES)
    per_px = (shown[1] - shown[0]) / WIDTH_PX
    labels = []
    for mark in marks:
        width = (_SYMBOL_PX + _LETTER_PX * len(mark.word)) * per_px
        # At the right edge the word stands before its symbol.
        is_before = mark.at + width > shown[1]
        begin = mark.at - width if is_before else float(mark.at)
        lane = next((n for n, end in enumerate(ends) if end <= begin), None)
        if lane is None:
            lane = ends.index(min(ends))
            told, end = mark._replace(word=""), float(mark.at)
        else:
            told, end = mark, begin + width
        ends[lane] = max(ends[lane], end)
        labels.append(_label(told, _LANES[lane], palette, shift_ms, is_before=is_before))
    return labels


def mark_lines(marks: Sequence[EntryMark], palette: Palette, shift_ms: int) -> list[dict[str, Any]]:
    """A faint line from each mark up through the traces."""
    return [
        {
            "type": "line",
            "layer": "below",
            "xref": "x",
            "yref": "paper",
            "x0": mark.at + shift_ms,
            "x1": mark.at + shift_ms,
            "y0": 0,
            "y1": 1,
            "opacity": 0.35,
            "line": {"color": palette.muted, "width": 1, "dash": "dot"},
        }
        for mark in marks
        if mark.symbol in (_EVENT, _MEDICATION)
    ]


def _short(words: Words, course: Course, body: EntryFact) -> tuple[str, str] | None:
    match body:
        case facts.EventEntered():
            return _EVENT, _cut(choice_name(words, course.events, body.event))
        case facts.MedicationEntered():
            drug = choice_name(words, course.drugs, body.drug)
            return _MEDICATION, _cut(f"{drug} {dose_words(words, body)}")
        case facts.InterventionEntered():
            return _INTERVENTION, _cut(choice_name(words, course.interventions, body.intervention))
        case facts.NoteEntered():
            return _NOTE, ""
        case _:
            return None


def _cut(word: str) -> str:
    return word if len(word) <= _LONGEST_WORD else word[: _LONGEST_WORD - 1].rstrip() + "…"


def _label(
    mark: EntryMark, y: float, palette: Palette, shift_ms: int, *, is_before: bool
) -> dict[str, Any]:
    parts = [mark.word, mark.symbol] if is_before else [mark.symbol, mark.word]
    return {
        "text": escape(" ".join(part for part in parts if part)),
        "hovertext": escape(mark.sentence),
        "captureevents": True,
        "xref": "x",
        "yref": "paper",
        "x": mark.at + shift_ms,
        "y": y,
        # The symbol stands over its moment.
        "xanchor": "right" if is_before else "left",
        "xshift": 6 if is_before else -6,
        "yanchor": "bottom",
        "showarrow": False,
        "borderpad": 0,
        "font": {"color": palette.text, "size": 11},
        "hoverlabel": {"bgcolor": palette.panel, "font": {"color": palette.text, "size": 13}},
    }
