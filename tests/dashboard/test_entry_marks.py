from __future__ import annotations

import pytest

from monitor.dashboard.entry_marks import EntryMark, entry_marks, mark_labels, mark_lines
from monitor.dashboard.theme import PALETTES
from monitor.domain import facts
from monitor.domain.chart import chart_of
from monitor.domain.readings import MINUTE
from tests.dashboard.clinic import T0, parts, visit_of

VISIT = visit_of(parts())
COURSE = VISIT.parts.protocols["ketamine_iv"].course
DARK = PALETTES["dark"]
HOUR = 60 * MINUTE


def fact(body: facts.FactBody) -> facts.Fact:
    return facts.Fact(T0, "anna", "s1", body)


def event(entry: str = "e1", at: int = T0) -> facts.EventEntered:
    return facts.EventEntered("s1", entry, "nausea", "moderate", "a <b>word</b>", at)


def marks(*bodies: facts.FactBody) -> list[EntryMark]:
    return entry_marks(VISIT.words, VISIT.phrases, COURSE, chart_of(map(fact, bodies), ()))


def mark(at: int, word: str = "Nausea") -> EntryMark:
    return EntryMark(at, "▲", word, f"{word} told")


def test_an_event_is_marked_with_its_short_word_and_tells_all_on_hovering() -> None:
    (found,) = marks(event())
    assert (found.symbol, found.word) == ("▲", "Nausea")
    assert found.sentence == "10:20 Nausea, moderate – a <b>word</b> · anna"


def test_medication_interventions_and_notes_have_symbols_of_their_own() -> None:
    found = marks(
        facts.MedicationEntered("s1", "m", "ondansetron", 4, "mg", "iv", None, T0),
        facts.InterventionEntered("s1", "i", "breathing", None, T0 + 1),
        facts.NoteEntered("s1", "n", "The daughter called", T0 + 2),
        facts.VitalsEntered("s1", "v", T0 + 3, {"spo2": 97}),
    )
    assert [(one.symbol, one.word) for one in found] == [
        ("✚", "Ondansetron 4 mg"),
        ("◆", "Breathing exercise"),
        ("✎", ""),
    ]


def test_a_voided_entry_has_no_mark() -> None:
    assert marks(event(), facts.EntryVoided("s1", "e1", "another patient", None)) == []


def test_marks_far_apart_keep_their_words_in_one_lane() -> None:
    drawn = mark_labels([mark(T0), mark(T0 + HOUR)], DARK, 0, (T0, T0 + 2 * HOUR))
    assert [one["text"] for one in drawn] == ["▲ Nausea", "▲ Nausea"]
    assert len({one["y"] for one in drawn}) == 1


@pytest.mark.parametrize(("count", "words"), [(2, 2), (3, 2), (5, 2)])
def test_no_word_touches_another_mark(count: int, words: int) -> None:
    close = [mark(T0 + n * MINUTE // 2) for n in range(count)]
    drawn = mark_labels(close, DARK, 0, (T0, T0 + 2 * HOUR))
    assert len(drawn) == count
    assert sum("Nausea" in one["text"] for one in drawn) == words
    assert all(one["hovertext"] for one in drawn)


def test_at_the_right_edge_the_word_stands_before_its_symbol() -> None:
    (drawn,) = mark_labels([mark(T0 + 2 * HOUR)], DARK, 0, (T0, T0 + 2 * HOUR))
    assert (drawn["text"], drawn["xanchor"]) == ("Nausea ▲", "right")


def test_what_a_person_wrote_is_text_and_no_markup() -> None:
    (drawn,) = mark_labels(marks(event()), DARK, 0, (T0, T0 + HOUR))
    assert "<b>" not in drawn["hovertext"]


def test_events_and_medication_have_a_line_through_the_traces() -> None:
    assert len(mark_lines([mark(T0), EntryMark(T0, "◆", "Light", "x")], DARK, 0)) == 1
