"""The words that a scenario may say of what it watches: a misspelt one would be a check that cannot fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from monitor.wire.orders import Order

Metric = Literal["pulse_rate", "spo2", "nibp", "resp_rate", "temperature"]
AlarmMetric = Literal["pulse_rate", "spo2", "nibp", "resp_rate", "temperature", "cuff"]
"""``cuff`` is an overdue one."""
AlarmKind = Literal[
    "limit",
    "burden",
    "rise",
    "repeat",
    "score",
    "no_value",
    "silence",
    "clock",
    "late_data",
    "overdue",
    "disagreement",
    "no_device",
    "help",
]
AlarmType = Literal["physiological", "technical"]
AlarmPriority = Literal["high", "medium", "low"]
AlarmState = Literal["active", "acknowledged", "latched", "ended"]
"""Of one that was raised."""
SessionPhase = Literal["precheck", "baseline", "infusion", "observation", "discharged"]
"""A session that is over counts as discharged."""
ScoreName = Literal["moaas", "dissociation", "cadss6"]

PHYSIOLOGICAL = frozenset({"limit", "burden", "rise", "repeat", "score"})
"""Every other kind is technical."""
METRICS_OF: Mapping[str, frozenset[str]] = {
    "score": frozenset(),
    "clock": frozenset(),
    "help": frozenset(),
    "overdue": frozenset({"cuff"}),
}
"""Kinds with metrics of their own, or with none; the others have any but ``cuff``."""
MEASURED: frozenset[str] = frozenset(get_args(Metric))
ORDERS = frozenset(get_args(Order)[0].__args__)
ORDER_KINDS = frozenset(str(order.model_fields["kind"].default) for order in ORDERS)
ORDERS_OF_SESSIONS = frozenset(
    str(order.model_fields["kind"].default) for order in ORDERS if "session" in order.model_fields
)
"""The kinds of orders that are about a session."""


def never_matches(kind: str | None, metric: str | None, type_: str | None) -> str | None:
    """Why no alarm is ever all of these; None where one can be."""
    if kind is None:
        return None
    own = "physiological" if kind in PHYSIOLOGICAL else "technical"
    if type_ not in (None, own):
        return f"type: alarms of kind {kind!r} are {own}"
    metrics = METRICS_OF.get(kind, MEASURED)
    if metric is not None and metric not in metrics:
        wanted = f"one of {', '.join(sorted(metrics))}" if metrics else "none"
        return f"metric: alarms of kind {kind!r} have {wanted}"
    return None
