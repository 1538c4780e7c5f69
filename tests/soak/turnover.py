"""Sessions end and others begin in their rooms: a week in which nobody goes home is no week."""

from __future__ import annotations

import itertools
from contextlib import closing

from monitor.console import counter
from monitor.data_directory import DataDirectory
from monitor.domain.sessions import Phase, Session
from monitor.service.onboarding import bring_to, drive
from monitor.storage import open_records
from monitor.wire import orders

_WHY = "soak"
_RESTING = (132, 80)
_FIRST_PATIENT = 5001
_COURSE = (Phase.PRECHECK, Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION, Phase.DISCHARGED)


class Turnover:
    """Ends the session that has been open longest and starts the next patient's in its room."""

    def __init__(self, directory: DataDirectory) -> None:
        self._directory = directory
        self._patients = itertools.count(_FIRST_PATIENT)
        self.done = 0

    def open_sessions(self) -> list[Session]:
        """The oldest first."""
        with closing(open_records(self._directory.path)) as records:
            return sorted(records.sessions(open_only=True), key=lambda s: int(s.id.lstrip("s")))

    def next(self) -> None:
        """One room changes hands. Raises NotDoneError when an order is refused."""
        oldest = self.open_sessions()[0]
        with closing(open_records(self._directory.path)) as records:
            rooms = {room.id: room.name for room in records.rooms()}
        with counter(self._directory) as give:
            for phase in _COURSE[_COURSE.index(oldest.phase) + 1 :]:
                enter = {"session": oldest.id, "phase": phase, "override": _WHY}
                give(orders.EnterPhase.model_validate(enter))
            patient = f"P-{next(self._patients)}"
            start = orders.StartSession(
                room=rooms[oldest.room_id], patient=patient, weight_kg=70, despite=_WHY
            )
            session = str(give(start)["session"])
            drive(bring_to(session, Phase.INFUSION, _RESTING, why=_WHY), give)
        self.done += 1
