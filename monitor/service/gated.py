"""Gates in front of phases: what blocks is said in one sentence; a reason passes it for those who may."""

from __future__ import annotations

from monitor.domain import gates
from monitor.domain.discharge import Record
from monitor.domain.gates import Block
from monitor.domain.permissions import ADMINISTRATOR, TESTER
from monitor.domain.sessions import Phase
from monitor.service.given import Given
from monitor.service.refusals import OrderRefusedError

_SENTENCES = {
    "checks_open": "{n} check(s) are not answered",
    "check_failed": "check {item} was answered otherwise than wanted",
    "no_baseline": "no baseline is confirmed",
    "pressure_gate": "the baseline {value} mmHg is above {limit}",
    "no_dose": "no dose is planned",
    "dose_unchecked": "the dose planned by {by} needs a second check",
    "criterion": "discharge criterion {item} is not met",
}


def refuse_blocked(record: Record, phase: Phase, given: Given, *, simulated: bool) -> list[Block]:
    """What blocks the phase and is passed by the override; raises OrderRefusedError when it may not be passed."""
    blocks = gates.blocks(record, phase)
    if not blocks:
        return []
    sentence = "; ".join(_sentence(block) for block in blocks)
    result = {"blocks": [block._asdict() for block in blocks]}
    if given.order.override is None:
        raise OrderRefusedError("gate", f"{phase} cannot begin: {sentence}", "override", result)
    roles = record.course.override_roles | {ADMINISTRATOR} | ({TESTER} if simulated else set())
    if given.role not in roles:
        who = ", ".join(sorted(roles - {TESTER}))
        message = f"only {who} may pass this: {sentence}"
        raise OrderRefusedError("override_not_allowed", message, "override", result)
    return blocks


def _sentence(block: Block) -> str:
    return _SENTENCES[block.code].format_map({**block.values, "item": block.item})
