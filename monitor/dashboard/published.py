"""What has been published of how blood pressure answers an infusion, with its sources."""

from __future__ import annotations

from typing import NamedTuple


class Published(NamedTuple):
    """A mean change from baseline at one time, in mmHg; the standard deviations are None where none was given."""

    source: str
    infusions: int
    minutes: int
    systolic: float
    systolic_sd: float | None
    diastolic: float
    diastolic_sd: float | None


PUBLISHED = {
    "ketamine_iv": (
        # J Affect Disord 2018, PMID 29525051; Gen Hosp Psychiatry 2024, 10.1016/j.genhosppsych.2024.07.001.
        Published("Riva-Posse 2018", 684, 30, 3.28, None, 3.17, None),
        Published("Yale 2024", 2342, 40, 16.0, 11.2, 11.0, 8.45),
    ),
}
"""By protocol: of the same drug, dose, way and duration only."""
