"""Where a text speaks of a patient by the reference: surely, perhaps, or of another whose reference is longer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_PART = r"[A-Za-z0-9_.-]"
"""What references are written with."""
_BEFORE, _AFTER = re.compile(rf"{_PART}*\Z"), re.compile(rf"{_PART}*")
_MARKS = "._-"
_SHOWN = 24
"""Characters of a text that are shown on either side."""


class Spoken:
    """A reference, told from the references of all others on record."""

    def __init__(self, reference: str, others: Iterable[str]) -> None:
        self._reference = reference
        self._found = re.compile(re.escape(reference), re.IGNORECASE)
        alike = [one for one in others if reference.casefold() in one.casefold()]
        self._has_twin = any(one.casefold() == reference.casefold() for one in alike)
        """Whether somebody else's is the same but for its case."""
        self._longer = [one.casefold() for one in alike if len(one) > len(reference)]
        self._is_word = any(character.isalpha() for character in reference)

    def blotted(self, text: str, blot: str) -> str:
        """The text without what surely is the reference, in whatever case and whatever words are joined to it."""
        return self._found.sub(lambda m: blot if self._is_sure(text, m) else m[0], text)

    def left_in(self, text: str) -> str:
        """Some of the text around what may be the reference and cannot be told from others; empty where nothing may."""
        for match in self._found.finditer(text):
            if not self._is_of_a_longer_number(text, match):
                first, last = match.start() - _SHOWN, match.end() + _SHOWN
                shown = " ".join(text[max(0, first) : last].split())
                return f"{'...' * (first > 0)}{shown}{'...' * (last < len(text))}"
        return ""

    def is_twin(self, reference: str) -> bool:
        """Whether this is the same reference but for its case."""
        return reference != self._reference and reference.casefold() == self._reference.casefold()

    def _is_sure(self, text: str, match: re.Match[str]) -> bool:
        before, after = _joined(text, match)
        whole = f"{before}{match[0]}{after}".casefold()
        return not (
            before.strip(_MARKS)
            # ``P-1-2`` may be a patient, ``P-1-pump`` is none: a reference goes on with a digit somewhere.
            or any(character.isdigit() for character in after)
            # ``1000`` before ``mg`` is an amount.
            or (after.strip(_MARKS) and not self._is_word)
            or (after[:1].isalpha() and match[0][-1].isalpha())
            or any(one in whole for one in self._longer)
            or (self._has_twin and match[0] != self._reference)
        )

    def _is_of_a_longer_number(self, text: str, match: re.Match[str]) -> bool:
        """``P-10`` is another patient's, and nobody need look at it, where ``P-1`` is erased."""
        before, after = _joined(text, match)
        ends = ((before[-1:], match[0][0]), (match[0][-1], after[:1]))
        return any(one.isdigit() and other.isdigit() for one, other in ends)


def _joined(text: str, match: re.Match[str]) -> tuple[str, str]:
    """What is written in one with it, on either side."""
    before, after = _BEFORE.search(text, 0, match.start()), _AFTER.match(text, match.end())
    return before[0] if before else "", after[0] if after else ""


def blotting(references: Iterable[str], others: Iterable[str], blot: str) -> Callable[[str], str]:
    """Takes all of these references out of a text."""
    known = list(others)
    spoken = [Spoken(one, known) for one in references]

    def without(text: str) -> str:
        for one in spoken:
            text = one.blotted(text, blot)
        return text

    return without
