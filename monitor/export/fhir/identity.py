"""What the resources of one bundle share: their ids, whom they are about, what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, UUID, uuid5

from monitor.export.extract import Extract
from monitor.export.fhir.codes import PSEUDONYMOUS, TEST_DATA, Json
from monitor.service.phrases import Phrases
from monitor.wire.base import rfc3339

_TAGS = "urn:infusion-monitor:tag"
UNSAID = "not said"
"""Where FHIR wants words and the record has none."""


@dataclass(frozen=True, slots=True)
class Binder:
    """Makes ids that are the same again in the next export of the session; texts in one language."""

    extract: Extract
    phrases: Phrases
    namespace: UUID = field(init=False)
    meta: Json = field(init=False)

    def __post_init__(self) -> None:
        session = self.extract.session
        name = f"urn:infusion-monitor:{session.id}:{session.started_at}:{session.patient}"
        object.__setattr__(self, "namespace", uuid5(NAMESPACE_URL, name))
        object.__setattr__(self, "meta", _meta(self.extract))

    @property
    def language(self) -> str:
        """Which language the texts are in."""
        return self.phrases.language

    def id_of(self, *parts: object) -> str:
        """The id of what these parts name."""
        return str(uuid5(self.namespace, "/".join(map(str, parts))))

    def reference(self, *parts: object) -> Json:
        """A reference to it."""
        return {"reference": f"urn:uuid:{self.id_of(*parts)}"}

    @property
    def patient(self) -> Json:
        """Whose session it is."""
        return self.reference("patient")

    @property
    def procedure(self) -> Json:
        """The session itself."""
        return self.reference("session")

    def resource(self, kind: str, parts: Iterable[object], /, **fields: object) -> Json:
        """A resource with what all have; fields that say nothing are left out."""
        made: Json = {"resourceType": kind, "id": self.id_of(*parts)}
        if self.meta:
            made["meta"] = self.meta
        kept = {name: _without_blanks(value) for name, value in fields.items()}
        return made | {name: value for name, value in kept.items() if value not in _NOTHING}

    def words(self, texts: object) -> str:
        """A text of a protocol in the bundle's language."""
        known = dict(texts) if isinstance(texts, dict) else {}
        return str(known.get(self.language) or known.get("en") or "")


def _without_blanks(value: object) -> object:
    """A text of blanks alone is none, in FHIR too."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, list):
        return [kept for known in value if (kept := _without_blanks(known)) not in _NOTHING]
    if isinstance(value, dict):
        parts = {name: _without_blanks(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in _NOTHING}
    return value


_NOTHING: tuple[object, ...] = (None, "", [], {})


def moment(at: int) -> str:
    """A time as FHIR has it."""
    return rfc3339(at)


def person(name: str) -> Json | None:
    """Somebody who is known by name only; None for nobody."""
    return {"display": name} if name else None


def annotation(text: str | None, by: str = "", at: int | None = None) -> list[Json]:
    """A note; none for no text."""
    if not (text or "").strip():
        return []
    made: Json = {"text": text}
    if by:
        made["authorString"] = by
    if at is not None:
        made["time"] = moment(at)
    return [made]


def _meta(extract: Extract) -> Json:
    """What every resource says, for each may be taken out of its bundle."""
    security = [TEST_DATA] if extract.simulated else []
    tags = []
    if extract.simulated:
        tags.append({"system": _TAGS, "code": "simulated", "display": "SIMULATED DATA"})
    if extract.is_open:
        tags.append({"system": _TAGS, "code": "open", "display": "open session, not final"})
    if extract.deidentified:
        security.append(PSEUDONYMOUS)
        display = "de-identified: dates shifted, references replaced"
        tags.append({"system": _TAGS, "code": "deidentified", "display": display})
    found = {"security": security, "tag": tags}
    return {name: labels for name, labels in found.items() if labels}
