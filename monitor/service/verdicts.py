"""Whether patients may leave changes with time alone: looked at again and again, told when it has changed."""

from __future__ import annotations

from monitor.domain.readings import SECOND, Instant
from monitor.domain.sessions import Phase, Session
from monitor.service.charts import verdict
from monitor.service.ward import Ward

_EVERY_MS = 5 * SECOND
_AT_ONCE = 60
"""Sessions looked at in one tick: a thousand of them are gone through in five seconds, and no frame waits long."""
_Told = tuple[tuple[object, ...], ...]


class Verdicts:
    """Remembers what was last seen of each session in observation."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._known: dict[str, _Told] = {}
        self._left: list[str] = []
        """Sessions still to be looked at in this round."""
        self._looked_at: Instant = -1

    def let_time_pass(self, now: Instant) -> None:
        """Put the rooms of those that have changed among what screens are told."""
        if not self._left and not 0 <= now - self._looked_at < _EVERY_MS * self._ward.clock_speed:
            self._looked_at = now
            self._left = [alarms.state.session_id for alarms in self._ward.alarms]
            self._known = {name: self._known[name] for name in self._left if name in self._known}
        this_time, self._left = self._left[:_AT_ONCE], self._left[_AT_ONCE:]
        for session_id in this_time:
            session = self._ward.sessions.get(session_id)
            if session is not None and session.phase is Phase.OBSERVATION:
                told = self._told(session, now)
                if told != self._known.get(session_id):
                    self._ward.outbox.rooms[session.room_id] = None
                self._known[session_id] = told

    def _told(self, session: Session, now: Instant) -> _Told:
        found = verdict(self._ward, session, now)
        judged = () if found is None else found.judged
        return tuple((k.met, k.code, tuple(k.values.items()), k.met_at) for k in judged)
