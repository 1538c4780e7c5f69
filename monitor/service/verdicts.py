"""Whether patients may leave changes with time alone: looked at again and again, told when it has changed."""

from __future__ import annotations

from monitor.domain.readings import SECOND, Instant
from monitor.domain.sessions import Phase, Session
from monitor.service.charts import verdict
from monitor.service.ward import Ward

_EVERY_MS = 5 * SECOND
_Told = tuple[tuple[object, ...], ...]


class Verdicts:
    """Remembers what was last seen of each session in observation."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._known: dict[str, _Told] = {}
        self._look_at: Instant = 0

    def let_time_pass(self, now: Instant) -> None:
        """Put the rooms of those that have changed among what screens are told."""
        if self._look_at - now >= 0:
            return
        self._look_at = now + round(_EVERY_MS * self._ward.clock_speed)
        seen: dict[str, _Told] = {}
        for alarms in self._ward.alarms:
            session = self._ward.sessions[alarms.state.session_id]
            if session.phase is Phase.OBSERVATION:
                seen[session.id] = self._told(session, now)
                if seen[session.id] != self._known.get(session.id):
                    self._ward.outbox.rooms[session.room_id] = None
        self._known = seen

    def _told(self, session: Session, now: Instant) -> _Told:
        found = verdict(self._ward, session, now)
        judged = () if found is None else found.judged
        return tuple((k.met, k.code, tuple(k.values.items()), k.met_at) for k in judged)
