"""Whether what an address names is on record: the page of anything else says so, and its status is 404."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from monitor.dashboard.visit import Parts, current_visit
from monitor.domain.patients import reference_fault

_NAMING = re.compile(r"/(session|review|series|paper)/([^/]+)")


def is_there(path: str) -> bool:
    """Of the page at this path, for the current visit; true where the path names nothing."""
    naming = _NAMING.fullmatch(path)
    return naming is None or _ON_RECORD[naming[1]](current_visit().parts, naming[2])


def _session(parts: Parts, session_id: str) -> bool:
    return parts.records.session(session_id) is not None


def _patient(parts: Parts, patient: str) -> bool:
    """Known by a session, a planned visit or a score."""
    if reference_fault(patient) is not None:
        return False
    records = parts.records
    return any(
        (
            records.sessions(patient=patient),
            records.visits(patient=patient),
            records.outcomes(patient),
        )
    )


def _protocol(parts: Parts, name: str) -> bool:
    return name in parts.protocols


_ON_RECORD: Mapping[str, Callable[[Parts, str], bool]] = {
    "session": _session,
    "review": _session,
    "series": _patient,
    "paper": _protocol,
}
