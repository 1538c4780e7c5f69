"""What is left of batches from which a patient was erased: the chain's own hash cannot be worked out again for them.

Each has a row that says how much went, with a keyed hash over that and over what stays; the newest ``patient_erased``
holds a hash of all these rows. So who lacks the key can neither add a row, nor bring an older one back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import blake2b
from hmac import compare_digest
from typing import NamedTuple

from sqlalchemy import Connection, literal_column, select

from monitor.domain.facts import Fact, PatientErased, kind_of
from monitor.domain.readings import Instant
from monitor.storage import tables
from monitor.storage.chain import MAC_BYTES, Content

ERASED = kind_of(PatientErased)
_ERASURES, _FACTS = tables.erasures, tables.facts
_PERSON = b"erasures"
_encode = json.JSONEncoder(check_circular=False, allow_nan=False, separators=(",", ":")).encode


class Erasure(NamedTuple):
    """A row of ``erasures``: the batch, the newest one that took something from it, how much of it went in all."""

    batch: int
    erased_in: int
    readings: int
    rejected: int
    facts: int
    """Gone, or with a reference blotted out."""
    mac: bytes = b""

    def sealed(self, key: bytes, chained: bytes, remains: Content) -> Erasure:
        """With its hash. ``key`` is the batch's own, ``chained`` the hash that the chain has of it."""
        digest = blake2b(chained, digest_size=MAC_BYTES, key=key, person=_PERSON)
        digest.update(_encode([self[:-1], remains]).encode("ascii"))
        return self._replace(mac=digest.digest())


def load_erasures(connection: Connection, after_batch: int = 0) -> dict[int, Erasure]:
    """By batch."""
    later = select(_ERASURES).where(_ERASURES.c.batch > literal_column(str(after_batch)))
    return {row[0]: Erasure._make(row) for row in connection.exec_driver_sql(str(later))}


def digest_of(connection: Connection) -> str:
    """Of all the rows that there are."""
    digest = blake2b(digest_size=2 * MAC_BYTES, person=_PERSON)
    for *numbers, mac in connection.execute(select(_ERASURES).order_by(_ERASURES.c.batch)):
        digest.update(_encode([*numbers, mac.hex()]).encode("ascii"))
    return digest.hexdigest()


def erasures_stand(connection: Connection) -> bool:
    """Whether the rows are those that the newest erasure left; none where nobody was erased."""
    newest = select(_FACTS.c.body).where(_FACTS.c.kind == ERASED).order_by(_FACTS.c.id.desc())
    body = connection.scalar(newest.limit(1))
    if body is None:
        return connection.execute(select(_ERASURES.c.batch).limit(1)).first() is None
    return bool(json.loads(body).get("left") == digest_of(connection))


def seal_of(key: bytes, at: Instant, by: str, body: PatientErased) -> str:
    """What proves an erasure by itself, where the record that tells of it is damaged."""
    digest = blake2b(digest_size=MAC_BYTES, key=key, person=_PERSON)
    digest.update(_encode([at, by, {**asdict(body), "seal": ""}]).encode("ascii"))
    return digest.hexdigest()


def is_sealed(keys: Iterable[bytes], fact: Fact, body: PatientErased) -> bool:
    """Whether who ordered it had one of the keys."""
    return any(compare_digest(body.seal, seal_of(key, fact.at, fact.by, body)) for key in keys)
