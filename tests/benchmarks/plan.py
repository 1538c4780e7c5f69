"""How much is measured: a smoke in seconds, the bench in under half an hour, the long one in hours."""

from __future__ import annotations

from dataclasses import dataclass

SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0
MILLION = 1_000_000


@dataclass(frozen=True)
class Plan:
    """The sizes of every workload. ``rounds`` are the turns of each contestant, lengths are in seconds."""

    name: str
    rounds: int
    peers: bool
    steady_rooms: tuple[int, ...]
    steady_s: float
    warm_s: float
    breach_rooms: int
    breaches: int
    stall_rooms: int
    watched_s: float
    """How long steady feeds are watched for a false sign of silence."""
    killed_rooms: int
    review_minutes: int
    growth_s: float
    growth_samples: int
    ingest_rooms: tuple[int, ...]
    ingest_s: float
    histories: tuple[int, ...]
    """Readings on disk before; none is in every plan."""


SMOKE = Plan(
    name="smoke",
    rounds=1,
    peers=False,
    steady_rooms=(2,),
    steady_s=1.0,
    warm_s=0.5,
    breach_rooms=2,
    breaches=2,
    stall_rooms=2,
    watched_s=1.0,
    killed_rooms=2,
    review_minutes=2,
    growth_s=1.0,
    growth_samples=4,
    ingest_rooms=(2,),
    ingest_s=0.3,
    histories=(),
)

BENCH = Plan(
    name="bench",
    rounds=5,
    peers=True,
    steady_rooms=(1, 8, 32, 128),
    steady_s=2.0,
    warm_s=0.7,
    breach_rooms=32,
    breaches=30,
    stall_rooms=8,
    watched_s=MINUTE / 2,
    killed_rooms=4,
    review_minutes=180,
    growth_s=MINUTE / 2,
    growth_samples=7,
    ingest_rooms=(10, 100, 1_000, 10_000),
    ingest_s=1.2,
    histories=(MILLION,),
)

LONG = Plan(
    name="bench-long",
    rounds=9,
    peers=True,
    steady_rooms=(1, 8, 32, 128),
    steady_s=20.0,
    warm_s=5.0,
    breach_rooms=32,
    breaches=30,
    stall_rooms=32,
    watched_s=1 * HOUR,
    killed_rooms=32,
    review_minutes=180,
    growth_s=2 * HOUR,
    growth_samples=121,
    ingest_rooms=(10, 100, 1_000, 10_000),
    ingest_s=10.0,
    histories=(MILLION, 10 * MILLION, 100 * MILLION),
)
