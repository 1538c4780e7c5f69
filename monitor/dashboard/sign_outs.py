"""Sign-ins that somebody ended: refused here from that moment, and after a restart by what is on record."""

from __future__ import annotations

from monitor.domain.ended_sign_ins import EndedSignIns
from monitor.service.ports import Records


class SignOuts:
    """What is on record is read when it is first asked for: a dashboard may start before its gateway has a record."""

    def __init__(self) -> None:
        self._known: EndedSignIns | None = None

    def end(self, records: Records, sign_in: str) -> None:
        """Nobody comes in with this one any more."""
        self._ended(records).end(sign_in)

    def is_ended(self, records: Records, sign_in: str) -> bool:
        """Whether it was ended by hand."""
        return sign_in in self._ended(records)

    def _ended(self, records: Records) -> EndedSignIns:
        if self._known is None:
            self._known = EndedSignIns(records.ended_sign_ins())
        return self._known
