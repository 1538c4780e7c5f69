"""Which key seals what: the facts say when it changed, and each names the key that comes by its fingerprint."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from monitor.domain.facts import JournalKeyRotated, kind_of
from monitor.service.journal_keys import JournalKeys, fingerprint
from monitor.storage import tables
from monitor.storage.chain import JournalDamagedError

ROTATED = kind_of(JournalKeyRotated)
_FACTS = tables.facts
_BODIES = select(_FACTS.c.body).where(_FACTS.c.kind == ROTATED)


def rotations_before(connection: Connection, batch_id: int | None = None) -> int:
    """How often the key has changed in the batches before one, or in all."""
    query = select(func.count()).where(_FACTS.c.kind == ROTATED)
    if batch_id is not None:
        query = query.where(_FACTS.c.batch < batch_id)
    return connection.scalar(query) or 0


def key_in_force(connection: Connection, keys: JournalKeys) -> bytes:
    """With which the record goes on. Raises JournalDamagedError where record and keys do not belong together."""
    newest = connection.scalar(_BODIES.order_by(_FACTS.c.id.desc()).limit(1))
    rotations = rotations_before(connection)
    if rotations < len(keys.kept) - 1:
        raise JournalDamagedError(
            "the database ends before the journal's key was rotated: restore the newest backup"
        )
    key = keys.known[rotations] if rotations < len(keys.known) else b""
    if newest is not None and (not key or json.loads(newest)["new"] != fingerprint(key)):
        raise JournalDamagedError(
            "the key under which the record goes on is not in keys/journal.key: put that file back, or restore"
        )
    return key


class KeyWalk:
    """The key in force, batch after batch."""

    def __init__(self, keys: JournalKeys, rotations: int = 0) -> None:
        """``rotations``: in the batches before the first that is walked."""
        self._keys = keys
        self._rotations = rotations

    @property
    def key(self) -> bytes:
        """Seals the next batch; the newest known where the facts tell of more keys than there are."""
        return self._keys.known[min(self._rotations, len(self._keys.known) - 1)]

    @property
    def is_behind(self) -> bool:
        """Whether the record must have told of another key by its end."""
        return self._rotations < len(self._keys.kept) - 1

    def follow(self, facts: Iterable[Sequence[Any]]) -> bool:
        """Go past a batch with these facts (rows from ``at`` on); whether the key that comes is the one they name."""
        for *_, kind, body in facts:
            if kind == ROTATED:
                self._rotations += 1
                named = json.loads(body)["new"]
                if self._rotations >= len(self._keys.known) or named != fingerprint(self.key):
                    return False
        return True
