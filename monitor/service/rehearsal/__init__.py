"""Stored sessions played again to the alarm system: to prove their alarms, or to see what other limits would give."""

from monitor.service.rehearsal.changing import (
    AddedLimit,
    Changes,
    ImpossibleLimitError,
    Rule,
    RuleChange,
    changed_protocol,
    rules_of,
)
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
    why_not,
)

__all__ = [
    "AddedLimit",
    "AlarmDifference",
    "AlarmProof",
    "Changes",
    "ImpossibleLimitError",
    "Rehearsal",
    "Rule",
    "RuleChange",
    "Verdict",
    "changed_protocol",
    "compared",
    "described",
    "prove_alarms",
    "prove_session",
    "raised_alarms",
    "rehearsable",
    "rehearse",
    "rehearse_session",
    "rules_of",
    "why_not",
]
