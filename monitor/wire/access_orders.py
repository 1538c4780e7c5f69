"""What the dashboard has noted for the journal, which the gateway alone writes; see ``orders`` for the envelope."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monitor.wire.base import Count, Message, ShortText, Showable

Short = Annotated[ShortText, Showable]


class NoteAccess(Message):
    """Taken from this machine's programs only. ``operator``: whose doing it is; empty where that is nobody known."""

    kind: Literal["note_access"] = "note_access"
    what: Literal["signed_in", "signed_out", "sign_in_refused", "record_opened", "record_exported"]
    operator: Short = ""
    subject: Short = ""
    detail: Short = ""
    station: Short = ""
    holder: Short = ""
    address: Short = ""
    tag: Short = ""
    times: Annotated[Count, Field(ge=1)] = 1
    seen_at_s: Count = 0
    waited_s: Count = 0
    sign_in: Short = ""
