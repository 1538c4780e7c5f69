"""Who may simulate: testers and administrators, where all data are simulated."""

from __future__ import annotations

from monitor.dashboard.visit import Desk, Visit
from monitor.domain.permissions import SIMULATE, may_do


class BarredError(RuntimeError):
    """This visitor may not simulate here; the sentence says why."""


def may_simulate(visit: Visit) -> bool:
    """Whether there is a simulator for this visitor."""
    return visit.parts.desk is not None and _has_the_role(visit)


def desk_of(visit: Visit) -> Desk:
    """The desk, for those who may use it. Raises BarredError."""
    _ = visit.words.gettext
    if visit.parts.desk is None:
        raise BarredError(
            _("Patients are simulated only in a simulated data directory, and this one is real.")
        )
    if not _has_the_role(visit):
        raise BarredError(_("The simulator is for testers and administrators."))
    return visit.parts.desk


def _has_the_role(visit: Visit) -> bool:
    return may_do(visit.operator.role, SIMULATE, simulated=True)
