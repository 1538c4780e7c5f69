"""How the system itself is: engine, storage, queue. Never about patients, feeds or screens."""

from __future__ import annotations

from typing import Any, Protocol

OLDEST_SELF_CHECK_S = 3.0


class Storage(Protocol):
    """What health asks of the commit loop."""

    @property
    def depth(self) -> int: ...

    def reasons(self, now_s: float) -> list[str]: ...


class Health:
    """The gateway's own state. ``now_s`` is the event loop's time, in seconds."""

    def __init__(self, storage: Storage, now_s: float) -> None:
        self._storage = storage
        self._checked_at_s = now_s
        self._engine_fault = ""
        self._journal_is_complete = True
        self.is_out_of_files = False
        """Whether the system gives the gateway no more open files, which every connection is."""
        self.warnings: list[str] = []
        """What does not degrade the system now and will do harm in days: backups, disk."""

    def engine_checked(self, now_s: float) -> None:
        """The alarm engine has just run through."""
        self._checked_at_s = now_s

    def engine_failed(self, fault: str) -> None:
        """The alarm engine raised; from now on it cannot be trusted, until a restart."""
        self._engine_fault = fault

    def journal_incomplete(self) -> None:
        """A fact could not be stored; the record has a hole until somebody looks."""
        self._journal_is_complete = False

    def self_check_age_s(self, now_s: float) -> float:
        return max(0.0, now_s - self._checked_at_s)

    def reasons(self, now_s: float) -> list[str]:
        """Why the system is degraded; empty when it is not."""
        reasons = self._storage.reasons(now_s)
        if self._engine_fault:
            reasons.append(f"engine: it failed ({self._engine_fault})")
        if not self._journal_is_complete:
            reasons.append("storage: the database refused a fact, the record is not complete")
        if self.is_out_of_files:
            reasons.append("system: no file descriptors are left, nobody new is let in")
        age_s = self.self_check_age_s(now_s)
        if age_s > OLDEST_SELF_CHECK_S:
            reasons.append(f"engine: its last self-check is {age_s:.1f} s old")
        return reasons

    def report(self, now_s: float) -> dict[str, Any]:
        """The body of ``/healthz``."""
        reasons = self.reasons(now_s)
        return {
            "status": "degraded" if reasons else "ok",
            "reasons": reasons,
            "warnings": self.warnings,
            "self_check_age_s": round(self.self_check_age_s(now_s), 3),
            "queue_depth": self._storage.depth,
        }
