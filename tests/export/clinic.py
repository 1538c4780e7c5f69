"""Sessions to export, and short ways to do it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from monitor.domain.course import Course
from monitor.domain.limits import AlarmSettings
from monitor.domain.registry import Device
from monitor.domain.sessions import Phase, PhaseEntry, Session
from monitor.export import Exported, Source, Wanted, export
from monitor.export.extract import Extract
from monitor.service.batches import ChainHead, StoredReading
from monitor.service.ports import Records
from monitor.service.protocols import load_protocols
from tests.storage.builders import KEY, NOW

PROTOCOLS = load_protocols()


def exported(
    records: Records, session_id: str, out: Path, *, simulated: bool = False, **wanted: Any
) -> Exported:
    """One export; the format is the file's suffix."""
    wanted.setdefault("file_format", out.suffix[1:])
    source = Source(records, PROTOCOLS, simulated, KEY)
    return export(source, Wanted(session_id, **wanted), out)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def an_extract(readings: Sequence[StoredReading] = (), **changes: Any) -> Extract:
    """A session without facts and alarms."""
    session = Session("s1", "r1", "P-1", 70.5, "ketamine_iv", 1, (PhaseEntry(Phase.PRECHECK, NOW),))
    known: dict[str, Any] = {
        "session": session,
        "room": "1",
        "readings": readings,
        "facts": [],
        "alarms": [],
        "voided": frozenset(),
        "devices": {"d1": Device("d1", "Bedside 1", simulated=True, token_hash="hash")},
        "course": Course(),
        "settings": AlarmSettings(),
        "simulated": False,
        "head": ChainHead(1, "00"),
        "now": NOW,
    }
    return Extract(**known | changes)
