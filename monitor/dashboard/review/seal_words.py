"""What the page says of a record's seal: never that it holds before somebody has looked."""

from __future__ import annotations

from typing import Any

from monitor.dashboard.review.proving import Proof, Standing
from monitor.dashboard.words import Words
from monitor.domain.readings import Instant

_GROUPS = 2
"""Of the seal, on the pill: enough for two people to compare."""


def describe_proof(words: Words, proof: Proof, at: Instant) -> dict[str, Any]:
    """``standing``; ``pill`` and ``told`` for who reads it; ``warning`` across the page, empty where all is well."""
    _ = words.gettext
    short = " ".join(proof.seal.split("-")[:_GROUPS])
    match proof.standing:
        case Standing.PROVEN:
            pill, warning = _("✓ Record sealed · {seal}").format(seal=short), ""
        case Standing.ALTERED:
            pill, warning = _("✗ Record altered"), _altered(words, proof)
        case _:
            pill, warning = _("Record not proven"), ""
    return {
        "standing": proof.standing.value,
        "pill": pill,
        "told": _told(words, proof, at),
        "warning": warning,
    }


def _told(words: Words, proof: Proof, at: Instant) -> str:
    _, when = words.gettext, words.clock(at)
    if proof.standing is Standing.UNKNOWN:
        text = _("It could not be found out at {time}: {why}. Press to try again.")
        return text.format(time=when, why=proof.message)
    if proof.standing is Standing.ALTERED:
        return _("Found at {time}: {why}").format(time=when, why=proof.message)
    text = _("Proven at {time}, from the session's first batch to the newest of all: {seal}.")
    if proof.alarms_derived:
        text = _(
            "Proven at {time}, from the session's first batch to the newest of all, its alarms derived anew: {seal}."
        )
    return text.format(time=when, seal=proof.seal)


def _altered(words: Words, proof: Proof) -> str:
    _ = words.gettext
    if proof.batch is None:
        text = _("This record is not as it was recorded. Do not rely on it. ({why})")
    else:
        text = _(
            "This record is not as it was recorded, from batch {n} on. Do not rely on it. ({why})"
        )
    return text.format(n=proof.batch, why=proof.message)
