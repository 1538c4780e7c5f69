"""Orders of reviewers, and outcome scores between the sessions; see ``orders`` for the envelope."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from monitor.wire.base import Day, Message, PatientReference, Reason, Showable, Worded
from monitor.wire.course_orders import Note


class CommentReview(Message):
    """What a reviewer thinks of a session that has ended."""

    kind: Literal["comment_review"] = "comment_review"
    session: str
    text: Annotated[str, Field(min_length=1, max_length=2000), Showable, Worded]


class SignReview(Message):
    """The whole record of an ended session was read; what changes in it later is not signed for."""

    kind: Literal["sign_review"] = "sign_review"
    session: str


class EnterOutcome(Message):
    """The sum of an outcome scale, MADRS 0 to 60 or PHQ-9 0 to 27; ``entry`` makes a repeated send harmless."""

    kind: Literal["enter_outcome"] = "enter_outcome"
    entry: UUID
    patient: PatientReference
    scale: Literal["madrs", "phq9"]
    value: Annotated[int, Field(strict=True, ge=0, le=60)]
    on: Day
    note: Note | None = None


class VoidOutcome(Message):
    """It does not count; the original stays on record."""

    kind: Literal["void_outcome"] = "void_outcome"
    entry: UUID
    reason: Reason


ReviewOrder = CommentReview | SignReview | EnterOutcome | VoidOutcome
