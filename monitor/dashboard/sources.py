"""Where the limits of the protocols come from, in the reader's language."""

from __future__ import annotations

from monitor.dashboard.words import Words
from monitor.service.phrases import N_

PRINTED_SOURCES = (
    N_("sedation practice: below 92 % act"),
    N_("monitor makers' defaults with a 15 s delay (Masimo, GE; Welch 2011)"),
    N_("monitor makers' desaturation rules bypass the delay (Masimo, Philips)"),
    N_("Wan 2015, protocol-defined change"),
    N_("esketamine clinic practice"),
    N_("esketamine clinic practice, no confirmation wanted"),
    N_("monitor makers' defaults"),
    N_("monitor makers' defaults (GE)"),
    N_("Rodrigues 2022, treatment-emergent hypertension"),
    N_("sedation practice: below 10 notify"),
    N_("sedation practice: below 8 stop"),
    N_("esketamine label: marked rise of 40 mmHg or more"),
    N_("esketamine label: marked rise of 25 mmHg or more"),
    N_("sedation practice: responds only to loud or repeated voice"),
    N_("sedation practice: stop, emergency"),
    N_("RASS -3 and lower as MOAA/S 3 and lower: proposal, needs clinical sign-off"),
    N_("RASS -4 and lower as MOAA/S 1 and lower: proposal, needs clinical sign-off"),
    N_(
        "severe agitation, RASS +2 and above: stop irrespective of numbers; sedation practice, needs clinical sign-off"
    ),
    N_(
        "RASS +3, pulls or removes lines (Sessler 2002); the priority is a proposal, needs clinical sign-off"
    ),
)
"""What the product's own protocols name; a clinic's own protocol is shown as it is written."""


def source_text(words: Words, source: str) -> str:
    """The source of a limit, translated where the catalog knows it."""
    return words.gettext(source) if source else ""
