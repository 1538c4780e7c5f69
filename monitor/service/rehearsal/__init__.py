"""Stored sessions played again to the alarm system: to prove their alarms, or to see what other limits would give."""

from monitor.service.rehearsal.comparing import (
    AlarmDifference,
    Verdict,
    compared,
    described,
    raised_alarms,
)
from monitor.service.rehearsal.proving import AlarmProof, prove_alarms, prove_session
from monitor.service.rehearsal.rehearsing import (
    Rehearsal,
    rehearsable,
    rehearse,
    rehearse_session,
)

__all__ = [
    "AlarmDifference",
    "AlarmProof",
    "Rehearsal",
    "Verdict",
    "compared",
    "described",
    "prove_alarms",
    "prove_session",
    "raised_alarms",
    "rehearsable",
    "rehearse",
    "rehearse_session",
]
