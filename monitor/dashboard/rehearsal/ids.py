"""Ids of the rehearsal page. Those marked JS belong to the script in ``assets``: Dash renders them empty."""

from __future__ import annotations

PAGE = "rehearsal-page"
PROTOCOL = "rehearsal-protocol"
SINCE = "rehearsal-since"
UNTIL = "rehearsal-until"
PATIENT = "rehearsal-patient"
NEWEST = "rehearsal-newest"
LIMITS = "rehearsal-limits"
RESET = "rehearsal-reset"  # JS
START = "rehearsal-start"  # JS
STOP = "rehearsal-stop"  # JS
ASKED = "rehearsal-asked"
STOPPED = "rehearsal-stopped"
ANSWER = "rehearsal-answer"
TOLD = "rehearsal-told"
CHANGED = "rehearsal-changed"  # JS
PROGRESS = "rehearsal-progress"  # JS
NEWS = "rehearsal-news"
RESULT = "rehearsal-result"
SUMMARY = "rehearsal-summary"
TABLE = "rehearsal-table"
ALARMS = "rehearsal-alarms"
DOWNLOADS = "rehearsal-downloads"


def field(rule: str, part: str) -> str:
    """A field of a rule: its value, delay or priority."""
    return f"rehearsal-{rule}-{part}"
