"""Stored sessions played again to the alarm system: to prove their alarms, or to see what other limits would give."""

from monitor.service.rehearsal.comparing import AlarmDifference, compared
from monitor.service.rehearsal.proving import AlarmProof, prove_alarms
from monitor.service.rehearsal.rehearsing import Rehearsal, rehearsable, rehearse

__all__ = [
    "AlarmDifference",
    "AlarmProof",
    "Rehearsal",
    "compared",
    "prove_alarms",
    "rehearsable",
    "rehearse",
]
