"""Patient references: pseudonyms. What looks like a name or a national number is refused."""

from __future__ import annotations

import re

_NATIONAL_NUMBERS = (
    r"\d{11}",  # Norway
    r"\d{6}[-+. ]?\d{4,5}",  # Denmark, Sweden, Norway with a mark
    r"\d{8}[-. ]?\d{4}",  # Sweden with the century
    r"\d{6}[-+A-Fa-fU-Yu-y]\d{3}[0-9A-Za-z]",  # Finland
    r"\d{3}[-. ]\d{2}[-. ]\d{4}|\d{9,10}",  # United States, United Kingdom
)
_NATIONAL = re.compile("|".join(f"(?:{known})" for known in _NATIONAL_NUMBERS))
_WRITTEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def reference_fault(reference: str) -> str | None:
    """Why a text must not stand for a patient, in one sentence; None for one that may."""
    if not _WRITTEN.fullmatch(reference):
        return "letters, digits, dots and hyphens only, like P-0417; names are not kept here"
    if not any(character.isdigit() for character in reference):
        return "a patient reference has a digit, like P-0417; names are not kept here"
    if _NATIONAL.fullmatch(reference):
        return "this looks like a national number; give the clinic's own reference, like P-0417"
    return None
