"""What was noted about access: kept as facts, and nothing else changes."""

from __future__ import annotations

from typing import Any

from monitor.domain import facts
from monitor.service.given import Given
from monitor.service.ward import Ward
from monitor.wire.orders import NoteAccess

CONSOLE = "console:"


def note_access(ward: Ward, given: Given) -> dict[str, Any]:
    note: NoteAccess = given.order
    known = note.operator in ward.registry.operators or note.operator.startswith(CONSOLE)
    body: facts.FactBody
    if note.what == "sign_in_refused":
        body = facts.SignInRefused(
            note.operator if known else "",
            note.tag,
            note.detail,
            note.station,
            note.address,
            note.times,
            note.seen_at_s,
            note.holder,
        )
    else:
        body = facts.AccessNoted(
            note.what,
            note.subject,
            note.detail,
            note.station,
            note.address,
            note.waited_s,
            note.sign_in,
        )
    signed = known and note.what != "sign_in_refused"
    ward.note(body, at=given.at, by=note.operator if signed else facts.Fact.SYSTEM)
    return {}
