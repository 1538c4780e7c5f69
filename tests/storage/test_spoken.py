"""Which words of a text are a patient's reference: never part of another's, and what may be either is named."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.domain.patients import reference_fault
from monitor.storage.spoken import Spoken

BLOT = "[erased]"
REFERENCES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{2,7}", fullmatch=True).filter(
    lambda text: reference_fault(text) is None
)
JOINED = st.from_regex(r"[A-Za-z0-9_.-]{0,4}", fullmatch=True)
AROUND = st.sampled_from(["", "see ", "calm (", "bytt med ", "1 mg, "])
BEHIND = st.sampled_from(["", " cuff", ", then 5 mg", ")", "/", ": ok"])
TAILS = st.sampled_from(["", ".", "-pumpen", ".Then changed", "_cuff", "...", "- 4 mg", "'s", ".)"])


def without(text: str, reference: str, *others: str) -> tuple[str, str]:
    spoken = Spoken(reference, others)
    blotted = spoken.blotted(text, BLOT)
    return blotted, spoken.left_in(blotted)


@given(REFERENCES, JOINED, JOINED, AROUND, BEHIND)
def test_the_reference_of_another_patient_is_never_touched_however_much_of_it_is_the_same(
    reference: str, before: str, after: str, around: str, behind: str
) -> None:
    other = f"{before}{reference}{after}"
    assume(other != reference and reference_fault(other) is None)
    text = f"{around}{other}{behind}"
    assert without(text, reference, other)[0] == text
    twin = reference.swapcase()
    if twin != reference:
        assert without(f"{around}{twin}{behind}", reference, twin) == (
            f"{around}{twin}{behind}",
            f"{around}{twin}{behind}".strip(),
        )


@given(REFERENCES, REFERENCES, AROUND, BEHIND)
def test_a_note_about_somebody_else_alone_stays_as_it_is(
    reference: str, other: str, around: str, behind: str
) -> None:
    assume(reference.casefold() != other.casefold())
    text = f"{around}{other}{behind}"
    assume(reference.casefold() not in text.casefold() or reference in other)
    assert without(text, reference, other)[0] == text


@given(REFERENCES, AROUND, TAILS, st.booleans())
def test_what_staff_join_to_a_reference_hides_it_from_nobody(
    reference: str, around: str, tail: str, other_case: bool
) -> None:
    assume(any(character.isalpha() for character in reference))
    written = reference.swapcase() if other_case else reference
    text = f"{around}{written}{tail}"
    assume(text.casefold().count(reference.casefold()) == 1)
    blotted, left = without(text, reference, "Q-0815", "R-2306")
    assert (blotted, left) == (f"{around}{BLOT}{tail}", "")


@given(REFERENCES, JOINED, JOINED, AROUND, BEHIND)
def test_what_is_neither_erased_nor_named_is_a_longer_number(
    reference: str, before: str, after: str, around: str, behind: str
) -> None:
    blotted, left = without(f"{around}{before}{reference}{after}{behind}", reference)
    for match in re.finditer(re.escape(reference), blotted.replace(BLOT, " "), re.IGNORECASE):
        joined = (before[-1:] + match[0][0], match[0][-1] + after[:1])
        assert left or any(len(pair) == 2 and pair.isdigit() for pair in joined)


@pytest.mark.parametrize(
    ("text", "others", "expected"),
    [
        ("P-2002s cuff", [], ("[erased]s cuff", "")),
        ("see p-2002.Then changed", [], ("see [erased].Then changed", "")),
        ("P-2002-pumpen", [], ("[erased]-pumpen", "")),
        ("P-20021", [], ("P-20021", "")),
        ("XP-2002", [], ("XP-2002", "XP-2002")),
        ("P-2002-1 x", [], ("P-2002-1 x", "P-2002-1 x")),
        ("P-2002s cuff", ["P-2002S"], ("P-2002s cuff", "P-2002s cuff")),
        ("p-2002, P-2002", ["p-2002"], ("p-2002, [erased]", "p-2002, [erased]")),
    ],
)
def test_what_surely_is_the_reference_goes_and_what_may_be_another_is_named(
    text: str, others: list[str], expected: tuple[str, str]
) -> None:
    assert without(text, "P-2002", *others) == expected


def test_a_number_before_a_unit_is_an_amount() -> None:
    assert without("gave 1000mg, 1000-pumpen", "1000")[0] == "gave 1000mg, 1000-pumpen"
