"""Whom a feed speaks to, and what became of what it sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """What became of the frames.

    ``frames`` were acknowledged, with so many readings ``stored`` and ``rejected``; ``resumed`` frames proved to be
    durable at a reconnect; ``errors`` counts refused frames.
    """

    frames: int = 0
    resumed: int = 0
    stored: int = 0
    rejected: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Address:
    """Where a device connects, as whom: ``name`` is for people, ``token`` for the gateway."""

    name: str
    url: str
    token: str
