"""The seal of a session: a short fingerprint of its record, for people to compare."""

from __future__ import annotations

from monitor.service.batches import ChainHead

_GROUP = 4


def seal_text(head: ChainHead) -> str:
    """``12 3fa9-c0d1-...`` of ``Records.session_head``: the batch, and its keyed hash over all up to it.

    The same as long as nothing is added to the session; ``infusion-monitor verify`` proves that it is true. Empty
    for a session without a record.
    """
    groups = [head.mac[at : at + _GROUP] for at in range(0, len(head.mac), _GROUP)]
    return f"{head.batch_id} {'-'.join(groups)}" if groups else ""
