"""Facts of who came in and who looked at what. See ``facts`` for what a fact is.

They belong to no session: whoever reads a record leaves it what it was. They name sessions and never a patient.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccessNoted:
    """Somebody signed in or out, opened a record, took it along or looked it over; the envelope says who."""

    what: str
    """signed_in, signed_out, record_opened, record_exported, or erasures_settled: after a restore, by hand."""
    subject: str
    """The session, or empty."""
    detail: str
    """How: password or PIN; which page; which format."""
    station: str
    """The browser's pass, or empty."""
    address: str
    waited_s: int
    """How long the note waited for the gateway."""
    sign_in: str = ""
    """Which sign-in a signing out has ended; empty in facts of before sign-ins had an id."""


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Somebody was not let in, so many times in a row; told together, so that a stranger cannot fill the disk."""

    operator: str
    """Whose name it was; empty for a name that is nobody's, which may be a password in the wrong field."""
    tag: str
    """Stands for the name that was typed: the same for the same name, and nobody can read it back."""
    why: str
    """wrong, too_many while further attempts wait, or wrong_with_order: beside an order of somebody signed in."""
    station: str
    address: str
    times: int
    seen_at_s: int
    """By the wall clock, in seconds since the epoch: attempts are counted through a restart by it."""
    holder: str = ""
    """Stands for who had signed in at that station last, for whom the attempt counts too; empty where the name has."""
