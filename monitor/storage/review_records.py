"""Read-only views of sessions as their reviewers look at them, and of outcome scores."""

from __future__ import annotations

from sqlalchemy import select

from monitor.domain.facts import ReviewCommented
from monitor.domain.outcomes import Outcome
from monitor.domain.readings import Instant
from monitor.domain.review.clinic import ClinicCounts
from monitor.domain.sign_off import Comment, ReviewState, Signature, SignOff
from monitor.service.review_ports import (
    ErasedSession,
    SessionFigures,
    SessionFilter,
    SessionPage,
)
from monitor.storage import tables
from monitor.storage.clinic_counts import read_counts
from monitor.storage.fact_codec import fact_from_row
from monitor.storage.queries import facts_of
from monitor.storage.reader import Reader
from monitor.storage.session_list import STATE, figures_from, read_page

_SESSIONS, _FIGURES, _FACTS = tables.sessions, tables.session_figures, tables.facts
_ERASED = tables.erased_sessions


class SqliteReviewRecords(Reader):
    """Implements ``review_ports.ReviewRecords``. Every method raises RecordsUnavailableError."""

    def session_list(
        self,
        which: SessionFilter,
        *,
        order_by: str = "started_at",
        descending: bool = True,
        offset: int = 0,
        limit: int = 100,
    ) -> SessionPage:
        with self._reading() as connection:
            return read_page(
                connection,
                which,
                order_by=order_by,
                descending=descending,
                offset=offset,
                limit=limit,
            )

    def erased_session(self, session_id: str) -> ErasedSession | None:
        query = select(_ERASED.c.erased_at, _ERASED.c.erased_by, _ERASED.c.second)
        rows = self._rows(query.where(_ERASED.c.id == session_id))
        return ErasedSession(*rows[0]) if rows else None

    def figures(self, session_id: str) -> SessionFigures | None:
        joined = _SESSIONS.join(_FIGURES, _FIGURES.c.session == _SESSIONS.c.key)
        query = select(_FIGURES).select_from(joined).where(_SESSIONS.c.id == session_id)
        with self._reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else figures_from(row)

    def review_state(self, session_id: str) -> ReviewState | None:
        joined = _SESSIONS.join(_FIGURES, _FIGURES.c.session == _SESSIONS.c.key)
        state = select(STATE, _FIGURES.c.changed_at).select_from(joined)
        said = facts_of(session_id).where(_FACTS.c.kind.in_(("review_commented", "review_signed")))
        with self._reading() as connection:
            row = connection.execute(state.where(_SESSIONS.c.id == session_id)).first()
            known = [fact_from_row(*stored) for stored in connection.execute(said)]
        if row is None:
            return None
        comments = (
            Comment(fact.by, fact.at, fact.body.text)
            for fact in known
            if isinstance(fact.body, ReviewCommented)
        )
        signatures = (
            Signature(fact.by, fact.at)
            for fact in known
            if not isinstance(fact.body, ReviewCommented)
        )
        return ReviewState(SignOff(row[0]), row[1], tuple(signatures), tuple(comments))

    def signers(self) -> dict[str, set[str]]:
        signed = _FACTS.join(_SESSIONS, _SESSIONS.c.id == _FACTS.c.session_id).join(
            _FIGURES, _FIGURES.c.session == _SESSIONS.c.key
        )
        query = select(_FACTS.c.session_id, _FACTS.c.by).select_from(signed)
        found: dict[str, set[str]] = {}
        for session_id, by in self._rows(
            query.where(_FACTS.c.kind == "review_signed", _FACTS.c.batch > _FIGURES.c.changed_batch)
        ):
            found.setdefault(session_id, set()).add(by)
        return found

    def outcomes(self, patient: str | None = None) -> list[Outcome]:
        table = tables.outcomes
        query = select(table).order_by(table.c.on, table.c.entered_at, table.c.entry)
        if patient is not None:
            query = query.where(table.c.patient == patient)
        return [Outcome(*row) for row in self._rows(query)]

    def clinic_counts(self, since: Instant, until: Instant, now: Instant) -> ClinicCounts:
        with self._reading() as connection:
            return read_counts(connection, since, until, now)
